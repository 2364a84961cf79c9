"""How answers to contaminated entries fare beside those to clean ones: other entries, so nothing is paired."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.analysis.statistics.estimates import Interval, difference_interval
from pytest_llmeval.analysis.statistics.fisher import fisher_exact
from pytest_llmeval.benchmark.checking.contamination_file import Contamination
from pytest_llmeval.runs.asked_entry import asked_key
from pytest_llmeval.runs.record import Record


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """The entries of which a check said the same."""

    right: int
    """Trials that were fully correct, or passed where nothing was graded."""
    trials: int
    """That say something about the model."""
    entries: int
    share: Estimate | None
    """Of right answers, each entry counting once; None of nothing."""


@dataclass(frozen=True, slots=True)
class ContaminationGap:
    """By how much contaminated entries are answered better than clean ones."""

    value: float
    """From -1 to 1; above 0 they are."""
    interval: Interval
    """Newcombe's of two independent shares, 95 %."""
    p: float
    """Of Fisher's exact test; of an entry with several samples, whether most were right is what counts."""


@dataclass(frozen=True, slots=True)
class ContaminationFigures:
    """Clean, contaminated and unchecked entries of one model."""

    clean: CheckedPart
    flagged: CheckedPart
    unchecked: CheckedPart
    gap: ContaminationGap | None
    """None where either has no answer that counts."""
    flagged_entries: tuple[str, ...]
    """Those with an answer that counts, by id."""


class ContaminationUse:
    """Fed record by record; it keeps two numbers of each entry."""

    def __init__(self) -> None:
        self.trials: Counter[Contamination | None] = Counter()
        """All of them, by what the check said of their entry."""
        self._entries: dict[Contamination | None, dict[int, list[int]]] = {"clean": {}, "flagged": {}, None: {}}
        """How many answers to each entry were right, and how many count, by what the check said and its `asked_key`."""
        self._flagged: dict[str, None] = {}
        """Ids of contaminated entries, in order of first appearance."""

    def add(self, record: Record, *, success: bool | None) -> None:
        """Take in one more record.

        Args:
            record: Of an entry itself, not of a variant.
            success: None where it says nothing about the model.
        """
        self.trials[record.contamination] += 1
        if success is None:
            return
        counts = self._entries[record.contamination].setdefault(asked_key(record), [0, 0])
        counts[0] += success
        counts[1] += 1
        if record.contamination == "flagged":
            self._flagged[record.question_id] = None

    @property
    def was_checked(self) -> bool:
        """Tell whether a check knows any entry of these trials."""
        return bool(self.trials["clean"] or self.trials["flagged"])

    def figures(self) -> ContaminationFigures | None:
        """Return what it comes to; None where no entry is contaminated."""
        if not self.trials["flagged"]:
            return None
        clean, flagged, unchecked = (list(of.values()) for of in self._entries.values())
        return ContaminationFigures(
            clean=_part(clean),
            flagged=_part(flagged),
            unchecked=_part(unchecked),
            gap=_gap(clean, flagged) if clean and flagged else None,
            flagged_entries=tuple(self._flagged),
        )


def _part(entries: Sequence[Sequence[int]]) -> CheckedPart:
    right, trials = (sum(counts[at] for counts in entries) for at in (0, 1))
    return CheckedPart(right, trials, len(entries), _mean(entries) if entries else None)


def _gap(clean: Sequence[Sequence[int]], flagged: Sequence[Sequence[int]]) -> ContaminationGap:
    (a, around_a), (b, around_b) = ((one.value, one.interval) for one in (_mean(flagged), _mean(clean)))
    p = fisher_exact(_mostly_right(flagged), len(flagged), _mostly_right(clean), len(clean))
    return ContaminationGap(a - b, difference_interval(a, around_a, b, around_b), p)


def _mean(entries: Sequence[Sequence[int]]) -> Estimate:
    return estimate_of_mean(math.fsum(right / trials for right, trials in entries), len(entries))


def _mostly_right(entries: Iterable[Sequence[int]]) -> int:
    return sum(2 * right > trials for right, trials in entries)
