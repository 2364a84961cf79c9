from dataclasses import asdict, replace
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request, Tool, read_messages

REQUEST = Request(ModelName("openai", "m"), read_messages("Why?"), system="Be brief.")


@pytest.mark.parametrize(
    "change",
    [
        {"model": ModelName("openai", "other")},
        {"messages": read_messages("Why not?")},
        {"system": None},
        {"tools": (Tool("look"),)},
        {"response_schema": {"type": "object"}},
        {"params": Params(temperature=1)},
        {"params": Params(seed=1)},
        {"sample": 2},
        {"base_url": "http://localhost:1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_of_a_request_is_part_of_its_key(change: dict[str, Any]) -> None:
    assert replace(REQUEST, **change).key("1") != REQUEST.key("1")


def test_key_depends_on_the_adapter_and_on_nothing_else() -> None:
    assert REQUEST.key("1") == replace(REQUEST).key("1")
    assert REQUEST.key("1") != REQUEST.key("2")


def test_key_is_that_of_the_whole_request_as_plain_values() -> None:
    """Caches of earlier versions hold answers under it."""
    tool = Tool("look", "Look it up.", {"type": "object", "properties": {"at": {"type": "string"}}})
    params = Params(temperature=1, stop=("END",), extra={"effort": {"level": "low"}})
    full = replace(REQUEST, tools=(tool,), response_schema={"type": "object"}, params=params, sample=2)
    for request in (REQUEST, full):
        assert request.key("1") == fingerprint({"request": asdict(request), "adapter": "1"})


def test_unknown_parameters_are_kept_for_the_provider() -> None:
    params = Params().updated({"seed": 7, "reasoning_effort": "low", "stop": ["END"]})
    assert params == Params(seed=7, stop=("END",), extra={"reasoning_effort": "low"})
    assert params.as_dict() == {"temperature": 0.0, "seed": 7, "stop": ("END",), "reasoning_effort": "low"}


def test_none_takes_a_parameter_back() -> None:
    assert Params().updated({"temperature": None}).as_dict() == {}


def test_later_extras_are_added_to_earlier_ones() -> None:
    assert Params(extra={"a": 1}).updated({"extra": {"b": 2}}).as_dict() == {"temperature": 0.0, "a": 1, "b": 2}


def test_text_becomes_a_user_turn_and_a_conversation_stays() -> None:
    turn = {"role": "assistant", "content": "Hm."}
    assert read_messages("Why?") == ({"role": "user", "content": "Why?"},)
    assert read_messages(turn) == (turn,)
    assert read_messages([turn, turn]) == (turn, turn)


def test_message_without_a_known_role_is_named() -> None:
    with pytest.raises(ConfigurationError, match="message 2 needs a role, one of system, user, assistant, tool"):
        read_messages([{"role": "user", "content": ""}, {"role": "robot"}])


def test_no_message_at_all_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nothing to ask"):
        read_messages([])


@pytest.mark.parametrize(
    "spec",
    [
        Tool("look", "Looks.", {"type": "object"}),
        {"name": "look", "description": "Looks.", "parameters": {"type": "object"}},
        {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}},
        {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}},
    ],
)
def test_tool_is_read_from_every_usual_shape(spec: Any) -> None:
    assert Tool.read(spec) == Tool("look", "Looks.", {"type": "object"})


def test_tool_without_parameters_takes_none() -> None:
    assert Tool.read({"name": "look"}).parameters == {"type": "object", "properties": {}}


def test_tool_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a tool needs a 'name'"):
        Tool.read({"description": "?"})
