"""Two answers side by side for a person to choose from, and what the choices came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from pytest_llmeval.analysis.people.preferring import AnswerPair, Preferred
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.grading_card import LONGEST_TEXT, Card, asked_lines, folded
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, wrapped
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.preference_file import VERDICTS, Verdict
from pytest_llmeval.runs.record import Record
from pytest_llmeval.safe_text import one_line, trim_middle

FORMAT_VERSION = 1
"""Raised when a field changes its meaning."""
CHOICES: Mapping[str, str] = MappingProxyType(
    {"l": "left", "1": "left", "r": "right", "2": "right", "t": "tie", "3": "tie", "x": "both bad", "4": "both bad"}
)
"""What each key says."""
CHOICE_KEYS = ("l left is better", "r right is better", "t tie", "x both bad")
OTHER_KEYS = ("s skip", "z undo", "space more", "b back", "q quit")
_BETWEEN = " │ "


def pair_lines(pair: AnswerPair, entry: Entry | None, width: int) -> list[Line]:
    """Set a pair for a width: what was asked, then both answers in columns; no name of a model is shown."""
    told = asked_lines(Card(pair.first, entry, blind=True), width)
    column = (width - len(_BETWEEN)) // 2
    columns = [_column(record, column) for record in pair.shown]
    told += [line(), _row("left", "right", column, heading=True)]
    return told + [_row(left, right, column) for left, right in zip_longest(*columns, fillvalue="")]


def _column(record: Record, width: int) -> list[str]:
    text = trim_middle(record.answer or "", LONGEST_TEXT)
    told = list(folded(text if text.strip() else "(empty)", width))
    if record.evidence_files:
        told += ["", *folded("evidence: " + ", ".join(record.evidence_files), width)]
    return told


def _row(left: str, right: str, width: int, *, heading: bool = False) -> Line:
    styles: tuple[Style, ...] = ("bold",) if heading else ()
    return line(Segment(fit(left, width), styles), Segment(_BETWEEN, ("light",)), Segment(fit(right, width), styles))


def preferred_lines(found: Preferred, screen: Screen) -> Iterator[Line]:
    """Tell which model people prefer."""
    first, second = screen.safe(found.first, 60), screen.safe(found.second, 60)
    yield line(Segment(first, ("bold",)), " or ", Segment(second, ("bold",)))
    yield line(f"  {fit('preferred', 12)}{_counted(found.counts)}")
    for row in _facts(found, first):
        yield from (line(one) for one in wrapped(f"  {fit(row[0], 12)}", row[1].split(" "), screen.width, " "))


def _facts(found: Preferred, first: str) -> Iterator[tuple[str, str]]:
    left = found.asked - found.chosen
    yield "chosen", f"{found.chosen:,} of {counted(found.asked, 'pair')}" + (f", {left:,} left" if left else "")
    if found.same:
        yield "same", f"{counted(found.same, 'pair')} of equal answers, which count as ties"
    if found.changed:
        yield (
            "changed",
            f"{counted(found.changed, 'pair')} of which the entry is not the same, passed over",
        )
    if found.rate is None or found.interval is None or found.p is None:
        yield "win rate", "nothing was chosen yet"
        return
    bounds = f"{100 * found.interval.low:.0f}–{100 * found.interval.high:.0f}"
    verdict = "one cannot tell which is preferred"
    if found.p < 0.05:
        verdict = "preferred" if found.rate > 0.5 else "the other is preferred"
    yield "win rate", f"{100 * found.rate:.0f} % [{bounds}] for {first}, sign test p = {found.p:.3g}: {verdict}"
    if found.left + found.right:
        yield "position", f"left was chosen {counted(found.left, 'time')}, right {counted(found.right, 'time')}"
    for category, counts in sorted(found.by_category.items()):
        yield "category", f"{one_line(category)}: {_counted(counts)}"


def _counted(counts: Counter[Verdict]) -> str:
    first, second = counts["first"], counts["second"]
    ties = counted(counts["tie"], "tie")
    return f"{first:,} the first, {second:,} the second, {ties}, {counts['both_bad']:,} both bad"


def preferred_values(found: Preferred) -> dict[str, Any]:
    """Return all figures, unrounded."""
    return {
        "format_version": FORMAT_VERSION,
        "first": found.first,
        "second": found.second,
        "counts": {verdict: found.counts[verdict] for verdict in VERDICTS},
        "same_answers": found.same,
        "pairs": found.asked,
        "pairs_chosen": found.chosen,
        "pairs_left": found.asked - found.chosen,
        "pairs_changed": found.changed,
        "win_rate_of_first": found.rate,
        "interval": list(found.interval) if found.interval else None,
        "p": found.p,
        "left": found.left,
        "right": found.right,
        "by_category": {name: {v: counts[v] for v in VERDICTS} for name, counts in found.by_category.items()},
    }
