"""Gates: rules that a run passes, fails, or that cannot be decided on it; pure functions of what was measured.

Rules that hold one figure of the run against a limit are in `limits`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.analysis.comparing.comparison import LEAST_OVERLAP, Comparison
from pytest_llmeval.analysis.comparing.measured import Measured, corrected, measure_rate
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.contested import Raters
from pytest_llmeval.safe_text import named

Decision = Literal["passed", "failed", "cannot decide"]
DROP = "stop at a drop"
"""Begins the rule that ends a run."""
About = Literal["run", "baseline", "guarded"]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What one rule says of a run."""

    rule: str
    """As it was written, with its limit."""
    decision: Decision
    reason: str
    """What was measured, in one line."""
    about: About = "run"
    """What it holds against the limit: the run alone, the run against its baseline, or what must pass."""


def decide(verdicts: Iterable[GateVerdict], *, unfinished: str | None = None) -> Decision:
    """Join the verdicts of all rules: each must pass, none makes up for another.

    Args:
        verdicts: One per rule.
        unfinished: Why the run is not whole; such a run never passes.
    """
    said = {verdict.decision for verdict in verdicts}
    if "failed" in said:
        return "failed"
    return "cannot decide" if unfinished or "cannot decide" in said else "passed"


def held(rule: str, holds: bool, told: str, about: About = "run") -> GateVerdict:
    """Make the verdict of a rule that can be decided on."""
    return GateVerdict(rule, "passed" if holds else "failed", told, about)


def max_regression(
    comparison: Comparison, points: float, *, of: str | None = None, tags: Sequence[str] = ()
) -> GateVerdict:
    """Allow a drop of at most so many points, or what chance gives the base; a larger one fails where it is proven.

    Args:
        comparison: The run against its baseline.
        points: From 0 to 100.
        of: Hold one category or tag against the limit; else the whole, its mean grade included.
        tags: All tags that have a limit of their own; their p-values are corrected for how many they are.
    """
    rule = f"max regression {points:g} points{f' in {of}' if of else ''}"
    if comparison.outcome == "cannot decide" or comparison.figures is None:
        return GateVerdict(rule, "cannot decide", "; ".join((*comparison.reasons, *_overlap_allowed(comparison))))
    figures = comparison.figures
    told: list[Measured] = [one for one in (figures.rate, figures.grade) if one is not None]
    if of is not None:
        alone = [figures.rate] if _only_category(comparison) == of else []
        told = [one for one in figures.categories if one.name == of] or alone or _tag(comparison, of, tags)
    if not told:
        return GateVerdict(rule, "cannot decide", f"no pair is of category or tag {of}")
    worse = [one for one in told if one.worse_by_more_than(max(points, comparison.floor_of(one)), comparison.alpha)]
    reasons = [_told(one, comparison.floor_of(one)) for one in worse or told]
    return held(rule, not worse, "; ".join((*reasons, *_mostly_new(comparison))), "baseline")


def _overlap_allowed(comparison: Comparison) -> Iterator[str]:
    """Name what lets a comparison of so few entries count."""
    if any(one.overlap for one in comparison.obstacles) and not comparison.forced:
        yield f"max_missing={_percent_up(1 - comparison.pairing.overlap)} or --llm-baseline-force allows it"


def _mostly_new(comparison: Comparison) -> Iterator[str]:
    """Say so where the baseline knows little of what was run, as one does that is much smaller."""
    pairing = comparison.pairing
    entries = pairing.paired_entries + len(pairing.added)
    if pairing.paired_entries < LEAST_OVERLAP * entries:
        yield f"only {pairing.paired_entries:,} of the run's {entries:,} entries are in the baseline"


def _percent_up(share: float) -> int:
    return math.ceil(100 * share - 1e-9)


def _only_category(comparison: Comparison) -> str | None:
    names = {one.new.category for one in comparison.pairing.pairs}
    return names.pop() if len(names) == 1 else None


def _tag(comparison: Comparison, tag: str, tags: Sequence[str]) -> list[Measured]:
    found = {name: [one for one in comparison.pairing.pairs if name in one.new.tags] for name in {*tags, tag}}
    family = corrected([measure_rate(name, found[name], comparison.alpha) for name in sorted(found) if found[name]])
    return [one for one in family if one.name == tag]


def _told(one: Measured, floor: float) -> str:
    told = f"{one.name} {one.points:+.1f} points, p = {one.corrected_p:.2g}"
    told += f", {floor:.1f} are noise" if floor else ""
    return told if one.detectable is None else f"{told}, {100 * one.detectable / one.top:.1f} can be detected"


def missing_entries(comparison: Comparison, most: float = 0.0) -> GateVerdict:
    """Allow so many percent of the baseline's entries to be missing from the run; more cannot be decided on."""
    pairing = comparison.pairing
    return _missing("entries of the baseline", pairing.removed, pairing.all_base_entries, most)


def deselected(number: int, selected: int, most: float = 0.0) -> GateVerdict:
    """Allow so many percent of the evals that were collected to be left out of the run, by ``-k`` and the like.

    Args:
        number: Evals that were deselected.
        selected: Evals that were to be run.
        most: Percent.
    """
    return _missing("evals", range(number), number + selected, most)


def _missing(what: str, missing: Sequence[object], of: int, most: float) -> GateVerdict:
    rule = f"at most {most:g} % of the {what} missing"
    percent = 100 * len(missing) / of if of else 0.0
    names = [one for one in missing if isinstance(one, str)]
    told = f"{len(missing):,} of {of:,} missing{': ' if names else ''}{named(names)}"
    if percent <= most + 1e-9:
        return GateVerdict(rule, "passed", told)
    return GateVerdict(rule, "cannot decide", f"{told}; max_missing={_percent_up(percent / 100)} allows it")


def must_pass(trials: Iterable[Trial], entries: Iterable[str], skipped: Collection[str] = ()) -> GateVerdict:
    """Want every sample of these entries to be fully correct, or passed where nothing was graded.

    Args:
        trials: Of one model of the run, those that must pass: another eval may ask the same entry and need not.
        entries: Ids; one that was not run, or got no verdict, cannot be decided on.
        skipped: Those of which the suite skipped a trial that must pass.
    """
    wanted = list(dict.fromkeys(entries))
    rule = f"must pass: {named(wanted)}"
    found: dict[str, list[Trial]] = {entry: [] for entry in wanted}
    for trial in trials:
        if trial.question_id in found:
            found[trial.question_id].append(trial)
    failed = [name for name, of_it in found.items() if any(one.scored and not one.correct for one in of_it)]
    unknown = [
        name for name, of_it in found.items() if name in skipped or not of_it or not all(one.scored for one in of_it)
    ]
    if failed:
        return GateVerdict(rule, "failed", f"not right: {named(failed)}", "guarded")
    if unknown:
        return GateVerdict(rule, "cannot decide", f"no verdict: {named(unknown)}", "guarded")
    return GateVerdict(rule, "passed", f"all {len(wanted):,} right", "guarded")


def raters_agree(raters: Raters, least: float) -> GateVerdict:
    """Want those who graded the same answers to agree so far; where they do not, nothing can be decided by them.

    Args:
        raters: Of the run.
        least: Krippendorff's alpha, ordinal.
    """
    rule, objection = f"alpha of at least {least:g}", raters.objection(least)
    if objection is not None:
        return GateVerdict(rule, "cannot decide", objection)
    return GateVerdict(rule, "passed", f"{raters.alpha:.2f} over {raters.answers:,} answers")


def stopped_at_drop(alarm: str | None, points: float) -> GateVerdict:
    """Want a run that was not ended for being so many points worse than the baseline."""
    return GateVerdict(f"{DROP} of {points:g} points", "failed" if alarm else "passed", alarm or "none rang")
