"""Gate rules that hold a figure of the run itself against a limit."""

from __future__ import annotations

from collections.abc import Callable

from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.analysis.gating.gates import GateVerdict, held
from pytest_llmeval.analysis.statistics.total import Total
from pytest_llmeval.analysis.summary import Summary


def fail_under(summary: Summary, least: float, *, proven: bool = False) -> GateVerdict:
    """Want so many percent of the answers to be right: fully correct, or passed where nothing graded them.

    Args:
        summary: The run.
        least: From 0 to 100.
        proven: Hold the lower end of the 95 % interval against the limit, not the share itself. The share is what
            people mean by a limit, and what they can reach with few entries; the lower end is for claims.
    """
    rule = f"fail under {least:g} %{' (lower bound)' if proven else ''}"
    share = summary.overall.right
    if share.rate is None or share.interval is None:
        return GateVerdict(rule, "cannot decide", "no trial has a verdict")
    low, high = (100 * bound for bound in share.interval)
    found = low if proven else 100 * share.rate
    told = f"{share.count:,} of {share.n:,} = {100 * share.rate:.1f} % [{low:.1f}–{high:.1f}]"
    # Rounding must not fail 7 of 10 held against 70.
    return held(rule, found >= least - 1e-9, told)


def coverage(summary: Summary, most_unscored: float) -> GateVerdict:
    """Allow so many percent of the trials to end without a verdict: errors, unscored ones and those not graded yet."""
    rule = f"at most {most_unscored:g} % unscored"
    without = summary.outcomes["error"] + summary.outcomes["unscored"] + summary.pending
    asked = summary.records - summary.outcomes["skipped"]
    if not asked:
        return GateVerdict(rule, "cannot decide", "no trial was run")
    percent = 100 * without / asked
    return held(rule, percent <= most_unscored + 1e-9, f"{without:,} of {asked:,} = {percent:.1f} %")


def latency_p95(summary: Summary, most_s: float) -> GateVerdict:
    """Want 95 of 100 answers within so many seconds, those from the cache left out."""
    rule = f"latency p95 at most {most_s:g} s"
    spread = summary.latency_s
    if spread.p95 is None:
        return GateVerdict(rule, "cannot decide", "no latency is known")
    return held(rule, spread.p95 <= most_s, f"{spread.p95:.3g} s of {spread.n:,} answers")


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
    most *= 1 + 1e-9  # rounding must not fail twenty trials of one cent each held against a cent
    if total.unknown and total.known / (total.counted + total.unknown) <= most:
        return GateVerdict(rule, "cannot decide", f"{told}, the {what} of {total.unknown:,} is unknown")
    return held(rule, mean <= most, told)


def failure_label_limit(summary: Summary, label: str, most: float) -> GateVerdict:
    """Allow so many percent of the judged answers to bear a failure label."""
    rule = f"at most {most:g} % {label}"
    judged, times = summary.overall.judged, summary.failure_labels[label]
    if not judged:
        return GateVerdict(rule, "cannot decide", "no trial is graded")
    percent = 100 * times / judged
    return held(rule, percent <= most + 1e-9, f"{times:,} of {judged:,} = {percent:.1f} %")


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
    holds = percent <= limit + 1e-9 if asked.of_bad else percent >= limit - 1e-9
    reason = f"{found.count:,} of {found.n:,} = {percent:.1f} % [{100 * low:.1f}–{100 * high:.1f}]"
    return held(told, holds, reason)
