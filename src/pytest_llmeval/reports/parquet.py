"""Rows as a Parquet file, written group by group, so that a log of any size needs little memory.

Needs pyarrow, which is large and so no dependency; the ``parquet`` extra brings it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from typing import Any, Literal

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.schema import shipped_schema

Kind = Literal["boolean", "integer", "number", "text", "texts", "json"]
"""What the cells of a column hold; ``json`` is text that holds any other value."""

ROWS_PER_GROUP = 10_000
_LARGEST = 2**63


class ColumnKinds:
    """Learns from the rows what each column holds; of our own columns it is known, whatever one log happens to hold."""

    def __init__(self) -> None:
        self._declared = declared_kinds()
        self._seen: dict[str, Kind] = {}

    def learn(self, row: Mapping[str, Any]) -> None:
        """Take in what a row holds; empty cells say nothing."""
        for column, value in row.items():
            if value is not None and column not in self._declared:
                kind = _kind_of(value)
                self._seen[column] = _common(self._seen.get(column, kind), kind)

    def of(self, column: str) -> Kind:
        """Return a column's kind: declared, else what fits all its values, else text."""
        if column.startswith("score."):
            return "number"
        return self._declared.get(column) or self._seen.get(column, "text")


def declared_kinds() -> dict[str, Kind]:
    """Return the kinds of the columns that the record's schema knows."""
    schema = shipped_schema()
    usage = {f"usage.{name}": spec for name, spec in schema["$defs"]["Usage"]["properties"].items()}
    told = {name: _declared(spec) for name, spec in {**schema["properties"], **usage}.items()}
    return {name: kind for name, kind in told.items() if kind is not None}


def _declared(spec: Mapping[str, Any]) -> Kind | None:
    types = {one.get("type") for one in spec.get("anyOf", [spec])} - {"null"}
    if types == {"array"}:
        return "texts" if spec["items"] == {"type": "string"} else None
    kinds: dict[Any, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
    return kinds.get(types.pop())


def _kind_of(value: object) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if -_LARGEST <= value < _LARGEST else "json"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "texts" if isinstance(value, list) and all(isinstance(one, str) for one in value) else "json"


def _common(one: Kind, other: Kind) -> Kind:
    if one == other:
        return one
    return "number" if {one, other} == {"integer", "number"} else "json"


def parquet_chunks(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], kinds: ColumnKinds) -> Iterator[bytes]:
    """Yield the bytes of a Parquet file with one row per row given.

    Args:
        columns: Their names, in order.
        rows: By column; what is missing is null.
        kinds: What the columns hold, learned from the same rows.

    Raises:
        ConfigurationError: Where pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(column, _arrow_type(arrow, kinds.of(column))) for column in columns])
    sink = _Sink()
    with parquet.ParquetWriter(arrow.PythonFile(sink, mode="w"), schema) as writer:
        left = iter(rows)
        while group := list(islice(left, ROWS_PER_GROUP)):
            cells = {column: _cells([row.get(column) for row in group], kinds.of(column)) for column in columns}
            writer.write_table(arrow.table(cells, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ConfigurationError(
            "--parquet needs pyarrow: pip install 'pytest-llmeval-harness[parquet]', or use --csv"
        ) from None


def _arrow_type(arrow: Any, kind: Kind) -> Any:
    if kind == "texts":
        return arrow.list_(arrow.string())
    names = {"boolean": "bool_", "integer": "int64", "number": "float64", "text": "string", "json": "string"}
    return getattr(arrow, names[kind])()


def _cells(values: list[Any], kind: Kind) -> list[Any]:
    if kind == "number":
        return [None if value is None else float(value) for value in values]
    if kind == "json":
        return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return values


class _Sink(io.RawIOBase):
    """Takes what is written and gives it on; knows how much it has been."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
