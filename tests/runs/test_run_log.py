from __future__ import annotations

import errno
import fcntl
import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.run_log import RunLog
from tests.runs.samples import record


def ids(path: Path) -> list[str]:
    return [one.question_id for one in iter_records(path)]


def test_records_are_in_the_file_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a.jsonl"
    with RunLog.create(path) as log:
        log.append(record(1))
        assert ids(path) == ["q1"]
        log.append(record(2))
        assert ids(path) == ["q1", "q2"]
        assert log.count == 2


def test_records_outlive_the_kill_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom pytest_llmeval.runs.run_log import RunLog\n"
        "from tests.runs.samples import record\n"
        f"log = RunLog.create(Path({str(path)!r}))\nlog.append(record(1))\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], env={**os.environ})
    assert killed.returncode == -signal.SIGKILL
    assert ids(path) == ["q1"]


def test_two_runs_never_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    RunLog.create(path).close()
    with pytest.raises(RunLogError) as caught:
        RunLog.create(path)
    assert str(caught.value) == (
        f"{path}: exists already, and two runs never write one file; move it away or name another log"
    )


def test_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunLogError, match=r"/file/a.jsonl: cannot be made \(\S+/file: File exists\); name a log in"):
        RunLog.create(tmp_path / "file" / "a.jsonl")


def test_a_file_that_may_not_be_made_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        RunLogError, match=r"^/proc/a.jsonl: cannot be made \(No such file or directory\); name a log in"
    ):
        RunLog.create(Path("/proc/a.jsonl"))


def test_one_write_per_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    write = os.write

    def heard(fd: int, data: bytes) -> int:
        writes.append(data)
        return write(fd, data)

    monkeypatch.setattr(os, "write", heard)
    with RunLog.create(tmp_path / "a.jsonl") as log:
        log.append(record(1, answer="two\nlines"))
    assert [data.count(b"\n") for data in writes] == [1]


def test_a_short_write_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with RunLog.create(tmp_path / "a.jsonl") as log:
        monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:50]))
        log.append(record(1))
        log.append(record(2))
    assert ids(tmp_path / "a.jsonl") == ["q1", "q2"]


def test_a_full_disk_leaves_whole_records_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = tmp_path / "a.jsonl", os.write
    room = [100]

    def almost_full(fd: int, data: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data[: room.pop()])

    with RunLog.create(path) as log:
        log.append(record(1))
        monkeypatch.setattr(os, "write", almost_full)
        with pytest.raises(RunLogError) as caught:
            log.append(record(2))
        assert path.read_bytes().endswith(b"\n")
        monkeypatch.undo()
        log.append(record(3))
    assert ids(path) == ["q1", "q3"]
    assert str(caught.value) == (
        f"{path}: cannot be written (No space left on device); the 1 records before are safe, make room and run again"
    )


def test_a_disk_without_any_room_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = RunLog(Path("/dev/full"), os.open("/dev/full", os.O_WRONLY))
    with pytest.raises(RunLogError, match="No space left on device"):
        log.append(record())
    log.close()


def test_a_closed_log_says_so_and_closes_again(tmp_path: Path) -> None:
    log = RunLog.create(tmp_path / "a.jsonl")
    log.close()
    log.close()
    with pytest.raises(RunLogError, match="cannot be written"):
        log.append(record())


def test_keys_in_use_are_never_written(tmp_path: Path) -> None:
    key = 'sk-live-12"34'
    with RunLog.create(tmp_path / "a.jsonl", secrets=[key, "EMPTY"]) as log:
        log.append(record(answer=f"your key is {key}, EMPTY"))
    (read,) = iter_records(tmp_path / "a.jsonl")
    assert read.answer == "your key is [redacted], EMPTY"


@pytest.mark.parametrize(
    ("tail", "kept"),
    [
        (b"", ["q1"]),
        (b'{"run_id": "r", "ques', ["q1"]),
        (b'{"x": "' + b"y" * 200_000, ["q1"]),
        (b'{"run_id": "r", "question_id": "q9", "question": "?", "timestamp": "t"}', ["q1", "q9"]),
    ],
)
def test_a_reopened_log_goes_on_with_a_fresh_line(tmp_path: Path, tail: bytes, kept: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    with RunLog.create(path) as log:
        log.append(record(1))
    path.write_bytes(path.read_bytes() + tail)
    with RunLog.reopen(path) as log:
        log.append(record(2))
    assert ids(path) == [*kept, "q2"]


def test_a_log_of_one_torn_line_is_reopened_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"run')
    RunLog.reopen(path).close()
    assert path.read_bytes() == b""


def test_a_missing_log_is_not_continued(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match=r"cannot be continued \(No such file or directory\)"):
        RunLog.reopen(tmp_path / "a.jsonl")


def test_a_log_whose_end_cannot_be_read_is_not_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{")

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pread", broken)
    with pytest.raises(RunLogError, match=r"cannot be continued \(Input/output error\)"):
        RunLog.reopen(path)


def test_a_packed_log_is_not_written_and_not_spoiled(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    with pytest.raises(RunLogError, match=r"which a packed one does not take; name one without \.gz"):
        RunLog.create(path)
    packed = gzip.compress(record_line(record(1)))
    path.write_bytes(packed)
    for keep in (None, [record(1)][:0]):
        with pytest.raises(RunLogError, match=r"does not take; name one without \.gz"):
            RunLog.reopen(path, keep=keep)
    assert path.read_bytes() == packed


def test_a_log_of_which_some_is_taken_out_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(record_line(record(1)) + record_line(record(2)))
    path.chmod(0o600)
    RunLog.reopen(path, keep=[record(1)]).close()
    assert (ids(path), path.stat().st_mode & 0o777) == (["q1"], 0o600)


def test_a_log_that_is_being_written_is_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with RunLog.create(path), pytest.raises(RunLogError, match="is being written by another run"):
        RunLog.reopen(path)
    RunLog.reopen(path).close()


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with RunLog.create(tmp_path / "a.jsonl") as log:
        log.append(record(1))
    assert ids(tmp_path / "a.jsonl") == ["q1"]
