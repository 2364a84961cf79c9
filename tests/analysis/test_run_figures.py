from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.analysis.run_figures import read_figures
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.reading import Fault
from pytest_llmeval.runs.sidecar import RunInfo, write_sidecar
from tests.cli.logs import every_grade, trial, write_log


def test_each_run_has_its_figures(tmp_path: Path) -> None:
    one = write_log(tmp_path / "a.jsonl", [*every_grade(4), trial(1, "wrong", run_id="run-2")])
    two = write_log(tmp_path / "b.jsonl", [trial(9, "wrong")])
    first, second = read_figures([one, two])
    assert (first.run_id, first.logs) == ("run-1", [one, two])
    assert (second.run_id, second.logs) == ("run-2", [one])
    assert [summary.records for summary in first.summaries] == [5]


def test_a_trial_in_two_logs_is_refused(tmp_path: Path) -> None:
    one = write_log(tmp_path / "a.jsonl", every_grade(4))
    two = write_log(tmp_path / "b.jsonl", [trial(9), trial(2, "wrong")])
    with pytest.raises(RunLogError, match=r"b.jsonl: holds 'q2' of run run-1, as .*a.jsonl does; name one of the two"):
        read_figures([one, two])


def test_two_evals_of_an_entry_may_lie_in_two_logs(tmp_path: Path) -> None:
    one = write_log(tmp_path / "a.jsonl", [trial(1, "wrong", nodeid="t.py::test_a[q1]")])
    two = write_log(tmp_path / "b.jsonl", [trial(1, "fully_correct", nodeid="t.py::test_b[q1]")])
    (run,) = read_figures([one, two])
    assert [summary.records for summary in run.summaries] == [2]


def test_repeated_trials_of_one_foreign_log_count_each(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "wrong"), trial(1, "wrong")])
    (run,) = read_figures([log])
    assert [summary.records for summary in run.summaries] == [2]


def test_the_sidecar_tells_of_the_run(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    write_sidecar(log, RunInfo(run_id="run-1", started="t", complete=True))
    (run,) = read_figures([log])
    assert run.info is not None
    assert run.info.complete
    assert (run.repo_sha, run.began) == ("abcdef0123456789", "2026-11-21T04:31:03.000Z")


def test_a_run_begins_with_its_earliest_record(tmp_path: Path) -> None:
    records = [trial(1, timestamp="2026-02"), trial(2, timestamp="2026-01"), trial(3, timestamp="2026-03")]
    (run,) = read_figures([write_log(tmp_path / "a.jsonl", records)])
    assert run.began == "2026-01"


def test_a_torn_last_line_is_told_and_passed_over(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes() + b'{"run')
    faults: list[Fault] = []
    (run,) = read_figures([log], on_fault=faults.append)
    assert [fault.torn for fault in faults] == [True]
    assert [summary.records for summary in run.summaries] == [4]
    assert len(read_figures([log])) == 1


def test_a_broken_line_is_an_error_because_numbers_would_be_wrong(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.write_bytes(b"nonsense\n" + log.read_bytes())
    with pytest.raises(RunLogError, match=r"a.jsonl:1: no record: not JSON"):
        read_figures([log], on_fault=lambda _fault: None)


def test_slices_are_those_asked_for(tmp_path: Path) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4, difficulty="hard"))
    (run,) = read_figures([log], by="difficulty")
    (summary,) = run.summaries
    assert list(run.slices(summary)) == ["hard"]
    (without,) = read_figures([log])
    assert without.slices(summary) == {}
