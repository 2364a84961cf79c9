"""Who takes part in a run: models under test, judges, the providers that may answer for them, and their prices."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.prices import Prices
from pytest_llmeval.models.providers.registry import ProviderRegistry


@dataclass(frozen=True)
class Cast:
    """Every name in it was checked."""

    models: tuple[ModelName, ...]
    """Under test; none where a replayed or resumed run brings its own, unless the command line names some."""
    judges: tuple[ModelName, ...]
    registry: ProviderRegistry
    """Who may answer."""
    prices: Prices
    """What they cost."""
