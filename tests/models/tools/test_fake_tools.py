"""Fake tools do as they are scripted, remember it, and share it with nobody."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import ToolCall, ToolResult
from pytest_llmeval.models.tools.fake_tool import FakeTool
from pytest_llmeval.models.tools.fake_tools import FakeTools, as_toolbox

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = FakeTool(
    "weather",
    parameters=SCHEMA,
    cases=[
        {"args": {"city": "Paris"}, "returns": {"sky": "rain"}, "latency_s": 0.5},
        {"args": {"city": "Rome"}, "raises": "503", "times": 2},
        {"args": {"city": "Rome"}, "returns": "sun"},
        {"args": {"city": "Oslo"}, "timeout": 30},
        {"args": lambda given: given["city"].startswith("B"), "garbage": '{"sky": '},
    ],
)


def call(tools: FakeTools, name: str = "weather", raw: str | None = None, **arguments: Any) -> ToolResult:
    return asyncio.run(tools.call(ToolCall(name, arguments, "c", raw)))


@pytest.mark.parametrize(
    ("city", "result"),
    [
        ("Paris", ToolResult('{"sky": "rain"}', "ok", 0.5)),
        ("Oslo", ToolResult('{"error": "timed out after 30 s"}', "timeout", 30.0)),
        ("Bern", ToolResult('{"sky": ', "malformed")),
        ("Rio", ToolResult('{"error": "nothing is known for these arguments"}', "unscripted")),
    ],
)
def test_the_first_case_that_fits_the_arguments_holds(city: str, result: ToolResult) -> None:
    tools = FakeTools([WEATHER])
    assert call(tools, city=city) == result
    assert tools.calls == [ToolCall("weather", {"city": city}, "c", result=result)]


def test_a_case_that_is_used_up_gives_way_to_the_next_that_fits() -> None:
    tools = FakeTools([WEATHER])
    assert [call(tools, city="Rome").status for _ in range(4)] == ["error", "error", "ok", "ok"]
    assert call(FakeTools([WEATHER]), city="Rome").status == "error"  # another trial begins anew


def test_calls_that_no_real_tool_would_take_are_errors_the_model_is_told() -> None:
    tools = FakeTools([WEATHER])
    assert call(tools, "wether") == ToolResult(
        json.dumps({"error": "there is no tool 'wether'; there are: weather"}), "unknown_tool"
    )
    missing = call(tools, town="Paris")
    assert (missing.status, "'city' is a required property" in missing.text) == ("invalid_arguments", True)
    wrong = call(tools, city=5)
    assert "/city: 5 is not of type 'string'" in wrong.text
    torn = call(tools, raw='{"city"')
    assert (torn.status, "not a JSON object" in torn.text) == ("invalid_arguments", True)
    assert "there are: none" in call(FakeTools(), "x").text
    assert len(tools.called("weather")) == 3


def test_results_may_be_computed_and_a_function_that_raises_is_a_tool_that_fails() -> None:
    async def later(given: dict[str, Any]) -> Any:
        return given["x"] + 1

    tools = FakeTools(
        [
            FakeTool("double", returns=lambda given: given["x"] * 2),
            FakeTool("later", returns=later),
            FakeTool("broken", returns=lambda given: given["nothing"]),
        ]
    )
    assert call(tools, "double", x=4).text == "8"
    assert call(tools, "later", x=4).text == "5"
    assert call(tools, "broken") == ToolResult('{"error": "KeyError: \'nothing\'"}', "error")


def test_tools_are_added_until_the_model_was_asked() -> None:
    tools = FakeTools()
    tools.add("look", "Looks.", SCHEMA, returns="seen")
    tools.add("find", cases=[{"raises": "no"}])
    tools.add(FakeTool("look", returns="seen twice"))
    assert [spec.name for spec in tools.specs] == ["look", "find"]
    assert len(tools) == 2
    assert call(tools, "look").text == "seen twice"
    tools.closed = "too late"
    with pytest.raises(ConfigurationError, match="too late"):
        tools.add("more")


@pytest.mark.parametrize(
    "parameters", [{"type": "nonsense"}, {"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}]
)
def test_a_broken_schema_is_the_authors_fault_and_no_result(parameters: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="the schema of tool 'a' is broken"):
        call(FakeTools([FakeTool("a", parameters=parameters, returns=1)]), "a", a=1)


def test_a_toolbox_is_taken_as_it_is_and_a_list_becomes_one() -> None:
    tools = FakeTools([WEATHER])
    assert as_toolbox(tools) is tools
    assert [spec.name for spec in as_toolbox([{"name": "a"}]).specs] == ["a"]
    with pytest.raises(ConfigurationError, match="tools must be a list of fake tools, got 'weather'"):
        as_toolbox("weather")
