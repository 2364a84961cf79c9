"""The formats of benchmark files: bytes become rows, or faults with their line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias, cast

from pytest_llmeval.benchmark.csv_rows import csv_rows
from pytest_llmeval.benchmark.decoding import decoded
from pytest_llmeval.benchmark.json_rows import json_rows, jsonl_rows
from pytest_llmeval.benchmark.rows import Fault, Row
from pytest_llmeval.bounded import LARGEST_WHOLE, TooLong, bounded_lines

Reader: TypeAlias = Callable[[Iterable[bytes]], Iterator[Row | Fault]]


def suffix_of(path: Path) -> str:
    """Return the suffix that names the format: the last one, in lower case, without ``.gz``."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def name_without_suffix(name: str) -> str:
    """Return a benchmark's name without the suffix of its format, where it has one.

    Example:
        >>> name_without_suffix("v1.2-facts.jsonl.gz"), name_without_suffix("v1.2-facts")
        ('v1.2-facts', 'v1.2-facts')
    """
    return Path(name.removesuffix(".gz")).stem if suffix_of(Path(name)) in FORMATS else name


def read_rows(path: Path) -> Iterator[Row | Fault]:
    """Read a file whose suffix is one of `FORMATS`, unpacking ``.gz``.

    Raises:
        OSError: If it cannot be opened or read.
    """
    read = FORMATS[suffix_of(path)]
    try:
        with open_unpacked(path) as stream:
            yield from read(bounded_lines(stream))
    except TooLong as error:
        yield Fault(error.line, str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Fault(None, f"not a whole gzip file ({error}); compress it again")


def open_unpacked(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacking ``.gz``."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def _yaml_rows(text: str) -> Iterator[Row | Fault]:
    from pytest_llmeval.benchmark.yaml_rows import yaml_rows  # PyYAML is loaded for YAML files alone

    return yaml_rows(text)


def _document(read: Callable[[str], Iterator[Row | Fault]]) -> Reader:
    """Make a reader of bytes from one that needs the whole text."""

    def rows(lines: Iterable[bytes]) -> Iterator[Row | Fault]:
        text = decoded(b"".join(_whole(lines)), 1, 0)
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
