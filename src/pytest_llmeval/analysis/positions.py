"""The position sweep: accuracy by the depth at which stood what the answer rests on, and by the context's length."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.drops import Drop, drop_of
from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.analysis.robustness import PerturbedEntry, VariantTrials


@dataclass(frozen=True, slots=True)
class Cell:
    """One depth in contexts of one length."""

    depth: float
    """From 0, the beginning, to 1, the end."""
    entries: int
    right: Estimate


@dataclass(frozen=True, slots=True)
class Sweep:
    """All depths in contexts of one length."""

    kind: str
    length: float | None
    cells: tuple[Cell, ...]
    """From the first depth to the last."""
    lowest_depth: float | None
    """The depth between the first and the last with the lowest accuracy; None where there is none between them."""
    middle_gap: Drop | None
    """The mean of the first and the last depth less that lowest one, over the entries with all three.

    Being chosen as the lowest makes it look a little larger than it is."""


def sweeps(entries: Iterable[PerturbedEntry]) -> list[Sweep]:
    """Return a sweep for each kind and length whose variants say at which depth they are; empty where none does."""
    found: dict[tuple[str, float | None], list[dict[float, float]]] = {}
    for entry in entries:
        for key, rates in _rates(entry.variants).items():
            found.setdefault(key, []).append(rates)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or 0))
    return [_sweep(kind, length, rows) for (kind, length), rows in ordered]


def _rates(variants: Iterable[VariantTrials]) -> Mapping[tuple[str, float | None], dict[float, float]]:
    found: dict[tuple[str, float | None], dict[float, float]] = {}
    for one in variants:
        if one.depth is not None:
            found.setdefault((one.kind, one.length), {})[one.depth] = one.rate
    return found


def _sweep(kind: str, length: float | None, rows: list[dict[float, float]]) -> Sweep:
    depths = sorted({depth for row in rows for depth in row})
    cells = tuple(_cell(depth, [row[depth] for row in rows if depth in row]) for depth in depths)
    if len(depths) < 3:
        return Sweep(kind, length, cells, None, None)
    lowest = min(cells[1:-1], key=lambda cell: (cell.right.value, cell.depth)).depth
    ends = depths[0], depths[-1]
    whole = [row for row in rows if {*ends, lowest} <= row.keys()]
    gaps = [((row[ends[0]] + row[ends[1]]) / 2, row[lowest]) for row in whole]
    return Sweep(kind, length, cells, lowest, drop_of(gaps) if gaps else None)


def _cell(depth: float, rates: list[float]) -> Cell:
    return Cell(depth, len(rates), estimate_of_mean(math.fsum(rates), len(rates)))
