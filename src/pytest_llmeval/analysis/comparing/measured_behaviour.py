"""Behaviour of a pair of runs: tools, citations, length and what probes scored, each with its test and interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

from pytest_llmeval.analysis.behaviour import RULES, Rule
from pytest_llmeval.analysis.citation_use import REAL
from pytest_llmeval.analysis.comparing.measured import Measured, corrected, measure_mean, measure_numbers, measure_rate
from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair
from pytest_llmeval.analysis.comparing.pairing_variants import OfOneRun, entries_in_both
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.statistics.paired_ratios import PairedParts, ratio_difference_interval, swap_test

ROBUSTNESS: tuple[tuple[str, str, Callable[[OfOneRun], float | None]], ...] = (
    ("drop of variants", "the original's rate less its variants'", attrgetter("drop")),
    ("same verdict", "variants that end as their original does", attrgetter("same_verdict")),
    ("all pass", "entries right in the original and every variant", attrgetter("all_pass")),
)
"""What is compared of entries with variants, each entry counting once."""

Group = Literal["tools", "citations", "length", "probes", "robustness"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One figure of behaviour, before and after; no part of the verdict, for more of it may be better or worse."""

    group: Group
    figure: Measured
    """Its corrected p-value is corrected for all figures of behaviour."""
    is_share: bool
    """A share from 0 to 1; else a number of calls, citations or words."""
    meaning: str = ""
    tool: str | None = None
    """The tool it is of, None for all; a tool that is the only one has no figures of its own."""
    of: tuple[int, int] | None = None
    """The calls that the share is of, in base and new; None where it is of trials."""

    def changed(self, alpha: float) -> bool:
        """Tell whether it changed: where the test says so at this level and the interval leaves out 0."""
        return self.figure.direction(alpha) is not None


def measure_behaviour(pairs: Sequence[Pair], alpha: float, variants: Sequence[Pair] = ()) -> tuple[Behaviour, ...]:
    """Compare how answers come about and what they are like, where there is anything to tell.

    Args:
        pairs: At least one.
        alpha: Level of the tests.
        variants: Pairs of perturbed variants, each under the entry it was made of.

    Returns:
        Tools first, then citations, length, what probes scored, in the order of `behaviour.RULES`, and robustness.
    """
    found = [*_tools(pairs, alpha), *_citations(pairs, alpha), *_length(pairs, alpha)]
    found += [*_probes(pairs, variants, alpha), *_robustness(pairs, variants, alpha)]
    together = corrected([one.figure for one in found])
    return tuple(replace(one, figure=figure) for one, figure in zip(found, together, strict=True))


def _tools(pairs: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    calls = Counter[str]()
    for trial in (trial for pair in pairs for trial in (pair.base, pair.new)):
        for tally in trial.traits.tools:
            calls[tally.tool] += tally.calls
    if not calls:
        return
    yield Behaviour(
        "tools", measure_rate("trials with tool calls", pairs, alpha, lambda trial: bool(trial.traits.tools)), True
    )
    apart = [name for name, _ in calls.most_common()] if len(calls) > 1 else []
    for tool in (None, *apart):
        yield _calls(tool, pairs, alpha)
        yield from _failed(tool, pairs, alpha)


def _calls(tool: str | None, pairs: Sequence[Pair], alpha: float) -> Behaviour:
    figure = measure_mean("tool calls a trial", pairs, lambda trial: trial.traits.calls(tool), alpha)
    return Behaviour("tools", figure, is_share=False, tool=tool)


def _failed(tool: str | None, pairs: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    """Yield the failed calls by the calls; nothing where a run has no call whose result is known."""
    by_entry: defaultdict[EntryKey, list[PairedParts]] = defaultdict(list)
    for pair in pairs:
        parts = PairedParts(*_parts(pair.base, tool), *_parts(pair.new, tool))
        if parts.base_whole or parts.new_whole:
            by_entry[pair.entry].append(parts)
    single = [parts for samples in by_entry.values() for parts in samples]
    entries = [_sum_of(samples) for samples in by_entry.values()]
    whole = _sum_of(entries)
    if not (whole.base_whole and whole.new_whole):
        return
    p = swap_test(entries)
    figure = Measured(
        "failed calls",
        pairs=len(single),
        entries=len(entries),
        base=whole.base_part / whole.base_whole,
        new=whole.new_part / whole.new_whole,
        interval=ratio_difference_interval(entries, 1 - alpha),
        p=p,
        corrected_p=p,
        lost=sum(one.new_part < one.base_part for one in single),
        gained=sum(one.new_part > one.base_part for one in single),
        detectable=None,
        test="swaps",
    )
    yield Behaviour("tools", figure, is_share=True, tool=tool, of=(whole.base_whole, whole.new_whole))


def _sum_of(several: Sequence[PairedParts]) -> PairedParts:
    return PairedParts(*(sum(one[place] for one in several) for place in range(4)))


def _parts(trial: Trial, tool: str | None) -> tuple[int, int]:
    tallies = list(trial.traits.of_tool(tool))
    return sum(one.failed for one in tallies), sum(one.known for one in tallies)


def _citations(pairs: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    counted = _where(pairs, lambda trial: trial.traits.citations)
    if counted:
        cites = measure_rate("answers that cite", counted, alpha, lambda trial: bool(trial.traits.citations))
        yield Behaviour("citations", cites, is_share=True)
        many = measure_mean("citations an answer", counted, lambda trial: trial.traits.citations or 0, alpha)
        yield Behaviour("citations", many, is_share=False)
    with_any = _where(pairs, lambda trial: trial.traits.score(REAL))
    if with_any:
        real = measure_mean("citations that are real", with_any, lambda trial: trial.traits.score(REAL) or 0.0, alpha)
        yield Behaviour("citations", real, is_share=True)


def _length(pairs: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    if any(trial.traits.words for pair in pairs for trial in (pair.base, pair.new)):
        figure = measure_mean("words an answer", pairs, lambda trial: trial.traits.words, alpha)
        yield Behaviour("length", figure, is_share=False)


def _probes(pairs: Sequence[Pair], variants: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    there = {name for pair in (*pairs, *variants) for name, _ in pair.base.traits.scores}
    for rule in (rule for rule in RULES if rule.score in there):
        told = _where([*pairs, *variants] if rule.with_variants else pairs, _score_of(rule))
        if told:
            yield Behaviour("probes", measure_rate(rule.rate, told, alpha, _shown_by(rule)), True, rule.meaning)


def _robustness(pairs: Sequence[Pair], variants: Sequence[Pair], alpha: float) -> Iterator[Behaviour]:
    entries = entries_in_both(pairs, variants)
    for name, meaning, value in ROBUSTNESS:
        values = ((value(one.base), value(one.new)) for one in entries)
        told = [(base, new) for base, new in values if base is not None and new is not None]
        if told:
            figure = measure_numbers(name, range(len(told)), *zip(*told, strict=True), alpha=alpha)
            yield Behaviour("robustness", figure, is_share=True, meaning=meaning)


def _score_of(rule: Rule) -> Callable[[Trial], float | None]:
    return lambda trial: trial.traits.score(rule.score)


def _shown_by(rule: Rule) -> Callable[[Trial], bool]:
    return lambda trial: ((trial.traits.score(rule.score) or 0.0) >= 0.5) is not rule.of_bad


def _where(pairs: Sequence[Pair], value: Callable[[Trial], float | None]) -> list[Pair]:
    """Return the pairs in which both trials have a value."""
    return [pair for pair in pairs if value(pair.base) is not None and value(pair.new) is not None]
