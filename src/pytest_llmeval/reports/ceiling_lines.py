"""What a judge can do itself beside the models it grades, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_llmeval.reports.figures import UNKNOWN
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.calibrations import Ceiling, CeilingState, SliceCeiling
from pytest_llmeval.runs.kept_findings import Figure

_LABEL = 26
_SHARE = 18
_SAID: Mapping[CeilingState, str] = {
    "below": " · beyond judge",
    "likely below": " · likely beyond judge",
    "not below": "",
    "unknown": " · too few to tell",
}


def ceiling_lines(found: Iterable[Ceiling], screen: Screen) -> Iterator[Line]:
    """Tell for each model and category how many entries it and the judge solve, by rules.

    Args:
        found: One for each model the judge was held against.
        screen: What is printed on.
    """
    for one in found:
        yield line()
        runs = screen.safe(", ".join(one.runs), 100)
        yield line("  ", f"solves as well as {screen.safe(one.candidate, 80)}?", Segment(f" · {runs}", ("light",)))
        head = f"{fit('judge', _SHARE)}{fit('candidate', _SHARE)}points"
        yield line(Segment(f"  {fit('', _LABEL)}{head}", ("light",)))
        for name, part in one.categories.items():
            yield _slice(screen.safe(name), part)


def _slice(name: str, one: SliceCeiling) -> Line:
    style: tuple[Style, ...] = ("yellow",) if one.is_beyond else ("light",)
    shares = f"{fit(_share(one.judge), _SHARE)}{fit(_share(one.candidate), _SHARE)}"
    told = f"{_points(one.difference)} · {_n_of(one)}"
    return line(f"  {fit(name, _LABEL)}{shares}{told}", Segment(_SAID[one.state], style))


def _share(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return UNKNOWN
    return f"{100 * one.value:.0f} % [{100 * one.low:.0f}–{100 * one.high:.0f}]"


def _points(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return UNKNOWN
    return f"{100 * one.value:+.0f} [{100 * one.low:+.0f} to {100 * one.high:+.0f}]"


def _n_of(one: SliceCeiling) -> str:
    if one.paired:
        return f"{one.judge_n:,} entries, paired"
    return f"{one.judge_n:,} and {one.candidate_n:,} entries, not the same"
