"""Going on with a run: what its log and its sidecar tell together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import NotReplayable, RunLogError
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.runs.earlier import EarlierRun, RecordedCalls, last_to_resume
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.reading import holds_no_line, iter_records
from pytest_llmeval.runs.run_log import RunLog
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, write_sidecar
from tests.runs.samples import record

BATCH = SentBatch("openai", "m", "batch_1", 3)
INFO = RunInfo(run_id="the-run", started="2026-01-01T00:00:00Z", models=("openai:m", "openai:n"), batches=(BATCH,))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a run that was killed before its first record."""
    path = tmp_path / "run.jsonl"
    path.touch()
    write_sidecar(path, INFO)
    return path


def test_batches_survive_the_sidecar(log: Path) -> None:
    assert read_sidecar(log).batches == (BATCH,)


@pytest.mark.parametrize("torn", [b"", b'{"run_id": "half'], ids=["empty", "torn"])
def test_run_without_a_record_is_known_by_its_sidecar(log: Path, torn: bytes) -> None:
    log.write_bytes(torn)
    run = EarlierRun.read_to_resume(log)
    assert (run.run_id, run.models, run.batches, run.records) == ("the-run", INFO.models, (BATCH,), [])
    assert last_to_resume(log.parent) == log


def test_run_with_records_is_known_by_them_and_its_batches_by_the_sidecar(log: Path) -> None:
    log.write_bytes(record_line(record(1)))
    run = EarlierRun.read_to_resume(log)
    assert (run.run_id, run.batches) == (record(1).run_id, (BATCH,))
    assert "openai:n" not in run.models


def test_log_with_records_needs_no_sidecar_to_be_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "alone.jsonl"
    path.write_bytes(record_line(record(1)))
    assert EarlierRun.read_to_resume(path).batches == ()


@pytest.mark.parametrize("content", [b"", b'{"run_', b"\0" * 9], ids=["empty", "torn", "zeros"])
def test_run_that_was_killed_before_its_sidecar_is_gone_on_with_under_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "20260101T000000Z-abc123.jsonl"
    path.write_bytes(content)
    run = EarlierRun.read_to_resume(path)
    assert (run.run_id, run.models, run.batches, run.records) == ("20260101T000000Z-abc123", (), (), [])
    assert last_to_resume(tmp_path) == path


def test_log_of_others_without_a_sidecar_is_not_taken_for_a_run_that_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "foreign.jsonl").write_bytes(record_line(record(1)))
    with pytest.raises(RunLogError, match="no run that was cut off"):
        last_to_resume(tmp_path)


@pytest.mark.parametrize("content", [None, b"not json\n"], ids=["missing", "no json"])
def test_what_is_no_log_is_no_run_to_go_on_with(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "alone.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunLogError, match="cannot be read" if content is None else "is this a run log"):
        EarlierRun.read_to_resume(path)


@pytest.mark.parametrize("content", [b"My notes, without a line feed", b'{"a": 1}', b"[1, 2]", b"\x1f\x8b\x08"])
def test_what_would_be_lost_is_not_taken_for_a_line_that_was_cut_off(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "alone.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunLogError, match=r"alone\.jsonl:1: not the beginning of a record; is this a run log\?"):
        EarlierRun.read_to_resume(path)
    with pytest.raises(RunLogError, match="no run that was cut off"):
        last_to_resume(tmp_path)
    assert path.read_bytes() == content


def test_broken_log_is_not_passed_over_for_its_sidecar(log: Path) -> None:
    log.write_bytes(b"not json\n")
    with pytest.raises(RunLogError, match="is this a run log"):
        EarlierRun.read_to_resume(log)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", True), (b"\n\n", True), (b'{"run_id":"half', True), (b"{}\n", False), (b'{}\n{"half', False)],
)
def test_line_is_whole_with_its_line_feed(tmp_path: Path, content: bytes, expected: bool) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert holds_no_line(path) is expected


def test_log_without_a_record_is_reopened_keeping_nothing(log: Path) -> None:
    log.write_bytes(b'{"run_id":"half')
    with RunLog.reopen(log, keep=[]) as reopened:
        reopened.append(record(1))
    assert [one.question_id for one in iter_records(log)] == [record(1).question_id]


def test_broken_log_is_not_reopened(log: Path) -> None:
    log.write_bytes(b"not json\n")
    with pytest.raises(RunLogError, match="is this a run log"):
        RunLog.reopen(log, keep=[])


ENTRY = Entry(id="q1", question="Where is it?")


def test_trial_is_found_by_its_item_else_by_entry_sample_and_model() -> None:
    row = record(1, nodeid="t.py::t[q1]", provider="openai", model="m", answer="There", entry_hash=ENTRY.hash)
    run = EarlierRun(Path("old.jsonl"), [row])
    assert run.find("t.py::t[q1]", ENTRY, 1, "openai:m") is row
    assert run.find("elsewhere.py::t[q1]", ENTRY, 1, "openai:m") is row
    with pytest.raises(NotReplayable, match=r"^entry 'q1' is not in the replayed run old\.jsonl for openai:n$"):
        run.find("t.py::t[q1]", ENTRY, 1, "openai:n")


def test_foreign_record_that_names_no_model_is_anybodys_answer() -> None:
    row = record(1, nodeid="t.py::t[q1]", answer="There")
    assert EarlierRun(Path("old.jsonl"), [row]).find("t.py::t[q1]", ENTRY, 1, "openai:m") is row


def test_trial_without_an_answer_cannot_be_replayed() -> None:
    run = EarlierRun(Path("old.jsonl"), [record(1, nodeid="t.py::t[q1]")])
    with pytest.raises(NotReplayable, match=r"^entry 'q1' has no answer in the replayed run old\.jsonl$"):
        run.find("t.py::t[q1]", ENTRY, 1, "openai:m")


def said(text: str, reply: str) -> Call:
    return Call("openai", "m", ({"role": "user", "content": text},), Reply(reply), "hash", cost_usd=0.5)


def asking(text: str) -> Request:
    return Request(ModelName("openai", "m"), ({"role": "user", "content": text},))


def test_each_recorded_call_answers_one_request() -> None:
    recorded = RecordedCalls(record(1, calls=(said("a", "1"), said("a", "2"), said("b", "3"))))
    calls = [asyncio.run(recorded.send(asking(text))) for text in ("b", "a", "a")]
    assert [call.reply.text for call in calls] == ["3", "1", "2"]
    assert all(call.cached and call.cost_usd == 0 for call in calls)
    with pytest.raises(NotReplayable, match=r"^the replayed run did not ask this; "):
        asyncio.run(recorded.send(asking("a")))
