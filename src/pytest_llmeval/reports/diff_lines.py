"""What differs between two benchmarks, as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.benchmark.checking.diff import Changed, Diff
from pytest_llmeval.benchmark.checking.mix import Shift, total_variation
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.reports.columns import column_widths, set_right
from pytest_llmeval.reports.figures import counted, part_of, percent
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, shortened
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.value_change import change_lines, shown

T = TypeVar("T")
SHOWN = 10
"""Entries of a kind, and slices of a kind, unless all are wanted."""
WIDEST_NAME, NARROWEST_NAME = 24, 10
_LEAST = (16, 18, 9)
"""Columns of the old share, the new one and the points between, where they are short."""


def diff_lines(found: Diff, old: str, new: str, screen: Screen) -> Iterator[Line]:
    """Tell a difference: which benchmarks, how many entries, then each kind of difference by itself.

    Args:
        found: The difference.
        old: What the first benchmark is called.
        new: What the second is called.
        screen: What to print on; with a verbosity above 0 every entry and slice is told.
    """
    sides = (("old", old, found.before, found.retired[0]), ("new", new, found.after, found.retired[1]))
    for label, name, mix, retired in sides:
        told = counted(mix.size + retired, "entry", "entries") + (f", {retired:,} retired" if retired else "")
        yield line(f"{label}  {screen.safe(name, 4096)} · {told}")
    yield line(Segment(_heading(found), ("bold", "green" if found.same else "yellow")))
    yield from _section("added", found.added, _asked, "green", screen)
    yield from _section("removed", found.removed, _asked, "red", screen)
    yield from _section("modified", found.modified, _changes, "yellow", screen)
    yield from _section("moved to another split", found.moved, _moved, "yellow", screen)
    yield from _section("renamed", found.renamed, _changes, "cyan", screen)
    yield from _mix(found, screen)


def _heading(found: Diff) -> str:
    counts = {
        "added": found.added,
        "removed": found.removed,
        "modified": found.modified,
        "moved": found.moved,
        "renamed": found.renamed,
    }
    return " · ".join(f"{len(told):,} {kind}" for kind, told in counts.items() if told) or "nothing differs"


def _section(
    title: str, found: Sequence[T], told: Callable[[T, Screen], Iterator[str]], style: Style, screen: Screen
) -> Iterator[Line]:
    if not found:
        return
    yield line()
    yield line(Segment(title, ("bold", style)), f"  {len(found):,}")
    few = found if screen.verbosity > 0 else found[:SHOWN]
    for one in few:
        yield from map(line, told(one, screen))
    if len(few) < len(found):
        yield line(Segment(f"  and {len(found) - len(few):,} more; see all with -v", ("light",)))


def _asked(entry: Entry, screen: Screen) -> Iterator[str]:
    yield shortened(f"  {screen.safe(entry.id, 60)}: {screen.safe(entry.question)}", screen.width)


def _changes(one: Changed, screen: Screen) -> Iterator[str]:
    yield f"  {_name(one, screen)}"
    for change in one.changes:
        yield from change_lines(change, "    ", screen)


def _moved(one: Changed, screen: Screen) -> Iterator[str]:
    (change,) = one.changes
    before, after = (shown(value, screen) for value in (change.before, change.after))
    yield shortened(f"  {_name(one, screen)}: {before} -> {after}", screen.width)


def _name(one: Changed, screen: Screen) -> str:
    before, after = screen.safe(one.before.id, 35), screen.safe(one.after.id, 35)
    return after if one.before.id == one.after.id else f"{before} -> {after}"


def _mix(found: Diff, screen: Screen) -> Iterator[Line]:
    moved = found.shifts()
    if not moved:
        return
    yield line()
    yield line(Segment("mix of slices", ("bold",)), "  shares of all entries, retired ones left out")
    for kind, shifts in moved.items():
        distance = total_variation(found.before, found.after, kind)
        few = shifts if screen.verbosity > 0 else shifts[:SHOWN]
        rows = [("old", "new", "points"), *(_shift(one, found) for one in few)]
        widths = column_widths(rows, _LEAST)
        room = max(min(WIDEST_NAME, screen.width - 2 - sum(widths)), NARROWEST_NAME)
        yield line(f"  {fit(kind, room)}{set_right(rows[0], widths)}")
        for one, cells in zip(few, rows[1:], strict=True):
            yield line(f"    {fit(screen.safe(one.name), room - 2)}{set_right(cells, widths)}")
        if len(few) < len(shifts):
            yield line(Segment(f"    and {len(shifts) - len(few):,} more; see all with -v", ("light",)))
        yield line(Segment(f"    total variation distance {distance:.2f} of 1", ("light",)))


def _shift(one: Shift, found: Diff) -> tuple[str, str, str]:
    before, after = _share(one.before, found.before.size), _share(one.after, found.after.size)
    return before, after, f"{one.points:+.1f}"


def _share(count: int, size: int) -> str:
    share = Proportion(count, size)
    return f"{part_of(share)} · {percent(share)}"
