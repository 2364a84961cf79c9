"""The client a test or task holds: asks the model under test, and remembers every call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer, Call
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Message, Params, Request, Tool, read_messages

Schema = Mapping[str, Any] | str | Path | type
"""A JSON Schema, the path of one, or a pydantic model class."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What every request of a trial shares."""

    model: ModelName
    params: Params = field(default_factory=Params)
    system: str | None = None
    sample: int = 1
    base_url: str | None = None


class LLM:
    """The model under test, for one trial.

    Made by the plugin for each trial. `complete` is for sync code, `acomplete` for async code on any event loop; both
    take part in the session's concurrency and retries.

    Args:
        defaults: Model, parameters and system prompt of the trial.
        send: Sends a request on the session's loop.
        loop: The session's loop.
        context: What every answer carries for the assertion helpers.
    """

    def __init__(
        self,
        defaults: Defaults,
        send: Callable[[Request], Awaitable[Call]],
        loop: LoopThread,
        context: object | None = None,
    ) -> None:
        self._defaults = defaults
        self._send = send
        self._loop = loop
        self._context = context
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

    async def acomplete(
        self,
        prompt: str | Message | Iterable[Message],
        *,
        system: str | None = None,
        tools: Iterable[Tool | Mapping[str, Any]] = (),
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model and await its answer.

        Args:
            prompt: A user's text, or a conversation (see `Message`).
            system: System prompt; the trial's own where None.
            tools: Functions the model may call.
            schema: JSON Schema the reply must follow, where the provider can enforce one.
            **params: Sampling parameters for this call: ``temperature``, ``max_tokens``, ``seed``, ``top_p``, ``stop``,
                or any other the provider knows.

        Raises:
            ProviderError: Where there was no answer, after retries.
            UnsupportedByProvider: Where the provider cannot do what is asked.
            ConfigurationError: Where the prompt, a tool or the schema cannot be read.
        """
        request = self._request(prompt, system, tools, schema, params)
        call = await self._loop.join(self._traced(request))
        return replace(answer_of(call), context=self._context)

    def complete(
        self,
        prompt: str | Message | Iterable[Message],
        *,
        system: str | None = None,
        tools: Iterable[Tool | Mapping[str, Any]] = (),
        schema: Schema | None = None,
        **params: Any,
    ) -> Answer:
        """Ask the model and wait for its answer; see `acomplete`."""
        if self._loop.is_current:
            raise ConfigurationError("llm.complete() would block the event loop here; write: await llm.acomplete(...)")
        return self._loop.run(self.acomplete(prompt, system=system, tools=tools, schema=schema, **params))

    def _request(
        self,
        prompt: str | Message | Iterable[Message],
        system: str | None,
        tools: Iterable[Tool | Mapping[str, Any]],
        schema: Schema | None,
        params: Mapping[str, Any],
    ) -> Request:
        given = self._defaults
        return Request(
            model=given.model,
            messages=read_messages(prompt),
            system=given.system if system is None else system,
            tools=tuple(Tool.read(tool) for tool in tools),
            response_schema=None if schema is None else read_schema(schema),
            params=given.params.updated(params) if params else given.params,
            sample=given.sample,
            base_url=given.base_url,
        )

    async def _traced(self, request: Request) -> Call:
        call = await self._send(request)
        self.calls.append(call)
        return call


def answer_of(call: Call) -> Answer:
    """Make the answer that consists of one call."""
    reply = call.reply
    return Answer(
        text=reply.text,
        evidence_files=reply.evidence_files,
        tool_calls=reply.tool_calls,
        retrieval_method=reply.retrieval_method,
        finish_reason=reply.finish_reason,
        messages=(*call.messages, _assistant_turn(call)),
        calls=(call,),
        usage=reply.usage,
        latency_s=_latency((call,), 0.0),
        ttft_s=reply.ttft_s,
        cost_usd=call.cost_usd,
    )


def _assistant_turn(call: Call) -> Message:
    turn: Message = {"role": "assistant", "content": call.reply.text}
    if call.reply.tool_calls:
        turn["tool_calls"] = [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in call.reply.tool_calls]
    return turn


def with_trace(answer: Answer, calls: Iterable[Call], wall_s: float) -> Answer:
    """Give a task's answer the calls that were made on the way to it.

    Args:
        answer: What the task returned.
        calls: Every call the trial made for it.
        wall_s: How long the task took, in seconds. Its latency is that less what the calls spent queued or backing off,
            but never less than the longest call.
    """
    trace = tuple(calls)
    if not trace:
        return answer if answer.latency_s is not None else replace(answer, latency_s=wall_s)
    usage = trace[0].reply.usage
    for call in trace[1:]:
        usage += call.reply.usage
    last = trace[-1].reply
    return replace(
        answer,
        calls=trace,
        usage=usage,
        cost_usd=total_cost(trace),
        latency_s=_latency(trace, wall_s),
        ttft_s=trace[0].reply.ttft_s if len(trace) == 1 else answer.ttft_s,
        tool_calls=answer.tool_calls or tuple(tool for call in trace for tool in call.reply.tool_calls),
        finish_reason=answer.finish_reason or last.finish_reason,
        evidence_files=answer.evidence_files or _in_order(f for call in trace for f in call.reply.evidence_files),
        retrieval_method=answer.retrieval_method or last.retrieval_method,
    )


def _latency(trace: tuple[Call, ...], wall_s: float) -> float | None:
    if any(call.attempts == 0 and not call.cached for call in trace):
        return None  # a batch takes the time it takes
    if len(trace) == 1:
        return trace[0].latency_s
    return max(wall_s - sum(call.waited_s for call in trace), max(call.latency_s for call in trace))


def _in_order(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def total_cost(calls: Iterable[Call]) -> float | None:
    """Add up what calls cost in US dollars; None where any price is unknown."""
    total = 0.0
    for call in calls:
        if call.cost_usd is None:
            return None
        total += call.cost_usd
    return total


def read_schema(schema: Schema) -> Mapping[str, Any]:
    """Read a JSON Schema from a mapping, a file, or a pydantic model class.

    Raises:
        ConfigurationError: Where there is none to be had.
    """
    if isinstance(schema, Mapping):
        return schema
    if isinstance(schema, type):
        make = getattr(schema, "model_json_schema", None)
        if make is None:
            raise ConfigurationError(f"{schema.__name__} is no pydantic model; a schema is a dict, a path, or a model")
        return dict(make())
    try:
        return dict(json.loads(Path(schema).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"cannot read the JSON Schema {schema}: {error}") from error
