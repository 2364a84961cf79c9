"""``async def`` evals: run on the session's loop, ahead of their turn where all they ask for is at hand."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from pytest_llmeval.models.run_ahead import Job
from pytest_llmeval.plugin.trial_run import TrialRun

ORIGINAL = "__llm_eval_async__"
"""The attribute of a stand-in under which the test's own coroutine function is found."""

NOT_ASYNC = "ignore:The test .* is marked with '@pytest.mark.asyncio':pytest.PytestWarning"
"""What pytest-asyncio says of a stand-in where the whole file bears its mark."""

OURS: dict[str, Callable[[TrialRun], object]] = {
    "entry": lambda run: run.trial.entry,
    "llm": lambda run: run.llm,
    "fake_tools": lambda run: run.llm.tools,
    "judge": lambda run: run.judge,
    "llm_model": lambda run: run.llm.model,
    "llm_provider": lambda run: run.llm.provider,
}
"""Our fixtures whose values are known before the item's turn; the others wait for an answer."""

TestBody = Callable[..., Coroutine[Any, Any, None]]


def items_of_async(collector: Any, name: str, obj: object) -> Any:
    """Put a plain function in the place of an async eval, and make the items of that.

    Plugins that run async tests (pytest-asyncio, anyio) take every coroutine function for theirs; an eval must run
    once, and on the loop that runs ahead.

    Args:
        collector: The module or class it stands in.
        name: Its name there.
        obj: What stands under that name.

    Returns:
        The items; None where it is no async eval.
    """
    if not inspect.iscoroutinefunction(obj) or not collector.istestfunction(obj, name):
        return None
    own: list[pytest.Mark] = list(getattr(obj, "pytestmark", ()))
    if "llm_eval" not in [mark.name for mark in own] and collector.get_closest_marker("llm_eval") is None:
        return None

    @functools.wraps(obj)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        return obj(*args, **kwargs)

    setattr(stand_in, ORIGINAL, obj)
    # anyio may have been here before; its fixture would make an item for each of its backends.
    stand_in.pytestmark = [mark for mark in own if mark.args != ("anyio_backend",)]  # type: ignore[attr-defined]
    setattr(collector.obj, name, pytest.mark.filterwarnings(NOT_ASYNC)(stand_in))
    return collector.ihook.pytest_pycollect_makeitem(collector=collector, name=name, obj=stand_in)


def body_of(item: pytest.Item) -> TestBody | None:
    """Return an async eval's coroutine function, bound where it is a method; None for any other item."""
    function = getattr(item, "function", None)
    original = getattr(function, ORIGINAL, None)
    if original is None or not isinstance(item, pytest.Function):
        return None
    instance = item.instance
    body: TestBody = original if instance is None else original.__get__(instance)
    return body


def body_ahead(item: pytest.Item, run: TrialRun) -> Job[None] | None:
    """Return the job of a test body that may run before its turn; None where it must wait.

    It may where it asks for nothing but fixtures of ours that need no answer, and for fixtures of a wider scope that
    are set up already; no other fixture of function scope may be in play, not even one that it does not name.
    """
    body = body_of(item)
    if body is None or not isinstance(item, pytest.Function):
        return None
    values: dict[str, object] = {}
    definitions = item._fixtureinfo.name2fixturedefs
    for name in item.fixturenames:
        if name in OURS:
            values[name] = OURS[name](run)
        elif name != "request":
            known = definitions.get(name)
            result = known[-1].cached_result if known and known[-1].scope != "function" else None
            if result is None or result[2] is not None:
                return None
            values[name] = result[0]
    wanted = item._fixtureinfo.argnames
    if not set(wanted) <= set(values):
        return None
    arguments = {name: values[name] for name in wanted}
    return Job(lambda: body(**arguments))
