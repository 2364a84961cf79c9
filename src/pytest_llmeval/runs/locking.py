"""Working on a file alone: a second session is told, not left to undo the first one's work."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pytest_llmeval.errors import RunLogError


@contextmanager
def alone(path: Path, otherwise: str) -> Iterator[None]:
    """Hold a lock beside a file.

    Args:
        path: The file, there or not.
        otherwise: What is said behind its name where another session holds it.

    Raises:
        RunLogError: Where another session holds it, or its folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    with _held(lock, path, otherwise):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _held(lock: Path, path: Path, otherwise: str) -> IO[str]:
    """Open and lock a file that still bears its name once it is locked.

    The session that held it before may have taken the file away in between; its lock would keep nobody out.
    """
    while True:
        try:
            file = lock.open("w")
        except OSError as error:
            raise RunLogError(f"{path}: cannot be made ({error.strerror}); name another place with --output") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise RunLogError(f"{path}: {otherwise}") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                return file
        file.close()
