"""Pairing of variants: the perturbed trials of two runs that ask the same, under the entry that they were made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from pytest_llmeval.analysis.comparing.pairing import Asked, Pair
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial


def pair_variants(base: Side, new: Side, pairs: Sequence[Pair]) -> list[Pair]:
    """Pair the same sample of the same variant, worded the same, with a verdict of the same kind on both sides.

    Args:
        base: What is compared against.
        new: What is judged.
        pairs: Those of the entries themselves; they tell whether an entry's id alone names it.

    Returns:
        Pairs whose entry is the original's, so that all variants of an entry count as one.
    """
    by_eval = any(one.asked[0] for one in pairs)
    olds, news = _keyed(base, by_eval=by_eval), _keyed(new, by_eval=by_eval)
    both = ((key[0], olds[key], news[key]) for key in olds if key in news)
    compared = ((asked, one, other) for asked, one, other in both if _comparable(one, other))
    entry_of = {one.asked: one.entry for one in pairs}
    return [
        Pair(asked, one.question_id, entry_of.get(asked, (asked[1], 0)), one, other)
        for asked, one, other in compared
        if new.counts_flagged or not (one.flagged or other.flagged)
    ]


def _keyed(side: Side, *, by_eval: bool) -> dict[tuple[Asked, str, int], Trial]:
    return {
        ((trial.eval if by_eval else "", parent), trial.question_id, trial.sample): trial
        for parent, trial in side.perturbed.values()
    }


def _comparable(one: Trial, other: Trial) -> bool:
    same = one.question_hash == other.question_hash and one.kind is not None and one.kind == other.kind
    return same and not (one.quarantined or other.quarantined)


@dataclass(frozen=True, slots=True)
class OfOneRun:
    """An entry and its variants in one run."""

    original: dict[int, bool]
    """By sample, whether it is right."""
    variants: dict[str, dict[int, bool]]
    """By variant and sample."""

    @property
    def drop(self) -> float:
        """Return the original's rate less the mean rate of the variants, each of which counts once."""
        rates = [fmean(samples.values()) for samples in self.variants.values()]
        return fmean(self.original.values()) - fmean(rates)

    @property
    def same_verdict(self) -> float | None:
        """Return the share of variants' trials that end as the original's same sample; None where none has one."""
        told = [
            right == self.original[sample]
            for samples in self.variants.values()
            for sample, right in samples.items()
            if sample in self.original
        ]
        return fmean(told) if told else None

    @property
    def all_pass(self) -> bool:
        """Tell whether original and variants are right in every sample."""
        return all(self.original.values()) and all(all(one.values()) for one in self.variants.values())


@dataclass(frozen=True, slots=True)
class EntryInBoth:
    """An entry with variants, in both runs."""

    base: OfOneRun
    new: OfOneRun


def entries_in_both(pairs: Sequence[Pair], variants: Sequence[Pair]) -> list[EntryInBoth]:
    """Gather the variants of each entry whose original is paired too."""
    originals, made = _by_entry(pairs), _by_entry(variants)
    return [EntryInBoth(*_runs_of(originals[entry], of_it)) for entry, of_it in made.items() if entry in originals]


def _by_entry(pairs: Sequence[Pair]) -> dict[Asked, list[Pair]]:
    found: defaultdict[Asked, list[Pair]] = defaultdict(list)
    for one in pairs:
        found[one.asked].append(one)
    return found


def _runs_of(originals: Sequence[Pair], variants: Sequence[Pair]) -> Iterator[OfOneRun]:
    for base in (True, False):
        made: defaultdict[str, dict[int, bool]] = defaultdict(dict)
        for trial in (one.base if base else one.new for one in variants):
            made[trial.question_id][trial.sample] = trial.correct
        own = (one.base if base else one.new for one in originals)
        yield OfOneRun({trial.sample: trial.correct for trial in own}, dict(made))
