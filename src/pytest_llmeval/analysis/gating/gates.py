"""Gates: rules that a run passes, fails, or that cannot be decided on it; pure functions of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.analysis.comparing.comparison import Comparison
from pytest_llmeval.analysis.comparing.measured import Measured, corrected, measure_rate
from pytest_llmeval.analysis.comparing.sides import Trial
from pytest_llmeval.analysis.contested import Raters
from pytest_llmeval.analysis.statistics.estimates import Proportion, Total
from pytest_llmeval.analysis.summary import Summary

Decision = Literal["passed", "failed", "cannot decide"]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What one rule says of a run."""

    rule: str
    """As it was written, with its limit."""
    decision: Decision
    reason: str
    """What was measured, in one line."""


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


def fail_under(summary: Summary, least: float, *, proven: bool = False) -> GateVerdict:
    """Want so many percent of the answers to be right: fully correct, or passed where nothing graded them.

    Args:
        summary: The run.
        least: From 0 to 100.
        proven: Hold the lower end of the 95 % interval against the limit, not the share itself. The share is what
            people mean by a limit, and what they can reach with few entries; the lower end is for claims.
    """
    rule = f"fail under {least:g} %{' (lower bound)' if proven else ''}"
    whole = summary.overall
    share = Proportion(whole.fully_correct.count + whole.passed, whole.judged + whole.ungraded)
    if share.rate is None or share.interval is None:
        return GateVerdict(rule, "cannot decide", "no trial has a verdict")
    low, high = (100 * bound for bound in share.interval)
    found = low if proven else 100 * share.rate
    told = f"{share.count:,} of {share.n:,} = {100 * share.rate:.1f} % [{low:.1f}–{high:.1f}]"
    # Rounding must not fail 7 of 10 held against 70.
    return _held(rule, found >= least - 1e-9, told)


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
        return GateVerdict(rule, "cannot decide", "; ".join(comparison.reasons))
    figures = comparison.figures
    held: list[Measured] = [one for one in (figures.rate, figures.grade) if one is not None]
    if of is not None:
        alone = [figures.rate] if _only_category(comparison) == of else []
        held = [one for one in figures.categories if one.name == of] or alone or _tag(comparison, of, tags)
    if not held:
        return GateVerdict(rule, "cannot decide", f"no pair is of category or tag {of}")
    worse = [one for one in held if one.worse_by_more_than(max(points, comparison.floor_of(one)), comparison.alpha)]
    return _held(rule, not worse, "; ".join(_told(one, comparison.floor_of(one)) for one in worse or held))


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
    told = f"{len(missing):,} of {of:,} missing{': ' if names else ''}{_named(names)}"
    return GateVerdict(rule, "passed" if percent <= most + 1e-9 else "cannot decide", told)


def must_pass(trials: Sequence[Trial], entries: Iterable[str]) -> GateVerdict:
    """Want every sample of these entries to be fully correct, or passed where nothing was graded.

    Args:
        trials: Of one model of the run.
        entries: Ids; one that was not run, or got no verdict, cannot be decided on.
    """
    wanted = list(dict.fromkeys(entries))
    rule = f"must pass: {_named(wanted)}"
    found: dict[str, list[Trial]] = {entry: [] for entry in wanted}
    for trial in trials:
        if trial.question_id in found:
            found[trial.question_id].append(trial)
    failed = [name for name, of_it in found.items() if any(one.scored and not one.correct for one in of_it)]
    unknown = [name for name, of_it in found.items() if not of_it or not all(one.scored for one in of_it)]
    if failed:
        return GateVerdict(rule, "failed", f"not right: {_named(failed)}")
    if unknown:
        return GateVerdict(rule, "cannot decide", f"no verdict: {_named(unknown)}")
    return GateVerdict(rule, "passed", f"all {len(wanted):,} right")


def _named(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def coverage(summary: Summary, most_unscored: float) -> GateVerdict:
    """Allow so many percent of the trials to end without a verdict: errors, unscored ones and those not graded yet."""
    rule = f"at most {most_unscored:g} % unscored"
    without = summary.outcomes["error"] + summary.outcomes["unscored"] + summary.pending
    asked = summary.records - summary.outcomes["skipped"]
    if not asked:
        return GateVerdict(rule, "cannot decide", "no trial was run")
    percent = 100 * without / asked
    return _held(rule, percent <= most_unscored + 1e-9, f"{without:,} of {asked:,} = {percent:.1f} %")


def latency_p95(summary: Summary, most_s: float) -> GateVerdict:
    """Want 95 of 100 answers within so many seconds, those from the cache left out."""
    rule = f"latency p95 at most {most_s:g} s"
    spread = summary.latency_s
    if spread.p95 is None:
        return GateVerdict(rule, "cannot decide", "no latency is known")
    return _held(rule, spread.p95 <= most_s, f"{spread.p95:.3g} s of {spread.n:,} answers")


def cost_per_trial(summary: Summary, most_usd: float) -> GateVerdict:
    """Want a mean cost of at most so many dollars; with unknown prices only a breach can be told."""
    rule = f"cost per trial at most ${most_usd:g}"
    return _mean_limit(rule, summary.cost_usd, most_usd, "price", lambda mean: f"${mean:.4g}")


def output_tokens_per_trial(summary: Summary, most: float) -> GateVerdict:
    """Want at most so many output tokens on average; with unknown usage only a breach can be told."""
    rule = f"output tokens per trial at most {most:g}"
    return _mean_limit(rule, summary.output_tokens, most, "usage", lambda mean: f"{mean:,.1f}")


def _mean_limit(rule: str, total: Total, most: float, what: str, write: Callable[[float], str]) -> GateVerdict:
    if not total.counted:
        return GateVerdict(rule, "cannot decide", f"no {what} is known")
    mean = total.known / total.counted
    told = f"{write(mean)} over {total.counted:,} trials"
    if total.unknown and total.known / (total.counted + total.unknown) <= most:
        return GateVerdict(rule, "cannot decide", f"{told}, the {what} of {total.unknown:,} is unknown")
    return _held(rule, mean <= most, told)


def failure_label_limit(summary: Summary, label: str, most: float) -> GateVerdict:
    """Allow so many percent of the judged answers to bear a failure label."""
    rule = f"at most {most:g} % {label}"
    judged, times = summary.overall.judged, summary.failure_labels[label]
    if not judged:
        return GateVerdict(rule, "cannot decide", "no trial is graded")
    percent = 100 * times / judged
    return _held(rule, percent <= most + 1e-9, f"{times:,} of {judged:,} = {percent:.1f} %")


def behaviour_limit(summary: Summary, rate: str, limit: float) -> GateVerdict:
    """Want a rate of bad behaviour to be at most so many percent, one of good behaviour at least so many.

    Args:
        summary: The run.
        rate: As `behaviour.Rule.gate_name` writes it.
        limit: From 0 to 100.
    """
    asked = next(rule for rule in RULES if rule.gate_name == rate)
    told = f"{'at most' if asked.of_bad else 'at least'} {limit:g} % {asked.rate}"
    found = next((one for one in summary.behaviour.rates() if one.name == asked.rate), None)
    if found is None:
        return GateVerdict(told, "cannot decide", f"no trial has a score {asked.score}")
    percent, (low, high) = 100 * found.estimate.value, found.estimate.interval
    held = percent <= limit + 1e-9 if asked.of_bad else percent >= limit - 1e-9
    reason = f"{found.count:,} of {found.n:,} = {percent:.1f} % [{100 * low:.1f}–{100 * high:.1f}]"
    return _held(told, held, reason)


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
    return GateVerdict(f"stop at a drop of {points:g} points", "failed" if alarm else "passed", alarm or "none rang")


def _held(rule: str, held: bool, told: str) -> GateVerdict:
    return GateVerdict(rule, "passed" if held else "failed", told)
