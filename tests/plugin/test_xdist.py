"""The same evals in one process, and in several."""

from typing import Any

import pytest

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
    assert result.ret != 0
    assert (capitals.path / "mine.jsonl").read_text() == "precious\n"


def test_without_a_model_nothing_is_written(capitals: Project) -> None:
    result = capitals.run("-n2", model=None)
    result.assert_outcomes(skipped=3)
    assert not (capitals.path / "llm-runs").exists()


def test_concurrency_is_divided_among_workers() -> None:
    from types import SimpleNamespace

    from pytest_llmeval.plugin.shares import share_of

    def worker(number: int, count: int) -> Any:
        return SimpleNamespace(workerinput={"workerid": f"gw{number}", "workercount": count})

    assert [share_of(worker(number, 3), 16) for number in range(3)] == [6, 5, 5]
    assert [share_of(worker(number, 4), 2) for number in range(4)] == [1, 1, 1, 1]
    assert share_of(SimpleNamespace(), 16) == 16  # type: ignore[arg-type]
