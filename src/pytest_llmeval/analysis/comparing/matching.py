"""Matching: which model of one run is compared with which of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Matched:
    """Which model of the base is compared with which of the new run."""

    sides: tuple[tuple[Side, Side], ...]
    unmatched: tuple[str, ...] = ()
    """Models that only one run has, each with which."""


def match_models(
    base: Mapping[str, Side], new: Mapping[str, Side], *, model: str | None = None, base_model: str | None = None
) -> Matched:
    """Choose the models to compare.

    Those named; else, where each run has one, these two whatever their names; else those of the same name.

    Args:
        base: The base's sides by model.
        new: The new run's.
        model: As ``provider:model`` or the model alone; of both runs, or of the new one where ``base_model`` is given.
            A base with one model only is taken as it is.
        base_model: Another model of the base.

    Raises:
        ConfigurationError: Where a named model is missing, or no name is in both runs.
    """
    if model is not None or base_model is not None:
        wanted = base_model or (model if _names(base, model) or len(base) > 1 else None)
        return Matched(((_named(base, wanted, "BASE"), _named(new, model, "NEW")),))
    if len(base) == 1 and len(new) == 1:
        return Matched(((*base.values(), *new.values()),))  # type: ignore[arg-type]
    common = [name for name in base if name in new]
    if not common:
        raise ConfigurationError(
            f"BASE and NEW have no model in common ({_listed(base)}; {_listed(new)}); "
            "name one of each with --base-model and --model"
        )
    return Matched(
        tuple((base[name], new[name]) for name in common),
        (*(f"{name} (BASE only)" for name in base if name not in new),
         *(f"{name} (NEW only)" for name in new if name not in base)),
    )  # fmt: skip


def _names(sides: Mapping[str, Side], name: str | None) -> list[Side]:
    return [side for model, side in sides.items() if name in (model, model.partition(":")[2])]


def _named(sides: Mapping[str, Side], name: str | None, which: str) -> Side:
    found = _names(sides, name) if name else list(sides.values())
    if len(found) == 1:
        return found[0]
    option = "--base-model" if which == "BASE" else "--model"
    fault = f"has {'no' if not found else 'more than one'} model {name!r}" if name else "has several models"
    raise ConfigurationError(f"{which} {fault} ({_listed(sides)}); name one of them with {option}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
