"""Working on a file alone: a second session is told, not left to undo the first one's work."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pytest_llmeval.errors import RunLogError


def took_lock(file: IO[str] | int) -> bool:
    """Lock an open file for this process, and tell whether no other one holds it.

    The lock ends with the file descriptor, however the process ends. Some network file systems have no locks; that
    keeps nobody from working there.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@contextmanager
def alone(path: Path, otherwise: str, *, option: str = "--output") -> Iterator[None]:
    """Hold a lock beside a file, or beside what it is a link to, which is what gets written.

    Args:
        path: The file, there or not.
        otherwise: What is said behind its name where another session holds it.
        option: What names another file.

    Raises:
        RunLogError: Where another session holds it, or its folder cannot be written.
    """
    target = Path(os.path.realpath(path))
    lock = target.with_name(f".{target.name}.lock")
    with _held(lock, path, otherwise, option):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _held(lock: Path, path: Path, otherwise: str, option: str) -> IO[str]:
    """Open and lock a file that still bears its name once it is locked.

    The session that held it before may have taken the file away in between; its lock would keep nobody out.
    """
    while True:
        try:
            file = lock.open("w")
        except OSError as error:
            raise RunLogError(f"{path}: cannot be made ({error.strerror}); name another place with {option}") from None
        if not took_lock(file):
            file.close()
            raise RunLogError(f"{path}: {otherwise}")
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                return file
        file.close()
