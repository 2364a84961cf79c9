"""Hooks by which other packages extend the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_llmeval.models.providers.registry import ProviderRegistry


@pytest.hookspec
def pytest_llmeval_register_providers(registry: ProviderRegistry) -> None:
    """Add providers for ``--llm-model=NAME:MODEL``.

    Called once, when the session's first eval is collected.

    Args:
        registry: Takes a name and a factory: ``registry.register("acme", AcmeProvider)``. The factory gets
            `ProviderSettings` and returns an object with ``adapter_version``, ``async complete(request) -> Reply`` and
            ``async aclose()``.

    Example, in a ``conftest.py`` or a plugin of your own::

        from pytest_llmeval import Reply


        class Parrot:
            adapter_version = "1"

            def __init__(self, settings): ...

            async def complete(self, request):
                return Reply(text=request.messages[-1]["content"])

            async def aclose(self): ...


        def pytest_llmeval_register_providers(registry):
            registry.register("parrot", Parrot)
    """
