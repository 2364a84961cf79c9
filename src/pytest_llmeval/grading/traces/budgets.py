"""A grader of what a trace took: steps, tool calls, tokens, dollars, seconds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.traces.trace import Trace, trace_of
from pytest_llmeval.models.answer import Answer


@dataclass(frozen=True, slots=True)
class Budget(RuleGrader):
    """The trace keeps within its limits; over any of them is wrong.

    A limit whose measure is unknown (tokens the provider does not count, a price nobody knows) is no verdict: the grade
    is unscored. Each limit is a score: 1 within it, else limit / measure.

    Args:
        max_steps: Replies of the model.
        max_tool_calls: Tools called.
        max_tokens: Read and written, over all steps.
        max_cost: US dollars.
        max_seconds: Of the model and its tools, one after another; queueing is left out, fake tools take the time they
            say they took.
    """

    name: ClassVar[str] = "budget"
    of_whole: ClassVar[bool] = True

    _: KW_ONLY
    max_steps: int | None = None
    max_tool_calls: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        if not self._limits():
            raise ConfigurationError(
                "graders.budget() needs a limit: max_steps, max_tool_calls, max_tokens, max_cost or max_seconds"
            )
        for name, limit in self._limits().items():
            if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < math.inf:
                raise ConfigurationError(f"graders.budget(max_{name}={limit!r}): must be a number of at least 0")

    def _limits(self) -> dict[str, float]:
        given = {
            "steps": self.max_steps,
            "tool_calls": self.max_tool_calls,
            "tokens": self.max_tokens,
            "cost": self.max_cost,
            "seconds": self.max_seconds,
        }
        return {name: limit for name, limit in given.items() if limit is not None}

    def judge(self, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  every grader by rule takes the entry
        """Measure the trace."""
        scores = tuple(self._measured(trace_of(answer)))
        over = "; ".join(score.detail for score in scores if score.passed is False)
        if over:
            return self.graded("wrong", *scores, notes=over)
        if unknown := [score.detail for score in scores if score.passed is None]:
            return Grade(None, None, "; ".join(unknown), scores, self.id, "unscored")
        return self.graded("fully_correct", *scores)

    def _measured(self, trace: Trace) -> Iterator[Score]:
        took = {
            "steps": len(trace.steps),
            "tool_calls": len(trace.tool_calls),
            "tokens": trace.tokens,
            "cost": trace.cost_usd,
            "seconds": trace.seconds,
        }
        for name, limit in self._limits().items():
            measure, told = took[name], name.replace("_", " ")
            if measure is None:
                yield Score(f"budget_{name}", None, None, f"{told}: unknown, {limit:g} allowed", grader=self.id)
            else:
                within = measure <= limit
                detail = f"{told}: {measure:.4g}, {limit:g} allowed"
                yield Score(f"budget_{name}", 1.0 if within else limit / measure, within, detail, grader=self.id)


budget = Budget
