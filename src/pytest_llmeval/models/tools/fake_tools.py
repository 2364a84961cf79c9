"""The fake tools of one trial: they do as they are scripted, and remember how they were called."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import ToolCall, ToolResult, ToolStatus
from pytest_llmeval.models.loop_thread import run_in_thread
from pytest_llmeval.models.request import Tool
from pytest_llmeval.models.tools.fake_tool import ANYTHING, Case, FakeTool, result_text
from pytest_llmeval.models.tools.loop import Toolbox
from pytest_llmeval.models.tools.patterns import MISSING
from pytest_llmeval.safe_text import one_line


class FakeTools:
    """A set of fake tools with the memory of one trial.

    Made for each attempt at a trial, so that no other trial, sample or rerun sees what was called: equal conversations
    get equal results. A tool nobody declared, and arguments that do not fit, give the model an error result, as real
    tools do; nothing else ever happens.

    Args:
        tools: The tools; of several with one name the last counts.

    Raises:
        ConfigurationError: Where one cannot be read.
    """

    def __init__(self, tools: Iterable[FakeTool | Tool | Mapping[str, Any]] = ()) -> None:
        self._tools: dict[str, FakeTool] = {}
        self._used: dict[tuple[str, int], int] = {}
        self.calls: list[ToolCall] = []
        """Every call so far, in order, with its result."""
        self.closed = ""
        """Why no tool can be added any more; empty while one can."""
        for tool in tools:
            self._put(FakeTool.read(tool, self._tools))

    def __len__(self) -> int:
        return len(self._tools)

    def __iter__(self) -> Iterator[FakeTool]:
        return iter(self._tools.values())

    def add(
        self,
        tool: FakeTool | Tool | Mapping[str, Any] | str,
        description: str = "",
        parameters: Mapping[str, Any] | None = None,
        *,
        cases: Iterable[Case | Mapping[str, Any]] = (),
        returns: Any = MISSING,
    ) -> FakeTool:
        """Declare a tool in the test itself, for the calls that the test makes; see `FakeTool`.

        Raises:
            ConfigurationError: Where it cannot be read, or the model was already asked.
        """
        if self.closed:
            raise ConfigurationError(self.closed)
        if isinstance(tool, str):
            told = {"parameters": parameters} if parameters is not None else {}
            tool = FakeTool(tool, description, cases=tuple(cases), returns=returns, **told)
        return self._put(FakeTool.read(tool, self._tools))

    def _put(self, tool: FakeTool) -> FakeTool:
        self._tools[tool.name] = tool
        return tool

    def called(self, name: str) -> list[ToolCall]:
        """Return the calls of one tool so far, in order."""
        return [call for call in self.calls if call.name == name]

    @property
    def specs(self) -> tuple[Tool, ...]:
        """Return what the model is told of the tools."""
        return tuple(tool.spec for tool in self)

    async def call(self, call: ToolCall) -> ToolResult:
        """Do what is scripted for the call.

        Raises:
            ConfigurationError: Where a tool's JSON Schema is broken.
        """
        result = await self._result(call)
        self.calls.append(replace(call, result=result))
        return result

    async def _result(self, call: ToolCall) -> ToolResult:
        tool = self._tools.get(call.name)
        if tool is None:
            offered = ", ".join(self._tools) or "none"
            return _failed(f"there is no tool {one_line(call.name)!r}; there are: {offered}", "unknown_tool")
        if fault := argument_fault(tool.spec, call):
            return _failed(f"invalid arguments: {fault}", "invalid_arguments")
        case = self._case(tool, call.arguments)
        if case is None:
            return _failed("nothing is known for these arguments", "unscripted")
        return await _played(case, call.arguments)

    def _case(self, tool: FakeTool, arguments: dict[str, Any]) -> Case | None:
        for number, case in enumerate(map(Case.read, tool.cases)):
            used = self._used.get((tool.name, number), 0)
            if (case.times is None or used < case.times) and case.holds_for(arguments):
                self._used[tool.name, number] = used + 1
                return case
        return None


async def _played(case: Case, arguments: dict[str, Any]) -> ToolResult:
    if case.raises is not None:
        return _failed(case.raises, "error", case.latency_s)
    if case.timeout is not None:
        return _failed(f"timed out after {case.timeout:g} s", "timeout", float(case.timeout))
    if case.garbage is not None:
        return ToolResult(case.garbage, "malformed", case.latency_s)
    value = case.returns
    if callable(value):
        try:
            given = dict(arguments)
            value = value(given) if inspect.iscoroutinefunction(value) else await run_in_thread(value, given)
            value = await value if inspect.isawaitable(value) else value
        except Exception as error:  # a fake that raises is a tool that fails
            return _failed(f"{type(error).__name__}: {error}".rstrip(": "), "error", case.latency_s)
    return ToolResult(result_text(value), "ok", case.latency_s)


def _failed(text: str, status: ToolStatus, latency_s: float = 0.0) -> ToolResult:
    return ToolResult(json.dumps({"error": text}, ensure_ascii=False), status, latency_s)


def argument_fault(tool: Tool, call: ToolCall) -> str | None:
    """Say how a call's arguments break the tool's JSON Schema; None where they do not.

    Raises:
        ConfigurationError: Where the schema itself is broken.
    """
    if call.raw_arguments is not None:
        return f"not a JSON object: {one_line(call.raw_arguments)}"
    if tool.parameters == ANYTHING:
        return None
    import jsonschema  # takes a while to import, and only who calls tools pays for it
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it ships no types
    from referencing.exceptions import Unresolvable

    schema = dict(tool.parameters)
    checker = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        checker.check_schema(schema)
        # A registry of its own: the default one would fetch remote references from the network.
        fault = jsonschema.exceptions.best_match(checker(schema, registry=REGISTRY).iter_errors(call.arguments))
    except (jsonschema.SchemaError, Unresolvable) as error:
        raise ConfigurationError(
            f"the schema of tool {tool.name!r} is broken: {one_line(str(getattr(error, 'message', error)), 200)}"
        ) from None
    if fault is None:
        return None
    place = "".join(f"/{step}" for step in fault.absolute_path)
    return one_line(f"{place}: {fault.message}" if place else fault.message, 200)


def as_toolbox(tools: Toolbox | Iterable[Any]) -> Toolbox:
    """Return tools that can be called: a toolbox as it is, a list of fake tools as a set of its own.

    Raises:
        ConfigurationError: Where one cannot be read.
    """
    if isinstance(tools, Toolbox):
        return tools
    if isinstance(tools, str | Mapping) or not isinstance(tools, Iterable):
        raise ConfigurationError(f"tools must be a list of fake tools, got {tools!r}")
    return FakeTools(tools)
