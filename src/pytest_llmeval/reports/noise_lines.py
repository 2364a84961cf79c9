"""Variants by noise level: how many are right, how many end gracefully, and how the others end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.endings import ENDINGS, GRACEFUL
from pytest_llmeval.analysis.noise_levels import LevelFigures, NoiseLevels
from pytest_llmeval.analysis.repeats import Estimate
from pytest_llmeval.reports import repeat_figures
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.safe_text import one_line

LABEL = 20
ROWS_SHOWN = 12
MEANING = "valid, or says it cannot tell"


def noise_lines(noise: NoiseLevels, *, width: int, verbosity: int = 0) -> Iterator[Line]:
    """Tell how gracefully variants end, and of kinds with noise levels level by level; with ``-v`` of every kind."""
    whole = noise.whole()
    if whole is None:
        return
    told = f"  {fit('graceful', LABEL)} {graceful(whole)}"
    yield line(told, Segment(f"  {MEANING}" if width_of(told + MEANING) + 2 <= width else "", ("light",)))
    others = not_graceful(whole)
    if others:
        yield line(fit(f"  {fit('not graceful', LABEL)} {others}", width).rstrip())
    rows = [one for one in noise.figures() if verbosity > 0 or one.level is not None]
    shown = rows[: None if verbosity > 0 else ROWS_SHOWN]
    if shown:
        yield line(Segment(_cells("by noise level", ("", "right", "graceful"), width), ("light",)))
    for one in shown:
        yield line(_cells(one_line(one.kind, LABEL), (level(one), right(one), graceful(one)), width))
    if len(shown) < len(rows):
        yield line(Segment(f"  … {len(rows) - len(shown)} more levels with -v", ("light",)))


def _cells(label: str, cells: tuple[str, str, str], width: int) -> str:
    at, is_right, ended = cells
    return fit(f"  {fit(label, LABEL)} {at:>5} {is_right:>15}  {ended}", width).rstrip()


def level(one: LevelFigures) -> str:
    """Write the level of a kind; nothing where it has none."""
    return "" if one.level is None else f"{one.level:g}"


def right(one: LevelFigures) -> str:
    """Write the share that is right, with its interval."""
    return _share(one.right)


def graceful(one: LevelFigures) -> str:
    """Write how many ended gracefully: count, n, share and interval."""
    return f"{one.count:,} of {one.n:,} · {_share(one.graceful)}"


def not_graceful(one: LevelFigures) -> str:
    """Write in what ways the others ended, and how many in each."""
    others = [ending for ending in ENDINGS if ending not in GRACEFUL and ending in one.endings]
    return " · ".join(f"{one.endings[ending]:,} {ending.replace('_', ' ')}" for ending in others)


def _share(estimate: Estimate | None) -> str:
    return f"{repeat_figures.percent(estimate)} {repeat_figures.interval(estimate)}".rstrip()


def noise_rows(noise: NoiseLevels) -> Iterator[tuple[str, str]]:
    """Yield a row of two cells for each kind and level, then one for all, for tables."""
    whole = noise.whole()
    for one in (*noise.figures(), *([whole] if whole else [])):
        yield f"{one.kind} {level(one)}".rstrip(), f"{right(one)} right, {graceful(one)} graceful"


def noise_values(noise: NoiseLevels) -> dict[str, Any]:
    """Return the same as plain values."""
    whole = noise.whole()
    return {"all": asdict(whole) if whole else None, "levels": [asdict(one) for one in noise.figures()]}
