"""A record as one flat row: a column per value, for spreadsheets and data frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_llmeval.runs.line import record_as_json
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record

_NESTED = ("usage", "scores", "params", "judge", "calls", "perturbation")
_OURS = frozenset(Record.model_fields)
_REST = tuple(name for name in Record.model_fields if name not in (*DESIGNED_FIELDS, *_NESTED))


def flat_row(record: Record) -> dict[str, Any]:
    """Return a record's values by column.

    ``usage``, ``judge`` and ``perturbation`` give a column per part (``usage.input_tokens``), ``params`` and ``scores``
    one per name (``params.seed``, ``score.exact``), ``calls`` only their number; keys that are not ours come last, as
    they are.
    """
    told = record_as_json(record)
    row = {name: told[name] for name in (*DESIGNED_FIELDS, *_REST)}
    for name in ("usage", "params", "judge", "perturbation"):
        row |= {f"{name}.{part}": value for part, value in (told[name] or {}).items()}
    for score in told["scores"]:
        row[f"score.{score['name']}"] = score["value"]
    row["calls"] = len(told["calls"])
    return row | {name: value for name, value in told.items() if name not in _OURS}


def columns_of(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return all columns that the rows of records have: the sixteen designed fields, ours, and those of others."""
    found = (*DESIGNED_FIELDS, *_REST)
    further = {name for row in rows for name in row.keys() - found}
    return (*found, *sorted(further, key=_place))


def _place(column: str) -> tuple[int, str]:
    kinds = ("usage", "calls", "params", "score", "judge", "perturbation")
    kind = column.partition(".")[0]
    return (kinds.index(kind), column) if kind in kinds else (len(kinds), column)
