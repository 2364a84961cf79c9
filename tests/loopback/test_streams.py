"""What the stand-in streams, byte by byte: the SDKs read it, and so does this test without them."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

from tests.loopback.outcomes import Cut, Fail, Outcome, Raw, Say, Stumble
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer


def streamed(outcome: Outcome, path: str = "/v1/chat/completions", **fields: Any) -> tuple[str, str]:
    """Return the content type and the text that came, as far as it came."""
    with LoopbackServer(Scenario(outcome)) as server:
        connection = http.client.HTTPConnection(server.origin.removeprefix("http://"), timeout=5)
        body = {"model": "m", "messages": [], "stream": True, **fields}
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        try:
            text = response.read().decode()
        except http.client.IncompleteRead as torn:
            text = f"{torn.partial.decode()}(torn)"
        finally:
            connection.close()
        return response.headers["Content-Type"], text


def test_a_completion_goes_out_in_chunks_and_ends_with_done() -> None:
    content_type, text = streamed(Say("one two", tool_calls=(("now", '{"x": 1}'),)))
    events = text.removesuffix("\n\n").split("\n\n")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-1]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]

    assert content_type == "text/event-stream"
    assert events[-1] == "data: [DONE]"
    assert [delta.get("content") for delta in deltas] == ["", "one", " two", None, None, None, None]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * 6 + ["tool_calls"]
    parts = [delta["tool_calls"][0]["function"]["arguments"] for delta in deltas if "tool_calls" in delta]
    assert parts == ["", '{"x"', ": 1}"]


def test_the_usage_comes_only_where_it_was_asked_for() -> None:
    assert '"prompt_tokens"' not in streamed(Say("x"))[1]
    assert '"prompt_tokens"' in streamed(Say("x"), stream_options={"include_usage": True})[1]


def test_a_message_goes_out_in_named_events() -> None:
    _, text = streamed(Say("one", thinking="hm"), "/v1/messages")
    names = [line.removeprefix("event: ") for line in text.split("\n") if line.startswith("event: ")]

    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    thinking = [block[0], block[1], block[1], block[2]]  # the signature is a delta as well
    assert names == ["message_start", "ping", *thinking, *block, "message_delta", "message_stop"]


def test_a_stumble_meets_its_end_after_so_many_events() -> None:
    assert streamed(Stumble(0))[1] == ""
    assert streamed(Stumble(2))[1].count("data: ") == 2
    assert streamed(Stumble(2, Cut()))[1].endswith("(torn)")
    assert streamed(Stumble(1, Raw("data: {\n\n")))[1].endswith("data: {\n\n")
    assert '"code": "c"' in streamed(Stumble(1, Fail(500, code="c")))[1].split("\n\n")[-2]
    assert "event: error\n" in streamed(Stumble(1, Fail(500)), "/v1/messages")[1]


def test_without_a_stream_a_stumble_is_only_what_it_meets() -> None:
    content_type, text = streamed(Stumble(1, Fail(503)), stream=False)
    assert (content_type, json.loads(text)["error"]["message"]) == ("application/json", "scripted failure")
    content_type, text = streamed(Stumble(1), stream=False)
    assert (content_type, "one two three four" in text) == ("application/json", True)


def test_pieces_take_their_time() -> None:
    began = time.monotonic()
    streamed(Say("one two", piece_delay_s=0.03))
    assert 0.12 <= time.monotonic() - began < 1  # role, two pieces, finish, and the end
