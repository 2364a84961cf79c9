"""A trial: one entry, one model, one sample, which is what one test item is about."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.variants import Variant
from pytest_llmeval.errors import ConfigurationError, LLMEvalError, UnscoredError
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params
from pytest_llmeval.models.tools.fake_tools import FakeTools
from pytest_llmeval.plugin.marker import EvalSpec
from pytest_llmeval.plugin.standing import ORDINARY, Standing


@dataclass(frozen=True, slots=True)
class Trial:
    """What one test item is about."""

    entry: Entry
    model: ModelName | None
    """None where the user named no model; such an item is skipped."""
    sample: int
    spec: EvalSpec
    samples: int = 1
    """How many samples the entry gets in this run."""
    roots: tuple[os.PathLike[str], ...] = ()
    """Where the entry's files are looked for: beside the benchmark, then in rootdir."""
    variant: Variant | None = None
    """How the entry was made of another; None for an entry of the benchmark itself."""
    standing: Standing = ORDINARY
    refusal: LLMEvalError | None = None
    """Why it cannot be graded in this run, and so is not asked; None where it can."""
    decoy: str | None = None
    """A wrong answer to the entry, where judges grade it and one is known."""
    name: str = ""
    """What its item's id says of it."""

    @property
    def origin(self) -> Entry:
        """Return the benchmark's own entry: what a variant was made of, else the entry itself."""
        return self.variant.parent if self.variant else self.entry


def defaults_of(trial: Trial, params: Params, base_url: str | None) -> Defaults:
    """Return what every request of a trial shares.

    Args:
        trial: What is run.
        params: Sampling parameters of the whole run.
        base_url: The endpoint the user named, if any.

    Raises:
        UnscoredError: Where there is no model to ask.
    """
    if trial.model is None:
        raise UnscoredError("no model under test was named")
    system = trial.entry.system_prompt or trial.spec.system_prompt
    own = params.updated(trial.spec.params)
    return Defaults(trial.model, own, system, trial.sample, base_url, trial.spec.max_steps, trial.spec.budget)


def tools_of(entry: Entry, spec: EvalSpec) -> FakeTools:
    """Return the fake tools of one attempt at an entry: the marker's, with what the entry says of them or adds.

    Raises:
        ConfigurationError: Where the entry's cannot be read.
    """
    try:
        return FakeTools([*spec.tools, *entry.fake_tools])
    except ConfigurationError as error:
        raise ConfigurationError(f"entry {entry.id!r}: {error}") from None
