"""The documents that texts are looked for in: of files of rows each row, and of others the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pytest_llmeval.bounded import TooLong, bounded_lines, whole_text
from pytest_llmeval.errors import BenchmarkError

ROWS = (".jsonl", ".ndjson")


def read_corpus(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each document: each row of a file of rows, every other file as a whole.

    Args:
        paths: Files; of a row every text in it counts, however deep.

    Raises:
        BenchmarkError: For a file that cannot be read as text or has no bounds, or a row that is no JSON.
    """
    for path in paths:
        try:
            yield from _rows(path) if path.suffix in ROWS else ((str(path), whole_text(path)),)
        except TooLong as error:
            place = path if error.line is None else f"{path}:{error.line}"
            raise BenchmarkError([f"{place}: {error}"]) from None
        except OSError as error:
            raise BenchmarkError([f"{path}: cannot be read: {error.strerror or error}"]) from None
        except ValueError as error:  # no UTF-8, or no JSON
            raise BenchmarkError([f"{path}: is no text that can be searched: {error}"]) from None


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if text.strip():
                yield f"{path}:{number}", " ".join(_texts(json.loads(text)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
