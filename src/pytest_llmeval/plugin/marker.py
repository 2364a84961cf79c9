"""The ``llm_eval`` marker: what its arguments mean, and what is wrong with them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from pytest_llmeval.analysis.gating.quota import Quota
from pytest_llmeval.benchmark.perturbation.perturbation import Perturbation
from pytest_llmeval.benchmark.perturbation.variants import read_perturbations
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.models.request import Tool
from pytest_llmeval.models.task import Task, task_name
from pytest_llmeval.models.tools.fake_tool import FakeTool
from pytest_llmeval.models.tools.fake_tools import FakeTools
from pytest_llmeval.models.trial_budget import TrialLimits
from pytest_llmeval.plugin.options import MOST_SAMPLES
from pytest_llmeval.plugin.settings import Leaks

MARKER = "llm_eval"
ENTRY_MARKER = "llm_entry"
VARIANT_MARKER = "llm_perturbed"


@dataclass(frozen=True, eq=False)
class EvalSpec:
    """The arguments of one ``llm_eval`` marker, checked; shared by all trials that come of it."""

    source: Path | None = None
    entries: Iterable[Any] | None = None
    task: Task | None = None
    graders: tuple[Grader, ...] = ()
    columns: Mapping[str, str] | None = None
    where: Mapping[str, Any] | Callable[[Any], bool] | None = None
    limit: int | None = None
    system_prompt: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[FakeTool, ...] = ()
    max_steps: int = 10
    budget: TrialLimits = field(default_factory=TrialLimits)
    """What one trial may take."""
    samples: int | None = None
    require: Quota | None = None
    """How many of an entry's samples must pass; None: all of them."""
    perturb: tuple[Perturbation, ...] = ()
    """In what ways each entry is asked besides."""
    leaks: Leaks | None = None
    """What to do where entries stand in prompts; None: what the run's option says."""


ARGUMENTS = tuple(f.name for f in fields(EvalSpec))


def read_marker(mark: pytest.Mark) -> EvalSpec:
    """Check the arguments of a marker.

    Raises:
        ConfigurationError: Naming the argument, what is wrong with it, and what it takes.
    """
    given = dict(mark.kwargs)
    if len(mark.args) > 1:
        raise ConfigurationError(f"llm_eval takes one benchmark, got {len(mark.args)} positional arguments")
    if mark.args:
        given["source"] = mark.args[0]
    _known(given)
    if (given.get("source") is None) == (given.get("entries") is None):
        raise ConfigurationError('llm_eval needs a benchmark file, llm_eval("questions.jsonl"), or entries=[...]')
    for name, check in _CHECKS.items():
        if given.get(name) is not None:
            given[name] = check(given[name])
    return EvalSpec(**{name: value for name, value in given.items() if value is not None})


def _known(given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in ARGUMENTS:
            raise ConfigurationError(f"llm_eval has no argument {name!r}; it takes {', '.join(ARGUMENTS)}")


def _source(value: Any) -> Path:
    if not isinstance(value, str | Path):
        raise ConfigurationError(f"llm_eval's benchmark must be a path, got {value!r}; pass other things as entries=")
    return Path(value)


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise ConfigurationError(f"llm_eval's entries must be a list of entries or dicts, got {value!r}")
    return value


def _task(value: Any) -> Task:
    if not callable(value):
        raise ConfigurationError(f"llm_eval's task must be a function of entry and llm, got {value!r}")
    try:
        inspect.signature(value).bind(None, None)
    except TypeError:
        raise ConfigurationError(f"task {task_name(value)} must take two arguments: entry and llm") from None
    except ValueError:  # a builtin without a signature
        pass
    return value  # type: ignore[no-any-return]


def _graders(value: Any) -> tuple[Grader, ...]:
    graders = (value,) if callable(value) else tuple(value)
    for grader in graders:
        if not callable(grader) or isinstance(grader, type):
            raise ConfigurationError(f"llm_eval's graders must be functions of entry and answer, got {grader!r}")
    return graders


def _mapping(name: str) -> Callable[[Any], Mapping[str, Any]]:
    def check(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise ConfigurationError(f"llm_eval's {name} must be a dict, got {value!r}")
        return value

    return check


def _where(value: Any) -> Any:
    if not isinstance(value, Mapping) and not callable(value):
        raise ConfigurationError(f"llm_eval's where must be a dict of fields or a function of an entry, got {value!r}")
    return value


def _tools(value: Any) -> tuple[FakeTool, ...]:
    if isinstance(value, FakeTool | Tool | Mapping):
        value = [value]
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ConfigurationError(f"llm_eval's tools must be a list of fake tools, got {value!r}")
    try:
        return tuple(FakeTools(value))
    except ConfigurationError as error:
        raise ConfigurationError(f"llm_eval's tools: {error}") from None


def _budget(value: Any) -> TrialLimits:
    limits = _mapping("budget")(value)
    try:
        return TrialLimits.read(limits)
    except ConfigurationError as error:
        raise ConfigurationError(f"llm_eval's {error}") from None


def _at_least_one(name: str, most: int | None = None) -> Callable[[Any], int]:
    wanted = "of at least 1" if most is None else f"from 1 to {most}"

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= (value if most is None else most):
            raise ConfigurationError(f"llm_eval's {name} must be a whole number {wanted}, got {value!r}")
        return value

    return check


def _prompt(value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"llm_eval's system_prompt must be text, got {value!r}")
    return value


def _leaks(value: Any) -> Any:
    if value not in get_args(Leaks):
        raise ConfigurationError(f"llm_eval's leaks must be one of {', '.join(get_args(Leaks))}, got {value!r}")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "source": _source,
    "entries": _entries,
    "task": _task,
    "graders": _graders,
    "columns": _mapping("columns"),
    "where": _where,
    "limit": _at_least_one("limit"),
    "tools": _tools,
    "max_steps": _at_least_one("max_steps"),
    "budget": _budget,
    "samples": _at_least_one("samples", MOST_SAMPLES),
    "require": Quota.parse,
    "perturb": read_perturbations,
    "system_prompt": _prompt,
    "leaks": _leaks,
    "params": _mapping("params"),
}
