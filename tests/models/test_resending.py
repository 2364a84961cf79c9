"""A recorded call gives back the very request it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import NotReplayable
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Params, Request, Tool, read_messages
from pytest_llmeval.models.resending import described_again, described_once, request_of
from pytest_llmeval.runs.line import read_line, record_line
from pytest_llmeval.runs.record import Record
from tests.models.recorded import recorded
from tests.runs.samples import record

MODEL = ModelName("openai", "small")
WEATHER = Tool("weather", "Of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})
TIME = Tool("time", "Of a city.")


def after_a_log(*calls: Call) -> tuple[Call, ...]:
    """The calls as they are read back from a line of a run log."""
    read: Record = read_line(record_line(record(calls=described_once(calls))))
    return described_again(read.calls)


texts = st.text(st.characters(codec="utf-8"), max_size=20)
numbers = st.none() | st.floats(0, 2)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda some: st.dictionaries(texts, some),
    max_leaves=5,
)
requests = st.builds(
    Request,
    st.just(MODEL),
    st.lists(st.builds(lambda text: {"role": "user", "content": text}, texts), min_size=1, max_size=3).map(tuple),
    st.none() | texts,
    st.lists(st.sampled_from([WEATHER, TIME]), unique_by=lambda tool: tool.name).map(tuple),
    st.none() | st.dictionaries(texts, jsons, max_size=3),
    st.builds(
        Params,
        numbers,
        st.none() | st.integers(1, 10**6),
        st.none() | st.integers(0, 2**31),
        numbers,
        st.none() | st.lists(texts, min_size=1, max_size=2).map(tuple),
        st.dictionaries(st.sampled_from(["reasoning_effort", "logit_bias", "n"]), jsons),
    ),
    st.integers(1, 5),
)


@given(requests)
def test_a_call_read_from_a_log_is_the_request_that_was_sent(request: Request) -> None:
    (call,) = after_a_log(recorded(request))
    again = request_of(call, request.sample)
    assert again.key("1") == call.request_hash == request.key("1")
    assert again.tools == request.tools


def test_tools_are_described_once_in_a_record() -> None:
    offered = recorded(Request(MODEL, read_messages("a"), tools=(WEATHER,)))
    other = recorded(Request(MODEL, read_messages("b"), tools=(WEATHER, TIME)))
    none = recorded(Request(MODEL, read_messages("c")))
    calls = (offered, other, offered, none, other)
    told = described_once(calls)
    assert [len(call.offered) for call in told] == [1, 2, 0, 0, 0]
    assert described_again(told) == calls


def test_a_tool_that_was_described_anew_is_described_anew() -> None:
    before = recorded(Request(MODEL, read_messages("a"), tools=(WEATHER,)))
    after = recorded(Request(MODEL, read_messages("a"), tools=(replace(WEATHER, description="Of a country."),)))
    calls = (before, after, after, before)
    assert [len(call.offered) for call in described_once(calls)] == [1, 1, 0, 1]
    assert after_a_log(*calls) == after_a_log(*after_a_log(*calls))
    assert [call.offered for call in after_a_log(*calls)] == [call.offered for call in calls]


def test_a_log_of_names_alone_is_not_sent_again_without_its_tools() -> None:
    call = replace(recorded(Request(MODEL, read_messages("a"), tools=(WEATHER,))), offered=())
    with pytest.raises(NotReplayable, match="recorded by their names only"):
        request_of(call)


def test_a_parameter_that_was_kept_out_of_the_log_is_not_sent_as_it_stands_there() -> None:
    call = recorded(Request(MODEL, read_messages("a"), params=Params(extra={"api_key": "abcdefgh12345678"})))
    assert "abcdefgh12345678" not in str(call.params)
    with pytest.raises(NotReplayable, match="'api_key' was kept out of the log"):
        request_of(call)


def test_the_endpoint_is_kept_without_its_password_and_not_followed() -> None:
    call = recorded(Request(MODEL, read_messages("a"), base_url="https://me:pass1234@host/v1"))
    assert call.base_url == "https://[redacted]@host/v1"
    assert request_of(call).base_url is None
    assert request_of(call, base_url="https://me:pass1234@host/v1").key("1") == call.request_hash
