"""Robustness: how the variants of entries fare beside their originals, an entry counting once however many it has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean

from pytest_llmeval.analysis.drops import Drop, drop_of
from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.analysis.said import said_by
from pytest_llmeval.analysis.statistics.paired import holm
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record

ALL_KINDS = "all kinds"

EntryKey = tuple[str, str]
"""The test function, and the original's id."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a trial came to."""

    success: bool
    answer: int
    """What it says, see `said_by`."""


@dataclass(slots=True)
class VariantTrials:
    """The trials of one variant of an entry."""

    kind: str
    same_gold: bool
    depth: float | None
    length: float | None
    samples: dict[int, Ended] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Return the share of its samples that are right."""
        return fmean(one.success for one in self.samples.values())


@dataclass(slots=True)
class PerturbedEntry:
    """An entry of which there are variants, with what its original came to."""

    original: Mapping[int, Ended]
    """By sample; empty where the original has no verdict."""
    variants: list[VariantTrials]

    @property
    def rate(self) -> float:
        """Return the share of the original's samples that are right; there must be some."""
        return fmean(one.success for one in self.original.values())

    @property
    def mean(self) -> float:
        """Return the mean rate of the variants."""
        return fmean(one.rate for one in self.variants)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What the variants of one kind came to."""

    kind: str
    variants: int
    trials: int
    """With a verdict."""
    entries: int
    """With at least one such trial; each counts once."""
    perturbed: Estimate
    """The share that is right."""
    paired: int
    """Entries whose original has a verdict too; the figures below are of these."""
    original: float | None
    """The share of their originals that is right; None where none is paired."""
    drop: Drop | None
    same_verdict: Estimate | None
    """The share of trials that are right where the original's same sample is, and not where it is not."""
    same_answer: Estimate | None
    """The share that says the same, see `said_by`; without variants in which the right answer is written otherwise."""


@dataclass(frozen=True, slots=True)
class RobustnessFigures:
    """What all variants came to."""

    all_kinds: KindFigures
    kinds: tuple[KindFigures, ...]
    """By name: under xdist the order of appearance is another every time."""
    worst: Estimate
    """The mean over entries of the rate of their worst variant."""
    all_pass: Estimate | None
    """The share of entries that are right in every sample of original and variants; None where none is paired."""


class Robustness:
    """The variants of one model; fed record by record, originals too, for they may come first."""

    def __init__(self) -> None:
        # By test: by id for the first sample, by id and sample for others; the answer's hash, its lowest bit success.
        self._originals: dict[str, dict[str | tuple[str, int], int]] = {}
        self._variants: dict[EntryKey, dict[str, VariantTrials]] = {}

    def add(self, record: Record, *, success: bool) -> None:
        """Take in one more record; of two of the same sample, the later counts.

        Args:
            record: Of a trial that says something about the model.
            success: Whether it was fully correct, or where nothing was graded passed.
        """
        test, answer = eval_of(record), said_by(record.answer)
        if record.parent_id is None or record.perturbation is None:
            key = record.question_id if record.sample == 1 else (record.question_id, record.sample)
            self._originals.setdefault(test, {})[key] = answer << 1 | success
            return
        how = record.perturbation
        found = self._variants.setdefault((test, record.parent_id), {})
        if record.question_id not in found:
            depth, length = (_number(how.settings.get(name)) for name in ("depth", "length"))
            found[record.question_id] = VariantTrials(how.kind, how.same_gold, depth, length)
        found[record.question_id].samples[record.sample] = Ended(success, answer)

    def entries(self) -> list[PerturbedEntry]:
        """Return the entries with variants, in order of first appearance."""
        return [
            PerturbedEntry(self._original(key, variants.values()), list(variants.values()))
            for key, variants in self._variants.items()
        ]

    def _original(self, key: EntryKey, variants: Iterable[VariantTrials]) -> dict[int, Ended]:
        test, name = key
        known = self._originals.get(test, {})
        most = max(sample for one in variants for sample in one.samples)
        codes = {sample: known.get(name if sample == 1 else (name, sample)) for sample in range(1, most + 1)}
        return {sample: Ended(bool(code & 1), code >> 1) for sample, code in codes.items() if code is not None}

    def figures(self) -> RobustnessFigures | None:
        """Return what the variants came to; None where there is none with a verdict."""
        entries = self.entries()
        return robustness_figures(entries) if entries else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def robustness_figures(entries: list[PerturbedEntry]) -> RobustnessFigures:
    """Sum up.

    Args:
        entries: At least one.
    """
    kinds = sorted({one.kind for entry in entries for one in entry.variants})
    found = [_kind(kind, list(_of_kind(entries, kind))) for kind in kinds]
    paired = [entry for entry in entries if entry.original]
    worst = math.fsum(min(one.rate for one in entry.variants) for entry in entries)
    all_pass = estimate_of_mean(math.fsum(map(_passes, paired)), len(paired)) if paired else None
    return RobustnessFigures(
        _kind(ALL_KINDS, entries), tuple(_corrected(found)), estimate_of_mean(worst, len(entries)), all_pass
    )


def _of_kind(entries: Iterable[PerturbedEntry], kind: str) -> Iterator[PerturbedEntry]:
    for entry in entries:
        variants = [one for one in entry.variants if one.kind == kind]
        if variants:
            yield PerturbedEntry(entry.original, variants)


def _passes(entry: PerturbedEntry) -> float:
    return float(entry.rate == 1 and all(one.rate == 1 for one in entry.variants))


def _kind(kind: str, entries: list[PerturbedEntry]) -> KindFigures:
    paired = [entry for entry in entries if entry.original]
    return KindFigures(
        kind=kind,
        variants=sum(len(entry.variants) for entry in entries),
        trials=sum(len(one.samples) for entry in entries for one in entry.variants),
        entries=len(entries),
        perturbed=estimate_of_mean(math.fsum(entry.mean for entry in entries), len(entries)),
        paired=len(paired),
        original=fmean(entry.rate for entry in paired) if paired else None,
        drop=drop_of([(entry.rate, entry.mean) for entry in paired]) if paired else None,
        same_verdict=_share_alike(paired, lambda _, one, other: one.success == other.success),
        same_answer=_share_alike(
            paired, lambda variant, one, other: one.answer == other.answer if variant.same_gold else None
        ),
    )


Alike = Callable[[VariantTrials, Ended, Ended], bool | None]
"""From a variant, a sample of it and the same sample of the original; None where the two cannot be compared."""


def _share_alike(entries: Iterable[PerturbedEntry], alike: Alike) -> Estimate | None:
    shares = [fmean(told) for entry in entries if (told := list(_compared(entry, alike)))]
    return estimate_of_mean(math.fsum(shares), len(shares)) if shares else None


def _compared(entry: PerturbedEntry, alike: Alike) -> Iterator[bool]:
    for variant in entry.variants:
        for sample, one in variant.samples.items():
            other = entry.original.get(sample)
            told = alike(variant, one, other) if other is not None else None
            if told is not None:
                yield told


def _corrected(kinds: list[KindFigures]) -> list[KindFigures]:
    told = [one for one in kinds if one.drop is not None]
    corrected = dict(zip((one.kind for one in told), holm([one.drop.p for one in told if one.drop]), strict=True))
    return [replace(one, drop=replace(one.drop, corrected_p=corrected[one.kind])) if one.drop else one for one in kinds]
