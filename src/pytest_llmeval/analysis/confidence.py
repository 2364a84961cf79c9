"""Confidence over a run: for each signal, how far it can be trusted; fed record by record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from pytest_llmeval.analysis.said import said_by
from pytest_llmeval.analysis.statistics.calibration import (
    BINNINGS,
    BINS,
    Bin,
    Binning,
    BrierScore,
    brier_score,
    calibrated_ece,
    expected_calibration_error,
    maximum_calibration_error,
    reliability,
)
from pytest_llmeval.analysis.statistics.discrimination import auroc, auroc_interval, average_precision, kendall_tau
from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion
from pytest_llmeval.analysis.statistics.selective import Selected, accuracy_at, aurc, risk_coverage
from pytest_llmeval.analysis.statistics.spread import Column
from pytest_llmeval.analysis.votes import Votes, vote_of, votes_of
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record

AGREEMENT = "agreement"
"""The share of an entry's samples with the same answer; told of every run with samples."""
VERY_SURE = 0.9
COVERAGES = (0.8, 0.9, 0.95)
LEAST_IN_A_SLICE = 10
"""With fewer answers a slice is not told."""
LEAST_IN_A_BIN = 5
"""A slice has as many bins as leave so many answers in each, on average."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One judged answer with its confidence."""

    confidence: float
    right: bool
    entry: str
    slices: tuple[tuple[str, str], ...] = ()
    """Kind and name, such as ``("category", "symbol_lookup")``."""


_Said = tuple[int, bool, tuple[tuple[str, str], ...]]
"""What one sample says (see `said_by`), whether it is right, and its slices."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration with one kind of bins."""

    binning: Binning
    bins: tuple[Bin, ...]
    ece: float
    mce: float
    by_chance: float
    """The ECE that calibrated answers of the same confidences stay below in 95 of 100 runs."""


@dataclass(frozen=True, slots=True)
class SliceConfidence:
    """A slice of the benchmark; one whole can hide that one part is too sure and another not sure enough."""

    kind: str
    name: str
    right: Proportion
    mean_confidence: float
    ece: float
    bins: int
    """Of equal mass, so many that each holds a few answers."""


@dataclass(frozen=True, slots=True)
class SignalFigures:
    """What one signal is worth."""

    signal: str
    answers: Proportion
    """Those with the signal, of all that were judged."""
    right: Proportion
    mean_confidence: float
    calibrations: tuple[Calibration, ...]
    """With bins of equal width, and of equal mass."""
    brier: BrierScore
    brier_interval: Interval
    auroc: float | None
    auroc_interval: Interval | None
    average_precision: float | None
    kendall_tau: float | None
    aurc: float
    curve: tuple[Selected, ...]
    accuracy_at: dict[float, float]
    """By coverage."""
    mean_confidence_when_wrong: float | None
    very_sure_and_wrong: Proportion
    """Of the wrong answers, those that are at least 90 % sure."""
    slices: tuple[SliceConfidence, ...]

    @property
    def overconfidence(self) -> float:
        """Return the mean confidence less the accuracy."""
        return self.mean_confidence - self.right.count / self.right.n


@dataclass(slots=True)
class Confidences:
    """The confidence of one model's answers, signal by signal."""

    judged: int = 0
    """Answers that were graded, or passed or failed, with a confidence or without."""
    by_signal: defaultdict[str, list[Answered]] = field(default_factory=lambda: defaultdict(list))
    _samples: defaultdict[tuple[str, str], list[_Said]] = field(default_factory=lambda: defaultdict(list))
    """By test and entry."""
    _slices: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Records of one slice share one tuple."""

    def add(self, record: Record, *, right: bool) -> None:
        """Take in one more judged record.

        Args:
            record: Of a trial that says something about the model.
            right: Whether it is fully correct, or where nothing was graded passed.
        """
        self.judged += 1
        told = (("category", record.category), *(("tag", tag) for tag in record.tags))
        told += (("difficulty", record.difficulty),) if record.difficulty else ()
        slices = self._slices.setdefault(told, told)
        for signal, value in record.confidence.items():
            self.by_signal[signal].append(Answered(value, right, record.question_id, slices))
        self._samples[eval_of(record), record.question_id].append((said_by(record.answer or ""), right, slices))

    def figures(self) -> Iterator[SignalFigures]:
        """Yield what each signal is worth, those of the records first, in order of first appearance."""
        for signal in dict.fromkeys([*self.by_signal, AGREEMENT]):
            found = self.answers(signal)
            if found:
                yield signal_figures(signal, found, self.judged)

    def answers(self, signal: str) -> list[Answered]:
        """Return the judged answers that have a signal."""
        own = self.by_signal.get(signal, [])
        return own if own or signal != AGREEMENT else list(self._agreement())

    def votes(self) -> Votes | None:
        """Return what majority votes come to; None where no two samples of an entry agree."""
        return votes_of(
            vote_of([said for said, _, _ in samples], [right for _, right, _ in samples])
            for _, samples, _ in self._repeated()
        )

    def _repeated(self) -> list[tuple[str, list[_Said], Counter[int]]]:
        """Return the samples of each entry that has several, and how often each answer is among them."""
        repeated = [(entry, samples) for (_, entry), samples in self._samples.items() if len(samples) > 1]
        counted = [(entry, samples, Counter(said for said, _, _ in samples)) for entry, samples in repeated]
        if not any(times.total() > len(times) for _, _, times in counted):
            return []  # long answers never agree word by word, which says nothing
        return counted

    def _agreement(self) -> Iterator[Answered]:
        for entry, samples, times in self._repeated():
            for said, right, slices in samples:
                yield Answered(times[said] / len(samples), right, entry, slices)


def signal_figures(signal: str, answers: Sequence[Answered], judged: int) -> SignalFigures:
    """Work out what a signal is worth.

    Args:
        signal: Its name.
        answers: At least one.
        judged: How many answers there were, with the signal or without.
    """
    confidences, outcomes = [one.confidence for one in answers], [one.right for one in answers]
    entries = [one.entry for one in answers]
    wrong = [confidence for confidence, right in zip(confidences, outcomes, strict=True) if not right]
    return SignalFigures(
        signal=signal,
        answers=Proportion(len(answers), max(judged, len(answers))),
        right=Proportion(sum(outcomes), len(outcomes)),
        mean_confidence=fmean(confidences),
        calibrations=tuple(calibration_of(confidences, outcomes, binning) for binning in BINNINGS),
        brier=brier_score(confidences, outcomes),
        brier_interval=_mean_interval([(c - o) ** 2 for c, o in zip(confidences, outcomes, strict=True)], entries),
        auroc=auroc(confidences, outcomes),
        auroc_interval=auroc_interval(confidences, outcomes, entries),
        average_precision=average_precision(confidences, outcomes),
        kendall_tau=kendall_tau(confidences, outcomes),
        aurc=aurc(confidences, outcomes),
        curve=tuple(risk_coverage(confidences, outcomes)),
        accuracy_at={coverage: accuracy_at(confidences, outcomes, coverage) for coverage in COVERAGES},
        mean_confidence_when_wrong=fmean(wrong) if wrong else None,
        very_sure_and_wrong=Proportion(sum(confidence >= VERY_SURE for confidence in wrong), len(wrong)),
        slices=tuple(_slices(answers)),
    )


def calibration_of(
    confidences: Sequence[float], outcomes: Sequence[bool], binning: Binning = "width", bins: int = BINS
) -> Calibration:
    """Sort answers into bins, and tell how far confidence and accuracy lie apart."""
    found = reliability(confidences, outcomes, bins, binning)
    draws = max(50, min(500, 1_000_000 // len(confidences)))
    return Calibration(
        binning,
        found,
        expected_calibration_error(found),
        maximum_calibration_error(found),
        calibrated_ece(confidences, bins, binning, draws=draws),
    )


def _mean_interval(values: Sequence[float], entries: Sequence[str]) -> Interval:
    column = Column()
    for value, entry in zip(values, entries, strict=True):
        column.add(value, entry)
    spread = column.spread()
    return spread.interval if spread else Interval(0.0, 1.0)


def _slices(answers: Sequence[Answered]) -> Iterator[SliceConfidence]:
    parts: defaultdict[tuple[str, str], list[Answered]] = defaultdict(list)
    for one in answers:
        for part in one.slices:
            parts[part].append(one)
    for (kind, name), members in sorted(parts.items()):
        if LEAST_IN_A_SLICE <= len(members) < len(answers):
            many = max(1, min(BINS, len(members) // LEAST_IN_A_BIN))
            confidences, outcomes = [one.confidence for one in members], [one.right for one in members]
            ece = expected_calibration_error(reliability(confidences, outcomes, many, "mass"))
            yield SliceConfidence(kind, name, Proportion(sum(outcomes), len(members)), fmean(confidences), ece, many)
