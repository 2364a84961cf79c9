"""Details: what a summary leaves to those who look closer, fed record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.abstaining import Abstentions
from pytest_llmeval.analysis.citation_use import CitationUse
from pytest_llmeval.analysis.confidence import Confidences
from pytest_llmeval.analysis.graded_by import GradedBy
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.spread import Column, Spread
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.analysis.tool_use import ToolUse
from pytest_llmeval.analysis.turn_validity import TurnValidity
from pytest_llmeval.analysis.verdicts import Slice, verdict_of
from pytest_llmeval.runs.record import Record

ENOUGH_FOR_A_SLICE = 5
"""With fewer trials a slice is not called one of the worst."""
SLICES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WorstSlice:
    """A part of the benchmark with a lower rate than the whole."""

    kind: str
    """``category``, ``tag`` or ``difficulty``."""
    name: str
    share: Proportion


@dataclass(slots=True)
class Weighed:
    """The weights of trials, and of those among them that are right."""

    weights: float = 0.0
    correct: float = 0.0


class Details:
    """Beside the summary of one model.

    Args:
        weights: How much an entry counts, by id, in place of what its records say.
    """

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        self.columns: defaultdict[str, Column] = defaultdict(Column)
        """By name: ``latency``, ``cost``, ``output tokens``, and ``score NAME`` of each score."""
        self.tools = ToolUse()
        """How tools were used."""
        self.citations = CitationUse()
        """How answers cite."""
        self.abstentions = Abstentions()
        """How often judges wanted a person to judge."""
        self.graded_by = GradedBy()
        """Who gave the grades."""
        self.turns = TurnValidity()
        """How conversations go, turn by turn."""
        self._given = weights or {}
        self._graded, self._checked = Weighed(), Weighed()
        self.is_weighted = False
        """Whether any entry has a weight other than 1."""
        self._slices: dict[tuple[str, str], Slice] = {}
        self.confidences = Confidences()

    def add(self, record: Record) -> None:
        """Take in one more record of the model."""
        self.abstentions.add(record)
        self.graded_by.add(record)
        if record.outcome in ("error", "unscored", "skipped"):
            return
        self._measure(record)
        self.tools.add(record)
        self.citations.add(record)
        self.turns.add(record)
        verdict = verdict_of(record)
        if verdict is None and record.outcome is None:
            return
        right = (verdict or record.outcome) in ("fully_correct", "passed")
        self._weigh(record, correct=right, to=self._checked if verdict is None else self._graded)
        self.confidences.add(record, right=right)
        names = [("tag", tag) for tag in record.tags]
        names += [("difficulty", record.difficulty)] if record.difficulty else []
        for name in names:
            self._slices.setdefault(name, Slice()).add(record, verdict)

    def _measure(self, record: Record) -> None:
        if not record.is_from_cache:
            self.columns["latency"].add(record.latency_s, record.question_id)
        self.columns["cost"].add(record.cost_usd, record.question_id)
        self.columns["output tokens"].add(record.usage.output_tokens, record.question_id)
        for score in record.scores:
            self.columns[f"score {score.name}"].add(score.value, record.question_id)

    def _weigh(self, record: Record, *, correct: bool, to: Weighed) -> None:
        weight = self._given.get(record.question_id, record.weight)
        self.is_weighted = self.is_weighted or weight != 1
        to.weights += weight
        to.correct += weight * correct

    @property
    def weighted_rate(self) -> float | None:
        """Return the share of fully correct (without grades: passed) trials, each counting as much as its entry.

        Where some are graded it is of those alone, as the accuracy is.
        """
        found = self._graded if self._graded.weights else self._checked
        return found.correct / found.weights if found.weights else None

    def spreads(self) -> dict[str, Spread]:
        """Return how each column is spread, empty ones left out."""
        found = {name: column.spread() for name, column in self.columns.items()}
        return {name: spread for name, spread in found.items() if spread is not None}

    def worst(self) -> dict[str, tuple[tuple[str, float], ...]]:
        """Return the entries at the bad end of each column: the lowest scores, and what took most of anything else."""
        return {name: column.extremes(lowest=name.startswith("score ")) for name, column in self.columns.items()}

    def worst_slices(self, summary: Summary) -> list[WorstSlice]:
        """Return the slices that are lower than the whole, the surest first: those with the lowest upper bound.

        Args:
            summary: Of the same records.
        """
        graded = summary.overall.judged > 0
        whole = _share(summary.overall, graded=graded).rate
        parts = [("category", name, part) for name, part in summary.categories.items()]
        parts += [(kind, name, part) for (kind, name), part in self._slices.items()]
        found = [WorstSlice(kind, name, _share(part, graded=graded)) for kind, name, part in parts]
        low = [one for one in found if one.share.n >= ENOUGH_FOR_A_SLICE and (one.share.rate or 0) < (whole or 0)]
        return sorted(low, key=lambda one: (_upper(one.share), one.name))[:SLICES_SHOWN]


def _share(part: Slice, *, graded: bool) -> Proportion:
    return part.fully_correct if graded else part.pass_rate


def _upper(share: Proportion) -> float:
    return share.interval.high if share.interval else 1.0


@dataclass(frozen=True, slots=True)
class CostPerSuccess:
    """What one answer cost that is fully correct, or passed without a grade."""

    dollars: float | None
    """None without a success, or without any known price."""
    at_least: bool
    """Whether the price of some trials is unknown."""


def cost_per_success(summary: Summary) -> CostPerSuccess:
    """Divide the cost of all trials by the number of successes."""
    successes = summary.overall.right.count
    known = summary.cost_usd.value
    dollars = known / successes if known is not None and successes else None
    return CostPerSuccess(dollars, at_least=summary.cost_usd.unknown > 0)
