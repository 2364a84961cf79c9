"""The log of a pairwise judge loses nothing that was written."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.judge.pairwise import Better
from pytest_llmeval.runs.preference_log import PreferenceLine, Said, preference_log, read_preferences


def line(key: str, better: Better | None = "first", **fields: object) -> PreferenceLine:
    said = Said(better=better, fault="" if better else "no reply")
    told = {
        "key": key, "entry": "q", "category": "c", "base": "a:b", "new": "c:d", "base_run": "r", "new_run": "s",
        "judge": "j:k", "judge_hash": "h", "base_first": said, "new_first": said, "base_characters": 1,
        "new_characters": 2, "timestamp": "2026-11-21T04:31:03.000Z",
    }  # fmt: skip
    return PreferenceLine.model_validate({**told, **fields})


def test_last_line_of_a_key_counts(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.ndjson"
    for better in (None, "tie"):
        with preference_log(path) as log:
            log.append(line("k", better))
    with preference_log(path) as log:
        assert (log.lines["k"].base_first.better, log.lines["k"].is_settled) == ("tie", True)
    assert len(path.read_text().splitlines()) == 2


def test_torn_line_is_passed_over_and_the_next_one_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_text(line("a").model_dump_json() + "\n" + line("b").model_dump_json()[:40])
    with preference_log(path) as log:
        assert list(log.lines) == ["a"]
        log.append(line("c"))
    assert [one.key for one in read_preferences(path)] == ["a", "c"]


def test_abstention_is_settled_and_a_fault_is_not() -> None:
    assert not line("k", None).is_settled
    assert line("k", None, base_first=Said(abstained=True), new_first=Said(abstained=True)).is_settled


def test_key_in_use_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    with preference_log(path, ["sk-0123456789abcdef"]) as log:
        log.append(line("k", new_first=Said(better="tie", rationale="It says sk-0123456789abcdef.")))
    assert "sk-0123456789abcdef" not in path.read_text()
    assert "[redacted]" in path.read_text()


def test_two_processes_do_not_write_one_file(tmp_path: Path) -> None:
    with (
        preference_log(tmp_path / "x.ndjson"),
        pytest.raises(RunLogError, match="is being written by another process"),
        preference_log(tmp_path / "x.ndjson"),
    ):
        pass


def test_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with preference_log(tmp_path / "x.ndjson") as log:
        monkeypatch.setattr("pytest_llmeval.runs.preference_log.os.write", full)
        with pytest.raises(RunLogError, match="No space left on device"):
            log.append(line("k"))
    monkeypatch.undo()


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with preference_log(tmp_path / "x.ndjson") as log:
        log.append(line("k"))
    assert [one.key for one in read_preferences(tmp_path / "x.ndjson")] == ["k"]
