"""How long answers took, in words: in all, to the first token, and for each token after it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_llmeval.analysis.statistics.estimates import ENOUGH_FOR_P99, Percentiles
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures


def times_told(summary: Summary) -> Iterator[tuple[str, list[str]]]:
    """Yield the label and the items of each line on times; none where nothing was timed."""
    if told := latency_told(summary):
        yield "latency", told
    for label, spread in _streamed(summary):
        yield label, _told(spread)


def _streamed(summary: Summary) -> Iterator[tuple[str, Percentiles]]:
    for label, spread in (("first token", summary.first_token_s), ("per output token", summary.per_token_s)):
        if spread.n:
            yield label, spread


def latency_told(summary: Summary) -> list[str]:
    """Return what there is to say of how long answers took; nothing where none was timed, nor came from the cache."""
    told = _told(summary.latency_s)
    if summary.cached:
        told.append(f"{figures.count(summary.cached)} from the cache")
    return told


def _told(spread: Percentiles) -> list[str]:
    told = [f"{name} {figures.duration(getattr(spread, name))}" for name in percentiles_shown(spread)]
    return [*told, f"n {figures.count(spread.n)}"] if told else []


def percentiles_shown(spread: Percentiles) -> tuple[str, ...]:
    """Return the names of those percentiles that so many answers can tell."""
    if not spread.n:
        return ()
    return ("p50", "p90", "p95", "p99") if spread.n >= ENOUGH_FOR_P99 else ("p50", "p90", "p95")


def short_times(summary: Summary) -> str:
    """Return the times in a clause of a sentence, those of tokens only where replies were streamed."""
    shown = (("latency", summary.latency_s), *_streamed(summary))
    return "; ".join(f"{label} {_short(spread)}" for label, spread in shown)


def _short(spread: Percentiles) -> str:
    return f"p50 {figures.duration(spread.p50)}, p95 {figures.duration(spread.p95)}, n {spread.n:,}"
