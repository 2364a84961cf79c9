"""Writing a file whole or not at all: a reader never sees half of it, a full disk loses nothing that was there.

What is replaced keeps its permissions, and a link its place; a name that ends in ``.gz`` has its content packed.
"""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from pytest_llmeval.errors import RunLogError


def create_whole(path: Path, chunks: Iterable[bytes], *, like: Iterable[Path] = ()) -> int:
    """Write a new file; one that is there is never replaced.

    Args:
        path: The file, in a folder that exists.
        chunks: Its content; where making them fails, nothing is written.
        like: Files whose content is in it: whoever may not read one of these may not read it either.

    Returns:
        How many chunks it was.

    Raises:
        RunLogError: Where the file exists or cannot be written.
    """
    if path.exists():
        raise _exists(path)
    return _write(path, path, chunks, like, new=True)


def replace_whole(path: Path, chunks: Iterable[bytes], *, like: Iterable[Path] = ()) -> int:
    """Write a file in place of the one that is there, whose permissions it gets, or else as a new one.

    Args:
        path: The file, or a link to it, which stays one.
        chunks: Its content.
        like: As for `create_whole`, where there is none yet.

    Raises:
        RunLogError: Where it cannot be written; the earlier one is then untouched.
    """
    return _write(path, Path(os.path.realpath(path)), chunks, like, new=False)


def _write(path: Path, target: Path, chunks: Iterable[bytes], like: Iterable[Path], *, new: bool) -> int:
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    written = 0
    try:
        with draft.open("wb") as file:
            _permit(file.fileno(), target, like)
            with _packed(file, target) as content:
                for chunk in chunks:
                    content.write(chunk)
                    written += 1
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(draft, target)  # unlike a rename, it never replaces a file that came up meanwhile
        else:
            draft.replace(target)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise RunLogError(f"{path}: cannot be written ({error.strerror}); name a file you can write") from None
    finally:
        with suppress(OSError):
            draft.unlink()
    return written


def _permit(fd: int, target: Path, like: Iterable[Path]) -> None:
    """Give a file the permissions of the one it replaces; a new one no more than any of those it is like."""
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
    else:
        mode = stat.S_IMODE(os.fstat(fd).st_mode)
        for one in like:
            mode &= one.stat().st_mode if one.exists() else mode
        mode |= stat.S_IRUSR | stat.S_IWUSR
    with suppress(OSError):  # some file systems know no permissions, and then there were none to keep
        os.fchmod(fd, mode)


@contextmanager
def _packed(file: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if path.suffix != ".gz":
        yield file
        return
    with gzip.GzipFile(path.stem, "wb", fileobj=file, mtime=0) as packed:  # the same bytes for the same content
        yield cast("BinaryIO", packed)


def _exists(path: Path) -> RunLogError:
    return RunLogError(f"{path}: exists already; name another file or move it away")
