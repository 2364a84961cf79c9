"""Quality against cost: which models are worth their price, and the cheapest that is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import Summary

Standing = Literal["reaches", "cannot tell", "misses"]
"""Where a model stands to a bar: its whole interval above it, the bar inside the interval, or all below."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One model in one run."""

    model: str
    run_id: str
    share: Proportion
    """Fully correct answers; where nothing was graded, passed trials."""
    cost_per_trial: float | None
    """US dollars, answers from the cache left out; None where the price of any trial is unknown, or all were cached."""
    median_s: float | None

    @property
    def successes_per_dollar(self) -> float | None:
        """Return how many fully correct answers a dollar buys; None where that is unknown, or nothing was paid."""
        return (self.share.rate or 0) / self.cost_per_trial if self.cost_per_trial else None

    @property
    def cost_per_success(self) -> float | None:
        """Return what a fully correct answer costs, in US dollars; None where that is unknown, or there is none."""
        rate = self.share.rate
        return self.cost_per_trial / rate if self.cost_per_trial is not None and rate else None

    def standing(self, bar: float) -> Standing:
        """Tell whether the model reaches a bar, by its 95 % interval.

        Args:
            bar: A share from 0 to 1.
        """
        bounds = self.share.interval
        if bounds is None:
            return "cannot tell"
        return "reaches" if bounds.low >= bar else "misses" if bounds.high < bar else "cannot tell"


@dataclass(frozen=True, slots=True)
class Frontier:
    """Contenders, each list from the best to the worst."""

    front: tuple[Contender, ...]
    """Pareto-optimal: none is both as good and as cheap, and better in one of the two."""
    dominated: tuple[tuple[Contender, Contender], ...]
    """Each with the one of the front that beats it."""
    unpriced: tuple[Contender, ...]
    """Their cost is not known in whole, so they cannot be placed."""

    def cheapest(self, bar: float) -> Contender | None:
        """Return the cheapest of known price that surely reaches a bar; None where none does."""
        priced = [*self.front, *(one for one, _ in self.dominated)]
        able = [one for one in priced if one.standing(bar) == "reaches"]
        return min(able, key=lambda one: (_cost(one), -_rate(one)), default=None)

    def unplaced(self, bar: float) -> list[Contender]:
        """Return those that surely reach a bar at a price that is not known; any of them may be the cheapest."""
        return [one for one in self.unpriced if one.standing(bar) == "reaches"]


def contenders(runs: Iterable[RunFigures]) -> list[Contender]:
    """Return one contender for each model of each run that has anything to measure."""
    found = [_contender(summary, run.run_id) for run in runs for summary in run.summaries]
    return [one for one in found if one.share.n]


def _contender(summary: Summary, run_id: str) -> Contender:
    whole, cost = summary.overall, summary.cost_of_asking_usd
    return Contender(
        summary.model,
        run_id,
        whole.fully_correct if whole.judged else whole.pass_rate,
        cost.mean,
        summary.latency_s.p50,
    )


def frontier(found: Sequence[Contender]) -> Frontier:
    """Sort contenders into the Pareto front, the dominated and those without a price.

    A contender is dominated where another is at least as good at no higher a cost, and better in one of them. Rates are
    compared as they are; whether a small difference is real is for a paired comparison to say.
    """
    priced = sorted((one for one in found if one.cost_per_trial is not None), key=lambda one: (-_rate(one), _cost(one)))
    front: list[Contender] = []
    dominated: list[tuple[Contender, Contender]] = []
    for one in priced:
        # From the best down, whoever is not cheaper than the cheapest so far is beaten by it, unless they are equal.
        best = front[-1] if front else None
        if best is None or _cost(one) < _cost(best) or (_cost(one), _rate(one)) == (_cost(best), _rate(best)):
            front.append(one)
        else:
            dominated.append((one, best))
    unpriced = sorted((one for one in found if one.cost_per_trial is None), key=_rate, reverse=True)
    return Frontier(tuple(front), tuple(dominated), tuple(unpriced))


def _rate(one: Contender) -> float:
    return one.share.rate or 0.0


def _cost(one: Contender) -> float:
    """Return the cost without its last digits, in which equal prices differ that were summed up over other counts."""
    return float(f"{one.cost_per_trial or 0.0:.12g}")
