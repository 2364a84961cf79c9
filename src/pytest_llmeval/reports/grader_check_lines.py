"""What is told of graders that were checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.judges.grader_check import GraderCheck
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.checking.run import CaseResult
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.seen_from import seen_from

SHOWN = 10
_TITLES = ("false accepts", "false rejects")


def check_lines(checks: Sequence[GraderCheck], screen: Screen, kept: Sequence[Path] = ()) -> Iterator[Line]:
    """Tell each grader's rates, then the cases in which it disagrees, then where that is kept."""
    width = max(width_of(screen.safe(one.grader, 40)) for one in checks)
    rates = [(figures.share_of(one.false_accepts), figures.share_of(one.false_rejects)) for one in checks]
    first = max(width_of(text) for text in (_TITLES[0], *(pair[0] for pair in rates)))
    yield line(
        Segment(f"{fit('grader', width)}  {fit('cases', 5)}  {fit(_TITLES[0], first)}  {_TITLES[1]}", ("light",))
    )
    for check, (accepts, rejects) in zip(checks, rates, strict=True):
        name = fit(screen.safe(check.grader, 40), width)
        yield line(f"{name}  {len(check.results):>5}  {fit(accepts, first)}  {rejects}")
    for check in checks:
        yield from _disagreements(check, screen)
    if kept:
        shown = seen_from(Path.cwd(), kept[0].parent)
        told = f"kept in {screen.safe(str(shown), 4096)}, {figures.counted(len(kept), 'grader')}"
        yield from (line(), line(Segment(told, ("light",))))


def _disagreements(check: GraderCheck, screen: Screen) -> Iterator[Line]:
    found = check.disagreements
    shown = found if screen.verbosity > 0 else found[:SHOWN]
    if shown:
        yield line()
        yield line(Segment(f"{screen.safe(check.grader, 40)} disagrees with {len(found):,} of its cases", ("bold",)))
    for one in shown:
        yield from _disagreement(one, screen)
    if len(shown) < len(found):
        yield line(Segment(f"  … {len(found) - len(shown)} more with -v", ("light",)))


def _disagreement(one: CaseResult, screen: Screen) -> Iterator[Line]:
    told = f"  {one.finding}: says {one.said}, expected {one.case.expected}"
    label = f" ({one.case.label})" if one.case.label else ""
    yield line(Segment(f"{told}{label} · {screen.safe(one.case.id, 200)}", ("red",)))
    text = one.case.answer if isinstance(one.case.answer, str) else str(one.case.answer.get("text", ""))
    for name, said in (("answer", text), ("why", one.case.why), ("notes", one.notes)):
        if said:
            yield line(fit(f"    {name:<7} {screen.safe(said, 300)}", screen.width).rstrip())


def check_values(check: GraderCheck) -> dict[str, Any]:
    """Return a grader's figures for JSON."""
    return {
        "grader": check.grader,
        "cases": len(check.results),
        "false_accepts": _values(check.false_accepts),
        "false_rejects": _values(check.false_rejects),
        "no_verdict": check.count("no verdict"),
        "other_grade": check.count("other grade"),
        "disagreements": [
            {"case": one.case.id, "finding": one.finding, "said": one.said, "expected": one.case.expected}
            | {"notes": one.notes}
            for one in check.disagreements
        ],
    }


def _values(share: Proportion) -> dict[str, float | None]:
    bounds = share.interval
    low, high = (bounds.low, bounds.high) if bounds else (None, None)
    return {"count": share.count, "n": share.n, "rate": share.rate, "low": low, "high": high}
