"""Reading a benchmark: from a file, or from what a test file lists itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.faults import SHOWN, entry_faults, path_fault, who
from pytest_llmeval.benchmark.formats import read_rows
from pytest_llmeval.benchmark.rows import Fault, Row, kind_of
from pytest_llmeval.benchmark.spellings import places, spelled
from pytest_llmeval.benchmark.values import CellError, shaped
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.seen_from import seen_from

CONTENT_ID = "q-"
"""How an id begins that was made from an entry's content; eight hex digits follow."""
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The entries of one file or list, every one of them checked."""

    name: str
    """The file's name, or what stands for it."""
    path: Path | None
    entries: tuple[Entry, ...]
    """In the order of the file, retired ones too."""
    hash: str
    """The same for the same entries in any order; changes with any id or content."""
    shown: str
    """How messages name it: the path as seen from the working folder."""

    @property
    def current(self) -> tuple[Entry, ...]:
        """Return the entries that are not retired."""
        return tuple(entry for entry in self.entries if entry.status != "retired")

    def described(self) -> dict[str, Any]:
        """Return what a run's sidecar says of it."""
        return {"name": self.name, "path": self.path and self.shown, "entries": len(self.entries), "hash": self.hash}


def has_content_id(entry: Entry) -> bool:
    """Tell whether an entry has the id that is made from its content, and none of its author's such as ``q-1``."""
    return entry.id in (f"{CONTENT_ID}{entry.hash[:_DIGITS]}", f"{CONTENT_ID}{entry.hash}")


def load_benchmark(path: Path, *, columns: Mapping[str, str] | None = None, shown: str | None = None) -> Benchmark:
    """Read a benchmark file; its suffix names the format, and ``.gz`` may follow each.

    ``.jsonl`` and ``.ndjson`` hold one entry a line; ``.json`` and ``.yaml`` a list of entries, or an object with that
    list under one of ``entries, examples, data, questions, samples, items, rows``; ``.csv`` and ``.tsv`` a table with a
    line of column names, in which an empty cell is a field not given, and a list is JSON or separated by ``;``.
    All are UTF-8. `SPELLINGS` lists the names that fields may have; what is no field is kept in ``metadata``.

    Args:
        path: The file.
        columns: Field to the column of the file that holds it, where that is neither its name nor a spelling of it.
        shown: How messages name the file; by default its path from the working folder.

    Raises:
        BenchmarkError: With every fault of the file.
        ConfigurationError: If ``columns`` names an unknown field.
    """
    shown = shown or seen_from(Path.cwd(), path).as_posix()
    pile = _Pile(columns or {}, shown)
    try:
        if fault := path_fault(path):
            raise BenchmarkError([f"{shown}: {fault}"])
        for row in read_rows(path):
            pile.add(row)
    except OSError as error:
        raise BenchmarkError([f"{shown}: cannot be read: {error.strerror or error}"]) from None
    return _benchmark(path.name, path, pile.entries(), shown)


def benchmark_from_entries(
    entries: Iterable[Entry | Mapping[str, Any]], *, name: str = "entries", columns: Mapping[str, str] | None = None
) -> Benchmark:
    """Make a benchmark of entries, or of mappings that are read as the lines of a file are.

    Args:
        entries: Read once.
        name: What stands for the file in messages, which say ``entries[0]`` of the first.
        columns: As for `load_benchmark`; leaves what is an `Entry` as it is.

    Raises:
        BenchmarkError: With every fault.
        ConfigurationError: If ``columns`` names an unknown field.
    """
    pile = _Pile(columns or {}, name, in_file=False)
    for place, one in enumerate(entries):
        if isinstance(one, Entry):
            pile.keep(place, one)
        elif isinstance(one, Mapping):
            pile.add(Row(place, one))
        else:
            pile.add(Fault(place, f"an entry must be an Entry or a dict, got {kind_of(one)}"))
    return _benchmark(name, None, pile.entries(), name)


def _benchmark(name: str, path: Path | None, entries: tuple[Entry, ...], shown: str) -> Benchmark:
    return Benchmark(name, path, entries, fingerprint(sorted((one.id, one.hash) for one in entries)), shown)


@dataclass(slots=True)
class _Found:
    line: int
    entry: Entry
    named: bool
    """Whether the file gives its id."""


@dataclass
class _Pile:
    """Grows row by row while a source is read, and becomes entries only if nothing is wrong with any."""

    columns: Mapping[str, str]
    shown: str
    in_file: bool = True
    _faults: list[Fault] = field(default_factory=list)
    _found: list[_Found] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._places = places(self.columns)

    def add(self, row: Row | Fault) -> None:
        """Read one more row."""
        if isinstance(row, Fault):
            self._faults.append(row)
            return
        self._names.update(row.values)
        found = spelled(row.values, self._places)
        try:
            given = shaped(found, cells=row.cells)
            self.keep(row.line, Entry(**{"id": CONTENT_ID, **given}), named="id" in given)
        except CellError as error:
            self._faults.append(Fault(row.line, f"{who(found.fields)}: {error}"))
        except ValidationError as error:
            self._faults += [Fault(row.line, text) for text in entry_faults(given, error)]

    def keep(self, line: int, entry: Entry, *, named: bool = True) -> None:
        """Take an entry that is whole."""
        try:
            entry.hash  # noqa: B018 - worked out here, where a value that has none still has a line
        except (TypeError, ValueError, RecursionError) as error:
            self._faults.append(Fault(line, f"{who({'id': entry.id})} holds what JSON cannot: {error}"))
        else:
            self._found.append(_Found(line, entry, named))

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries under their ids.

        Raises:
            BenchmarkError: With every fault.
        """
        missing = [self._no_column(name, column) for name, column in self._columns_of_no_row()]
        if missing:
            raise BenchmarkError(missing)  # the rest of the faults would all come from this one
        self._give_ids()
        self._faults += self._repeated()
        if self._faults:
            raise BenchmarkError(list(self._told()))
        if not self._found:
            raise BenchmarkError([f"{self.shown}: no entries; it needs at least one"])
        return tuple(one.entry for one in self._found)

    def _columns_of_no_row(self) -> list[tuple[str, str]]:
        return [(name, column) for name, column in self.columns.items() if self._names and column not in self._names]

    def _no_column(self, name: str, column: str) -> str:
        there = ", ".join(sorted(map(str, self._names)))
        return f"{self.shown}: no entry has the column {column!r} that columns names for {name!r}; there are {there}"

    def _give_ids(self) -> None:
        """Name entries by their content: the same in any order, and in any file."""
        sharing: defaultdict[str, set[str]] = defaultdict(set)
        unnamed = [one for one in self._found if not one.named]
        for one in unnamed:
            sharing[one.entry.hash[:_DIGITS]].add(one.entry.hash)
        for one in unnamed:
            digits = one.entry.hash
            if (
                len(sharing[digits[:_DIGITS]]) == 1
            ):  # in a hundred thousand entries, two may differ and share eight digits
                digits = digits[:_DIGITS]
            one.entry = one.entry.model_copy(update={"id": f"{CONTENT_ID}{digits}"})

    def _repeated(self) -> Iterator[Fault]:
        first: dict[str, _Found] = {}
        for one in self._found:
            before = first.setdefault(one.entry.id, one)
            if before is not one:
                yield Fault(one.line, self._repetition(one, before))

    def _repetition(self, one: _Found, before: _Found) -> str:
        place = f"line {before.line}" if self.in_file else self._at(before.line)
        if one.named or before.named:
            return f"id {one.entry.id!r} is already the id of {place}; ids must differ"
        return f"the entry is a duplicate of {place}; remove one, or give both an 'id'"

    def _told(self) -> Iterator[str]:
        ordered = sorted(self._faults, key=lambda fault: fault.line or 0)
        for fault in ordered[:SHOWN]:
            yield f"{self._at(fault.line)}: {fault.text}"
        if len(ordered) > SHOWN:
            yield f"{self.shown}: and {len(ordered) - SHOWN} more"

    def _at(self, line: int | None) -> str:
        if line is None:
            return self.shown
        return f"{self.shown}:{line}" if self.in_file else f"{self.shown}[{line}]"
