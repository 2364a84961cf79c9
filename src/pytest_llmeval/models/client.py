"""The client a test or task holds: asks the model under test, and remembers every call."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer, Call
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.request import Message, Params, Request, Tool, read_messages
from pytest_llmeval.models.response_schema import Schema
from pytest_llmeval.models.tools.fake_tool import FakeTool
from pytest_llmeval.models.tools.fake_tools import FakeTools, as_toolbox
from pytest_llmeval.models.tools.loop import Toolbox, call_tools, conversation_after
from pytest_llmeval.models.tracing import answer_of, with_trace
from pytest_llmeval.models.trial_budget import TrialBudget


class LLM:
    """The model under test, for one trial.

    Made by the plugin for each trial. `complete` is for sync code, `acomplete` for async code on any event loop; both
    take part in the session's concurrency and retries.

    Args:
        defaults: Model, parameters and system prompt of the trial.
        send: Sends a request on the session's loop.
        loop: The session's loop.
        context: What every answer carries for the assertion helpers.
        tools: The trial's own fake tools.
    """

    def __init__(
        self,
        defaults: Defaults,
        send: Callable[[Request], Awaitable[Call]],
        loop: LoopThread,
        context: object | None = None,
        tools: FakeTools | None = None,
    ) -> None:
        self._defaults = defaults
        self._send = send
        self._loop = loop
        self._budget = TrialBudget(defaults.limits)
        self.context = context
        """The trial, as its answers carry it."""
        self.tools = FakeTools() if tools is None else tools
        """The trial's fake tools, those of the marker and of the entry; no other trial sees what happens to them."""
        self.calls: list[Call] = []
        """Every call made so far, in the order of the replies."""

    @property
    def model(self) -> str:
        """The model's name, without its provider."""
        return self._defaults.model.model

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self._defaults.model.provider

    @property
    def params(self) -> Params:
        """The sampling parameters that hold where a call names none."""
        return self._defaults.params

    def again(self, number: int, *, of: int, **params: Any) -> LLM:
        """Return a client of the same trial for one of several answers to one question; its calls are this one's too.

        Args:
            number: Which of the answers, from 1; to the cache each is another question, as samples are.
            of: How many answers the task asks for.
            **params: Sampling parameters that its calls have in place of the trial's.
        """
        other, given = copy(self), self._defaults
        sample = (given.sample - 1) * of + number
        other._defaults = replace(given, sample=sample, params=given.params.updated(params))
        return other

    async def acomplete(
        self,
        prompt: str | Message | Iterable[Message],
        *,
        system: str | None = None,
        tools: Iterable[Tool | FakeTool | Mapping[str, Any]] = (),
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model and await its answer.

        Args:
            prompt: A user's text, or a conversation (see `Message`).
            system: System prompt; the trial's own where None.
            tools: Functions the model may call; they are described to it, and not run (see `arun_tools`).
            schema: JSON Schema the reply must follow, where the provider can enforce one.
            **params: Sampling parameters for this call: ``temperature``, ``max_tokens``, ``seed``, ``top_p``, ``stop``,
                or any other the provider knows.

        Raises:
            ProviderError: Where there was no answer, after retries.
            UnsupportedByProvider: Where the provider cannot do what is asked.
            OverBudget: Where the trial has used up its own budget.
            ConfigurationError: Where the prompt, a tool or the schema cannot be read.
        """
        request = self._defaults.request(prompt, system, tools, schema, params)
        call = await self._loop.join(self._traced(request))
        return replace(answer_of(call), context=self.context)

    def complete(
        self,
        prompt: str | Message | Iterable[Message],
        *,
        system: str | None = None,
        tools: Iterable[Tool | FakeTool | Mapping[str, Any]] = (),
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model and wait for its answer; see `acomplete`."""
        if self._loop.is_current:
            raise ConfigurationError("llm.complete() would block the event loop here; write: await llm.acomplete(...)")
        return self._loop.run(self.acomplete(prompt, system=system, tools=tools, schema=schema, **params))

    async def arun_tools(
        self,
        prompt: str | Message | Iterable[Message],
        tools: Toolbox | Iterable[Any] | None = None,
        *,
        max_steps: int | None = None,
        system: str | None = None,
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model, run the tools it calls and tell it what they gave, until it answers without calling any.

        Args:
            prompt: A user's text, or a conversation.
            tools: What can be called: a list of `FakeTool`, a `Toolbox`; by default the trial's own, ``llm.tools``.
            max_steps: How often the model is asked at most; by default the marker's ``max_steps``, else 10.
            system: System prompt; the trial's own where None.
            schema: JSON Schema the replies must follow.
            **params: Sampling parameters, as for `acomplete`.

        Returns:
            The last reply, with all calls, all tool calls and their results. Its finish reason is ``tool_calls`` where
            the model still wanted tools at the last step.

        Raises:
            ProviderError: Where there was no answer, after retries.
            OverBudget: Where the trial has used up its own budget; tools called beyond it are not run.
            ConfigurationError: Where there is no tool, or fewer than one step.
        """
        toolbox = self.tools if tools is None else as_toolbox(tools)
        steps = self._defaults.max_steps if max_steps is None else max_steps
        if not toolbox.specs:
            raise ConfigurationError("llm.run_tools() has no tools: pass some, or declare them, llm_eval(tools=[...])")
        if steps < 1:
            raise ConfigurationError(f"max_steps must be at least 1, got {steps}")

        async def ask(messages: Iterable[Message]) -> Call:
            request = self._defaults.request(messages, system, toolbox.specs, schema, params)
            return await self._loop.join(self._traced(request))

        begun = time.perf_counter()
        trace = await call_tools(ask, read_messages(prompt), toolbox, steps, self._note)
        called = tuple(tool for call in trace for tool in call.reply.tool_calls)
        last = replace(answer_of(trace[-1]), messages=tuple(conversation_after(trace[-1])))
        answer = replace(last, tool_calls=called, evidence_files=())
        return replace(with_trace(answer, trace, time.perf_counter() - begun), context=self.context)

    def run_tools(
        self,
        prompt: str | Message | Iterable[Message],
        tools: Toolbox | Iterable[Any] | None = None,
        *,
        max_steps: int | None = None,
        system: str | None = None,
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model, run the tools it calls, and wait for its answer; see `arun_tools`."""
        if self._loop.is_current:
            raise ConfigurationError(
                "llm.run_tools() would block the event loop here; write: await llm.arun_tools(...)"
            )
        asking = self.arun_tools(prompt, tools, max_steps=max_steps, system=system, schema=schema, **params)
        return self._loop.run(asking)

    def _note(self, before: Call, after: Call) -> None:
        """Put a call with the results of its tools in the place of the one without."""
        place = next((place for place, call in enumerate(self.calls) if call is before), None)
        if place is not None:
            self.calls[place] = after

    async def _traced(self, request: Request) -> Call:
        self._budget.before_call(self.calls)
        call = await self._send(request)
        self.calls.append(call)
        self._budget.after_call(self.calls)
        return call
