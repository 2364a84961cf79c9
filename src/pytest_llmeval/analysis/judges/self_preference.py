"""Whether the judges of a panel favour models of their own family: what each gives beside what the others give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pytest_llmeval.analysis.statistics.estimates import Interval
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.grading.judge.families import same_family
from pytest_llmeval.grading.judge.panel import voter_of
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record

Key = tuple[str, str, str]
"""The test function, the model under test, and the entry; its samples count once."""


@dataclass(frozen=True, slots=True)
class Favour:
    """How much more one judge gives than the other judges of its panel, from -1 to 1."""

    judge: str
    own: float
    """To models of its own family."""
    interval: Interval
    """Of 95 %, entries being what is drawn."""
    own_n: int
    others: float | None
    """To other models, which tells how lenient it is at large; None where it judged none."""
    others_n: int

    @property
    def is_proven(self) -> bool:
        """Tell whether it gives its own family more than the others do, and more than it gives to others.

        Where it judged no others it may as well be lenient at large.
        """
        return self.others is not None and self.interval.low > max(0.0, self.others)


class SelfPreference:
    """The votes of panels; fed record by record."""

    def __init__(self) -> None:
        self._own: defaultdict[str, defaultdict[Key, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._others: defaultdict[str, defaultdict[Key, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, record: Record) -> None:
        """Take in one more record; without two votes it changes nothing."""
        votes = votes_in(record)
        key = (eval_of(record), model_of(record), record.question_id)
        for judge, value in votes.items() if len(votes) > 1 else ():
            rest = fmean(other for name, other in votes.items() if name != judge)
            found = self._own if same_family(model_of(record), judge) else self._others
            found[judge][key].append(value - rest)

    def figures(self) -> tuple[Favour, ...]:
        """Return one for each judge that had a model of its own family to judge."""
        return tuple(_favour(judge, _means(own), _means(self._others[judge])) for judge, own in self._own.items())


def votes_in(record: Record) -> dict[str, float]:
    """Return what each judge of a panel gave a record's answer, from 0 to 1; of several panels the first."""
    found: dict[str, float] = {}
    for score in record.scores:
        judge = voter_of(score.name) if score.kind == "judge" else None
        if judge is not None and score.value is not None:
            found.setdefault(judge, score.value)
    return found


def _means(found: Mapping[Key, Sequence[float]]) -> list[float]:
    return [fmean(differences) for differences in found.values()]


def _favour(judge: str, own: Sequence[float], others: Sequence[float]) -> Favour:
    around = paired_bootstrap_interval(own)
    return Favour(judge, fmean(own), around, len(own), fmean(others) if others else None, len(others))
