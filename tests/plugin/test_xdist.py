"""The same evals in one process, and in several."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_llmeval.models.places import SharedPlaces
from pytest_llmeval.plugin.shares import after_s, places_of, rate_of, share_of
from tests.loopback.server import LoopbackServer
from tests.plugin.conftest import CAPITALS, GRADED, Project

WAYS = {
    "plain": ("-p", "xdist"),
    "no xdist": (),
    "-n 0": ("-n0",),
    "-n 2": ("-n2",),
    "worksteal": ("-n2", "--dist=worksteal"),
}
OVER_THE_WIRE = "openai-compatible:m"
VARIES = ("run_id", "timestamp", "latency_s", "calls")


def rows(project: Project) -> list[dict[str, Any]]:
    told = [{k: v for k, v in record.items() if k not in VARIES} for record in project.records()]
    return sorted(told, key=lambda record: str(record["nodeid"]))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_same_rows_whatever_the_number_of_processes(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark([*CAPITALS, {"id": "err", "question": "fail: 400"}])
    project.evals(GRADED)
    result = project.run(*way)
    result.assert_outcomes(passed=2, failed=1, errors=1)
    assert [(row["question_id"], row["grade"], row["outcome"]) for row in rows(project)] == [
        ("de", "fully_correct", "passed"),
        ("err", None, "error"),
        ("fr", "fully_correct", "passed"),
        ("jp", "wrong", "failed"),
    ]
    assert {row["nodeid"] for row in rows(project)} == {
        f"test_evals.py::test_capital[{n}]" for n in ("de", "err", "fr", "jp")
    }
    assert project.sidecar()["complete"] is True
    assert len(project.asked()) == 4
    result.stdout.fnmatch_lines(
        ["llm-eval: stand-in:m · 4 entries*", "*LLM evals*", "stand-in:m · 2 of 3 fully correct*"]
    )


def test_wrong_key_stops_every_worker(project: Project) -> None:
    project.benchmark([{"id": f"q{n}", "question": "fail: 401"} for n in range(30)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    result = project.run("-n2")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*stand-in:m: 401 wrong key*"])
    assert len(project.asked()) <= 2


def test_log_that_exists_is_left_alone(capitals: Project) -> None:
    (capitals.path / "mine.jsonl").write_text("precious\n")
    result = capitals.run("-n2", "--llm-log=mine.jsonl")
    assert result.ret != 0
    assert (capitals.path / "mine.jsonl").read_text() == "precious\n"


def test_without_a_model_nothing_is_written(capitals: Project) -> None:
    result = capitals.run("-n2", model=None)
    result.assert_outcomes(skipped=3)
    assert not (capitals.path / "llm-runs").exists()


def worker(number: int, count: int, notes: Path | None = None) -> Any:
    return SimpleNamespace(
        workerinput={"workerid": f"gw{number}", "workercount": count, "llm_eval": {"notes": str(notes)}}
    )


ALONE: Any = SimpleNamespace()


def test_concurrency_is_divided_among_workers(tmp_path: Path) -> None:
    assert [share_of(worker(number, 3), 16) for number in range(3)] == [6, 5, 5]
    assert isinstance(places_of(worker(0, 3), 3), nullcontext)
    assert share_of(ALONE, 16) == 16
    assert isinstance(places_of(ALONE, 1), nullcontext)
    assert [share_of(worker(number, 4), 2) for number in range(4)] == [1, 1, 1, 1]
    assert isinstance(places_of(worker(0, 4, tmp_path), 2), SharedPlaces)
    assert sorted(path.name for path in (tmp_path / "places").iterdir()) == ["0", "1"]


def test_more_workers_than_calls_at_once_make_no_more_calls_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "secret")
    project.benchmark([{"id": f"q{n}", "question": f"{n}?"} for n in range(12)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    with LoopbackServer(latency_s=0.1) as server:
        result = project.run("-n3", "--llm-concurrency=2", f"--llm-base-url={server.base_url}", model=OVER_THE_WIRE)
    result.assert_outcomes(passed=12)
    assert (len(server.requests), server.max_in_flight) == (12, 2)


def test_calls_of_all_workers_go_as_calls_of_one() -> None:
    assert [after_s(worker(number, 4), 30) for number in range(4)] == [0.0, 2.0, 4.0, 6.0]
    assert after_s(worker(3, 4), 240) == 0.0
    assert after_s(worker(3, 4), None) == 0.0
    assert after_s(ALONE, 6) == 0.0
    assert [rate_of(worker(number, 4), 30) for number in range(4)] == [7.5] * 4


ALONE = """
import asyncio, os
from pytest_llmeval.models.answer import Reply

class Alone:
    adapter_version = "1"

    def __init__(self, settings): ...

    async def complete(self, request):
        os.close(os.open("in flight", os.O_CREAT | os.O_EXCL))
        await asyncio.sleep(0.01)
        os.unlink("in flight")
        return Reply("Paris")

    async def aclose(self): ...

def pytest_llmeval_register_providers(registry):
    registry.register("alone", Alone)
"""


def test_more_workers_than_calls_may_be_in_flight_wait_for_one_another(project: Project) -> None:
    (project.path / "conftest.py").write_text(ALONE)
    project.benchmark({"id": f"q{n}", "question": "What?", "gold_answer": "Paris"} for n in range(12))
    project.evals(GRADED)
    project.run("-n3", "--llm-concurrency=1", model="alone:m").assert_outcomes(passed=12)
