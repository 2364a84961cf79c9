from __future__ import annotations

from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    FatalProviderError,
    ModelNotFound,
    ParameterRejected,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
    TransientProviderError,
)
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.sdk_errors import LONGEST_QUOTE, SdkErrors

MODEL = ModelName("acme", "m-1")
KEY = "k3y-0123456789"
NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT
ERRORS = SdkErrors(openai, "http://host/v1", 30.0, KEY, "ACME_KEY", now=lambda: NOW)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "detail", "code", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "flat"}, "flat"),
        ({"error": {"message": "nested"}}, "nested"),
        ({"type": "error", "error": {"type": "api_error", "message": "anthropic"}}, "anthropic"),
        ([{"error": {"message": "gemini"}}], "gemini"),
        ({"error": "ollama"}, "ollama"),
        ({"detail": [{"loc": ["body"], "msg": "fastapi"}]}, "fastapi"),
        ("plain\n  text\x1b[31m.", "plain text [31m"),
        ({"other": 1}, "{'other': 1}"),
        ({}, "no explanation"),
        (None, "no explanation"),
    ],
)
def test_the_providers_own_words_are_found_in_every_vendors_shape(body: object, said: str) -> None:
    assert str(ERRORS.of_status(422, body, MODEL)) == f"acme:m-1: HTTP 422: {said}"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "Your credit balance is too low to use the API."}, QuotaExhausted),
        (403, {"code": "insufficient_quota"}, QuotaExhausted),
        (429, {"message": "You exceeded your current quota"}, RateLimited),
        (400, {"message": "API key not valid. Please pass a valid API key."}, AuthenticationError),
        (400, {"message": "foo is not a valid model ID"}, ModelNotFound),
        (400, {"error": {"code": "unknown_model", "message": "Unknown model: foo"}}, ModelNotFound),
        (404, {"error": 'model "llama9" not found, try pulling it first'}, ModelNotFound),
        (400, {"message": "This model's maximum context length is 8192 tokens"}, RequestRejected),
        (418, {"message": "teapot"}, RequestRejected),
        (200, {"message": "what?"}, BadReply),
    ],
)
def test_what_a_vendor_means_goes_before_the_bare_status(status: int, body: object, kind: type[Exception]) -> None:
    assert type(ERRORS.of_status(status, body, MODEL)) is kind


@pytest.mark.parametrize("name", ["temperature", "top_p", "seed"])
def test_a_parameter_the_model_does_not_take_comes_with_the_way_to_leave_it_out(name: str) -> None:
    error = ERRORS.of_status(400, {"message": f"`{name}` is deprecated for this model."}, MODEL)
    assert type(error) is ParameterRejected
    assert isinstance(error, FatalProviderError)
    assert str(error).endswith(f"deprecated for this model; add --llm-param {name}=none")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Unsupported parameter: 'temperature' is not supported with this model.", "temperature"),
        ("`temperature` and `top_p` cannot both be specified for this model.", "temperature"),
        ("`top_p` may only be set to 1 when thinking is enabled.", "top_p"),
        ("seed: Extra inputs are not permitted", "seed"),
        ('Invalid JSON payload received. Unknown name "seed": Cannot find field.', "seed"),
    ],
)
def test_every_vendors_way_to_refuse_a_parameter_is_understood(said: str, name: str) -> None:
    error = ERRORS.of_status(400, {"error": {"message": said}}, MODEL)
    assert type(error) is ParameterRejected
    assert str(error).endswith(f"; add --llm-param {name}=none")


@pytest.mark.parametrize(
    "said",
    [
        "temperature: Input should be less than or equal to 1",
        "Invalid schema for function 'weather': in properties.temperature, 'format' is not permitted.",
        "tools.0.custom.input_schema: 'temperature' is not supported",
        "messages.0.content: unexpected value 'temperature'",
    ],
)
def test_a_parameter_that_is_only_named_does_not_end_the_session(said: str) -> None:
    error = ERRORS.of_status(400, {"error": {"message": said}}, MODEL)
    assert type(error) is RequestRejected
    assert "--llm-param" not in str(error)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}, ProviderUnavailable, 529),
        ({"type": "error", "error": {"type": "rate_limit_error", "message": "x"}}, RateLimited, 429),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "x"}}, RequestRejected, 400),
        ({"message": "x", "type": "requests", "code": "rate_limit_exceeded"}, RateLimited, 429),
        ({"message": "x", "type": "insufficient_quota", "code": "insufficient_quota"}, QuotaExhausted, 429),
        ({"message": "x", "type": "server_error", "code": None}, ProviderUnavailable, 500),
        ({"error": {"message": "x", "code": 429}}, RateLimited, 429),
        ({"message": "x", "code": 7}, ProviderUnavailable, 502),
        ("x", ProviderUnavailable, 502),
        (None, ProviderUnavailable, 502),
    ],
)
def test_an_error_without_a_status_gets_the_one_its_type_stands_for(
    body: object, kind: type[Exception], status: int
) -> None:
    error = ERRORS.of_body(body, MODEL)
    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    for status in (429, 503, 408):
        error = ERRORS.of_status(status, "later", MODEL, headers)
        assert isinstance(error, TransientProviderError)
        assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "sk-proj-abcd1234",
        "sk-ant-api03-abc",
        "sk-abc***xyz",
        "hf_abcdefgh",
        "ghp_abcdefgh",
        "github_pat_11ABC",
        "gsk_abcdefgh",
        "AIzaSyabcdef",
        "Bearer abc.def.ghi",
        "bearer  abc.def.ghi",
    ],
)
def test_anything_that_looks_like_a_key_is_redacted(secret: str) -> None:
    assert ERRORS.quote(f'got "{secret}" here') == 'got "[redacted]" here'


@pytest.mark.parametrize("text", ["the task-force asks", "risk-averse", "a bearer of news"])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert ERRORS.quote(text) == text


def test_a_password_in_an_address_is_redacted() -> None:
    assert ERRORS.quote("see http://me:pw@host/v1") == "see http://[redacted]@host/v1"


def test_a_key_is_redacted_before_the_text_is_cut_to_length() -> None:
    quoted = ERRORS.quote("x" * (LONGEST_QUOTE - 8) + " " + KEY + " and more")
    assert len(quoted) <= LONGEST_QUOTE
    assert KEY[:6] not in quoted


def test_a_key_too_short_to_be_one_does_not_blank_every_letter() -> None:
    assert SdkErrors(openai, "http://host", 1.0, "e").quote("every letter") == "every letter"


def test_the_key_is_not_shown_by_its_keeper() -> None:
    assert KEY not in repr(ERRORS)


def test_a_refused_key_without_a_variable_is_still_told() -> None:
    error = SdkErrors(openai, "http://host", 1.0).of_status(401, "who?", MODEL)
    assert str(error) == "acme:m-1: HTTP 401: who?; check the key"


def test_an_error_nobody_foresaw_is_a_bad_reply_in_our_words() -> None:
    error = ERRORS.translate(RuntimeError(), MODEL)
    assert type(error) is BadReply
    assert str(error) == "acme:m-1: the reply cannot be read: RuntimeError"


def test_the_innermost_cause_of_a_lost_connection_is_the_one_told() -> None:
    try:
        try:
            raise OSError("[Errno 111] refused")
        except OSError as inner:
            raise ValueError("outer") from inner
    except ValueError as outer:
        lost = openai.APIConnectionError(request=None)  # type: ignore[arg-type]
        lost.__cause__ = outer
    error = ERRORS.translate(lost, MODEL)
    assert type(error) is ProviderUnavailable
    assert str(error) == "acme:m-1: connection to http://host/v1 failed: [Errno 111] refused"


@given(status=st.integers(100, 599), body=JSON, key=st.sampled_from([KEY, "sk-1234567890"]))
def test_any_answer_becomes_one_short_line_without_the_key(status: int, body: Any, key: str) -> None:
    errors = SdkErrors(openai, "http://host/v1", 30.0, key)
    error = errors.of_status(status, {"error": body, "message": f"echo {key}"}, MODEL)
    assert isinstance(error, ProviderError)
    assert key not in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < LONGEST_QUOTE + 100
