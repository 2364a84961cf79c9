"""Writing a file whole or not at all: a reader never sees half of it, a full disk loses nothing that was there.

What is replaced keeps its permissions, and a link its place; a name that ends in ``.gz`` has its content packed.
"""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
    with _drafted(path, path, chunks, like) as draft, _told(path):
        os.link(draft.file, path)  # unlike a rename, it never replaces a file that came up meanwhile
    return draft.chunks


def replace_whole(path: Path, chunks: Iterable[bytes], *, like: Iterable[Path] = ()) -> int:
    """Write a file in place of the one that is there, whose permissions it gets, or else as a new one.

    Args:
        path: The file, or a link to it, which stays one.
        chunks: Its content.
        like: As for `create_whole`, where there is none yet.

    Raises:
        RunLogError: Where it cannot be written; the earlier one is then untouched.
    """
    with drafted(path, chunks, like=like) as draft:
        draft.put()
    return draft.chunks


@dataclass(frozen=True, slots=True)
class Draft:
    """A file written whole beside the one whose place it may take; gone where it has not."""

    path: Path
    """As the one to be replaced was named."""
    target: Path
    """What that name stands for."""
    file: Path
    chunks: int

    def put(self) -> None:
        """Take the place.

        Raises:
            RunLogError: Where that cannot be; what is there is then untouched.
        """
        with _told(self.path):
            self.file.replace(self.target)

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Take away what is to be replaced; it is put back where what is done meanwhile fails.

        Raises:
            RunLogError: Where it cannot be taken away.
        """
        aside = self.file.with_suffix(".before")
        with _told(self.path), suppress(FileNotFoundError):
            self.target.replace(aside)
        try:
            yield
        except BaseException:
            with suppress(FileNotFoundError):
                aside.replace(self.target)
            raise
        with suppress(OSError):
            aside.unlink()


@contextmanager
def drafted(path: Path, chunks: Iterable[bytes], *, like: Iterable[Path] = ()) -> Iterator[Draft]:
    """Write what may take the place of a file, for those who have more to do before it does; as `replace_whole`."""
    with _drafted(path, Path(os.path.realpath(path)), chunks, like) as draft:
        yield draft


@contextmanager
def _drafted(path: Path, target: Path, chunks: Iterable[bytes], like: Iterable[Path]) -> Iterator[Draft]:
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    written = 0
    try:
        with _told(path), draft.open("wb") as file:
            _permit(file.fileno(), target, like)
            with _packed(file, target) as content:
                for chunk in chunks:
                    content.write(chunk)
                    written += 1
            file.flush()
            os.fsync(file.fileno())
        yield Draft(path, target, draft, written)
    finally:
        with suppress(OSError):
            draft.unlink()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise RunLogError(f"{path}: cannot be written ({error.strerror}); name a file you can write") from None


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
