import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.model_name import ModelName


@pytest.mark.parametrize(
    ("text", "provider", "expected"),
    [
        ("openai:gpt-4o-mini", None, ModelName("openai", "gpt-4o-mini")),
        ("ollama-local:llama3:8b", None, ModelName("ollama-local", "llama3:8b")),
        ("llama3:8b", "ollama-local", ModelName("ollama-local", "llama3:8b")),
        ("openai:gpt-4o", "openai", ModelName("openai", "gpt-4o")),
    ],
)
def test_name_is_provider_then_model(text: str, provider: str | None, expected: ModelName) -> None:
    assert ModelName.parse(text, default_provider=provider) == expected


@pytest.mark.parametrize("text", ["gpt-4o", ":gpt-4o", "openai:", "openai: ", ""])
def test_name_without_one_of_its_parts_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"names no provider; write provider:model, such as openai:"):
        ModelName.parse(text)


def test_str_is_what_the_user_would_write() -> None:
    assert str(ModelName("openai", "gpt-4o")) == "openai:gpt-4o"
