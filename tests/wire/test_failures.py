"""Whatever goes wrong on the wire becomes one of our errors, in one line, after exactly one request."""

from __future__ import annotations

import socket
import time
import traceback

import pytest

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    FatalProviderError,
    ModelNotFound,
    ParameterRejected,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from tests.loopback.outcomes import Cut, Fail, Hang, Outcome, Raw
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

MODEL_404 = Fail(404, "model: some-model", "not_found_error")


@pytest.mark.parametrize(
    ("outcome", "kind", "line"),
    [
        (Fail(401, "Incorrect API key"), AuthenticationError, "HTTP 401: Incorrect API key; check {variable}"),
        (Fail(403, "No access"), AuthenticationError, "HTTP 403: No access; check {variable}"),
        (MODEL_404, ModelNotFound, "HTTP 404: model: some-model; check the name in --llm-model"),
        (Fail(400, "bad tools"), RequestRejected, "HTTP 400: bad tools"),
        (Fail(413, "too large"), RequestRejected, "HTTP 413: too large"),
        (Fail(422, "no such field"), RequestRejected, "HTTP 422: no such field"),
        (
            Fail(400, "'temperature' does not support 0 with this model."),
            ParameterRejected,
            "HTTP 400: 'temperature' does not support 0 with this model; add --llm-param temperature=none",
        ),
        (
            Fail(402, "pay first"),
            QuotaExhausted,
            "HTTP 402: pay first; add credit to the account, or use another model",
        ),
        (
            Fail(429, "quota", "insufficient_quota"),
            QuotaExhausted,
            "HTTP 429: quota; add credit to the account, or use another model",
        ),
        (Fail(429, "slow down"), RateLimited, "HTTP 429: slow down"),
        (Fail(408, "too slow"), ProviderTimeout, "HTTP 408: too slow"),
        (Fail(409, "conflict"), ProviderUnavailable, "HTTP 409: conflict"),
        (Fail(500, "oops"), ProviderUnavailable, "HTTP 500: oops"),
        (Fail(529, "Overloaded"), ProviderUnavailable, "HTTP 529: Overloaded"),
        (Raw("", 503), ProviderUnavailable, "HTTP 503: no explanation"),
        (Raw("<html>\n<b>Bad</b>", 502, "text/html"), ProviderUnavailable, "HTTP 502: <html> <b>Bad</b>"),
    ],
)
def test_a_status_becomes_its_own_kind_of_error(wire: Wire, outcome: Outcome, kind: type[Exception], line: str) -> None:
    with LoopbackServer(Scenario(outcome)) as server:
        error = wire.failure(server.base_url)

    assert type(error) is kind
    assert str(error) == f"{wire.provider}:some-model: {line.format(variable=wire.key_variable)}"
    assert error.status == getattr(outcome, "status", None)
    assert len(server.requests) == 1


def test_a_rate_limit_says_how_long_to_wait(wire: Wire) -> None:
    with LoopbackServer(Scenario(Fail(429, headers={"Retry-After": "7"}))) as server:
        error = wire.failure(server.base_url)

    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 7.0
    assert len(server.requests) == 1


def test_a_path_nobody_serves_is_fatal_and_names_the_base_url(wire: Wire) -> None:
    with LoopbackServer() as server:
        base_url = f"{server.origin}/elsewhere"
        error = wire.failure(base_url)

    assert type(error) is FatalProviderError
    assert str(error).endswith(f"; check the base URL, {base_url}")


def test_a_redirect_is_not_followed(wire: Wire) -> None:
    with LoopbackServer() as other:
        moved = Raw("", 307, headers={"Location": f"{other.base_url}/chat/completions"})
        with LoopbackServer(Scenario(moved)) as server:
            error = wire.failure(server.base_url)

    assert type(error) is FatalProviderError
    assert other.connections == 0


def test_a_reply_that_does_not_come_is_given_up_in_time(wire: Wire) -> None:
    with LoopbackServer(Scenario(Hang())) as server:
        began = time.monotonic()
        error = wire.failure(server.base_url, timeout_s=0.1)
        took = time.monotonic() - began

    assert 0.1 <= took < 3
    assert type(error) is ProviderTimeout
    assert str(error) == f"{wire.provider}:some-model: no reply within 0.1 s; allow more with --llm-timeout"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Raw('{"id": "x", "choices": [{]'), "the reply cannot be read: "),
        (Raw("<html>Log in</html>", content_type="text/html"), ": <html>Log in</html>"),
        (Raw("null"), "the reply has no "),
        (Raw('{"choices": [], "content": 3}'), "the reply has no "),
    ],
)
def test_what_is_not_in_the_format_is_a_bad_reply(wire: Wire, outcome: Raw, says: str) -> None:
    with LoopbackServer(Scenario(outcome)) as server:
        error = wire.failure(server.base_url)

    assert type(error) is BadReply
    assert says in str(error)
    assert "\n" not in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize("outcome", [Cut(), Cut(inside_body=True)], ids=["before", "inside"])
def test_a_cut_connection_is_worth_another_try(wire: Wire, outcome: Cut) -> None:
    with LoopbackServer(Scenario(outcome)) as server:
        error = wire.failure(server.base_url)

    assert type(error) is ProviderUnavailable
    assert str(error).startswith(f"{wire.provider}:some-model: connection to {server.base_url} failed: ")
    assert len(server.requests) == 1


def test_a_host_that_does_not_listen_is_named(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = wire.failure(f"http://127.0.0.1:{port}/v1")

    assert type(error) is ProviderUnavailable
    assert f"connection to http://127.0.0.1:{port}/v1 failed: " in str(error)


def test_a_local_server_that_does_not_listen_says_how_to_start_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = Wire("ollama-local", "").failure(f"http://127.0.0.1:{port}/v1")

    assert str(error).endswith("; start it with: ollama serve")


def test_an_error_inside_a_200_is_an_error_of_its_own_status(openai: Wire) -> None:
    limited = Raw('{"error": {"code": 429, "message": "upstream is busy"}}')
    with LoopbackServer(Scenario(limited)) as server:
        error = openai.failure(server.base_url)

    assert type(error) is RateLimited
    assert str(error) == "openai:some-model: HTTP 429: upstream is busy"


def test_an_error_inside_a_200_without_a_status_is_the_providers_fault(openai: Wire) -> None:
    with LoopbackServer(Scenario(Raw('{"error": "no capacity"}'))) as server:
        error = openai.failure(server.base_url)

    assert type(error) is ProviderUnavailable
    assert str(error) == "openai:some-model: HTTP 502: no capacity"


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_key_that_the_provider_echoes_does_not_come_through(wire: Wire, status: int) -> None:
    with LoopbackServer(Scenario(Fail(status, "You sent", echo_key=True))) as server:
        error = wire.failure(server.base_url)

    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert wire.key in str(server.requests[0].headers)
    assert wire.key not in shown
    assert "You sent: [redacted]" in str(error)


def test_no_error_carries_the_sdks_own_with_the_request_headers(wire: Wire) -> None:
    with LoopbackServer(Scenario(Fail(401))) as server:
        error = wire.failure(server.base_url)

    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_key_echoed_in_a_reply_without_content_does_not_come_through(wire: Wire) -> None:
    with LoopbackServer(Scenario(Raw(f'{{"echo": "Bearer {wire.key}", "choices": []}}'))) as server:
        error = wire.failure(server.base_url)

    assert type(error) is BadReply
    assert wire.key not in str(error)


def test_a_request_that_is_no_json_is_rejected_before_it_is_sent(wire: Wire) -> None:
    with LoopbackServer() as server:
        error = wire.failure(server.base_url, response_schema={"enum": object()})

    assert type(error) is RequestRejected
    assert "cannot be written as JSON" in str(error)
    assert server.requests == []
