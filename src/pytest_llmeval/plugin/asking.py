"""What items will ask, known before they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.request import Params, Request
from pytest_llmeval.models.task import AskTheQuestion, times_asked
from pytest_llmeval.plugin.items import FINISHED, name_of, trial_of
from pytest_llmeval.plugin.past import Past
from pytest_llmeval.plugin.trial import Trial, defaults_of, tools_of

ANSWERS = ("answer", "grade")
"""Fixtures that have the task asked."""
ABOUT_CLIENT = ("llm_model", "llm_provider")
"""Fixtures that hold the client without asking."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An item that asks a model."""

    item: pytest.Item
    trial: Trial
    asks_the_question: bool
    """Whether the default task asks for it, which is one request that can be told beforehand."""
    asks_more: bool
    """Whether more may be asked: by code of the user's, by a model that calls tools, in later turns."""
    times: int = 1
    """How often the question is asked, as far as that is known."""


def asking(items: Iterable[pytest.Item], past: Past) -> Iterator[Asking]:
    """Find the items that ask a model: not those that are skipped, refused, replayed, or finished in a resumed run."""
    for item in items:
        trial = trial_of(item)
        if trial is None or trial.model is None or trial.refusal or FINISHED in item.stash or is_left_out(item):
            continue
        has_task, times = trial.spec.task is not None, times_asked(trial.spec.task)
        wants_answer = any(name in ANSWERS for name in getattr(item, "fixturenames", ()))
        more = times is None or len(trial.entry.turns) > 1 or bool(trial.spec.tools or trial.entry.fake_tools)
        asks_more = (wants_answer and more) or _holds_client(item)
        found = Asking(item, trial, wants_answer and not has_task, asks_more, times or 1)
        if (wants_answer or found.asks_more) and past.answered(name_of(item), trial) == (None, None):
            yield found


def is_left_out(item: pytest.Item) -> bool:
    """Tell whether a mark keeps an item from being run."""
    return any(mark.name == "skip" or mark.kwargs.get("run") is False for mark in item.iter_markers())


def _holds_client(item: pytest.Item) -> bool:
    """Tell whether the test, or a fixture of the user's, has the client in hand."""
    info = getattr(item, "_fixtureinfo", None)
    if info is None:
        return False
    used = [found[-1] for name, found in info.name2fixturedefs.items() if found and name not in ABOUT_CLIENT]
    return "llm" in info.initialnames or any("llm" in definition.argnames for definition in used)


class _Noted(Exception):
    """The request is known; the task need not go on."""


async def request_of(trial: Trial, params: Params, base_url: str | None, loop: LoopThread) -> Request:
    """Return what the default task asks for a trial, by running it up to there; to be awaited on the loop.

    Raises:
        ConfigurationError: Where it cannot ask, say for want of a context file.
    """
    noted: list[Request] = []

    async def note(request: Request) -> Call:
        noted.append(request)
        raise _Noted

    llm = LLM(defaults_of(trial, params, base_url), note, loop, tools=tools_of(trial.entry, trial.spec))
    with suppress(_Noted):
        await AskTheQuestion(tuple(map(Path, trial.roots)))(trial.entry, llm)
    return noted[0]
