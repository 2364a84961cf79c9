from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.graded_log import GradedLog, being_graded, graded_path
from pytest_llmeval.runs.hand_grading import VOTES, Vote
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path, write_sidecar
from tests.runs.samples import full_record, record

WRONG = Vote(rater="anna", grade="wrong", timestamp="2026-11-21T05:00:00.000Z")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(record_line(record(number, answer="yes")) for number in (1, 2, 3)))
    return path


def grade(run: Path, number: int, vote: Vote = WRONG) -> Path:
    with being_graded(run) as log:
        log.vote(number, vote)
        log.save()
    return log.path


def test_a_vote_goes_to_a_copy_and_the_run_stays_as_it_is(run: Path) -> None:
    before = run.read_bytes()
    path = grade(run, 1)
    assert path == run.with_name("a-graded.jsonl")
    assert run.read_bytes() == before
    assert [one.grade for one in iter_records(path)] == [None, "wrong", None]


def test_grades_may_be_read_by_those_who_may_read_the_run(run: Path) -> None:
    write_sidecar(run, RunInfo(run_id="r-1", started=""))
    run.chmod(0o600)
    with being_graded(run) as log:
        log.vote(0, WRONG)
        log.save()
        log.save_sidecar({})
    assert [one.stat().st_mode & 0o777 for one in (log.path, sidecar_path(log.path))] == [0o600, 0o600]


def test_lines_without_a_vote_are_byte_for_byte_the_same(run: Path) -> None:
    odd = b'{"question_id": "q9",  "run_id":"r-1","question":"?","timestamp":"t", "mine": 1.50}\n'
    run.write_bytes(run.read_bytes() + odd)
    lines = grade(run, 0).read_bytes().splitlines(keepends=True)
    assert lines[1:] == run.read_bytes().splitlines(keepends=True)[1:]


def test_grading_goes_on_where_it_was_left(run: Path) -> None:
    grade(run, 0)
    path = grade(run, 2)
    assert [one.grade for one in iter_records(path)] == ["wrong", None, "wrong"]
    with being_graded(run) as log:
        assert [len(trial.votes) for trial in log.trials] == [1, 0, 1]
        assert log.trials[0].record.grade is None, "the record is what it was before any vote"


def test_trials_that_the_run_gained_meanwhile_are_there(run: Path) -> None:
    grade(run, 0)
    run.write_bytes(run.read_bytes() + record_line(record(4)))
    with being_graded(run) as log:
        assert [trial.record.question_id for trial in log.trials] == ["q1", "q2", "q3", "q4"]


def test_grades_that_another_program_wrote_into_the_copy_stay(run: Path) -> None:
    path = grade(run, 0)
    lines = path.read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), "grade": "unsupported"})
    path.write_text("\n".join(lines) + "\n")
    grade(run, 2)
    assert [one.grade for one in iter_records(path)] == ["wrong", "unsupported", "wrong"]


def test_a_graded_log_is_graded_further_itself(run: Path) -> None:
    path = grade(run, 0)
    assert grade(path, 1) == path
    assert [one.grade for one in iter_records(path)] == ["wrong", "wrong", None]


def test_the_run_is_not_written_to_through_a_link_named_like_its_graded_log(run: Path) -> None:
    before = run.read_bytes()
    graded_path(run).symlink_to(run)
    with (
        pytest.raises(RunLogError, match=r"a-graded.jsonl: is the run itself, which stays as it is; name another file"),
        being_graded(run),
    ):
        pass
    assert run.read_bytes() == before


def test_two_sessions_that_reach_one_graded_log_by_two_names_do_not_both_write(run: Path) -> None:
    path = grade(run, 0)
    run.with_name("link.jsonl").symlink_to(path)
    with (
        being_graded(run),
        pytest.raises(RunLogError, match=r"link.jsonl: is being graded in another session"),
        being_graded(run, run.with_name("link.jsonl")),
    ):
        pass


@pytest.mark.parametrize("name", ["a.jsonl", "x/../a.jsonl"])
def test_the_run_itself_is_never_written_to(run: Path, name: str) -> None:
    (run.parent / "x").mkdir()
    before = run.read_bytes()
    with (
        pytest.raises(RunLogError, match=r"a.jsonl: is the run itself, which stays as it is; name another file"),
        being_graded(run, run.parent / name),
    ):
        pass
    assert run.read_bytes() == before


def test_a_copy_with_votes_is_gone_on_with_whatever_its_name(run: Path, tmp_path: Path) -> None:
    copy = grade(run, 0).rename(tmp_path / "anna.jsonl")
    with being_graded(copy, copy) as log:
        log.vote(1, WRONG)
        log.save()
    assert [one.grade for one in iter_records(copy)] == ["wrong", "wrong", None]


def test_a_packed_file_to_write_to_is_refused(run: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(RunLogError, match=r"x.jsonl.gz: is written as plain text; leave .gz out of --output$"),
        being_graded(run, tmp_path / "x.jsonl.gz"),
    ):
        pass
    assert not (tmp_path / "x.jsonl.gz").exists()


def test_a_vote_can_be_taken_back(run: Path) -> None:
    path = grade(run, 0)
    with being_graded(run) as log:
        log.take_back(0)
        log.save()
    assert path.read_bytes() == run.read_bytes()


def test_a_graded_log_of_another_run_is_left_alone(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "a-graded.jsonl"
    other.write_bytes(record_line(record(1, run_id="another")))
    before = other.read_bytes()
    with (
        pytest.raises(RunLogError, match=r"a-graded.jsonl: holds no trial of .*a.jsonl; move it away"),
        being_graded(run),
    ):
        pass
    assert other.read_bytes() == before


def test_a_torn_last_line_is_passed_over(run: Path) -> None:
    run.write_bytes(run.read_bytes() + record_line(record(4))[:30])
    assert len(list(iter_records(grade(run, 0)))) == 3


def test_a_last_line_without_line_feed_gets_one(run: Path) -> None:
    run.write_bytes(run.read_bytes().rstrip(b"\n"))
    assert grade(run, 2).read_bytes().endswith(b"}\n")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "holds no record"),
        (b"nonsense\n{}\n", r":1: not JSON .*; mend or remove the line"),
        (record_line(record(1, schema_version=2)), "schema_version 2 was written by a newer"),
        (json.dumps({**json.loads(record_line(record())), VOTES: [{"rater": 1}]}).encode() + b"\n", "grades_by_hand"),
        (
            json.dumps({**json.loads(record_line(record())), VOTES: [WRONG.model_dump()], "graded_before": 1}).encode()
            + b"\n",
            "graded_before: not a JSON object",
        ),
    ],
)
def test_a_file_that_is_no_run_log_is_told(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunLogError, match=fault), being_graded(path):
        pass
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_run_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(RunLogError, match=r"b.jsonl: cannot be read \(No such file"),
        being_graded(tmp_path / "b.jsonl"),
    ):
        pass


def test_a_folder_that_does_not_exist_is_told(run: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(RunLogError, match="name another place with --output"),
        being_graded(run, tmp_path / "no/x.jsonl"),
    ):
        pass


def test_two_sessions_cannot_grade_one_file(run: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pytest_llmeval.runs.graded_log import being_graded\n"
        "with being_graded(Path(sys.argv[1])): pass"
    )
    with being_graded(run):
        other = subprocess.run([sys.executable, "-c", code, str(run)], capture_output=True, text=True, check=False)
    assert "a-graded.jsonl: is being graded in another session" in other.stderr
    assert other.returncode == 1


def test_what_json_does_not_know_does_not_break_the_line(run: Path) -> None:
    line = json.loads(record_line(record(1)))
    run.write_text(json.dumps({**line, "cost_usd": float("nan"), "answer": "\ud800"}) + "\n")
    (one,) = iter_records(grade(run, 0))
    assert (one.grade, one.cost_usd) == ("wrong", None)


def test_the_sidecar_goes_with_the_graded_log(run: Path) -> None:
    write_sidecar(run, RunInfo(run_id="r-1", started="t", complete=True, totals={"seconds": 3.0, "grades": {}}))
    with being_graded(run) as log:
        log.vote(0, WRONG)
        log.save()
        assert log.lacks_sidecar
        log.save_sidecar({"grades": {"wrong": 1}})
        assert not log.lacks_sidecar
    info = read_sidecar(log.path)
    assert info.complete
    assert info.totals == {"seconds": 3.0, "grades": {"wrong": 1}}
    assert (info.model_extra or {})["graded_from"] == "a.jsonl"
    assert read_sidecar(run).totals == {"seconds": 3.0, "grades": {}}


def test_without_a_sidecar_none_is_made(run: Path) -> None:
    grade(run, 0)
    assert not GradedLog(run, graded_path(run)).lacks_sidecar


def test_a_sidecar_older_than_the_grades_is_made_anew(run: Path) -> None:
    write_sidecar(run, RunInfo(run_id="r-1", started="t"))
    write_sidecar(grade(run, 0), RunInfo(run_id="r-1", started="t"))
    os.utime(sidecar_path(graded_path(run)), (1, 1))
    assert GradedLog(run, graded_path(run)).lacks_sidecar


def test_a_packed_run_is_graded_unpacked() -> None:
    assert graded_path(Path("a.jsonl.gz")) == Path("a-graded.jsonl")
    assert graded_path(Path("a-graded.jsonl.gz")) == Path("a-graded.jsonl")


def test_records_are_read_as_they_stand(run: Path) -> None:
    log = GradedLog(run, graded_path(run))
    log.vote(0, WRONG)
    assert [one.grade for one in log.records()] == ["wrong", None, None]
    assert list(log.records())[1:] == list(iter_records(run))[1:]


def test_unknown_keys_of_a_graded_line_survive(run: Path) -> None:
    run.write_bytes(record_line(full_record().model_copy(update={"mine": {"deep": [1]}})))
    (one,) = iter_records(grade(run, 0))
    assert (one.model_extra or {})["mine"] == {"deep": [1]}
    assert one.calls == full_record().calls
