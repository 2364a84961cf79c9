"""Working on a file alone: a second session is told, not left to undo the first one's work."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    try:
        file = lock.open("w")
    except OSError as error:
        raise RunLogError(f"{path}: cannot be made ({error.strerror}); name another place with --output") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLogError(f"{path}: {otherwise}") from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
