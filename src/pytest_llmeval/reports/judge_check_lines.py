"""A judge that was tried with cases of known worth, as lines and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_llmeval.analysis.judges.judge_checks import JudgeCheck, Tried
from pytest_llmeval.analysis.statistics.win_rate import WinRate
from pytest_llmeval.grading.judge.pairwise import BETTER
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.comparison_table import p_value
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.one_model import Screen

_LABEL = 22
FAILED_SHOWN = 10


def judge_check_lines(found: JudgeCheck, screen: Screen, least: float) -> Iterator[Line]:
    """Tell what a judge withstands, and which cases it failed.

    Args:
        found: The figures.
        screen: What is printed on.
        least: The share of each kind that must pass.
    """
    yield line(Segment(screen.safe(found.judge, 100), ("bold",)), Segment(f"  {found.hash}", ("light",)))
    yield line()
    weak = found.weak(least)
    for name, share in found.kinds.items():
        style = ("red",) if name in weak else ("green",)
        yield _row(screen.safe(name).replace("_", " "), Segment(figures.share_of(share), style))  # type: ignore[arg-type]  # a style chosen at run time is a plain text
    yield _row("all", figures.share_of(found.all))
    if found.flips is not None:
        yield _row("changes when repeated", figures.share_of(found.flips))
    if found.without_verdict:
        yield _row("no verdict", Segment(f"{found.without_verdict:,}", ("yellow",)))
    yield from _dressed(found, screen)
    yield from _failed(found, screen)
    if weak:
        names = ", ".join(screen.safe(name).replace("_", " ") for name in weak)
        yield line()
        yield line(Segment(f"  below {100 * least:.0f} %: {names}", ("red",)))


def _row(label: str, *parts: str | Segment) -> Line:
    return line(f"  {fit(label, _LABEL)}", *parts)


def _dressed(found: JudgeCheck, screen: Screen) -> Iterator[Line]:
    if not found.dressed:
        return
    yield line()
    yield line(Segment("  the same content, dressed against plain", ("light",)))
    for kind, one in found.dressed.items():
        low, high = one.interval or (0.0, 1.0)
        rate = f"{100 * (one.rate or 0):.0f} % [{100 * low:.0f}–{100 * high:.0f}]"
        told = f"wins {one.wins:,} · ties {one.ties:,} · losses {one.losses:,} · {rate} · p {p_value(one.p_value)}"
        yield _row(f"  {screen.safe(kind).replace('_', ' ')}", told)


def _failed(found: JudgeCheck, screen: Screen) -> Iterator[Line]:
    if not found.failed:
        return
    yield line()
    yield line(Segment("  not passed", ("light",)))
    shown = found.failed if screen.verbosity > 0 else found.failed[:FAILED_SHOWN]
    for one in shown:
        yield line(f"    {fit(screen.safe(one.case.id), _LABEL - 2)}", screen.safe(_why(one), screen.width - 28))
    if len(shown) < len(found.failed):
        yield line(Segment(f"    … {len(found.failed) - len(shown):,} more with -v", ("light",)))


def _why(one: Tried) -> str:
    if one.passed is None:
        return one.fault or "no verdict"
    if one.said[0] in BETTER:
        wanted = "first, then second" if one.case.expects == "prefers" else "anything but second, then first"
        return f"said {one.said[0]}, then {one.said[1]}; wanted {wanted}"
    wanted = "the first above the second" if one.case.expects == "prefers" else "the second not above the first"
    return f"{one.said[0]} and {one.said[1]}; wanted {wanted}"


def judge_check_values(found: JudgeCheck) -> dict[str, Any]:
    """Return all of it for JSON."""
    return {
        "judge": found.judge,
        "hash": found.hash,
        "kinds": {name: {"passed": one.count, "n": one.n} for name, one in found.kinds.items()},
        "all": {"passed": found.all.count, "n": found.all.n},
        "flips": None if found.flips is None else {"count": found.flips.count, "n": found.flips.n},
        "without_verdict": found.without_verdict,
        "dressed_against_plain": {kind: _win_rate(one) for kind, one in found.dressed.items()},
        "failed": [
            {"id": one.case.id, "kind": one.case.kind, "said": one.said, "fault": one.fault} for one in found.failed
        ],
    }


def _win_rate(one: WinRate) -> dict[str, Any]:
    return {
        "wins": one.wins,
        "ties": one.ties,
        "losses": one.losses,
        "rate": one.rate,
        "interval": list(one.interval) if one.interval else None,
        "p": one.p_value,
    }
