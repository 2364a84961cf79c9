"""Declaring fake tools: every form, and every mistake in one line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.request import Tool
from pytest_llmeval.models.tools.fake_tool import Case, FakeTool, result_text

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def test_what_is_told_to_the_model_may_stand_in_any_of_the_usual_forms() -> None:
    told = {"name": "look", "description": "Looks.", "parameters": SCHEMA}
    expected = Tool("look", "Looks.", SCHEMA)
    forms: list[Any] = [
        FakeTool("look", "Looks.", SCHEMA),
        Tool("look", "Looks.", SCHEMA),
        told,
        {"type": "function", "function": told, "returns": 1},
        {"name": "look", "description": "Looks.", "input_schema": SCHEMA},
    ]
    assert [FakeTool.read(form).spec for form in forms] == [expected] * len(forms)
    assert FakeTool.read(forms[3]).cases == (Case(returns=1),)


def test_a_mapping_takes_what_it_leaves_out_from_the_tool_of_its_name() -> None:
    known = {"look": FakeTool("look", "Looks.", SCHEMA, returns=1)}
    assert FakeTool.read({"name": "look"}, known) == known["look"]
    again = FakeTool.read({"name": "look", "cases": [{"raises": "503"}]}, known)
    assert (again.description, again.parameters, again.cases) == ("Looks.", SCHEMA, (Case(raises="503"),))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (5, "a fake tool is a FakeTool or a dict with a name, got 5"),
        ({"description": "x"}, 'a fake tool needs a name: {"description": "x"}'),
        ({"name": " "}, 'a fake tool needs a name, got " "'),
        (
            {"name": "a", "result": 1},
            "a fake tool has no 'result'; it takes name, description, parameters, cases, returns",
        ),
        ({"name": "a", "cases": [{}], "returns": 1}, "fake tool 'a' has cases and returns; make returns the last case"),
        ({"name": "a", "cases": {"returns": 1}}, "fake tool 'a': cases must be a list of dicts"),
        ({"name": "a", "cases": [1]}, "fake tool 'a': a case is a dict such as"),
        (
            {"name": "a", "cases": [{"return": 1}]},
            "fake tool 'a': a case has no 'return'; it takes args, returns, raises",
        ),
        (
            {"name": "a", "cases": [{"args": {}}]},
            "a case does one of returns, raises, timeout, garbage, got none of them",
        ),
        ({"name": "a", "cases": [{"returns": 1, "raises": "x"}]}, "got returns and raises"),
        ({"name": "a", "cases": [{"returns": 1, "args": 5}]}, "args must be a dict of arguments, got 5"),
        ({"name": "a", "cases": [{"returns": 1, "args": {"x": {"$no": 1}}}]}, "is no pattern of an argument"),
        ({"name": "a", "cases": [{"raises": 503}]}, "raises must be text, got 503"),
        ({"name": "a", "cases": [{"garbage": 1}]}, "garbage must be text, got 1"),
        ({"name": "a", "cases": [{"timeout": True}]}, "timeout must be a number of at least 0, got true"),
        ({"name": "a", "cases": [{"timeout": -1}]}, "timeout must be a number of at least 0, got -1"),
        ({"name": "a", "cases": [{"returns": 1, "latency_s": None}]}, "latency_s must be a number of at least 0"),
        ({"name": "a", "cases": [{"returns": 1, "times": 0}]}, "times must be a number of at least 1, got 0"),
        ({"name": "a", "cases": [{"returns": 1, "times": 1.5}]}, "times must be a whole number, got 1.5"),
    ],
)
def test_a_mistake_is_told_in_one_line(given: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)) as caught:
        FakeTool.read(given)
    assert "\n" not in str(caught.value)


def test_null_is_a_result() -> None:
    assert FakeTool.read({"name": "a", "returns": None}).cases == (Case(returns=None),)


def test_results_are_text_as_they_are_and_else_json() -> None:
    assert [result_text(value) for value in ("plain", {"a": "ü"}, None, [1])] == ["plain", '{"a": "ü"}', "null", "[1]"]
