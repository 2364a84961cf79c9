"""Batches of the stand-in, asked without an SDK."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from tests.loopback.batches import BatchScript
from tests.loopback.outcomes import Fail, Lapse, Say
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer

BATCHES = "/v1/messages/batches"


def call(server: LoopbackServer, method: str, path: str, body: Any = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(server.origin.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def create(server: LoopbackServer, *texts: str) -> str:
    items = [
        {"custom_id": f"c{n}", "params": {"model": "m", "messages": [{"role": "user", "content": text}]}}
        for n, text in enumerate(texts)
    ]
    return str(json.loads(call(server, "POST", BATCHES, {"requests": items})[1])["id"])


def status(server: LoopbackServer, batch_id: str) -> str:
    return str(json.loads(call(server, "GET", f"{BATCHES}/{batch_id}")[1])["processing_status"])


def test_a_batch_is_in_progress_for_as_many_polls_as_scripted() -> None:
    with LoopbackServer(batches=BatchScript(polls=2)) as server:
        batch_id = create(server, "a")
        assert [status(server, batch_id) for _ in range(4)] == ["in_progress", "in_progress", "ended", "ended"]


def test_results_are_shuffled_and_some_are_none() -> None:
    scenario = Scenario(Say("fine"), by_text={"bad": Fail(400), "late": Lapse("expired")})
    with LoopbackServer(scenario, batches=BatchScript(polls=0)) as server:
        _, text = call(server, "GET", f"{BATCHES}/{create(server, 'a', 'bad', 'late', 'b')}/results")

    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["custom_id"] for line in lines] != ["c0", "c1", "c2", "c3"]
    kinds = {line["custom_id"]: line["result"]["type"] for line in lines}
    assert kinds == {"c0": "succeeded", "c1": "errored", "c2": "expired", "c3": "succeeded"}


def test_two_results_are_never_in_the_order_of_their_requests() -> None:
    with LoopbackServer(batches=BatchScript(polls=0)) as server:
        _, text = call(server, "GET", f"{BATCHES}/{create(server, 'a', 'b')}/results")

    assert [json.loads(line)["custom_id"] for line in text.splitlines()] == ["c1", "c0"]


@pytest.mark.parametrize("path", [f"{BATCHES}/none", "/v1/batches/none"])
def test_a_batch_that_was_never_made_is_not_found(path: str) -> None:
    with LoopbackServer() as server:
        assert call(server, "GET", path)[0] == 404
        assert call(server, "POST", f"{path}/cancel", {})[0] == 404


def test_a_file_for_another_purpose_and_a_wrong_endpoint_are_refused() -> None:
    with LoopbackServer() as server:
        assert call(server, "POST", "/v1/files", {"purpose": "fine-tune"})[0] == 400
        call(server, "POST", "/v1/files", {"purpose": "batch", "file": ""})
        wrong = {"input_file_id": "file-1", "endpoint": "/v1/responses"}
        assert call(server, "POST", "/v1/batches", wrong)[0] == 400


def test_requests_about_batches_are_remembered_with_their_method() -> None:
    with LoopbackServer() as server:
        status(server, create(server, "a"))

    assert [(received.method, received.path) for received in server.requests] == [
        ("POST", BATCHES),
        ("GET", f"{BATCHES}/msgbatch_1"),
    ]
