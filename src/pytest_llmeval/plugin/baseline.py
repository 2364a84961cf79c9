"""The baseline of a run: found by name or path, and what to say where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_llmeval.analysis.comparing.matching import match_models
from pytest_llmeval.analysis.comparing.sides import Side, read_sides
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.runs.baselines import baseline_path, blessed_names, folder_near, is_path
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.seen_from import seen_from


def baseline_file(config: pytest.Config, named: str) -> Path:
    """Return the log that a path names: from the folder pytest was called in, else from rootdir."""
    here = config.invocation_params.dir / named
    return here if here.exists() else config.rootpath / named


def check_baseline(config: pytest.Config, named: str) -> None:
    """Make sure that the log a path names can be read; a name may be one that is blessed later.

    Raises:
        ConfigurationError: Where it cannot.
    """
    if is_path(named):
        try:
            next(iter_records(baseline_file(config, named), on_fault=lambda _fault: None, every_try=True))
        except RunLogError as error:
            raise ConfigurationError(f"--llm-baseline: {error}") from None


def missing_baseline_notes(root: Path, named: str, models: Iterable[str]) -> list[str]:
    """Say before the run which models have no baseline of that name: the name may be a slip."""
    if is_path(named):
        return []
    folder = folder_near(root)
    lacking = [model for model in models if not baseline_path(folder, named, model).exists()]
    if not lacking:
        return []
    others = [name for name in blessed_names(folder) if name != named]
    known = f"; there is {', '.join(others)}" if others else ""
    return [f"no baseline {named} yet for {', '.join(lacking)}{known}"]


@dataclass(slots=True)
class Matches:
    """What each model of the run is compared with."""

    sides: dict[str, tuple[Side, Side]] = field(default_factory=dict)
    """Base and new, by the new run's model."""
    why_not: dict[str, str] = field(default_factory=dict)
    """Why a model has no base."""


def match_baseline(config: pytest.Config, named: str, new: Mapping[str, Side], bless: str) -> Matches:
    """Find what each model of a run is compared with.

    Args:
        config: Says where paths start.
        named: The baseline's name or path.
        new: The run's sides by model.
        bless: How this run becomes the baseline.
    """
    return _by_path(config, named, new) if is_path(named) else _by_name(config, named, new, bless)


def _by_path(config: pytest.Config, named: str, new: Mapping[str, Side]) -> Matches:
    try:
        sides = read_sides(baseline_file(config, named), _votes(new))
        for side in sides.values():
            side.path = Path(named)
        matched = match_models(sides, new)
    except (RunLogError, ConfigurationError) as error:
        return Matches(why_not=dict.fromkeys(new, str(error)))
    found = {new_side.model: (base, new_side) for base, new_side in matched.sides}
    why_not = {model: f"the baseline has no model {model}" for model in new if model not in found}
    return Matches(found, why_not)


def _by_name(config: pytest.Config, named: str, new: Mapping[str, Side], bless: str) -> Matches:
    matches, folder, here = Matches(), folder_near(config.rootpath), config.invocation_params.dir
    for model, side in new.items():
        path = baseline_path(folder, named, model)
        if not path.exists():
            matches.why_not[model] = f"no baseline {named} yet; when this run is good: {bless}"
            continue
        try:
            base = read_sides(path, side.votes).get(model)
        except RunLogError as error:
            matches.why_not[model] = str(error)
            continue
        if base is None:
            matches.why_not[model] = f"{path.name} of baseline {named} holds no record of {model}; bless a run again"
            continue
        base.path = seen_from(here, path)
        matches.sides[model] = (base, side)
    return matches


def _votes(new: Mapping[str, Side]) -> VoteRules | None:
    """Return what the run wants of votes, which its baseline is held to as well."""
    return next((side.votes for side in new.values()), None)
