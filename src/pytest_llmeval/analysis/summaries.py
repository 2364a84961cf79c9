"""The summaries of a run: one per model, and the counts over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pytest_llmeval.analysis.spending import SPENT
from pytest_llmeval.analysis.summary import Summary, model_of
from pytest_llmeval.analysis.verdicts import Verdict
from pytest_llmeval.runs.record import Record


class Summaries:
    """One summary per model, in order of first appearance; fed record by record."""

    def __init__(self) -> None:
        self._by_model: dict[str, Summary] = {}

    def __iter__(self) -> Iterator[Summary]:
        return iter(self._by_model.values())

    def __len__(self) -> int:
        return len(self._by_model)

    def add(self, record: Record) -> None:
        """Take in one more record of any model."""
        model = model_of(record)
        if model not in self._by_model:
            self._by_model[model] = Summary(model)
        self._by_model[model].add(record)

    def totals(self) -> dict[str, Any]:
        """Return the counts over all models, as the sidecar keeps them; what is unknown in part is a lower bound.

        Variants are counted apart; tokens and cost are of all.
        """
        variants = [summary.variants for summary in self if summary.variants is not None]
        spent = {name: _sum_of([*self, *variants], name) for name in SPENT}
        judges = {f"judge_{name}": total for name in SPENT if (total := _sum_of([*self, *variants], f"judge_{name}"))}
        return {**_counts(self), **spent, **judges, **({"variants": _counts(variants)} if variants else {})}


def _counts(summaries: Iterable[Summary]) -> dict[str, Any]:
    records, outcomes, verdicts = 0, Counter[str](), Counter[Verdict]()
    for summary in summaries:
        records += summary.records
        outcomes.update(summary.outcomes)
        verdicts.update(summary.overall.verdicts)
    return {"records": records, "outcomes": dict(outcomes), "grades": dict(verdicts)}


def _sum_of(summaries: Iterable[Summary], name: str) -> float | None:
    known = [total.known for summary in summaries if (total := getattr(summary, name)).counted]
    return sum(known) if known else None


def summaries_by_model(records: Iterable[Record]) -> Summaries:
    """Read records once, keeping none."""
    summaries = Summaries()
    for record in records:
        summaries.add(record)
    return summaries
