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
        if own is None:
            return self._by_list(model, usage)
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        return (usage.input_tokens * own.read + usage.output_tokens * own.written) / 1_000_000

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
        ConfigurationError: For anything but a model and two amounts.

    Example:
        >>> read_price("vllm:llama=0.15/0.6")
        (ModelName(provider='vllm', model='llama'), Price(read=0.15, written=0.6))
    """
    name, _, amounts = text.rpartition("=")
    read, slash, written = amounts.partition("/")
    try:
        price = Price(float(read), float(written))
    except ValueError:
        price = Price(-1, -1)
    if not slash or not (0 <= price.read < inf and 0 <= price.written < inf):
        raise ConfigurationError(
            f"{option} takes PROVIDER:MODEL=READ/WRITTEN, dollars for a million tokens, such as "
            f"vllm:llama=0.15/0.60, got {text}"
        )
    return ModelName.parse(name), price


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
