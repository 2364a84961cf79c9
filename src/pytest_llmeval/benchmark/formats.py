"""The formats of benchmark files: bytes become rows, or faults with their line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from pytest_llmeval.benchmark.rows import Fault, Row, as_row, wrapper_of
from pytest_llmeval.bounded import LARGEST_WHOLE, TooLong, bounded_lines

Reader: TypeAlias = Callable[[Iterable[bytes]], Iterator[Row | Fault]]

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def suffix_of(path: Path) -> str:
    """Return the suffix that names the format: the last one, in lower case, without ``.gz``."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def read_rows(path: Path) -> Iterator[Row | Fault]:
    """Read a file whose suffix is one of `FORMATS`, unpacking ``.gz``.

    Raises:
        OSError: If it cannot be opened or read.
    """
    read = FORMATS[suffix_of(path)]
    try:
        with _open(path) as stream:
            yield from read(bounded_lines(stream))
    except TooLong as error:
        yield Fault(error.line, str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Fault(None, f"not a whole gzip file ({error}); compress it again")


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def jsonl_rows(lines: Iterable[bytes]) -> Iterator[Row | Fault]:
    """Read JSON Lines; a broken line is a fault, and reading goes on behind it."""
    offset = 0
    for number, raw in enumerate(lines, 1):
        text = _decoded(raw, number, offset)
        offset += len(raw)
        if isinstance(text, Fault):
            yield text
            if raw.startswith(UTF_16):
                return  # no line of it can be read, and one fault says so
        elif text and not text.isspace():
            value = _parsed(text, number)
            yield value if isinstance(value, Fault) else as_row(number, value)


def json_rows(text: str) -> Iterator[Row | Fault]:
    """Read a JSON array of entries, or an object that holds one under a key of `WRAPPERS`.

    What else such an object says is about the file and is passed over.
    """
    document = _parsed(text)
    if isinstance(document, Fault):
        yield document
        return
    key = None
    if isinstance(document, dict):
        chosen = wrapper_of(name for name, value in document.items() if isinstance(value, list))
        if isinstance(chosen, Fault):
            yield chosen
            return
        key, document = chosen, document[chosen]
    if isinstance(document, list):
        yield from map(as_row, _element_lines(text, key), document)
    else:
        yield as_row(1, document)


def csv_rows(text: str, *, delimiter: str = ",") -> Iterator[Row | Fault]:
    """Read a table whose first line names the columns; rows of empty cells are passed over."""
    records = _records(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    first = next(records, None)
    if first is None:
        return
    header = first if isinstance(first, Fault) else _header(*first)
    if isinstance(header, Fault):
        yield header
        return
    for record in records:
        yield record if isinstance(record, Fault) else _table_row(header, *record)


def _header(line: int, cells: list[str]) -> list[str] | Fault:
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    return names if twice is None else Fault(line, f"two columns are named {twice!r}; rename one")


def _records(reader: Any) -> Iterator[tuple[int, list[str]] | Fault]:
    """Yield the line and the cells of each record, which may go over several lines."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, f"broken CSV: {error}")
        else:
            if any(map(str.strip, cells)):
                yield line, cells


def _table_row(header: list[str], line: int, cells: list[str]) -> Row | Fault:
    if len(cells) != len(header):
        return Fault(line, f"{len(cells)} cells where the header names {len(header)} columns; quote cells with commas")
    return Row(line, {name: cell if cell.strip() else None for name, cell in zip(header, cells, strict=True)}, True)


def _yaml_rows(text: str) -> Iterator[Row | Fault]:
    from pytest_llmeval.benchmark.yaml_rows import yaml_rows  # PyYAML is loaded for YAML files alone

    return yaml_rows(text)


def _document(read: Callable[[str], Iterator[Row | Fault]]) -> Reader:
    """Make a reader of bytes from one that needs the whole text."""

    def rows(lines: Iterable[bytes]) -> Iterator[Row | Fault]:
        text = _decoded(b"".join(_whole(lines)), 1, 0)
        if isinstance(text, Fault):
            yield text
        elif text.strip():
            yield from read(text)

    return rows


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a document as long as it can be held in memory."""
    size = 0
    for line in lines:
        size += len(line)
        if size > LARGEST_WHOLE:
            raise TooLong(f"larger than {LARGEST_WHOLE >> 20:,} MiB; save it as .jsonl, a line an entry")
        yield line


def _decoded(raw: bytes, line: int, offset: int) -> str | Fault:
    """Decode bytes that start at a line and an offset of their file."""
    if offset == 0 and raw.startswith(BOM):
        raw, offset = raw[len(BOM) :], len(BOM)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = f"byte 0x{raw[error.start]:02x} at offset {offset + error.start}"
        kind = "UTF-16, not UTF-8" if offset == 0 and raw.startswith(UTF_16) else "not UTF-8"
        return Fault(line + raw.count(b"\n", 0, error.start), f"{kind}: {at}; save the file as UTF-8")


class _TwiceError(ValueError):
    """A name stands twice in one JSON object, and a value would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"{twice!r} is given twice in one object; keep one")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _parsed(text: str, line: int | None = None) -> Any:
    """Parse JSON.

    Args:
        text: A line, or a whole document.
        line: The line's number; None for a document, whose faults tell their own.

    Returns:
        The value, or a `Fault`.
    """
    try:
        value = _DECODER.decode(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError:
        return Fault(line, "half of a surrogate pair, which is no character; write both halves or none")
    except json.JSONDecodeError as error:
        return Fault(line or error.lineno, f"broken JSON: {error.msg} at column {error.colno}")
    except _TwiceError as error:
        return Fault(line, str(error))
    except (ValueError, RecursionError) as error:  # a number too long, a value too deep
        return Fault(line, f"broken JSON: {error}")


_BETWEEN = re.compile(r"[ \t\r\n,:]*")


def _element_lines(text: str, key: str | None) -> Iterator[int]:
    """Yield the line on which each element of a list starts.

    Args:
        text: A document known to be well-formed.
        key: Where the document is an object: the key of the list.
    """
    at = _skip(text, 0) if key is None else _value_of(text, key)
    at, counted, line = _skip(text, at + 1), 0, 1
    while text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        yield line
        at = _skip(text, _DECODER.raw_decode(text, at)[1])


def _value_of(text: str, key: str) -> int:
    """Return where the value of a key of the outermost object starts."""
    at = _skip(text, _skip(text, 0) + 1)
    while True:
        name, end = _DECODER.raw_decode(text, at)
        at = _skip(text, end)
        if name == key:
            return at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


FORMATS: Mapping[str, Reader] = {
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".json": _document(json_rows),
    ".yaml": _document(_yaml_rows),
    ".yml": _document(_yaml_rows),
    ".csv": _document(csv_rows),
    ".tsv": _document(partial(csv_rows, delimiter="\t")),
}
"""Suffix to reader; each may be followed by ``.gz``."""
