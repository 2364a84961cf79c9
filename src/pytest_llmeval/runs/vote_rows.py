"""The rows of a file of votes, a table or JSON lines, as somebody's spreadsheet or program left them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_llmeval.bounded import LONGEST_LINE, TooLong, whole_text
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.spreadsheet_text import as_it_was

_NAMES = ("question_id", "model", "rater")
"""Columns of a table that may hold what was made harmless for spreadsheets."""
SEPARATORS = (",", ";", "\t")
"""Of columns."""


def rows_in_file(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each row of a JSONL or CSV file with its line number; an empty value is one not given.

    Raises:
        RunLogError: Where it cannot be read.
    """
    try:
        text = whole_text(path)
    except TooLong as error:
        raise RunLogError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise RunLogError(f"{path}: cannot be read ({reason})") from None
    rows = _csv_rows(text, path) if path.suffix == ".csv" else _json_rows(text, path)
    for line, row in rows:
        yield line, {name: value for name, value in row.items() if value not in (None, "")}


def _csv_rows(text: str, path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    # All at once, for meanwhile other fields are let pass in the whole process.
    found: list[tuple[int, Mapping[str, Any]]] = []
    with _long_fields():
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_separator(text))
        try:
            found.extend((reader.line_num, _as_they_were(row)) for row in reader)
        except csv.Error as error:
            line = reader.line_num + 1  # a line counts once it is read
            raise RunLogError(f"{path}:{line}: cannot be read as a table ({error}); mend the row") from None
    return found


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a field be as long as a line of a log may be: an answer of that length has to come back from its sheet.

    The limit of the csv module, 128 KiB, is one for the whole process; others find it as they left it.
    """
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _as_they_were(row: Mapping[str | Any, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if isinstance(name, str)}
    return told | {name: as_it_was(told[name]) for name in _NAMES if isinstance(told.get(name), str)}


def _separator(text: str) -> str:
    """Return what separates columns: a comma, or what some spreadsheets write in its place."""
    header = next(io.StringIO(text, newline=""), "").rstrip("\r\n")
    found = (one for one in SEPARATORS if "question_id" in next(csv.reader([header], delimiter=one), ()))
    return next(found, SEPARATORS[0])


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RunLogError(f"{path}:{number}: not JSON ({error})") from None
        if not isinstance(told, dict):
            raise RunLogError(f"{path}:{number}: not a JSON object; each line needs question_id and grade")
        yield number, told
