from typing import Any

import genai_prices
import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.prices import Prices, read_price

USAGE = Usage(1_000_000, 1_000_000)


def test_known_model_has_a_price() -> None:
    price = Prices()(ModelName("openai", "gpt-4o-mini"), USAGE)
    assert price is not None
    assert 0.1 < price < 10


def test_cached_tokens_are_cheaper() -> None:
    full = Prices()(ModelName("openai", "gpt-4o-mini"), USAGE)
    cached = Prices()(ModelName("openai", "gpt-4o-mini"), Usage(1_000_000, 1_000_000, cached_tokens=900_000))
    assert cached is not None
    assert full is not None
    assert cached < full


@pytest.mark.parametrize(
    ("name", "usage"),
    [("openai:no-such-model", USAGE), ("vllm:llama", USAGE), ("openai:gpt-4o-mini", Usage(None, 5))],
    ids=["unknown model", "provider without prices", "unknown tokens"],
)
def test_unknown_price_is_no_price(name: str, usage: Usage) -> None:
    assert Prices()(ModelName.parse(name), usage) is None


def test_a_model_without_a_price_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []
    real = genai_prices.calc_price

    def calc_price(usage: genai_prices.Usage, model_ref: str, **options: Any) -> Any:
        looked_for.append(model_ref)
        return real(usage, model_ref, **options)

    monkeypatch.setattr(genai_prices, "calc_price", calc_price)
    prices = Prices()
    assert [prices(ModelName("openai", "no-such-model"), USAGE) for _ in range(3)] == [None] * 3
    assert looked_for == ["no-such-model"]


def test_a_usage_without_a_price_hides_no_price_of_its_model() -> None:
    prices, model = Prices(), ModelName("openai", "gpt-4o-mini")
    assert prices(model, Usage(1, 1, cached_tokens=1_000)) is None
    assert prices(model, USAGE) is not None


def test_embedded_provider_costs_nothing() -> None:
    assert Prices()(ModelName("offline", "bm25"), Usage()) == 0.0


def test_own_price_wins_and_fills_what_the_list_does_not_know() -> None:
    prices = Prices(dict([read_price("vllm:llama=0.5/2"), read_price("openai:gpt-4o-mini=0/0")]))
    assert prices(ModelName("vllm", "llama"), USAGE) == 2.5
    assert prices(ModelName("openai", "gpt-4o-mini"), USAGE) == 0.0
    assert prices(ModelName("vllm", "llama"), Usage(5, None)) is None
    assert prices(ModelName("vllm", "other"), USAGE) is None
    assert prices(ModelName("openai", "gpt-4o"), USAGE) == Prices()(ModelName("openai", "gpt-4o"), USAGE)


def test_own_price_of_cached_tokens_holds_for_them_alone() -> None:
    prices = Prices(dict([read_price("vllm:llama=2/3/0.5"), read_price("vllm:other=2/3")]))
    usage = Usage(1_000_000, 1_000_000, cached_tokens=400_000)
    assert prices(ModelName("vllm", "llama"), usage) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 3)
    assert prices(ModelName("vllm", "llama"), USAGE) == 5.0
    assert prices(ModelName("vllm", "other"), usage) == 5.0
    assert prices(ModelName("vllm", "llama"), Usage(10, 0, cached_tokens=99)) == pytest.approx(5e-6)


@pytest.mark.parametrize("said", ["", "=1", "=1/1/1/1", "=1/1/nan", "=1/1/", "=a/b", "=-1/1", "=1/inf"])
def test_price_that_cannot_be_read_says_how_to_write_one(said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--llm-price takes PROVIDER:MODEL=READ/WRITTEN"):
        read_price(f"vllm:llama{said}")
