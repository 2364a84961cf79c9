"""What a check of a benchmark found, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.reports.lines import Line, Segment, line, wrapped
from pytest_llmeval.reports.one_model import Screen

SHOWN = 5
"""Findings of one check, unless all are wanted."""
IDS_SHOWN = 4


def check_lines(findings: Sequence[Finding], screen: Screen) -> Iterator[Line]:
    """Tell the findings check by check, errors first within each, then how many there are."""
    for check, group in groupby(findings, key=lambda one: one.check):
        found = sorted(group, key=lambda one: one.severity != "error")
        errors = sum(one.severity == "error" for one in found)
        yield line(Segment(check, ("bold", "red" if errors else "yellow")), f"  {_counts(errors, len(found) - errors)}")
        shown = found if screen.verbosity > 0 else found[:SHOWN]
        for one in shown:
            yield from map(line, _told(one, screen))
        if len(found) > len(shown):
            yield line(Segment(f"  and {len(found) - len(shown):,} more; see all with -v", ("light",)))
        yield line()
    yield _verdict(findings)


def _told(one: Finding, screen: Screen) -> list[str]:
    ids = list(one.entries[:IDS_SHOWN])
    more = [f"and {len(one.entries) - IDS_SHOWN:,} more"] if len(one.entries) > IDS_SHOWN else []
    about = ", ".join([*ids, *more])
    text = screen.safe(f"{about}: {one.text}" if about else one.text, 400)
    return wrapped("  ", text.split(" "), screen.width, " ")


def _verdict(findings: Sequence[Finding]) -> Line:
    errors = sum(one.severity == "error" for one in findings)
    warnings = len(findings) - errors
    if not findings:
        return line(Segment("nothing found", ("green",)))
    return line(Segment(_counts(errors, warnings), ("bold", "red" if errors else "yellow")))


def _counts(errors: int, warnings: int) -> str:
    told = [
        f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in ((errors, "error"), (warnings, "warning"))
    ]
    return " · ".join(one for one in told if not one.startswith("0 "))
