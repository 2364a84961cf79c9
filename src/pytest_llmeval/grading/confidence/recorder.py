"""A grader that grades nothing: it writes down how sure of itself an answer is."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.confidence.signals import SIGNALS, Signal
from pytest_llmeval.grading.confidence.verified import share_of, verified
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.named_grader import shown_setting
from pytest_llmeval.grading.retrieval.claim_coverage import ClaimCoverage
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.models.answer import Answer

VERIFIED = ("verifier", "evidence")
"""Signals that another grader gives."""


@dataclass(frozen=True, slots=True)
class Confidence(RuleGrader):
    """Write down how sure of itself the answer is; it says nothing about right or wrong, so put it beside a grader.

    The record keeps it as ``confidence``, a signal with a number from 0 to 1; ``pytest-llmeval summarize`` tells how
    far it can be trusted. Every answer is fully correct to it, unless ``required``.

    Args:
        signal: ``stated`` reads it from the text; ``logprob`` is the geometric mean of the probabilities of the last
            reply's tokens, for answers that were asked for with ``params={"logprobs": True}``, and ``entropy`` how
            little it wavered between tokens, with ``"top_logprobs": 5`` as well; ``verifier`` is what another grader
            makes of the answer; ``evidence`` the share of its claims that the evidence bears out; a function of the
            answer that returns a number from 0 to 1, or None, is a signal of its own name.
        by: Who verifies: a grader, whose verdict decides nothing. ``evidence`` has `ClaimCoverage` where none is given.
        required: Whether an answer without it is ``unextractable``; one that the verifier gave no verdict on is
            unscored.
    """

    name: ClassVar[str] = "confidence"

    signal: str | Signal = "stated"
    _: KW_ONLY
    by: Grader | None = None
    required: bool = False

    def __post_init__(self) -> None:
        if self.signal == "agreement":
            raise ConfigurationError(
                'graders.confidence("agreement"): needs all samples of an entry, so pytest-llmeval summarize tells it '
                "of every run with --llm-samples; leave the grader out"
            )
        known = (*SIGNALS, *VERIFIED)
        if not callable(self.signal) and self.signal not in known:
            raise ConfigurationError(
                f"graders.confidence({self.signal!r}): must be {', '.join(known)}, or a function of the answer"
            )
        if self.signal == "verifier" and self.by is None:
            raise ConfigurationError('graders.confidence("verifier"): needs a grader; add by=graders.rubric_judge()')
        if self.by is not None and self.signal not in VERIFIED:
            raise ConfigurationError(f"graders.confidence(by=...): only {' and '.join(VERIFIED)} ask another grader")

    @property
    def verifier(self) -> Grader | None:
        """Return the grader that is asked; None for signals that the answer itself holds."""
        return self.by or (ClaimCoverage() if self.signal == "evidence" else None)

    @property
    def executes_code(self) -> bool:
        """Tell whether the verifier runs code out of answers."""
        return self.verifier is not None and executes_code(self.verifier)

    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Take the signal and keep it; gives an awaitable where another grader is asked."""
        verifier = self.verifier
        if verifier is None:
            return super(Confidence, self).__call__(entry, answer)
        return self._verified(verifier, entry, answer)

    async def _verified(self, verifier: Grader, entry: Entry, answer: Answer) -> Grade:
        grade = await verified(verifier, entry, answer)
        if self.required and grade.state == "unscored":
            return Grade(None, None, f"no {self.signal} confidence: {grade.notes}", (), self.id, "unscored")
        name = str(getattr(verifier, "name", ""))
        return self._kept(share_of(grade, name), entry, answer)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Take the signal and keep it."""
        value = self.signal(answer) if callable(self.signal) else SIGNALS[self.signal](answer)
        return self._kept(value, entry, answer)

    def _kept(self, value: Any, entry: Entry, answer: Answer) -> Grade:
        name = self.signal if isinstance(self.signal, str) else shown_setting(self.signal)
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
