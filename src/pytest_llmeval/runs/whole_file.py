"""Writing a file whole or not at all: a reader never sees half of it, a full disk loses nothing that was there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pytest_llmeval.errors import RunLogError


def create_whole(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a new file; one that is there is never replaced.

    Args:
        path: The file, in a folder that exists.
        chunks: Its content; where making them fails, nothing is written.

    Returns:
        How many chunks it was.

    Raises:
        RunLogError: Where the file exists or cannot be written.
    """
    if path.exists():
        raise _exists(path)
    return _write(path, chunks, new=True)


def replace_whole(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a file in place of the one that is there, if any.

    Raises:
        RunLogError: Where it cannot be written; the earlier one is then untouched.
    """
    return _write(path, chunks, new=False)


def _write(path: Path, chunks: Iterable[bytes], *, new: bool) -> int:
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    written = 0
    try:
        with draft.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                written += 1
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(draft, path)  # unlike a rename, it never replaces a file that came up meanwhile
        else:
            draft.replace(path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise RunLogError(f"{path}: cannot be written ({error.strerror}); name a file you can write") from None
    finally:
        with suppress(OSError):
            draft.unlink()
    return written


def _exists(path: Path) -> RunLogError:
    return RunLogError(f"{path}: exists already; name another file or move it away")
