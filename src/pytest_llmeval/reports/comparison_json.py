"""A comparison as JSON values, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.comparing.comparison import Comparison, Figures
from pytest_llmeval.analysis.comparing.measured import Measured
from pytest_llmeval.analysis.comparing.measured_behaviour import Behaviour
from pytest_llmeval.analysis.comparing.pairing import Pair, Pairing
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.comparing.turned import mended, regressed
from pytest_llmeval.analysis.comparing.winning import Winning, winning
from pytest_llmeval.analysis.statistics.win_rate import WinRate

FORMAT_VERSION = 1
"""Raised when a key changes its meaning; new keys alone do not raise it."""


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values; shares run from 0 to 1, unknown is null."""
    return {
        "outcome": comparison.outcome,
        "regression": bool(comparison.regressions),
        "reasons": list(comparison.reasons),
        "alpha": comparison.alpha,
        "allowed_points": comparison.allowed,
        "forced": comparison.forced,
        "obstacles": [asdict(one) for one in comparison.obstacles],
        "base": _side(comparison.base),
        "new": _side(comparison.new),
        "pairs": len(comparison.pairing.pairs),
        "regressed": asdict(regressed(comparison.pairing.pairs)),
        "mended": asdict(mended(comparison.pairing.pairs)),
        "head_to_head": _winning(winning(comparison.pairing.pairs)),
        "figures": _figures(comparison.figures, comparison.alpha) if comparison.figures else None,
        "lost": _flips(comparison.lost),
        "gained": _flips(comparison.gained),
        "lower_grade": _flips(comparison.lower),
        "not_compared": _uncompared(comparison.pairing),
        "contaminated_entries_counted": list(comparison.pairing.flagged_counted),
        "changes": [asdict(one) for one in comparison.changes],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "log": str(side.path),
        "model": side.model,
        "trials": len(side.trials),
        "with_verdict": side.scored,
        "complete": None if side.info is None and not side.torn else side.unfinished is None,
        "replaced_records": side.repeated,
        "variants_left_out": len(side.perturbed),
    }


def _winning(found: Winning) -> dict[str, Any]:
    return {
        "overall": _win_rate(found.overall),
        "categories": {name: _win_rate(one) for name, one in found.categories.items()},
    }


def _win_rate(one: WinRate) -> dict[str, Any]:
    return {
        "entries": one.n,
        "wins": one.wins,
        "ties": one.ties,
        "losses": one.losses,
        "win_rate": one.rate,
        "interval": list(one.interval) if one.interval else None,
        "sign_p": one.p_value if one.n else None,
    }


def _figures(figures: Figures, alpha: float) -> dict[str, Any]:
    return {
        "overall": _measured(figures.rate, alpha),
        "mean_grade": _measured(figures.grade, alpha) if figures.grade else None,
        "categories": [_measured(one, alpha) for one in figures.categories],
        "symptoms": [asdict(one) for one in figures.symptoms],
        "error_modes": [asdict(one) for one in figures.error_modes],
        "behaviour": [_behaviour(one, alpha) for one in figures.behaviour],
        "per_trial": [{**asdict(one), "ratio": one.ratio} for one in figures.spent],
        "latency_s": asdict(figures.latencies),
        "output_tokens": asdict(figures.lengths),
    }


def _measured(one: Measured, alpha: float) -> dict[str, Any]:
    told = {**asdict(one), "interval": list(one.interval), "difference": one.difference}
    return {**told, "changed": one.direction(alpha)}


def _behaviour(one: Behaviour, alpha: float) -> dict[str, Any]:
    figure = one.figure
    return {
        "group": one.group,
        "name": figure.name,
        "tool": one.tool,
        "meaning": one.meaning or None,
        "unit": "share" if one.is_share else "number",
        "pairs": figure.pairs,
        "entries": figure.entries,
        "base": figure.base,
        "new": figure.new,
        "of": list(one.of) if one.of else None,
        "difference": figure.difference,
        "interval": list(figure.interval),
        "p": figure.p,
        "corrected_p": figure.corrected_p,
        "less": figure.lost,
        "more": figure.gained,
        "test": figure.test,
        "changed": one.changed(alpha),
    }


def _flips(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    return [
        {
            "entry": one.name,
            "sample": one.new.sample,
            "category": one.new.category,
            "question": one.new.question,
            "base": _answer(one.base),
            "new": _answer(one.new),
        }
        for one in pairs
    ]


def _answer(trial: Trial) -> dict[str, Any]:
    return {"verdict": trial.verdict, "label": trial.label, "answer": trial.answer, "notes": trial.notes}


def _uncompared(pairing: Pairing) -> dict[str, Any]:
    return {
        "changed_entries": list(pairing.changed),
        "new_entries": list(pairing.added),
        "removed_entries": list(pairing.removed),
        "quarantined_entries": list(pairing.quarantined),
        "set_aside_entries": list(pairing.set_aside),
        "contaminated_entries": list(pairing.flagged),
        "without_two_verdicts": [asdict(one) for one in pairing.left_out],
        "odd_samples": pairing.odd_samples,
    }
