"""A grader that grades nothing: it writes down how sure of itself an answer is."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.confidence.signals import SIGNALS, Signal
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.named_grader import shown_setting
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.models.answer import Answer


@dataclass(frozen=True, slots=True)
class Confidence(RuleGrader):
    """Write down how sure of itself the answer is; it says nothing about right or wrong, so put it beside a grader.

    The record keeps it as ``confidence``, a signal with a number from 0 to 1; ``pytest-llmeval summarize`` tells how
    far it can be trusted. Every answer is fully correct to it, unless ``required``.

    Args:
        signal: ``stated`` reads it from the text; ``logprob`` is the geometric mean of the probabilities of the last
            reply's tokens, for answers that were asked for with ``params={"logprobs": True}``; a function of the answer
            that returns a number from 0 to 1, or None, is a signal of its own name.
        required: Whether an answer without it is ``unextractable``.
    """

    name: ClassVar[str] = "confidence"

    signal: str | Signal = "stated"
    _: KW_ONLY
    required: bool = False

    def __post_init__(self) -> None:
        if self.signal == "agreement":
            raise ConfigurationError(
                'graders.confidence("agreement"): needs all samples of an entry, so pytest-llmeval summarize tells it '
                "of every run with --llm-samples; leave the grader out"
            )
        if not callable(self.signal) and self.signal not in SIGNALS:
            raise ConfigurationError(
                f"graders.confidence({self.signal!r}): must be {' or '.join(SIGNALS)}, or a function of the answer"
            )

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Take the signal and keep it."""
        name = self.signal if isinstance(self.signal, str) else shown_setting(self.signal)
        value: Any = self.signal(answer) if callable(self.signal) else SIGNALS[self.signal](answer)
        if value is None:
            told = f"no {name} confidence"
            return (
                Grade(None, None, told, (), self.id, "unextractable") if self.required else self.graded("fully_correct")
            )
        if not isinstance(value, int | float) or not (math.isfinite(value) and 0 <= value <= 1):
            raise GraderError(
                f"graders.confidence({name}) got {value!r} on entry {entry.id!r}; return a number from 0 to 1, or None"
            )
        context = context_of(answer)
        if context is not None:
            context.confidence[name] = float(value)
        return Grade("fully_correct", grader=self.id, metadata={"confidence": {name: float(value)}})


confidence = Confidence
