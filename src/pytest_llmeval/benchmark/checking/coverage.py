"""Coverage: how many entries there are of each value of a field, and of each combination of values of two."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations_with_replacement, islice, product
from typing import Any, TypeAlias

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError

Value: TypeAlias = str | None
"""Of a field, as text; None stands for entries that have no value there."""
SLICES = ("category", "tag", "difficulty", "split", "status")
SHOWN = 8
_RULE = re.compile(r"(?P<first>[^=*\s]+)(?:\s*\*\s*(?P<second>[^=*\s]+))?\s*=\s*(?P<least>\d{1,9})")


def values_of(entry: Entry, field: str) -> tuple[str, ...]:
    """Return the values an entry has in a field, those of a list one by one.

    Args:
        entry: Looked at.
        field: ``tag``, another field of entries, or one of the metadata.
    """
    value: Any = entry.tags if field == "tag" else entry.field(field)
    members = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    return tuple(dict.fromkeys(_text(one) for one in members if one not in (None, "")))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_field(entries: Sequence[Entry], field: str, where: str) -> None:
    """Make sure that some entry has a value in a field.

    Args:
        entries: Of a benchmark.
        field: As for `values_of`.
        where: Begins the message.

    Raises:
        ConfigurationError: Where none has, which is a slip more often than meant.
    """
    if any(values_of(entry, field) for entry in entries):
        return
    known = [name for name in SLICES if any(values_of(entry, name) for entry in entries)]
    known += dict.fromkeys(name for entry in entries for name in entry.metadata if values_of(entry, name))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    raise ConfigurationError(f"{where}: no entry has a {field!r}; there is {', '.join(known[:SHOWN])}{more}")


@dataclass(frozen=True)
class Matrix:
    """How many entries there are of each combination of the values of two fields."""

    fields: tuple[str, str]
    members: tuple[tuple[tuple[Value, ...], tuple[Value, ...]], ...]
    """The values of each entry in both fields; an entry counts in each combination of its values."""

    @cached_property
    def cells(self) -> Mapping[tuple[Value, Value], int]:
        """Return the entries of each combination that occurs."""
        return Counter(cell for first, second in self.members for cell in product(first, second))

    @cached_property
    def rows(self) -> Mapping[Value, int]:
        """Return the entries of each value of the first field, the most frequent first, those without one last."""
        return _in_order(Counter(value for first, _ in self.members for value in first))

    @cached_property
    def columns(self) -> Mapping[Value, int]:
        """Return the same of the second field."""
        return _in_order(Counter(value for _, second in self.members for value in second))

    def rest(self, columns: Collection[Value]) -> Mapping[Value, int]:
        """Return for each row the entries that have any of some columns, each of them counted once."""
        wanted = frozenset(columns)
        return Counter(value for first, second in self.members if wanted.intersection(second) for value in first)

    def any_of(self, columns: Collection[Value]) -> int:
        """Return the entries that have any of some columns."""
        wanted = frozenset(columns)
        return sum(not wanted.isdisjoint(second) for _, second in self.members)


def _in_order(counts: Mapping[Value, int]) -> dict[Value, int]:
    return dict(sorted(counts.items(), key=lambda one: (one[0] is None, -one[1], one[0] or "")))


def counted_entries(entries: Iterable[Entry], *fields: str) -> list[Entry]:
    """Return the entries that a matrix counts: retired ones are left out, unless the status is one of the fields."""
    return [entry for entry in entries if entry.status != "retired" or "status" in fields]


def matrix_of(entries: Iterable[Entry], first: str, second: str) -> Matrix:
    """Count combinations of those that are `counted_entries`.

    Of one field twice, such as of tags with tags, entries without any are no row: they go with nothing.
    """
    live = counted_entries(entries, first, second)
    none: tuple[Value, ...] = () if first == second else (None,)
    members = ((values_of(entry, first) or none, values_of(entry, second) or none) for entry in live)
    return Matrix((first, second), tuple(members))


@dataclass(frozen=True, slots=True)
class Requirement:
    """So many entries there must be of each value, or of each combination of values that both occur."""

    fields: tuple[str, ...]
    """One, or two."""
    least: int

    @classmethod
    def parse(cls, text: str, where: str) -> Requirement:
        """Read ``FIELD=N`` or ``FIELD*FIELD=N``.

        Args:
            text: What the user wrote.
            where: Begins the message.

        Raises:
            ConfigurationError: For anything else.
        """
        found = _RULE.fullmatch(text.strip())
        if found is None or not int(found["least"]):
            raise ConfigurationError(f"{where}: {text!r} is no rule such as category=5 or category*difficulty=3")
        fields = (found["first"],) if found["second"] is None else (found["first"], found["second"])
        return cls(fields, int(found["least"]))

    def __str__(self) -> str:
        """Return it as users write it."""
        return f"{'*'.join(self.fields)}={self.least}"

    def gaps(self, entries: Iterable[Entry]) -> Gaps:
        """Return the values, or combinations of them, with too few active entries.

        Which values occur is seen from entries that are not retired; one in quarantine covers nothing. Of combinations
        that no entry has there may be millions: they are counted, and no more than the first are made.
        """
        live = [entry for entry in entries if entry.status != "retired"]
        given = [[values_of(entry, field) for field in self.fields] for entry in live]
        occurring = [sorted({value for one in given for value in one[at]}) for at in range(len(self.fields))]
        alike = len(set(self.fields)) < len(self.fields)
        active = [one for one, entry in zip(given, live, strict=True) if entry.status == "active"]
        counts = Counter(cell for one in active for cell in product(*one) if not alike or cell[0] <= cell[1])
        cells = combinations_with_replacement(occurring[0], 2) if alike else product(*occurring)
        sizes = [len(values) for values in occurring]
        total = sizes[0] * (sizes[0] + 1) // 2 if alike else math.prod(sizes)
        empty = ((cell, 0) for cell in cells if cell not in counts)
        few = [(cell, count) for cell, count in counts.items() if count < self.least]
        thinnest = chain(islice(empty, SHOWN), sorted(few, key=lambda one: (one[1], one[0])))
        return Gaps(tuple(islice(thinnest, SHOWN)), total - len(counts) + len(few))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Values, or combinations of them, that too few entries have."""

    thinnest: tuple[tuple[tuple[str, ...], int], ...]
    """The first few with their entries, the fewest first."""
    total: int
    """How many there are."""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return self.total > 0


def gaps_told(gaps: Gaps) -> str:
    """Name the thin cells, the thinnest first, those beyond the first few counted.

    Example:
        >>> gaps_told(Gaps(((("asia", "hard"), 0), (("europe", "hard"), 2)), 9))
        'asia*hard 0, europe*hard 2 and 7 more'
    """
    more = gaps.total - len(gaps.thinnest)
    told = ", ".join(f"{'*'.join(cell)} {count}" for cell, count in gaps.thinnest)
    return told + (f" and {more:,} more" if more else "")


def uncovered(entries: Sequence[Entry], required: Iterable[Requirement]) -> Iterator[Finding]:
    """Find what is covered by fewer entries than is required, one finding for each rule.

    Raises:
        ConfigurationError: For a rule about a field that no entry has.
    """
    for rule in required:
        for field in rule.fields:
            check_field(entries, field, f"{rule}")
        if gaps := rule.gaps(entries):
            text = f"{'*'.join(rule.fields)}: fewer than {rule.least} active entries of {gaps_told(gaps)}"
            yield Finding("coverage", "error", (), text)
