"""How often judges abstained, as lines of a summary and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pytest_llmeval.analysis.abstaining import Abstention
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen


def abstention_lines(found: Sequence[Abstention], log: str, screen: Screen) -> Iterator[Line]:
    """Tell on how many answers each judge abstained, and what has a person judge them.

    Args:
        found: The judges.
        log: The run's log, for the command to run next.
        screen: What is printed on.
    """
    if not found:
        return
    yield line(Segment("  judges abstain, for a person to judge", ("light",)))
    told = [(f"{indent}{screen.safe(name, 60)}", figures.share_of(rate)) for indent, name, rate in _rates(found)]
    names = min(max(LABEL_WIDTH - 4, *(width_of(name) for name, _ in told)), max(screen.width - 38, 10))
    for name, rate in told:
        yield line(f"    {fit(name, names)} {rate}")
    if any(one.rate.count for one in found):
        yield line(f"    pytest-llmeval grade {screen.safe(log, 4096)} --only ungraded")


def _rates(found: Sequence[Abstention]) -> Iterator[tuple[str, str, Proportion]]:
    for one in found:
        yield "", one.model, one.rate
        for member, rate in one.members.items():
            yield "  ", member, rate


def abstention_values(one: Abstention) -> dict[str, Any]:
    """Return the figures of one judge, unrounded."""
    members = {name: figures.share_values(rate) for name, rate in one.members.items()}
    return {"model": one.model, "hash": one.hash, **figures.share_values(one.rate), "members": members}
