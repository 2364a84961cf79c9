"""Reading files that may be anything: a line, or a file read whole, that is too long is refused, not loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

LONGEST_LINE = 128 << 20
"""Bytes of a line; a trial whose hundred calls each carry a whole book stays below."""
LARGEST_WHOLE = 256 << 20
"""Bytes of a file that has to be read whole."""
_BLOCK = 1 << 20


class TooLong(ValueError):
    """What was to be read has no bounds that this program keeps to.

    Args:
        what: Says so; stands behind the file's name in messages.
        line: The line's number, from 1; None of a whole file.
    """

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def bounded_lines(file: IO[bytes], *, longest: int | None = None) -> Iterator[bytes]:
    """Yield the lines of a file with their line feeds, in memory of one line at most.

    Args:
        file: Open for reading.
        longest: Bytes that a line may have; `LONGEST_LINE` by default.

    Raises:
        TooLong: At the first line that is longer.
    """
    limit = LONGEST_LINE if longest is None else longest
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise TooLong(f"the line is longer than {_mebibytes(limit)}; split it, or name another file", number)
        yield line


def whole_text(path: Path, *, largest: int | None = None, errors: str = "strict") -> str:
    """Read a file of UTF-8, with or without byte order mark.

    Args:
        path: The file.
        largest: Bytes that it may have; `LARGEST_WHOLE` by default.
        errors: What becomes of bytes that are no UTF-8, as in `bytes.decode`.

    Raises:
        TooLong: Where it is larger.
        OSError: Where it cannot be read.
        UnicodeDecodeError: Where it is not UTF-8, and ``errors`` lets none pass.
    """
    return whole_content(path, largest=largest).decode("utf-8-sig", errors)


def whole_content(path: Path, *, largest: int | None = None) -> bytes:
    """Read a file whatever it holds.

    Raises:
        TooLong: Where it is larger than that many bytes, `LARGEST_WHOLE` by default.
        OSError: Where it cannot be read.
    """
    limit = LARGEST_WHOLE if largest is None else largest
    content = bytearray()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):  # asked for all at once, so much memory would be taken for any file
            content += block
            if len(content) > limit:
                raise TooLong(f"is larger than {_mebibytes(limit)}; split it, or name another file")
    return bytes(content)


def _mebibytes(limit: int) -> str:
    return f"{limit >> 20:,} MiB" if limit >= 1 << 20 else f"{limit:,} bytes"
