from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.models.answer import ToolCall, Usage
from pytest_llmeval.models.providers import anthropic_format, openai_format
from pytest_llmeval.models.providers.anthropic_stream import MessageAssembly
from pytest_llmeval.models.providers.openai_stream import CompletionAssembly
from pytest_llmeval.models.providers.thinking_text import split_thinking
from tests.loopback.dialects import ChatCompletions, Messages
from tests.loopback.outcomes import Say
from tests.loopback.scenario import Received

RECEIVED = Received("/", {}, {"model": "m", "stream_options": {"include_usage": True}}, 0.0)
OBJECTS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)
SAYINGS = st.builds(
    Say,
    text=st.text(max_size=40),
    thinking=st.none() | st.text(min_size=1, max_size=20),
    tool_calls=st.lists(st.tuples(st.sampled_from(["now", "weather"]), OBJECTS.map(json.dumps)), max_size=3).map(tuple),
)
NAMES = ["type", "index", "delta", "content_block", "message", "usage", "choices", "content", "tool_calls", "function"]
KINDS = ["message_start", "content_block_start", "content_block_delta", "message_delta", "text_delta", "tool_use", "x"]
JSON = st.recursive(
    st.none() | st.integers(0, 3) | st.text(max_size=3) | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


def data_of(events: list[str]) -> list[Any]:
    lines = [line.removeprefix("data: ") for event in events for line in event.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def chunk(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def call_part(index: int | None, call_id: str | None = None, name: str | None = None, written: Any = "") -> Any:
    part = {"index": index, "id": call_id, "function": {"name": name, "arguments": written}}
    return chunk(tool_calls=[{key: value for key, value in part.items() if value is not None}])


def assembled(*chunks: dict[str, Any]) -> tuple[ToolCall, ...]:
    assembly = CompletionAssembly()
    assert all(assembly.add(each) for each in chunks)
    reply = openai_format.read_reply(assembly.body())
    assert reply is not None
    return reply.tool_calls


@given(SAYINGS)
def test_chunks_put_together_are_the_completion(say: Say) -> None:
    assembly = CompletionAssembly()
    for event in data_of(ChatCompletions().events(say, RECEIVED)):
        assembly.add(event)
    assert assembly.is_complete
    assert openai_format.read_reply(assembly.body()) == openai_format.read_reply(ChatCompletions().reply(say, RECEIVED))


@given(SAYINGS)
def test_events_put_together_are_the_message(say: Say) -> None:
    assembly = MessageAssembly()
    for event in data_of(Messages().events(say, RECEIVED)):
        assembly.add(event)
    assert assembly.is_complete
    assert anthropic_format.read_reply(assembly.body()) == anthropic_format.read_reply(Messages().reply(say, RECEIVED))


@given(st.lists(JSON, max_size=6))
def test_any_events_are_taken_or_refused_and_what_they_make_can_be_read(events: list[Any]) -> None:
    for assembly, read in (
        (CompletionAssembly(), openai_format.read_reply),
        (MessageAssembly(), anthropic_format.read_reply),
    ):
        for event in events:
            try:
                assembly.add(event)
            except ValueError:
                break
        assert read(assembly.body()) is not None


@pytest.mark.parametrize("first", ["role", "nothing", "usage"])
def test_a_chunk_without_text_holds_no_token(first: str) -> None:
    chunks: dict[str, dict[str, Any]] = {
        "role": chunk(role="assistant", content=""),
        "nothing": chunk(),
        "usage": {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
    }
    assembly = CompletionAssembly()

    assert not assembly.add(chunks[first])
    assert assembly.add(chunk(content="x"))
    assert not assembly.is_complete


def test_a_usage_told_early_is_kept_where_later_chunks_have_none() -> None:
    assembly = CompletionAssembly()
    assembly.add({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    assembly.add({**chunk(content="x"), "usage": None})
    reply = openai_format.read_reply(assembly.body())
    assert reply is not None
    assert reply.usage == Usage(3, 4)


def test_calls_are_told_apart_by_their_index() -> None:
    calls = assembled(
        call_part(0, "a", "now", '{"x"'), call_part(1, "b", "add", "{}"), call_part(0, written=": 1}"), call_part(1)
    )
    assert calls == (ToolCall("now", {"x": 1}, "a"), ToolCall("add", {}, "b"))


def test_calls_that_all_have_the_same_index_or_none_are_told_apart_by_their_ids() -> None:
    for index in (0, None):
        calls = assembled(call_part(index, "a", "now", "{}"), call_part(index, "b", "add", '{"n": 1}'))
        assert calls == (ToolCall("now", {}, "a"), ToolCall("add", {"n": 1}, "b"))


def test_a_name_or_id_that_is_repeated_with_every_piece_is_taken_once() -> None:
    calls = assembled(call_part(0, "a", "now", '{"x": '), call_part(0, "a", "now", "1}"))
    assert calls == (ToolCall("now", {"x": 1}, "a"),)


def test_arguments_sent_as_an_object_are_taken_as_they_are() -> None:
    assert assembled(call_part(0, "a", "now", {"x": 1})) == (ToolCall("now", {"x": 1}, "a"),)


def test_text_in_parts_is_a_token() -> None:
    assembly = CompletionAssembly()
    assert assembly.add(chunk(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]))
    assert assembly.body()["choices"][0]["message"]["content"] == "ab"


def message(*events: dict[str, Any]) -> MessageAssembly:
    assembly = MessageAssembly()
    for event in events:
        assembly.add(event)
    return assembly


TOOL_USE = {"type": "tool_use", "id": "t", "name": "now", "input": {}}


def test_tool_input_that_was_cut_off_is_kept_as_it_was_written() -> None:
    assembly = message(
        {"type": "content_block_start", "index": 0, "content_block": TOOL_USE},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"ci'}},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}},
    )
    reply = anthropic_format.read_reply(assembly.body())
    assert reply is not None
    assert reply.tool_calls == (ToolCall("now", {}, "t", '{"ci'),)
    assert reply.finish_reason == "length"


def test_text_that_stands_in_the_start_of_a_block_is_kept() -> None:
    assembly = MessageAssembly()
    block = {"type": "text", "text": "a"}
    assert assembly.add({"type": "content_block_start", "index": 0, "content_block": block})
    assembly.add({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "b"}})
    assert assembly.body()["content"] == [{"type": "text", "text": "ab"}]


def test_the_last_word_on_the_usage_counts() -> None:
    assembly = message(
        {"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 1}}},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 5, "input_tokens": None}},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 9, "input_tokens": 7}},
    )
    reply = anthropic_format.read_reply(assembly.body())
    assert reply is not None
    assert reply.usage == Usage(7, 9)


def test_blocks_and_deltas_of_kinds_not_known_yet_do_no_harm() -> None:
    assembly = message(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "new", "x": 1}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "x": "y"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "new"},
    )
    assert assembly.body()["content"] == [{"type": "new", "x": 1}]


@pytest.mark.parametrize(
    "event",
    [
        "text",
        {"type": "content_block_start", "index": 0},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lost"}},
        {"type": "content_block_delta", "index": 0},
    ],
)
def test_what_belongs_to_no_block_is_refused(event: Any) -> None:
    with pytest.raises(ValueError, match=r"^(an event is|a delta belongs|a content block starts)"):
        MessageAssembly().add(event)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("<think>a</think>b", ("a", "b")),
        (" \n<think>\na\n\nb </think>\n\n c \n", ("a\n\nb", "c \n")),
        ("<think></think>b", (None, "b")),
        ("<think>a</think>b</think>c", ("a", "b</think>c")),
        ("<think>never closed", (None, "<think>never closed")),
        (" b <think>a</think>", (None, " b <think>a</think>")),
        ("", (None, "")),
    ],
)
def test_thinking_is_taken_off_the_very_start_only(text: str, parts: tuple[str | None, str]) -> None:
    assert split_thinking(text) == parts


@given(st.text())
def test_text_without_a_closed_block_is_left_alone(text: str) -> None:
    if "</think>" not in text:
        assert split_thinking(text) == (None, text)


def test_log_probabilities_come_in_pieces_too() -> None:
    assembly = CompletionAssembly()
    for number, word in enumerate(["Pa", "ris"], 1):
        piece = chunk(content=word)
        piece["choices"][0]["logprobs"] = {"content": [{"token": word, "logprob": -float(number)}]}
        assembly.add(piece)
    assembly.add({"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]})
    reply = openai_format.read_reply(assembly.body())
    assert reply is not None
    assert (reply.text, reply.token_logprobs) == ("Paris", (-1.0, -2.0))
