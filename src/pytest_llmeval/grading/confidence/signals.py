"""Signals of confidence: each takes a share from 0 to 1 out of an answer, or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
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


def entropy(answer: Answer) -> float | None:
    """Return how little the model wavered between tokens while it wrote its last reply.

    It is 1 less the mean over the tokens of the entropy of the likeliest alternatives in each place, made to add up to
    1 and divided by the most it can be, the logarithm of their number: 1 where one token was certain everywhere, 0
    where all alternatives were equally likely.

    Args:
        answer: With its calls; its model was asked with ``params={"logprobs": True, "top_logprobs": 5}``.

    Returns:
        From 0 to 1; None where the provider gave fewer than two alternatives in any place.
    """
    calls = [call for call in answer.calls if call.role == "model"]
    alternatives = calls[-1].reply.token_alternatives if calls else None
    if not alternatives or min(map(len, alternatives)) < 2:
        return None
    return min(1.0, max(0.0, 1 - fmean(map(_normalized_entropy, alternatives))))


def _normalized_entropy(logprobs: Sequence[float]) -> float:
    top = max(logprobs)  # taken out before the exponential, which would be 0 for all of a very unlikely place
    weights = [math.exp(one - top) for one in logprobs]
    shares = [weight / math.fsum(weights) for weight in weights]
    return -math.fsum(share * math.log(share) for share in shares if share > 0) / math.log(len(shares))


SIGNALS: Mapping[str, Signal] = MappingProxyType({"stated": stated, "logprob": logprob, "entropy": entropy})
"""Signals that one answer holds; that samples agree is told by ``pytest-llmeval summarize`` from the log."""
