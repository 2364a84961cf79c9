"""What goes into one batch: a run's requests, divided by model and size; and what a provider has taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_llmeval.errors import UnsupportedByProvider
from pytest_llmeval.models.answer import IN_RECORDS
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.batch_port import BatchLimits, BatchProvider
from pytest_llmeval.models.request import Request


@dataclass(frozen=True, slots=True)
class Chunk:
    """Requests to one model that fit into one batch, by their keys."""

    model: ModelName
    requests: Mapping[str, Request]


@dataclass(frozen=True, slots=True)
class SentBatch:
    """A batch that a provider has taken, as the sidecar keeps it: all that another process needs to wait for it."""

    __pydantic_config__ = IN_RECORDS

    provider: str
    model: str
    id: str
    """The provider's name for it."""
    requests: int
    """How many are in it."""


def limits_of(provider: object, name: str) -> BatchLimits:
    """Return what fits into one batch of a provider.

    Raises:
        UnsupportedByProvider: Where it takes no batches.
    """
    limits = provider.batch_limits if isinstance(provider, BatchProvider) else None
    if limits is None:
        raise UnsupportedByProvider(
            f"{name}: takes no batches; leave out --llm-batch, or use a model of openai or anthropic"
        )
    return limits


def divide(requests: Mapping[str, Request], provider: BatchProvider, limits: BatchLimits) -> Iterator[Chunk]:
    """Divide requests to one provider among batches: each of one model, none larger than allowed, all in order.

    Left out is a request that cannot be sent in a batch; asked on its own, its trial learns why.
    """
    for model in dict.fromkeys(request.model for request in requests.values()):
        chunk: dict[str, Request] = {}
        taken = 0
        for key, request in requests.items():
            size = _size(key, request, provider) if request.model == model else None
            if size is None:
                continue
            if chunk and (len(chunk) >= limits.max_requests or taken + size > limits.max_bytes):
                yield Chunk(model, chunk)
                chunk, taken = {}, 0
            chunk[key] = request
            taken += size
        if chunk:
            yield Chunk(model, chunk)


def _size(key: str, request: Request, provider: BatchProvider) -> int | None:
    try:
        return provider.batch_bytes(key, request)
    except UnsupportedByProvider:
        return None
