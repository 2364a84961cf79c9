"""Gate rules about the bad end of a run, which a good average hides: categories, failures, slow answers."""

from __future__ import annotations

from pytest_llmeval.analysis.gating.gates import GateVerdict, held
from pytest_llmeval.analysis.statistics.estimates import ENOUGH_FOR_P99, Interval, Proportion
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.safe_text import NAMED, named

THIN = 10
"""With fewer entries a category says too little of itself to fail a run."""


def worst_slice(summary: Summary, least: float) -> GateVerdict:
    """Want so many percent of the answers of each category to be right, as `limits.fail_under` does of all.

    Args:
        summary: The run; its categories of fewer than `THIN` entries with a verdict are named, and decide nothing.
        least: From 0 to 100.
    """
    rule = f"each category at least {least:g} %"
    entries = summary.entries_by_category
    shares = {name: part.right for name, part in summary.categories.items() if entries[name] >= THIN}
    thin = sorted(name for name in summary.categories if name not in shares)
    if not shares:
        return GateVerdict(rule, "cannot decide", f"no category has {THIN} entries with a verdict")
    found = sorted(shares.items(), key=lambda one: (one[1].rate or 0.0, one[0]))
    low = [(name, share) for name, share in found if 100 * (share.rate or 0.0) < least - 1e-9]
    told = [f"{name} {_told(share)}" for name, share in (low or found[:1])[:NAMED]]
    told += [f"{len(low) - NAMED:,} more"] if len(low) > NAMED else []
    aside = f"; fewer than {THIN} entries, not decided on: {named(thin)}" if thin else ""
    return held(rule, not low, f"{'' if low else 'worst: '}{', '.join(told)}{aside}")


def _told(share: Proportion) -> str:
    low, high = share.interval or Interval(0.0, 1.0)
    return f"{share.count:,} of {share.n:,} = {100 * (share.rate or 0):.1f} % [{100 * low:.1f}–{100 * high:.1f}]"


def failures(summary: Summary, most: float) -> GateVerdict:
    """Allow so many trials not to be right: not fully correct, or not passed where nothing graded them.

    A trial without a verdict may be one of them, so that with too many of those nothing can be decided.

    Args:
        summary: The run, or the entries of a category or tag.
        most: How many.
    """
    rule = f"at most {most:g} {'failure' if most == 1 else 'failures'}"
    share = summary.overall.right
    unknown = summary.outcomes["error"] + summary.outcomes["unscored"] + summary.pending
    failed = share.n - share.count
    told = f"{failed:,} of {share.n:,} trials"
    if unknown and failed <= most < failed + unknown:
        return GateVerdict(rule, "cannot decide", f"{told}, {unknown:,} more without a verdict")
    if not share.n:
        return GateVerdict(rule, "cannot decide", "no trial has a verdict")
    return held(rule, failed <= most, told)


def latency_p99(summary: Summary, most_s: float) -> GateVerdict:
    """Want 99 of 100 answers within so many seconds, those from the cache left out.

    Args:
        summary: The run; of fewer than `ENOUGH_FOR_P99` answers nothing can be decided, unless the slowest is too slow.
        most_s: Seconds.
    """
    rule = f"latency p99 at most {most_s:g} s"
    spread = summary.latency_s
    if spread.p99 is None:
        return GateVerdict(rule, "cannot decide", "no latency is known")
    told = f"{spread.p99:.3g} s of {spread.n:,} answers"
    if spread.n < ENOUGH_FOR_P99 and spread.p99 <= most_s:
        return GateVerdict(rule, "cannot decide", f"{told}, at least {ENOUGH_FOR_P99} are needed")
    return held(rule, spread.p99 <= most_s, told)
