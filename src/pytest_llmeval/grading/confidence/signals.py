"""Signals of confidence: each takes a share from 0 to 1 out of an answer, or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from pytest_llmeval.grading.confidence.stated import stated_confidence
from pytest_llmeval.models.answer import Answer

Signal = Callable[[Answer], float | None]
"""Takes how sure an answer is out of it; None where it cannot be told."""
Pooling = Literal["mean", "lowest", "whole"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


def stated(answer: Answer) -> float | None:
    """Return what the answer says of itself, see `stated_confidence`."""
    return stated_confidence(answer.text)


def logprob(answer: Answer, pooling: Pooling = "mean") -> float | None:
    """Return how probable the model found its own last reply.

    Args:
        answer: With its calls; its model was asked with ``params={"logprobs": True}``.
        pooling: ``mean`` is ``exp(mean(log p))``, the geometric mean over the tokens, which does not shrink with the
            text's length; ``lowest`` the least probable token; ``whole`` ``exp(sum(log p))``, that of the whole text.

    Returns:
        From 0 to 1; None where the provider gave no log probabilities.
    """
    calls = [call for call in answer.calls if call.role == "model"]
    logprobs = calls[-1].reply.token_logprobs if calls else None
    if not logprobs:
        return None
    pooled = {"mean": math.fsum(logprobs) / len(logprobs), "lowest": min(logprobs), "whole": math.fsum(logprobs)}
    return math.exp(min(0.0, pooled[pooling]))


SIGNALS: Mapping[str, Signal] = MappingProxyType({"stated": stated, "logprob": logprob})
"""Signals that one answer holds; that samples agree is told by ``pytest-llmeval summarize`` from the log."""
