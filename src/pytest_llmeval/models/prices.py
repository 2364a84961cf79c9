"""What a call cost, from the price list of genai-prices; an unknown price is no price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.models.model_name import ModelName

VENDORS: Mapping[str, str] = MappingProxyType(
    {"openai": "openai", "anthropic": "anthropic", "gemini": "google", "openrouter": "openrouter"}
)
"""Our provider names, as genai-prices calls them; the others publish no price per token there."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    read: float
    written: float
    cached: float | None = None
    """Of what the provider's prompt cache held; None where that costs as much as the rest."""

    def of(self, usage: Usage) -> float | None:
        """Return what a usage costs in US dollars, None where its tokens are unknown."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.input_tokens)
        cheaper = 0.0 if self.cached is None else cached * (self.read - self.cached)
        return (usage.input_tokens * self.read - cheaper + usage.output_tokens * self.written) / 1_000_000


class Prices:
    """What calls cost: by the user's own list, then by that of genai-prices.

    Args:
        own: Prices the user named; they win.
    """

    def __init__(self, own: Mapping[ModelName, Price] | None = None) -> None:
        self._own = dict(own or {})
        self._unlisted: set[ModelName] = set()
        """genai-prices remembers the models that it found, but looks for the others in all of its list each time."""

    def __call__(self, model: ModelName, usage: Usage) -> float | None:
        """Return what a usage cost in US dollars, None where tokens or price are unknown.

        The embedded provider costs nothing.
        """
        own = self._own.get(model)
        return self._by_list(model, usage) if own is None else own.of(usage)

    def _by_list(self, model: ModelName, usage: Usage) -> float | None:
        if model in self._unlisted:
            return None
        try:
            return _list_price(model, usage)
        except LookupError:
            self._unlisted.add(model)
        except ValueError:  # of a usage that cannot be, such as more cached tokens than were read
            pass
        return None


def read_price(text: str, *, option: str = "--llm-price") -> tuple[ModelName, Price]:
    """Read a price as users write it.

    Raises:
        ConfigurationError: For anything but a model and two or three amounts.

    Example:
        >>> read_price("vllm:llama=0.15/0.6")[1], read_price("vllm:llama=0.15/0.6/0.05")[1].cached
        (Price(read=0.15, written=0.6, cached=None), 0.05)
    """
    name, _, amounts = text.rpartition("=")
    try:
        told = [float(one) for one in amounts.split("/")]
    except ValueError:
        told = []
    if len(told) not in (2, 3) or not all(0 <= one < inf for one in told):
        raise ConfigurationError(
            f"{option} takes PROVIDER:MODEL=READ/WRITTEN, dollars for a million tokens, such as "
            f"vllm:llama=0.15/0.60, or with a third amount for what the provider had cached, got {text}"
        )
    return ModelName.parse(name), Price(*told)


def _list_price(model: ModelName, usage: Usage) -> float | None:
    if model.provider == "offline":
        return 0.0
    if model.provider not in VENDORS or usage.total_tokens is None:
        return None
    import genai_prices  # 110 ms to import, so only once something has a price

    tokens = genai_prices.Usage(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=usage.cached_tokens
    )
    price = genai_prices.calc_price(tokens, model_ref=model.model, provider_id=VENDORS[model.provider])
    return float(price.total_price)
