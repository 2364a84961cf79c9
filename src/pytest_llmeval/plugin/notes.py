"""Notes before a run: what is odd about what was asked for, told before anything is spent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pytest

from pytest_llmeval.grading.judge.families import self_preference_warning
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params
from pytest_llmeval.plugin.code_execution import UNISOLATED
from pytest_llmeval.plugin.marker import EvalSpec
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.standing import standing_notes
from pytest_llmeval.plugin.state import code_execution, past
from pytest_llmeval.plugin.trial import Trial

ALIKE = "samples at temperature 0 are most likely alike; add --llm-param temperature=1"
BATCHES = "this run has sent batches; add --llm-batch to take their answers, or they are asked again and paid again"


def notes_before(
    found: Sequence[Trial],
    config: pytest.Config,
    settings: Settings,
    models: Sequence[ModelName],
    judges: Sequence[ModelName],
    leaks: Iterable[tuple[EvalSpec, str]],
) -> list[str]:
    """Return the notes of a run.

    Args:
        found: The trials that are left to run.
        config: The session's.
        settings: What was asked for.
        models: Those under test.
        judges: Those that grade.
        leaks: What stands in the prompts of markers; told if any eval of the marker is run.
    """
    common = Params().updated(settings.param)
    several = {id(trial.spec): trial.spec for trial in found if trial.sample > 1}.values()
    told = [ALIKE] if any(common.updated(spec.params).temperature == 0 for spec in several) else []
    told += standing_notes((trial.entry.id, trial.standing) for trial in found)
    told += _gate_notes(config, settings, models)
    specs = {id(trial.spec) for trial in found}
    told += [note for spec, note in leaks if id(spec) in specs]
    partial = self_preference_warning(map(str, models), map(str, judges))
    told += [partial] if partial else []
    told += list(_variants_told(found))
    told += [UNISOLATED] if any(code_execution(config).unisolated(one.spec.graders) for one in found) else []
    return [*told, *([BATCHES] if past(config).batches and not settings.batch else [])]


def _gate_notes(config: pytest.Config, settings: Settings, models: Sequence[ModelName]) -> list[str]:
    if not settings.baseline:
        return []
    from pytest_llmeval.plugin.baseline import missing_baseline_notes  # every run would pay for what few ask for

    return missing_baseline_notes(config.rootpath, settings.baseline, map(str, models))


def _variants_told(found: Sequence[Trial]) -> Iterator[str]:
    kinds = Counter(trial.variant.kind for trial in found if trial.variant is not None)
    if kinds:
        told = ", ".join(f"{times:,} {kind}" for kind, times in kinds.items())
        yield f"{kinds.total():,} of {len(found):,} trials are of perturbed variants ({told}), in no main figure"
