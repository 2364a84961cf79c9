"""Reading a run log, ours or foreign, record by record."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from pytest_llmeval.bounded import TooLong, bounded_lines
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import LineFault, NewerSchema, read_line
from pytest_llmeval.runs.plain_samples import PlainSamples
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.replaced import Replaced, replaced_in

_BLOCK = 1 << 20
"""Bytes that are read at once."""
_BEGIN = b'{"run_id":'
"""What a line of ours begins with."""
_AHEAD = 1 << 17
"""Bytes of lines that are made records before the first of them is given on.

Made one by one in turns with what counts them, they take a fifth more time: each of the two drives the other out of the
processor's cache.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be read as a record."""

    path: Path
    line: int
    """Counted from 1."""
    what: str
    torn: bool = False
    """Whether it is the last line, cut off where the run was: nothing to worry about."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def iter_records(
    path: Path,
    *,
    on_fault: Callable[[Fault], None] | None = None,
    on_replaced: Callable[[Replaced], None] | None = None,
    every_try: bool = False,
) -> Iterator[Record]:
    """Read a log lazily; ``.gz`` is unpacked on the way.

    A torn last line is passed over: a run that was killed while writing leaves one. Empty lines are no records. Of a
    trial that was run again the last try is its record, see `replaced_in`; several lines of a plain script about one
    question are its samples.

    Args:
        path: The log.
        on_replaced: Is told where tries do not count, before the first record.
        every_try: Whether the others are yielded too; then the log is not gone through before.
        on_fault: Is told every line that cannot be read, a torn last one included, and reading goes on.
            Without it the first broken line before the end is an error.

    Raises:
        RunLogError: For a file that is missing, empty, a folder or no run log at all; for a record of a newer version;
            and, without ``on_fault``, for a broken line.
    """
    lines = numbered_lines(path) if every_try else last_tries(path, on_replaced)
    ahead: list[Record] = []
    samples = PlainSamples()
    number, records, size = 0, 0, 0
    for number, line, torn in lines:
        try:
            record = samples.numbered(read_line(line))
        except LineFault as error:
            yield from ahead
            ahead.clear()
            _tell(error, Fault(path, number, torn_text(error) if torn else _broken_text(error, number), torn), on_fault)
            continue
        ahead.append(record)
        records, size = records + 1, size + len(line)
        if size >= _AHEAD:
            yield from ahead
            ahead.clear()
            size = 0
    yield from ahead
    if not records:
        raise RunLogError(f"{path}: {'holds no record' if number else 'is empty'}; a run log has a record on each line")


def _tell(error: LineFault, fault: Fault, on_fault: Callable[[Fault], None] | None) -> None:
    if isinstance(error, NewerSchema):
        raise RunLogError(f"{fault.path}:{fault.line}: {error}") from None
    if on_fault is not None:
        on_fault(fault)
    elif not fault.torn:
        raise RunLogError(str(fault)) from None


def torn_only(tell: Callable[[Fault], None]) -> Callable[[Fault], None]:
    """Return an ``on_fault`` that tells a torn last line, and ends reading at any other line that is no record."""

    def on_fault(fault: Fault) -> None:
        if not fault.torn:
            raise RunLogError(str(fault))
        tell(fault)

    return on_fault


def check_can_be_read_again(path: Path) -> None:
    """Want a log that can be gone through more than once.

    Raises:
        RunLogError: For a pipe, such as ``<(zcat a.gz)``, of which the second time would see nothing, or a rest.
    """
    if path.is_fifo():
        raise RunLogError(f"{path}: is a pipe, and has to be read twice; write it to a file first")


def holds_no_line(path: Path) -> bool:
    """Tell whether a log has not one whole line yet, as a run that was killed early leaves it.

    Raises:
        RunLogError: Where it cannot be read, or what it holds is not the beginning of a record, and so of no run that
            could be gone on with: the file would lose it.
    """
    for number, line, torn in numbered_lines(path):
        if not torn:
            return False
        if not _is_begun(line):
            raise RunLogError(f"{path}:{number}: not the beginning of a record; is this a run log?")
    return True


def _is_begun(line: bytes) -> bool:
    begin = b"".join(line[: 4 * len(_BEGIN)].split())
    lost = not line.strip(b"\0")  # a machine that lost power may leave zeros
    return lost or begin.startswith(_BEGIN) or _BEGIN.startswith(begin)


def torn_text(error: LineFault) -> str:
    """Say that a last line was cut off, and that nothing follows from it."""
    return f"the last line was cut off and is passed over ({error})"


def last_tries(path: Path, on_replaced: Callable[[Replaced], None] | None = None) -> Iterator[tuple[int, bytes, bool]]:
    """Yield what `numbered_lines` does, but for lines that a later one of the same trial replaces.

    Args:
        path: The log.
        on_replaced: Is told where there are some, before the first line.
    """
    replaced = replaced_in(path, lambda: _blocks(path), lambda: numbered_lines(path))
    if replaced is None:
        yield from numbered_lines(path)
        return
    if on_replaced is not None:
        on_replaced(replaced)
    yield from (one for one in numbered_lines(path) if one[0] not in replaced.lines)


def _broken_text(error: LineFault, number: int) -> str:
    way_out = "is this a run log?" if number == 1 else "mend or remove the line"
    return f"no record: {error}; {way_out}"


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each line that is not blank, with its number, and whether it lacks its line feed.

    Raises:
        RunLogError: Where the file cannot be read, or has a line of more than `LONGEST_LINE`.
    """
    try:
        with _open(path) as file:
            for number, line in enumerate(_lines(file), start=1):
                if not line.isspace():
                    yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, line[-1:] != b"\n"
    except TooLong as error:
        raise RunLogError(f"{path}:{error.line}: {error}") from None
    except (OSError, zlib.error) as error:
        raise RunLogError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb", buffering=_BLOCK)


def _blocks(path: Path) -> Iterator[bytes]:
    # What cannot be read is told where its lines are.
    with suppress(OSError, EOFError, zlib.error), _open(path) as file:
        while block := file.read(_BLOCK):
            yield block


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    try:
        yield from bounded_lines(file)
    except EOFError:
        yield b"{"  # a packed file that was cut off ends in a torn line
