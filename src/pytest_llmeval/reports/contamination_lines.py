"""Whether a benchmark was checked for contamination, and how answers to clean and to contaminated entries compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.contamination_gap import (
    CheckedPart,
    ContaminationFigures,
    ContaminationGap,
    ContaminationUse,
)
from pytest_llmeval.reports.figures import UNKNOWN
from pytest_llmeval.reports.lines import Line, Segment, fit, line
from pytest_llmeval.reports.repeat_figures import interval, percent

GAP = "contaminated less clean"


def checked_told(day: str, *, flagged: int, clean: int, changed: int = 0) -> str:
    """Say in a few words what a check came to.

    Args:
        day: Of the check.
        flagged: Entries that were found in the corpus.
        clean: Entries that were not.
        changed: Entries that changed since, are new, or are too short to be looked for.

    Example:
        >>> checked_told("2026-11-01", flagged=3, clean=37, changed=2)
        'checked 2026-11-01, 3 of 40 flagged, 2 not checked'
        >>> checked_told("2026-11-01", flagged=0, clean=40)
        'checked 2026-11-01, none of 40 flagged'
    """
    found = f"{flagged:,}" if flagged else "none"
    told = f"checked {day}, {found} of {flagged + clean:,} flagged"
    return told + (f", {changed:,} not checked" if changed else "")


def contaminated_caveats(use: ContaminationUse) -> Iterator[str]:
    """Say how many of a model's trials are of contaminated entries, and of entries that a check has passed over."""
    trials = use.trials.total()
    if use.trials["flagged"]:
        yield f"{use.trials['flagged']:,} of {trials:,} trials are of contaminated entries"
    if use.trials[None] and use.was_checked:
        yield f"{use.trials[None]:,} of {trials:,} trials are of entries not checked for contamination"


def part_told(part: CheckedPart) -> str:
    """Write the share of right answers with its n and interval; by entry, where those have several samples.

    Example:
        >>> from pytest_llmeval.analysis.repeats import estimate_of_mean
        >>> part_told(CheckedPart(3, 4, 4, estimate_of_mean(3, 4)))
        '3 of 4 · 75 % [30–95]'
        >>> part_told(CheckedPart(6, 8, 4, estimate_of_mean(3, 4)))
        '6 of 8 · 75 % [30–95] of 4 entries'
    """
    if part.share is None:
        return UNKNOWN
    entries = f" of {part.entries:,} entries" if part.entries < part.trials else ""
    return f"{part.right:,} of {part.trials:,} · {percent(part.share)} {interval(part.share)}{entries}"


def gap_cell(gap: ContaminationGap | None) -> str:
    """Write the gap as short as a column wants it.

    Example:
        >>> from pytest_llmeval.analysis.statistics.estimates import Interval
        >>> gap_cell(ContaminationGap(0.25, Interval(0.1, 0.4), 0.004)), gap_cell(None)
        ('+25 [+10, +40] p 0.004', '–')
    """
    if gap is None:
        return UNKNOWN
    value, low, high = (f"{100 * one:+.0f}" for one in (gap.value, *gap.interval))
    return f"{value} [{low}, {high}] p {_p(gap)}"


def _p(gap: ContaminationGap) -> str:
    return "<0.001" if gap.p < 0.001 else f"{gap.p:.3f}"


def gap_told(gap: ContaminationGap | None) -> str:
    """Write by how many points contaminated entries are answered better, with interval and p-value.

    Example:
        >>> from pytest_llmeval.analysis.statistics.estimates import Interval
        >>> gap_told(ContaminationGap(0.25, Interval(0.1, 0.4), 0.004)), gap_told(None)
        ('+25.0 [10.0, 40.0] points, p 0.004', '–')
    """
    if gap is None:
        return UNKNOWN
    low, high = gap.interval
    return f"{100 * gap.value:+.1f} [{100 * low:.1f}, {100 * high:.1f}] points, p {_p(gap)}"


def contamination_rows(found: ContaminationFigures | None) -> Iterator[tuple[str, str]]:
    """Yield what each part comes to and the gap between them, with a label; nothing where nothing is contaminated."""
    if found is None:
        return
    yield "clean", part_told(found.clean)
    yield "contaminated", part_told(found.flagged)
    if found.unchecked.trials:
        yield "not checked", part_told(found.unchecked)
    yield GAP, gap_told(found.gap)


def contamination_lines(found: ContaminationFigures | None, *, width: int) -> Iterator[Line]:
    """Tell how answers to clean and to contaminated entries fare; nothing where nothing is contaminated."""
    rows = list(contamination_rows(found))
    if rows:
        told = "contamination: questions that stand in a corpus, beside those that do not"
        yield line(Segment(fit(f"  {told}", width).rstrip(), ("light",)))
    for label, told in rows:
        yield line(fit(f"    {fit(label, len(GAP))}  {told}", width).rstrip())


def contamination_values(use: ContaminationUse) -> dict[str, Any] | None:
    """Return the same for JSON; None where nobody has checked."""
    if not use.was_checked:
        return None
    found = use.figures()
    counts = {"clean": use.trials["clean"], "flagged": use.trials["flagged"], "not_checked": use.trials[None]}
    if found is None:
        return {"trials": counts, "flagged_entries": [], "gap": None}
    gap = asdict(found.gap) if found.gap else None
    parts = {name: asdict(getattr(found, name)) for name in ("clean", "flagged", "unchecked")}
    return {"trials": counts, "flagged_entries": list(found.flagged_entries), **parts, "gap": gap}
