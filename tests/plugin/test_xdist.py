"""The same evals in one process, and in several."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_llmeval.models.places import SharedPlaces
from pytest_llmeval.plugin.shares import after_s, places_of, rate_of, share_of
from tests.plugin.conftest import CAPITALS, GRADED, Project

WAYS = {
    "plain": ("-p", "xdist"),
    "no xdist": (),
    "-n 0": ("-n0",),
    "-n 2": ("-n2",),
    "worksteal": ("-n2", "--dist=worksteal"),
}
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
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*mine.jsonl: exists already, and two runs never write one file; *"])
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


def test_calls_of_all_workers_go_as_calls_of_one() -> None:
    assert [after_s(worker(number, 4), 30) for number in range(4)] == [0.0, 2.0, 4.0, 6.0]
    assert after_s(worker(3, 4), 240) == 0.0
    assert after_s(worker(3, 4), None) == 0.0
    assert after_s(ALONE, 6) == 0.0
    assert [rate_of(worker(number, 4), 30) for number in range(4)] == [7.5] * 4


COUNTING = """
import asyncio, os
from pathlib import Path
from pytest_llmeval.models.answer import Reply

class Counting:
    adapter_version = "1"

    def __init__(self, settings):
        self.flying = Path("flying").absolute()
        self.flying.mkdir(exist_ok=True)

    async def complete(self, request):
        own = self.flying / f"{os.getpid()}-{id(request)}"
        own.touch()
        with open("counted.txt", "a") as counted:
            counted.write(f"{len(os.listdir(self.flying))}\\n")
        await asyncio.sleep(0.05)
        own.unlink()
        return Reply("Paris")

    async def aclose(self): ...

def pytest_llmeval_register_providers(registry):
    registry.register("counting", Counting)
"""


@pytest.mark.parametrize("concurrency", [1, 2])
def test_more_workers_than_calls_may_be_in_flight_wait_for_one_another(project: Project, concurrency: int) -> None:
    (project.path / "conftest.py").write_text(COUNTING)
    project.benchmark({"id": f"q{n}", "question": f"{n}?", "gold_answer": "Paris"} for n in range(12))
    project.evals(GRADED)
    project.run("-n3", f"--llm-concurrency={concurrency}", model="counting:m").assert_outcomes(passed=12)
    in_flight = [int(line) for line in (project.path / "counted.txt").read_text().splitlines()]
    assert (len(in_flight), max(in_flight)) == (12, concurrency)
