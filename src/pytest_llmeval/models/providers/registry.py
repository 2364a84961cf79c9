"""Which providers there are: names, and how each is made at the moment it is first needed."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.providers.endpoints import ENDPOINTS
from pytest_llmeval.models.providers.port import Provider, ProviderFactory, ProviderSettings

OPENAI_CHAT = "pytest_llmeval.models.providers.openai_chat:OpenAIChat"
ANTHROPIC_MESSAGES = "pytest_llmeval.models.providers.anthropic_messages:AnthropicMessages"
OFFLINE = "pytest_llmeval.models.providers.offline:OfflineProvider"


class ProviderRegistry:
    """Names and factories; made once per session, filled with the built-in ones and then by plugins."""

    def __init__(self) -> None:
        self._factories: dict[str, ProviderFactory] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Return every known name, sorted."""
        return tuple(sorted(self._factories))

    def register(self, name: str, factory: ProviderFactory) -> None:
        """Add a provider.

        Args:
            name: What stands before the colon of ``--llm-model``.
            factory: Makes the provider from its settings; called at its first request. A class will do.

        Raises:
            ConfigurationError: Where the name is taken, or cannot stand before a colon.
        """
        if not name or name != name.strip() or ":" in name:
            raise ConfigurationError(f"provider name {name!r} must have neither colon nor blank ends")
        if name in self._factories:
            raise ConfigurationError(f"provider {name!r} is registered twice; give one of them another name")
        self._factories[name] = factory

    def check(self, name: str) -> None:
        """Make sure that a provider of that name is known.

        Raises:
            ConfigurationError: Naming the known ones, and the one that was probably meant.
        """
        if name not in self._factories:
            close = get_close_matches(name, self._factories, n=1)
            meant = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(f"unknown provider {name!r}; {meant}known: {', '.join(self.names)}")

    def make(self, name: str, settings: ProviderSettings) -> Provider:
        """Make the provider of that name.

        Raises:
            ConfigurationError: Where nobody registered the name, or its settings cannot be used.
            AuthenticationError: Where its key is missing.
        """
        self.check(name)
        return self._factories[name](settings)


def builtin_providers() -> ProviderRegistry:
    """Return a new registry with the providers that come with this package; imports none of them."""
    registry = ProviderRegistry()
    registry.register("offline", lambda settings: _load(OFFLINE)(settings))
    for name in ENDPOINTS:
        registry.register(name, _hosted(name))
    return registry


def _hosted(name: str) -> ProviderFactory:
    def make(settings: ProviderSettings) -> Provider:
        adapter = _load(ANTHROPIC_MESSAGES if name == "anthropic" else OPENAI_CHAT)
        provider: Provider = adapter(ENDPOINTS[name], settings)
        return provider

    return make


def _load(target: str) -> type:
    """Import an adapter now: the SDKs behind them take between a third and three quarters of a second."""
    module, _, name = target.partition(":")
    try:
        found: type = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"package {error.name!r} is missing; install it: pip install {error.name}") from error
    return found
