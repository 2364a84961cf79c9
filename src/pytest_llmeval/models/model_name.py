"""The name of a model under test: ``provider:model``."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_llmeval.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ModelName:
    """Who answers, and with which of its models."""

    provider: str
    model: str

    @classmethod
    def parse(cls, text: str, *, default_provider: str | None = None, or_else: str = "") -> ModelName:
        """Read ``provider:model``; the model may itself hold colons (``ollama-local:llama3:8b``).

        Args:
            text: What the user wrote.
            default_provider: The provider of a bare model name (``--llm-provider``). Given, it takes the whole
                text as the model's name, so that ``llama3:8b`` works as it is.
            or_else: What else the user may do about a part that is missing.

        Raises:
            ConfigurationError: Where a part is missing.

        Example:
            >>> ModelName.parse("ollama-local:llama3:8b")
            ModelName(provider='ollama-local', model='llama3:8b')
        """
        if default_provider and not text.startswith(f"{default_provider}:"):
            provider, model = default_provider, text
        else:
            provider, _, model = text.partition(":")
        if not provider.strip() or not model.strip():
            example = f"openai:{text.strip(':') or 'MODEL'}"
            raise ConfigurationError(
                f"model {text!r} names no provider; write provider:model, such as {example}{or_else}"
            )
        return cls(provider.strip(), model.strip())

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"
