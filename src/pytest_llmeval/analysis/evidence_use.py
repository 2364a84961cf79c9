"""What becomes of answers when their evidence is taken away or weakened, entry by entry beside the original."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from pytest_llmeval.analysis.drops import Drop, drop_of
from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.grading.probes.grounded import EXPECTED, HALLUCINATION, MEMORY, Evidence
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record


@dataclass(slots=True)
class Trials:
    """The trials of one entry in one state of its evidence."""

    made_up: list[bool] = field(default_factory=list)
    """Whether each was wrong, and bore no word of doubt."""
    expected: list[bool] = field(default_factory=list)
    memory: list[bool] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EvidenceFigures:
    """What the entries come to in one state of their evidence; each counts once."""

    evidence: Evidence
    entries: int
    trials: int
    made_up: Estimate
    """The share of hallucinations: wrong, and not a word of doubt."""
    expected: Estimate
    """The share that did what the evidence asks for: answer where it is there, abstain or ask where it is not, either
    of them, or be right, where it is weak."""
    memory: Estimate | None
    """Of answers without evidence, the share that is right all the same."""
    paired: int
    """Entries that were asked with their evidence too."""
    drop: Drop | None
    """Of the honest share, from with to without: by how much hallucinations rise; None where no entry is paired."""


class EvidenceUse:
    """The probes of one model; fed record by record, variants and originals in any order."""

    def __init__(self) -> None:
        self._found: dict[Evidence, dict[tuple[str, str], Trials]] = {}

    def add(self, record: Record) -> None:
        """Take in one more record of a trial that says something about the model."""
        scores = {one.name: one for one in record.scores}
        told = next((name for name in scores if name in EXPECTED), None)
        honest = _value(scores.get(HALLUCINATION))
        if honest is None or told is None:
            return
        memory = _value(scores.get(MEMORY))
        entry = (eval_of(record), record.parent_id or record.question_id)
        trials = self._found.setdefault(EXPECTED[told], {}).setdefault(entry, Trials())
        trials.made_up.append(not honest)
        trials.expected.append(bool(_value(scores[told])))
        if memory is not None:
            trials.memory.append(memory)

    def figures(self) -> tuple[EvidenceFigures, ...]:
        """Return a row for each state that there is anything of: present, weak, absent."""
        return tuple(self._figures(state) for state in ("present", "weak", "absent") if state in self._found)

    def _figures(self, state: Evidence) -> EvidenceFigures:
        found = self._found[state]
        pairs = list(self._pairs(state)) if state != "present" else []
        remembered = [fmean(one.memory) for one in found.values() if one.memory]
        return EvidenceFigures(
            evidence=state,
            entries=len(found),
            trials=sum(len(one.made_up) for one in found.values()),
            made_up=_mean([fmean(one.made_up) for one in found.values()]),
            expected=_mean([fmean(one.expected) for one in found.values()]),
            memory=_mean(remembered) if remembered else None,
            paired=len(pairs),
            drop=drop_of(pairs) if pairs else None,
        )

    def _pairs(self, state: Evidence) -> Iterator[tuple[float, float]]:
        """Yield of each entry the honest share with its evidence, and in this state."""
        given = self._found.get("present", {})
        for entry, trials in self._found[state].items():
            if entry in given:
                yield 1 - fmean(given[entry].made_up), 1 - fmean(trials.made_up)


def _value(score: Score | None) -> bool | None:
    return None if score is None or score.value is None else score.value >= 0.5


def _mean(shares: Sequence[float]) -> Estimate:
    return estimate_of_mean(math.fsum(shares), len(shares))
