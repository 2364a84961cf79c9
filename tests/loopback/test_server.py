"""The stand-in keeps its own promises, or the tests that rest on it mean nothing."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from tests.loopback.judge import content_judge
from tests.loopback.outcomes import Fail, Hang, Say
from tests.loopback.scenario import Received, Scenario, drawn_latency
from tests.loopback.server import LoopbackServer


def ask(origin: str, text: str = "hello", model: str = "m", path: str = "/v1/chat/completions") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(origin.removeprefix("http://"), timeout=5)
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]})
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", "X-Test": "yes"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def said(answer: tuple[int, Any]) -> str:
    return str(answer[1]["choices"][0]["message"]["content"])


def test_a_request_is_recorded_as_it_arrived() -> None:
    with LoopbackServer() as server:
        before = time.monotonic()
        ask(server.origin, "what?", "m-1")

    (received,) = server.requests
    assert (received.path, received.model, received.text) == ("/v1/chat/completions", "m-1", "what?")
    assert received.headers["x-test"] == "yes"
    assert before <= received.at <= time.monotonic()
    assert server.connections == 1


def test_a_script_is_played_in_order_and_its_last_outcome_again() -> None:
    with LoopbackServer(Scenario([Fail(500), Say("two"), Say("three")])) as server:
        answers = [ask(server.origin) for _ in range(4)]

    assert answers[0][0] == 500
    assert [said(answer) for answer in answers[1:]] == ["two", "three", "three"]


def test_text_goes_before_the_model_and_the_model_before_the_default() -> None:
    scenario = Scenario(Say("default"), by_model={"m": Say("model")}, by_text={"capital": Say("text")})
    with LoopbackServer(scenario) as server:
        assert said(ask(server.origin, "the capital?", "m")) == "text"
        assert said(ask(server.origin, "else?", "m")) == "model"
        assert said(ask(server.origin, "else?", "n")) == "default"


def test_a_function_may_write_the_script() -> None:
    with LoopbackServer(lambda received: Say(received.text.upper())) as server:
        assert said(ask(server.origin, "loud")) == "LOUD"


def test_latency_passes_before_the_outcome_and_requests_overlap() -> None:
    with LoopbackServer(Scenario(latency_s=0.1)) as server:
        began = time.monotonic()
        threads = [threading.Thread(target=ask, args=(server.origin,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began

    assert 0.1 <= took < 0.4
    assert server.max_in_flight == 5


def test_a_latency_of_its_own_goes_before_the_scenarios() -> None:
    with LoopbackServer(Scenario(latency_s=30), latency_s=0) as server:
        assert said(ask(server.origin)) == "ok"


def test_a_path_it_does_not_speak_is_not_found() -> None:
    with LoopbackServer() as server:
        assert ask(server.origin, path="/v2/other")[0] == 404
    assert server.requests == []


def test_a_server_that_remembers_nothing_still_answers() -> None:
    with LoopbackServer(keep_requests=False) as server:
        assert said(ask(server.origin)) == "ok"
    assert server.requests == []


def test_stopping_does_not_wait_for_a_hanging_answer() -> None:
    began = time.monotonic()
    with LoopbackServer(Scenario(Hang(60))) as server:
        connection = http.client.HTTPConnection(server.origin.removeprefix("http://"), timeout=0.1)
        connection.request("POST", "/v1/messages", "{}", {"Content-Type": "application/json"})
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()

    assert time.monotonic() - began < 5


def test_the_last_user_message_is_the_text_in_either_format() -> None:
    blocks = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    turns = [{"role": "user", "content": "first"}, {"role": "user", "content": blocks}, {"role": "assistant"}]

    assert Received("/", {}, {"messages": turns}, 0.0).text == "a b"
    assert Received("/", {}, {}, 0.0).text == ""


def test_a_server_of_its_own_process_says_where_it_is_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "tests.loopback", "--port", "0", "--text", "from afar"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        try:
            assert said(ask(base_url.removesuffix("/v1"))) == "from afar"
        finally:
            process.terminate()
        assert process.wait(10) == 0


def test_a_content_judge_gives_a_verdict_with_the_key_of_the_prompt_and_leaves_other_models_alone() -> None:
    with LoopbackServer(content_judge(Scenario(Say("yes")))) as server:
        verdict = json.loads(said(ask(server.origin, "KEY: k7\n\nthe answer", "judge")))
        other = said(ask(server.origin, "KEY: k7", "m"))

    assert (verdict["level"], verdict["key"], other) == ("fully_correct", "k7", "yes")


def test_drawn_latencies_have_the_median_and_a_heavy_tail_and_belong_to_their_text() -> None:
    drawn = sorted(drawn_latency(0.2, 1.0, f"Question {number}?") for number in range(2001))

    assert drawn[1000] == pytest.approx(0.2, rel=0.1)
    assert 1.4 < drawn[1980] < 3.5  # log-normal: 0.2 * exp(2.33)
    assert drawn_latency(0.2, 1.0, "a") == drawn_latency(0.2, 1.0, "a") != drawn_latency(0.2, 1.0, "b")
    assert drawn_latency(0.2, 0.0, "a") == 0.2


def test_a_server_waits_as_long_as_was_drawn_for_the_text() -> None:
    longest = max((f"t{number}" for number in range(50)), key=lambda text: drawn_latency(0.02, 1.0, text))
    with LoopbackServer(latency_s=0.02, latency_sigma=1.0) as server:
        began = time.monotonic()
        ask(server.origin, longest)

    assert time.monotonic() - began >= drawn_latency(0.02, 1.0, longest) > 0.05
