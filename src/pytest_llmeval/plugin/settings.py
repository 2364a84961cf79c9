"""What the user asked for: read by one rule (flag, environment, ini, default), and checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.plugin.gate_flags import all_gates, gate_faults, is_demanded, read_rules
from pytest_llmeval.plugin.option import Option
from pytest_llmeval.plugin.options import MODEL_VARIABLE, OPTIONS

if TYPE_CHECKING:
    from pytest_llmeval.analysis.gating.gate_rules import Rule
    from pytest_llmeval.benchmark.checking.coverage import Requirement


Leaks = Literal["off", "warn", "error"]
"""What to do where entries stand in prompts."""


@dataclass(frozen=True)
class Settings:
    """What the user asked for, checked; each field is named like its flag, without ``llm_``."""

    model: tuple[str, ...]
    provider: str | None
    base_url: str | None
    param: Mapping[str, Any]
    judge_model: tuple[str, ...]
    allow_code_execution: bool
    code_isolation: Literal["namespaces", "process"]
    judge_controls: float
    allow_uncalibrated_judge: bool
    leaks: Leaks | None
    samples: int | None
    sample: str | None
    seed: int
    shard: str | None
    require_coverage: tuple[Requirement, ...]
    concurrency: int
    rpm: float | None
    tpm: float | None
    timeout: float
    retries: int
    max_consecutive_errors: int
    stream: bool
    max_calls: int | None
    max_tokens: int | None
    max_cost: float | None
    max_time: float | None
    price: tuple[str, ...]
    dry_run: bool
    cache: Literal["off", "auto", "refresh", "only"]
    replay: str | None
    replay_changed: Literal["skip", "ask"]
    resume: str | None
    rerun_errors: bool
    batch: bool
    baseline: str | None
    baseline_force: bool
    gates: tuple[str, ...]
    gate_stage: str | None
    fail_under: tuple[Rule, ...]
    max_regression: tuple[Rule, ...]
    contaminated: Literal["aside", "count"]
    canary_stop: bool
    accept: str | None
    log: str | None
    rules: tuple[Rule, ...] = ()
    """What the run is held against, from all the ways to say it."""
    demanded: bool = False
    """Whether the command line itself asks for a gate, which then cannot be passed over."""
    model_flag: tuple[str, ...] = ()
    """The models named on the command line itself."""

    @property
    def counts_flagged(self) -> bool:
        """Tell whether contaminated entries count in gates and comparisons."""
        return self.contaminated == "count"


def read_settings(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every option: the flag, else the environment (models only), else the ini file, else the default.

    Raises:
        pytest.UsageError: With one line, for a value that cannot be used.
    """
    try:
        values = {option.name.removeprefix("llm_"): _value(option, config) for option in OPTIONS}
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    flag = tuple(dict.fromkeys(config.getoption("llm_model") or ()))
    values["model"] = flag or tuple(dict.fromkeys(environ.get(MODEL_VARIABLE, "").split() or values["model"]))
    values["param"] = dict(values["param"])
    for name in ("price", "require_coverage"):
        values[name] = tuple(values[name])
    values["judge_model"] = tuple(dict.fromkeys(values["judge_model"]))
    for name in ("fail_under", "max_regression"):
        values[name] = tuple(values[name])
    values["gates"] = all_gates(config.getini("llm_gates") or (), config.getoption("llm_gates") or ())
    try:
        rules = read_rules(values)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    settings = Settings(**values, model_flag=flag, rules=rules, demanded=is_demanded(config, rules))
    for fault in (*_contradictions(settings), *gate_faults(values, rules)):
        raise pytest.UsageError(fault)
    return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.replay and settings.resume:
        yield "--llm-replay and --llm-resume cannot go together: one makes a new log, the other continues an old one"
    if settings.rerun_errors and not settings.resume:
        yield "--llm-rerun-errors belongs to --llm-resume; add it"
    if settings.resume and settings.log:
        yield "--llm-resume continues the log of the run it names; leave --llm-log out"
    if settings.replay and settings.batch:
        yield "--llm-replay asks nobody, so there is nothing for --llm-batch to send; leave one of them out"
    if settings.cache == "only" and settings.batch:
        yield "--llm-cache=only asks nobody, so there is nothing for --llm-batch to send; leave one of them out"


def _value(option: Option, config: pytest.Config) -> Any:
    given, source = config.getoption(option.name), option.flag
    if option.flag_only:
        return bool(given)
    if given == "" or (isinstance(given, list) and "" in given):  # as of --llm-replay=$RUN where RUN is not set
        raise ConfigurationError(f"{option.flag} is empty; give {option.metavar}, or leave it out")
    if given is None and option.in_ini:
        given, source = config.getini(option.name) or None, option.name
    if given is None:
        return [] if option.many else option.default
    return [option.read(source, one) for one in given] if option.many else option.read(source, str(given))
