"""How often judges say that they cannot judge an answer, so that a person should."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.judge.panel import voter_of
from pytest_llmeval.grading.judge.verdict import says_cannot_judge
from pytest_llmeval.runs.record import Record


@dataclass(frozen=True, slots=True)
class Abstention:
    """One judge, or one panel, in one version."""

    model: str
    hash: str
    rate: Proportion
    """Of the trials on which it gave a verdict or abstained, those on which it abstained."""
    members: Mapping[str, Proportion]
    """The same of each judge of a panel, whatever the panel came to; empty for a single judge."""


@dataclass(slots=True)
class Abstentions:
    """Fed record by record; a reply that is neither a verdict nor an abstention is in no figure."""

    _models: dict[str, str] = field(default_factory=dict)
    _said: defaultdict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    _members: defaultdict[str, dict[str, Counter[bool]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, record: Record) -> None:
        """Take in one more record; one that no judge judged changes nothing."""
        if record.judge is None:
            return
        for verdict in record.judge.verdicts:
            self._models.setdefault(verdict.hash, record.judge.model or "unknown judge")
            if verdict.abstained or verdict.level is not None:
                self._said[verdict.hash][verdict.abstained] += 1
        for score in record.scores:
            member, panel = voter_of(score.name), score.grader.rpartition("@")[2]
            abstained = score.value is None and says_cannot_judge(score.detail)
            if member is not None and (abstained or score.value is not None):
                self._members[panel].setdefault(member, Counter())[abstained] += 1

    def figures(self) -> Iterator[Abstention]:
        """Yield each judge that judged anything, in order of first appearance."""
        for name, said in self._said.items():
            members = {member: _rate(counts) for member, counts in self._members[name].items()}
            yield Abstention(self._models[name], name, _rate(said), members)


def _rate(said: Counter[bool]) -> Proportion:
    return Proportion(said[True], said.total())
