"""What a run would take, before it is run: calls, tokens read, and a price between two bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request

CHARACTERS_PER_TOKEN = 4
"""English text has about that many: https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them."""
LEAST_OUTPUT = 1
"""Tokens of the shortest reply."""
USUAL_OUTPUT = 1_000
"""Tokens of the longest reply, where the request sets no ``max_tokens``."""


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What one model would be asked."""

    model: str
    """As ``provider:model``."""
    calls: int
    input_tokens: int
    low_usd: float | None
    """Where every reply is as short as can be; None where the price is not known."""
    high_usd: float | None
    """Where every reply is as long as can be."""
    at_least: bool = False
    """Whether it may be more: somebody's own code decides how often it asks, and what."""
    judges: bool = False
    """Whether it is asked as a judge, and not as the model under test."""


class Estimator:
    """Adds up requests by model, in the order in which the models come.

    Args:
        price_of: US dollars of a model's usage, None where the price is unknown.
        discount: What a token costs, as a share of its price.
    """

    def __init__(self, price_of: Callable[[ModelName, Usage], float | None], *, discount: float = 1.0) -> None:
        self._price_of = cache(price_of)  # most requests are as long as another one
        self._discount = discount
        self._found: dict[tuple[bool, ModelName], ModelEstimate] = {}

    def add(self, request: Request, *, at_least: bool = False, judges: bool = False, more_read: int = 0) -> None:
        """Count a request.

        Args:
            request: What is asked.
            at_least: Whether it stands for code that may ask more.
            judges: Whether a judge is asked.
            more_read: How many tokens more it may read: of an answer that is not known yet.
        """
        model, tokens = request.model, input_tokens(request)
        so_far = self._found.get((judges, model), ModelEstimate(str(model), 0, 0, 0.0, 0.0))
        longest = Usage(tokens + more_read, request.params.max_tokens or USUAL_OUTPUT)
        self._found[judges, model] = ModelEstimate(
            so_far.model,
            so_far.calls + 1,
            so_far.input_tokens + tokens,
            self._plus(so_far.low_usd, model, Usage(tokens, LEAST_OUTPUT)),
            self._plus(so_far.high_usd, model, longest),
            so_far.at_least or at_least,
            judges,
        )

    def _plus(self, so_far: float | None, model: ModelName, usage: Usage) -> float | None:
        price = self._price_of(model, usage)
        return None if so_far is None or price is None else so_far + price * self._discount

    @property
    def estimates(self) -> tuple[ModelEstimate, ...]:
        """Return what was found so far, one for each model; models under test before judges."""
        return tuple(sorted(self._found.values(), key=lambda one: one.judges))


def input_tokens(request: Request) -> int:
    """Return about how many tokens a request is, by the characters of what the model reads."""
    texts = [request.system or "", *(_text(turn.get("content")) for turn in request.messages)]
    texts += [_text({"name": tool.name, "about": tool.description, **tool.parameters}) for tool in request.tools]
    if request.response_schema is not None:
        texts.append(_text(request.response_schema))
    return math.ceil(sum(map(len, texts)) / CHARACTERS_PER_TOKEN)


def approximated(usage: Usage, request: Request, reply: Reply) -> Usage:
    """Return a usage in which what the provider did not tell is estimated, and which says so."""
    if usage.total_tokens is not None:
        return usage
    written = [
        reply.text,
        reply.thinking or "",
        *(_text({"name": one.name, **one.arguments}) for one in reply.tool_calls),
    ]
    read = input_tokens(request) if usage.input_tokens is None else usage.input_tokens
    wrote = math.ceil(sum(map(len, written)) / CHARACTERS_PER_TOKEN)
    return replace(
        usage,
        input_tokens=read,
        output_tokens=wrote if usage.output_tokens is None else usage.output_tokens,
        estimated=True,
    )


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, default=str) if content else ""
