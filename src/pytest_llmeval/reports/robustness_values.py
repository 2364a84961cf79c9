"""Variants and behaviour as plain values, for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.behaviour import BehaviourRates, Rate
from pytest_llmeval.analysis.positions import sweeps
from pytest_llmeval.analysis.repeats import Estimate
from pytest_llmeval.analysis.robustness import KindFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.evidence_lines import evidence_values
from pytest_llmeval.reports.noise_lines import noise_values


def robustness_values(summary: Summary) -> dict[str, Any]:
    """Return ``behaviour``, ``evidence`` and ``variants``, each None where there is nothing of it."""
    evidence = evidence_values(summary.evidence.figures())
    return {"behaviour": behaviour_values(summary.behaviour), "evidence": evidence, "variants": _variants(summary)}


def behaviour_values(found: BehaviourRates) -> dict[str, Any] | None:
    """Return the rates of behaviour probes, in all and by category, and the hedging gap; None without any."""
    rates, gap = found.rates(), found.hedging_gap()
    categories = {name: _rates(told) for name, told in found.by_category().items()}
    told = {"rates": _rates(rates), "hedging_gap": asdict(gap) if gap else None, "categories": categories}
    return told if rates else None


def _rates(rates: Iterable[Rate]) -> dict[str, Any]:
    return {rate.name: {"count": rate.count, "n": rate.n, **_estimate(rate.estimate)} for rate in rates}


def _estimate(estimate: Estimate) -> dict[str, float]:
    return {"rate": estimate.value, "low": estimate.interval.low, "high": estimate.interval.high}


def _variants(summary: Summary) -> dict[str, Any] | None:
    if summary.variants is None:
        return None
    variants, found = summary.variants, summary.robustness.figures()
    return {
        "records": variants.records,
        "outcomes": dict(variants.outcomes),
        "reasons": dict(variants.reasons.most_common()),
        "cost_usd": {"value": variants.cost_usd.value, "at_least": bool(variants.cost_usd.unknown)},
        "input_tokens": {"value": variants.input_tokens.value, "at_least": bool(variants.input_tokens.unknown)},
        "output_tokens": {"value": variants.output_tokens.value, "at_least": bool(variants.output_tokens.unknown)},
        "all_kinds": _kind(found.all_kinds) if found else None,
        "kinds": [_kind(kind) for kind in found.kinds] if found else [],
        "worst": _estimate(found.worst) if found else None,
        "all_pass": _estimate(found.all_pass) if found and found.all_pass else None,
        "noise": noise_values(summary.noise),
        "sweeps": [asdict(sweep) for sweep in sweeps(summary.robustness.entries())],
    }


def _kind(kind: KindFigures) -> dict[str, Any]:
    return asdict(kind)
