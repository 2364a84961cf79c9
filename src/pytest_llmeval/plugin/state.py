"""Where the plugin keeps its state: on the config's stash, and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_llmeval.plugin.settings import Settings

if TYPE_CHECKING:
    from pytest_llmeval.plugin.cast import Cast
    from pytest_llmeval.plugin.code_execution import CodeExecution
    from pytest_llmeval.plugin.past import Past
    from pytest_llmeval.plugin.slicing import Slicer

SETTINGS = pytest.StashKey[Settings]()
RUN_ID = pytest.StashKey[str]()
PAST = pytest.StashKey["Past"]()
SLICER = pytest.StashKey["Slicer"]()
CODE = pytest.StashKey["CodeExecution"]()

BRIEFING = "llm_eval"
"""What an xdist controller tells its workers stands under this key of their input."""


def run_id(config: pytest.Config) -> str:
    """Return the name of the run: made once in the controller or the only process, told to workers."""
    if RUN_ID not in config.stash:
        from pytest_llmeval.runs.run_id import new_run_id

        told = getattr(config, "workerinput", {}).get(BRIEFING, {})
        config.stash[RUN_ID] = told.get("run_id") or new_run_id()
    return config.stash[RUN_ID]


def cast_of(config: pytest.Config) -> Cast:
    """Return who takes part in the run, every name checked.

    Raises:
        pytest.UsageError: For a model without a provider, a provider nobody has registered, or one endpoint for several
            providers, which would get the keys of all.
    """
    from pytest_llmeval.errors import ConfigurationError
    from pytest_llmeval.models.model_name import ModelName
    from pytest_llmeval.models.prices import Prices, read_price
    from pytest_llmeval.models.providers.registry import builtin_providers
    from pytest_llmeval.plugin.cast import Cast

    settings, registry = config.stash[SETTINGS], builtin_providers()
    try:
        config.hook.pytest_llmeval_register_providers(registry=registry)
        named = settings.model_flag or (() if settings.replay or settings.resume else settings.model)
        told = partial(ModelName.parse, default_provider=settings.provider, or_else=", or add --llm-provider")
        models = tuple(dict.fromkeys(map(told, named)))
        judges = tuple(map(ModelName.parse, settings.judge_model))
        prices = Prices(dict(map(read_price, settings.price)))
        for model in (*models, *judges):
            registry.check(model.provider)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    providers = dict.fromkeys(model.provider for model in models)
    if settings.base_url and len(providers) > 1:
        raise pytest.UsageError(
            f"--llm-base-url names one endpoint, and would get the keys of {' and '.join(providers)}; "
            "run the models of each provider by themselves"
        )
    return Cast(models, judges, registry, prices)


def check(config: pytest.Config) -> None:
    """Check at configure what the command line names: a mistake there ends the run before anything is collected.

    Raises:
        pytest.UsageError: For models, logs and parts that cannot be used.
    """
    settings = config.stash[SETTINGS]
    _check_processes(config, settings)
    if settings.model or settings.judge_model or settings.price:
        cast_of(config)
    if settings.replay or settings.resume:
        past(config)
    if settings.sample or settings.shard:
        slicer(config)
    if config.getoption("llm_baseline"):
        _check_baseline(config, config.getoption("llm_baseline"))


def _check_baseline(config: pytest.Config, named: str) -> None:
    from pytest_llmeval.errors import ConfigurationError
    from pytest_llmeval.plugin.baseline import check_baseline

    try:
        check_baseline(config, named)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None


def _check_processes(config: pytest.Config, settings: Settings) -> None:
    from pytest_llmeval.plugin.one_process import demand_one_process

    for flag, given in (("--llm-dry-run", settings.dry_run), ("--llm-batch", settings.batch)):
        if given:
            demand_one_process(config, flag)


def past(config: pytest.Config) -> Past:
    """Return the runs of before that this one builds on."""
    if PAST not in config.stash:
        from pytest_llmeval.plugin.past import Past

        config.stash[PAST] = Past(config, config.stash[SETTINGS])
    return config.stash[PAST]


def slicer(config: pytest.Config) -> Slicer:
    """Return what chooses the part of the evals that is run."""
    if SLICER not in config.stash:
        from pytest_llmeval.plugin.slicing import Slicer

        config.stash[SLICER] = Slicer(config.stash[SETTINGS])
    return config.stash[SLICER]


def code_execution(config: pytest.Config) -> CodeExecution:
    """Return what decides whether code out of answers may run."""
    if CODE not in config.stash:
        from pytest_llmeval.grading.code.sandbox import processors
        from pytest_llmeval.plugin.code_execution import CodeExecution

        workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
        config.stash[CODE] = CodeExecution(config.stash[SETTINGS], max(1, processors() // workers))
    return config.stash[CODE]
