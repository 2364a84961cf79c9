"""Batches over real sockets: sent, waited for, fetched and cancelled through both SDKs."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    FatalProviderError,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    TransientProviderError,
    UnsupportedByProvider,
)
from pytest_llmeval.models.answer import Reply, ToolCall, Usage
from pytest_llmeval.models.providers.batch_port import BATCH_DISCOUNT, BatchLimits, BatchProvider, BatchState
from pytest_llmeval.models.providers.endpoints import ENDPOINTS
from pytest_llmeval.models.request import Params, Request, Tool
from tests.loopback.batches import BatchScript, Step
from tests.loopback.outcomes import Cut, Fail, Hang, Lapse, Outcome, Raw, Say
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

Outcomes = dict[str, Reply | ProviderError]
STRANGER = "never-heard-of"


def requests(wire: Wire, *questions: str) -> dict[str, Request]:
    return {f"q-{n}": wire.request(question) for n, question in enumerate(questions, 1)}


async def submit(provider: Any, asked: Mapping[str, Request]) -> str:
    assert isinstance(provider, BatchProvider)
    return await provider.submit_batch(asked)


async def wait(provider: Any, batch_id: str) -> list[BatchState]:
    states: list[BatchState] = []
    while not states or not states[-1].is_over:
        states.append(await provider.batch_state(batch_id))
    return states


async def fetch(provider: Any, batch_id: str) -> list[tuple[str, Reply | ProviderError]]:
    return [pair async for pair in provider.batch_results(batch_id)]


def run(wire: Wire, server: LoopbackServer, asked: Mapping[str, Request]) -> Outcomes:
    """Send a batch, wait for it, and fetch its results."""

    async def whole(provider: Any) -> Outcomes:
        batch_id = await submit(provider, asked)
        await wait(provider, batch_id)
        return dict(await fetch(provider, batch_id))

    return wire.use(server.base_url, whole)


def failure(wire: Wire, server: LoopbackServer, step: Step, asked: Mapping[str, Request]) -> ProviderError:
    """Go through a batch up to the step that must fail."""

    async def up_to(provider: Any) -> None:
        batch_id = await submit(provider, asked)
        if step == "state":
            await provider.batch_state(batch_id)
        elif step == "cancel":
            await provider.cancel_batch(batch_id)
        elif step == "results":
            await wait(provider, batch_id)
            await fetch(provider, batch_id)

    with pytest.raises(ProviderError) as caught:
        wire.use(server.base_url, up_to)
    return caught.value


def test_every_request_of_a_batch_gets_its_own_reply_in_whatever_order_they_come(wire: Wire) -> None:
    asked = requests(wire, *(f"question {n}" for n in range(8)))
    with LoopbackServer(lambda received: Say(received.text.upper())) as server:

        async def whole(provider: Any) -> list[tuple[str, Reply | ProviderError]]:
            batch_id = await submit(provider, asked)
            await wait(provider, batch_id)
            return await fetch(provider, batch_id)

        results = wire.use(server.base_url, whole)

    assert [custom_id for custom_id, _ in results] != list(asked)
    found = {custom_id: reply.text for custom_id, reply in results if isinstance(reply, Reply)}
    assert found == {f"q-{n + 1}": f"QUESTION {n}" for n in range(8)}


def test_a_reply_from_a_batch_is_read_as_any_other(wire: Wire) -> None:
    tool = Tool("now")
    with LoopbackServer(Scenario(Say("Looking.", tool_calls=(("now", '{"x": 1}'),), thinking="hm"))) as server:
        (reply,) = run(wire, server, {"a": wire.request("time?", tools=(tool,))}).values()

    assert isinstance(reply, Reply)
    assert (reply.text, reply.thinking, reply.finish_reason) == ("Looking.", "hm", "tool_calls")
    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("now", {"x": 1})]
    assert isinstance(reply.tool_calls[0], ToolCall)
    assert (reply.usage, reply.served_model, reply.ttft_s) == (Usage(12, 3), "batched", None)


def test_requests_go_up_as_they_would_go_alone(wire: Wire) -> None:
    request = wire.request("Grüße", system="Be short.", params=Params(0.5, 99))
    with LoopbackServer() as server:
        wire.use(server.base_url, lambda provider: provider.complete(request))
        run(wire, server, {"a": request})

    alone, first = server.requests[0].body, server.requests[1]
    if wire.provider == "openai":
        assert (first.path, first.body["purpose"]) == ("/v1/files", "batch")
        (line,) = [json.loads(line) for line in first.body["file"].splitlines()]
        assert line == {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": alone}
        assert server.requests[2].body == {
            "input_file_id": "file-1",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        }
    else:
        assert (first.path, first.body) == ("/v1/messages/batches", {"requests": [{"custom_id": "a", "params": alone}]})


def test_a_batch_says_how_far_it_is(wire: Wire) -> None:
    scenario = Scenario(by_text={"bad": Fail(400, "no"), "late": Lapse("expired")})
    with LoopbackServer(scenario, batches=BatchScript(polls=2)) as server:

        async def watch(provider: Any) -> list[BatchState]:
            return await wait(provider, await submit(provider, requests(wire, "good", "bad", "late", "good")))

        first, second, last = wire.use(server.base_url, watch)

    assert [state.is_over for state in (first, second, last)] == [False, False, True]
    assert (first.status, first.total, first.succeeded, first.errored) == ("in_progress", 4, 0, 0)
    assert (last.total, last.succeeded, last.errored, last.note) == (4, 2, 2, None)
    # One format says that the batch ended, the other that some of it expired.
    assert last.status == ("ended" if wire.provider == "openai" else "expired")


def test_another_process_needs_only_the_id(wire: Wire) -> None:
    with LoopbackServer(batches=BatchScript(polls=0)) as server:
        batch_id = wire.use(server.base_url, lambda provider: submit(provider, requests(wire, "hello")))
        results = wire.use(server.base_url, lambda provider: fetch(provider, batch_id))

    ((custom_id, reply),) = results
    assert custom_id == "q-1"
    assert isinstance(reply, Reply)
    assert reply.text == "ok"


def test_each_request_that_fails_has_its_own_error_and_the_others_their_replies(wire: Wire) -> None:
    rejected = Fail(400, "too long", "invalid_request_error")
    limited = Fail(429, "slow down", "rate_limit_error")
    broken = Fail(500, "oops", "api_error")
    scenario = Scenario(
        by_text={
            "rejected": rejected,
            "limited": limited,
            "broken": broken,
            "late": Lapse("expired"),
            "called off": Lapse("cancelled"),
            "torn": Raw('{"id": "x"}'),
        }
    )
    asked = requests(wire, "fine", "rejected", "limited", "broken", "late", "called off", "torn")
    with LoopbackServer(scenario) as server:
        found = run(wire, server, asked)

    assert set(found) == set(asked)
    assert isinstance(found["q-1"], Reply)
    kinds = [type(found[f"q-{n}"]) for n in range(2, 8)]
    assert kinds == [RequestRejected, RateLimited, ProviderUnavailable, ProviderTimeout, ProviderUnavailable, BadReply]
    prefix = f"{wire.provider}:{'batch_1' if wire.provider == 'openai' else 'msgbatch_1'}: "
    assert str(found["q-2"]) == f"{prefix}HTTP 400: too long"
    assert str(found["q-5"]) == f"{prefix}the batch expired before this request's turn; ask it again"
    assert str(found["q-6"]) == f"{prefix}the batch was cancelled before this request's turn; ask it again"
    assert str(found["q-7"]).startswith(f"{prefix}the reply has no ")


def test_results_are_not_fetched_before_the_batch_is_over(wire: Wire) -> None:
    with LoopbackServer(batches=BatchScript(polls=5)) as server:

        async def hurry(provider: Any) -> None:
            await fetch(provider, await submit(provider, requests(wire, "hello")))

        with pytest.raises(TransientProviderError, match="the batch is not over yet; wait for it"):
            wire.use(server.base_url, hurry)


def test_a_batch_that_failed_as_a_whole_says_why(openai: Wire) -> None:
    script = BatchScript(polls=0, fate="failed", note="Duplicate custom_id")
    with LoopbackServer(batches=script) as server:
        error = failure(openai, server, "results", requests(openai, "hello"))
        state = openai.use(server.base_url, lambda provider: _state(provider, "batch_1"))

    assert (state.status, state.is_over, state.note) == ("failed", True, "line 1: Duplicate custom_id")
    assert type(error) is RequestRejected
    assert str(error) == "openai:batch_1: the batch failed: line 1: Duplicate custom_id"


async def _state(provider: Any, batch_id: str) -> BatchState:
    state: BatchState = await provider.batch_state(batch_id)
    return state


def test_what_was_answered_before_a_batch_expired_can_be_fetched(openai: Wire) -> None:
    scenario = Scenario(by_text={"late": Lapse("expired")})
    with LoopbackServer(scenario, batches=BatchScript(fate="expired")) as server:
        found = run(openai, server, requests(openai, "good", "late"))
        state = openai.use(server.base_url, lambda provider: _state(provider, "batch_1"))

    assert state.status == "expired"
    assert isinstance(found["q-1"], Reply)
    assert isinstance(found["q-2"], ProviderTimeout)


def test_a_cancelled_batch_ends_with_its_requests_unanswered(wire: Wire) -> None:
    with LoopbackServer(batches=BatchScript(polls=1)) as server:

        async def call_off(provider: Any) -> tuple[list[BatchState], Outcomes]:
            batch_id = await submit(provider, requests(wire, "a", "b"))
            await provider.cancel_batch(batch_id)
            states = await wait(provider, batch_id)
            return states, dict(await fetch(provider, batch_id))

        states, found = wire.use(server.base_url, call_off)

    assert [state.status for state in states] == ["in_progress", "cancelled"]
    assert [type(error) for error in found.values()] == [ProviderUnavailable, ProviderUnavailable]


def test_cancelling_a_batch_that_is_over_changes_nothing(wire: Wire) -> None:
    with LoopbackServer(batches=BatchScript(polls=0)) as server:

        async def too_late(provider: Any) -> BatchState:
            batch_id = await submit(provider, requests(wire, "a"))
            await provider.cancel_batch(batch_id)
            return await _state(provider, batch_id)

        assert wire.use(server.base_url, too_late).status == "ended"


@pytest.mark.parametrize("status", [400, 500])
def test_a_cancellation_refused_for_another_reason_is_told(wire: Wire, status: int) -> None:
    with LoopbackServer(batches=BatchScript(polls=9, faults={"cancel": Fail(status, "not now")})) as server:
        error = failure(wire, server, "cancel", requests(wire, "a"))

    assert f"HTTP {status}: not now" in str(error)


def test_a_batch_nobody_knows_ends_neither_the_session_nor_others(wire: Wire) -> None:
    with LoopbackServer() as server, pytest.raises(RequestRejected) as caught:
        wire.use(server.base_url, lambda provider: _state(provider, STRANGER))

    assert str(caught.value) == (
        f"{wire.provider}:{STRANGER}: the provider does not know this batch, or not any more; send its requests again"
    )
    assert caught.value.status == 404


def test_an_id_cannot_lead_to_another_path(wire: Wire) -> None:
    with LoopbackServer() as server:
        batch_id = wire.use(server.base_url, lambda provider: submit(provider, requests(wire, "a")))
        for bent in (f"x/../{batch_id}", f"{batch_id}?x=", f"{batch_id}#x"):
            with pytest.raises(RequestRejected, match="does not know this batch"):
                wire.use(server.base_url, partial(_state, batch_id=bent))


@pytest.mark.parametrize("step", ["create", "state", "cancel", "results"])
@pytest.mark.parametrize(
    ("outcome", "kind"),
    [(Fail(401, "who?"), AuthenticationError), (Fail(503, "later"), ProviderUnavailable), (Cut(), ProviderUnavailable)],
)
def test_whatever_goes_wrong_on_the_way_becomes_one_of_our_errors(
    wire: Wire, step: Step, outcome: Outcome, kind: type[Exception]
) -> None:
    with LoopbackServer(batches=BatchScript(polls=0, faults={step: outcome})) as server:
        error = failure(wire, server, step, requests(wire, "a"))

    assert type(error) is kind
    assert wire.key not in "".join(traceback.format_exception(error))
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_file_that_cannot_be_uploaded_makes_no_batch(openai: Wire) -> None:
    with LoopbackServer(batches=BatchScript(faults={"upload": Fail(500, "full")})) as server:
        error = failure(openai, server, "create", requests(openai, "a"))

    assert type(error) is ProviderUnavailable
    assert [received.path for received in server.requests] == ["/v1/files"]


def test_a_wrong_base_url_is_fatal_for_a_batch_too(wire: Wire) -> None:
    with LoopbackServer() as server, pytest.raises(FatalProviderError, match="check the base URL"):
        wire.use(f"{server.origin}/elsewhere", lambda provider: submit(provider, requests(wire, "a")))


@pytest.mark.parametrize("step", ["create", "state"])
@pytest.mark.parametrize("body", ["[]", "{}", '{"id": 3}', "<html>"])
def test_what_is_no_batch_is_a_bad_reply(wire: Wire, step: Step, body: str) -> None:
    with LoopbackServer(batches=BatchScript(faults={step: Raw(body)})) as server:
        error = failure(wire, server, step, requests(wire, "a"))

    assert type(error) is BadReply


@pytest.mark.parametrize("line", ["no json", "[]", '{"no": "id"}', '{"custom_id": 3}'])
def test_a_line_that_is_no_result_is_not_passed_over(wire: Wire, line: str) -> None:
    content = f"\n{line}\n"
    with LoopbackServer(batches=BatchScript(polls=0, faults={"results": Raw(content)})) as server:
        error = failure(wire, server, "results", requests(wire, "a"))

    assert type(error) is BadReply
    assert "a line of the results is none: " in str(error)


@pytest.mark.parametrize("result", ["{}", '{"type": "new"}', "3"])
def test_a_kind_of_result_not_known_yet_is_that_requests_error(anthropic: Wire, result: str) -> None:
    content = f'{{"custom_id": "q-1", "result": {result}}}'
    with LoopbackServer(batches=BatchScript(polls=0, faults={"results": Raw(content)})) as server:
        found = run(anthropic, server, requests(anthropic, "a"))

    assert type(found["q-1"]) is BadReply


def test_a_line_with_neither_response_nor_error_is_the_providers_fault(openai: Wire) -> None:
    content = '{"custom_id": "q-1"}\n{"custom_id": "q-2", "response": {}}\n'
    with LoopbackServer(batches=BatchScript(polls=0, faults={"results": Raw(content)})) as server:
        found = run(openai, server, requests(openai, "a", "b"))

    assert [type(error) for error in found.values()] == [ProviderUnavailable, ProviderUnavailable]


def test_a_state_that_does_not_come_is_given_up_in_time(wire: Wire) -> None:
    script = BatchScript(faults={"state": Hang()})
    with LoopbackServer(batches=script) as server, pytest.raises(ProviderTimeout, match=r"no reply within 0\.1 s"):
        wire.use(server.base_url, lambda provider: _state(provider, "batch_1"), timeout_s=0.1)


def test_sending_a_whole_batch_may_take_longer_than_one_question(wire: Wire) -> None:
    with LoopbackServer(latency_s=0.15) as server:

        async def send(provider: Any) -> str:
            return await submit(provider, requests(wire, "a"))

        if wire.provider == "openai":  # the file may, the call that makes a batch of it may not
            with pytest.raises(ProviderTimeout, match=r"no reply within 0\.1 s"):
                wire.use(server.base_url, send, timeout_s=0.1)
            assert [received.path for received in server.requests] == ["/v1/files", "/v1/batches"]
        else:
            assert wire.use(server.base_url, send, timeout_s=0.1) == "msgbatch_1"


def test_a_batch_that_cannot_be_sent_in_time_says_how_long_it_had(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"pytest_llmeval.models.providers.{wire.provider}_batches.TRANSFER_S", 0.2)
    asked = requests(wire, "a")
    with LoopbackServer(batches=BatchScript(faults={"upload": Hang(), "create": Hang()})) as server:
        with pytest.raises(ProviderTimeout, match=r"no reply within 0\.2 s"):
            wire.use(server.base_url, lambda provider: submit(provider, asked), timeout_s=0.1)
        assert len(server.requests) == 1


def test_a_batch_of_openai_takes_one_model_only(openai: Wire, anthropic: Wire) -> None:
    for wire in (openai, anthropic):
        asked = {"a": wire.request(model="small"), "b": wire.request(model="large")}
        with LoopbackServer() as server:
            if wire is anthropic:
                assert len(run(wire, server, asked)) == 2
                continue
            with pytest.raises(UnsupportedByProvider, match="a batch takes one model only, not openai:large as well"):
                run(wire, server, asked)
            assert server.requests == []


@pytest.mark.parametrize("custom_id", ["", "a b", "é", "x" * 65, "a\n"])
def test_a_name_no_vendor_takes_is_refused_before_anything_is_sent(wire: Wire, custom_id: str) -> None:
    with LoopbackServer() as server, pytest.raises(ValueError, match="must be 1 to 64 letters, digits, - and _"):
        run(wire, server, {custom_id: wire.request()})
    assert server.requests == []


def test_a_batch_of_nothing_is_refused(wire: Wire) -> None:
    with LoopbackServer() as server, pytest.raises(ValueError, match="a batch needs at least one request"):
        run(wire, server, {})


def test_limits_and_sizes_are_data(wire: Wire) -> None:
    asked = requests(wire, "Grüße", "b" * 1000)
    with LoopbackServer() as server:

        async def measure(provider: Any) -> tuple[BatchLimits | None, int]:
            await submit(provider, asked)
            return provider.batch_limits, sum(provider.batch_bytes(*item) for item in asked.items())

        limits, size = wire.use(server.base_url, measure)

    sent = server.requests[0]
    written = len(sent.body["file"]) if wire.provider == "openai" else int(sent.headers["content-length"])
    assert written <= size + 16 < written * 1.1
    assert limits == {
        "openai": BatchLimits(50_000, 200_000_000),
        "anthropic": BatchLimits(100_000, 256_000_000),
    }.get(wire.provider)
    assert BATCH_DISCOUNT == 0.5


@pytest.mark.parametrize("name", sorted(set(ENDPOINTS) - {"openai", "anthropic"}))
def test_other_endpoints_say_that_they_take_no_batches(name: str) -> None:
    wire = Wire(name, "", dict.fromkeys(ENDPOINTS[name].key_variables, "key-0123456789"))
    asked = {"a": wire.request()}

    async def try_all(provider: Any) -> list[str]:
        assert provider.batch_limits is None
        told = []
        for attempt in (provider.submit_batch(asked), provider.batch_state("b"), provider.cancel_batch("b")):
            with pytest.raises(UnsupportedByProvider) as caught:
                await attempt
            told.append(str(caught.value))
        for attempt in (lambda: provider.batch_results("b"), lambda: provider.batch_bytes("a", asked["a"])):
            with pytest.raises(UnsupportedByProvider) as caught:
                attempt()
            told.append(str(caught.value))
        return told

    with LoopbackServer() as server:
        told = wire.use(server.base_url, try_all)

    way_out = "leave out --llm-batch, or use a model of openai or anthropic"
    assert set(told) == {f"{name}: takes no batches; {way_out}"}
    assert server.requests == []


def test_the_results_are_fetched_from_the_host_that_has_the_key(anthropic: Wire) -> None:
    with LoopbackServer(batches=BatchScript(polls=0)) as server:
        run(anthropic, server, requests(anthropic, "a"))

    assert server.requests[-1].path == "/v1/messages/batches/msgbatch_1/results"
