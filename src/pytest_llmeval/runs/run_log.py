"""The run log: one append-only file per run, a line per finished trial."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.redaction import REDACTED, telling_secrets
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.locking import took_lock
from pytest_llmeval.runs.reading import holds_no_line, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.whole_file import replace_whole

_TAIL = 1 << 16


class RunLog:
    """The writing end of a run's log.

    Made by `create` (or `reopen`, to go on with a run) in the one process that writes; gets a record per finished
    trial; ends with `close`. When `append` returns, the record is with the operating system: it outlives ``kill -9`` of
    this process. Only `close` asks for it to be on the disk too; a machine that loses power may lose the last seconds.
    """

    def __init__(self, path: Path, fd: int, secrets: Iterable[str] = ()) -> None:
        self.path = path
        self.count = 0
        """Records appended through this object."""
        self._fd = fd
        self._secrets = [json.dumps(secret)[1:-1].encode() for secret in telling_secrets(secrets)]

    @classmethod
    def create(cls, path: Path, *, secrets: Iterable[str] = ()) -> RunLog:
        """Start the log of a new run.

        Args:
            path: A file that does not exist yet; folders on the way are made.
            secrets: Keys in use; where a record holds one, ``[redacted]`` is written.

        Raises:
            RunLogError: Where the file exists (two runs never write one file) or cannot be made.
        """
        _refuse_packed(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
        except OSError as error:
            raise RunLogError(f"{path}: {_why_not_made(error, path)}") from None
        _lock(fd, path)
        return cls(path, fd, secrets)

    @classmethod
    def reopen(cls, path: Path, *, secrets: Iterable[str] = (), keep: Sequence[Record] | None = None) -> RunLog:
        """Go on with the log of a run that was cut off; a torn last line is taken away first.

        Args:
            path: The log.
            secrets: As for `create`.
            keep: The records to keep, where some of the log's are to be made anew; the others are taken out of the
                file in one step before anything is added. None keeps all.

        Raises:
            RunLogError: Where the file is missing, cannot be written, or is being written by another process.
        """
        _refuse_packed(path)
        try:
            if keep is not None and _count(path) > len(keep):
                _rewrite(path, keep)
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise RunLogError(
                f"{path}: cannot be continued ({error.strerror}); name the log of an earlier run"
            ) from None
        _lock(fd, path)
        try:
            _end_last_line(fd)
        except OSError as error:
            os.close(fd)
            raise RunLogError(
                f"{path}: cannot be continued ({error.strerror}); name the log of an earlier run"
            ) from None
        return cls(path, fd, secrets)

    def append(self, record: Record) -> None:
        """Write one record as one whole line.

        Raises:
            RunLogError: Where the disk is full, all records before this one staying readable, or the log was deleted.
        """
        line = record_line(record)
        for secret in self._secrets:
            line = line.replace(secret, REDACTED.encode())
        written = 0
        try:
            self._still_there()
            # The kernel takes a line in one write, unless the disk is filling up or a signal comes in between.
            while written < len(line):
                written += os.write(self._fd, line[written:])
        except OSError as error:
            self._take_back(written)
            raise RunLogError(
                f"{self.path}: cannot be written ({error.strerror}); the {self.count:,} records before are safe, "
                "make room and run again"
            ) from None
        self.count += 1

    def _still_there(self) -> None:
        if os.fstat(self._fd).st_nlink == 0:  # writing to a deleted file fails at nobody's hands, and is lost
            raise RunLogError(f"{self.path}: was deleted while the run wrote to it; what it held is gone, run again")

    def close(self) -> None:
        """Put all records on the disk and give the file back; closing twice is allowed."""
        if self._fd < 0:
            return
        with suppress(OSError):  # some file systems cannot; the records are with the operating system in any case
            os.fsync(self._fd)
        os.close(self._fd)
        self._fd = -1

    def _take_back(self, written: int) -> None:
        """Cut off what was written of a line that could not be finished."""
        with suppress(OSError):  # if even this fails the torn line stays, and reading passes over it
            if written:
                os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _refuse_packed(path: Path) -> None:
    if path.suffix == ".gz":  # a line at its end would not be one of what is packed
        raise RunLogError(
            f"{path}: a run adds lines to its log, which a packed one does not take; name one without .gz"
        )


def _why_not_made(error: OSError, path: Path) -> str:
    if error.filename != str(path):
        return f"cannot be made ({error.filename}: {error.strerror}); name a log in a folder you can write"
    if isinstance(error, FileExistsError):
        return "exists already, and two runs never write one file; move it away or name another log"
    return f"cannot be made ({error.strerror}); name a log in a folder you can write"


def _lock(fd: int, path: Path) -> None:
    if not took_lock(fd):  # where there are no locks, creating with O_EXCL still keeps new runs apart
        os.close(fd)
        raise RunLogError(f"{path}: is being written by another run; wait for its end or name another log")


def _count(path: Path) -> int:
    """Return how many records a log holds; a run that was killed early has left none."""
    try:
        return sum(1 for _ in iter_records(path))
    except RunLogError:
        if not holds_no_line(path):
            raise
        return 0


def _rewrite(path: Path, records: Iterable[Record]) -> None:
    """Leave only these records in a log: the new file takes the old one's place whole, or not at all."""
    replace_whole(path, map(record_line, records))


def _end_last_line(fd: int) -> None:
    """Make the file end at the end of a line: drop a torn record, finish one that lacks only its line feed."""
    size = os.fstat(fd).st_size
    tail = b""
    while b"\n" not in tail and len(tail) < size:
        start = max(0, size - len(tail) - _TAIL)
        tail = os.pread(fd, size - len(tail) - start, start) + tail
    last = tail[tail.rfind(b"\n") + 1 :]
    if not last:
        return
    try:
        json.loads(last)
    except ValueError:
        os.ftruncate(fd, size - len(last))
    else:
        os.write(fd, b"\n")
