"""Turns what the SDKs raise into our errors: one line each, with the way out and without the key.

Both official SDKs come from the same generator and raise the same shapes: an error with ``status_code``, ``body`` and
``response`` for every answer but 2xx, and a connection error with its cause for everything before that.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import MappingProxyType, ModuleType
from typing import Any

from pytest_llmeval.errors import (
    AuthenticationError,
    BadReply,
    FatalProviderError,
    ModelNotFound,
    ParameterRejected,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from pytest_llmeval.models.model_name import ModelName

LONGEST_QUOTE = 200
"""Characters of the provider's own words kept in a message."""

REDACTED = "[redacted]"
_SECRETS = re.compile(
    r"(?i:bearer)\s+[^\s\"',;]{8,}"
    r"|\b(?:sk|pk|rk|xai|gsk)-[\w*.-]{4,}"
    r"|\b(?:hf|gsk|gh[oprsu]|github_pat)_[\w*.-]{4,}"
    r"|\bAIza[\w*.-]{4,}"
    r"|(?<=//)[^/@\s]+(?=@)"  # the user and password of an address
)
_SPENT = re.compile(r"insufficient_quota|billing_hard_limit|credit balance is too low", re.IGNORECASE)
_NO_SUCH_MODEL = re.compile(r"model_not_found|unknown[_ ]model|invalid_model|not a valid model", re.IGNORECASE)
_BAD_KEY = re.compile(r"invalid[_ ]api[_ ]key|api[_ ]key[_ ](?:is )?(?:not valid|invalid|expired)", re.IGNORECASE)
_SAMPLING = re.compile(r"\b(temperature|top_p|seed)\b")
_NOT_TAKEN = re.compile(
    r"unsupported|not support|not permitted|not allowed|deprecated|unknown|unrecognized|unexpected"
    r"|may only|cannot both",
    re.IGNORECASE,
)
_OF_ANOTHER_FIELD = re.compile(r"schema|function|tool|messages?\b[.\[]", re.IGNORECASE)
"""Tools and schemas have fields of the user's own naming, and one may be called temperature."""

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400,
        "context_length_exceeded": 400,
        "authentication_error": 401,
        "invalid_api_key": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "model_not_found": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "rate_limit_exceeded": 429,
        "insufficient_quota": 429,
        "api_error": 500,
        "server_error": 500,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)
"""The HTTP status of an error that comes without one, inside a stream or a batch, by its type or code.

Types: https://platform.claude.com/docs/en/api/errors; codes: https://platform.openai.com/docs/guides/error-codes.
"""
STATUS_UNTOLD = 502
"""Taken where the error does not say either: the provider failed."""


@dataclass(frozen=True, slots=True)
class SdkErrors:
    """Translates for one provider.

    Args:
        sdk: ``openai`` or ``anthropic``, for its connection errors.
        base_url: Where it is called, named when nothing answers there.
        key: What must not appear in a message.
        key_variable: What to check when the key is refused.
        timeout_s: How long was waited.
        when_unreachable: What to do when nothing answers.
        now: Seconds since 1970, for Retry-After dates.
    """

    sdk: ModuleType
    base_url: str
    timeout_s: float
    key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    when_unreachable: str = ""
    now: Callable[[], float] = time.time

    def translate(self, error: Exception, model: ModelName) -> ProviderError:
        """Return the error to raise in place of what a call raised; to be raised outside the ``except`` block.

        Raised inside it, the SDK's error would hang on as its context, with the request's headers in its frames.
        """
        status = getattr(error, "status_code", None)
        if isinstance(status, int) and status >= 300:
            headers = getattr(getattr(error, "response", None), "headers", {})
            return self.of_status(status, getattr(error, "body", None), model, headers)
        if isinstance(error, (TimeoutError, self.sdk.APITimeoutError)) and not _was_cut_off(error):
            return ProviderTimeout(f"{model}: no reply within {self.timeout_s:g} s; allow more with --llm-timeout")
        if isinstance(error, (self.sdk.APIConnectionError, ConnectionError)) or _is_of_transport(error):
            ways_out = "; ".join(part for part in (self._cause(error), self.when_unreachable) if part)
            return ProviderUnavailable(f"{model}: connection to {self.quote(self.base_url)} failed: {ways_out}")
        if isinstance(error, self.sdk.APIError):  # an error event in a stream that began with 200
            return self.of_body(error.body, model)
        if isinstance(error, TypeError):
            return RequestRejected(f"{model}: the request cannot be written as JSON: {self.quote(str(error))}")
        return BadReply(f"{model}: the reply cannot be read: {self.quote(str(error) or type(error).__name__)}")

    def of_body(self, body: object, model: ModelName) -> ProviderError:
        """Return the error for an error object that came without an HTTP status of its own."""
        return self.of_status(_status_of(body), body, model)

    def of_status(
        self, status: int, body: object, model: ModelName, headers: Mapping[str, str] | None = None
    ) -> ProviderError:
        """Return the error for an HTTP status and the body that came with it."""
        said = " ".join(_texts(body, ("error", "message", "detail", "msg"))) or f"{body or ''}"
        evidence = " ".join([said, *_texts(body, ("error", "code", "type"))])
        line = f"{model}: HTTP {status}: {self.quote(said) or 'no explanation'}"
        wait = _retry_after(headers or {}, self.now)
        if status == 402 or (status in (400, 403, 429) and _SPENT.search(evidence)):
            return QuotaExhausted(f"{line}; add credit to the account, or use another model", status=status)
        if status in (401, 403) or (status == 400 and _BAD_KEY.search(evidence)):
            return AuthenticationError(f"{line}; check {self.key_variable or 'the key'}", status=status)
        if status in (400, 404) and (_NO_SUCH_MODEL.search(evidence) or (status == 404 and "model" in evidence)):
            return ModelNotFound(f"{line}; check the name in --llm-model", status=status)
        if status == 404 or 300 <= status < 400:
            return FatalProviderError(f"{line}; check the base URL, {self.quote(self.base_url)}", status=status)
        if status == 429:
            return RateLimited(line, status=status, retry_after_s=wait)
        if status == 408:
            return ProviderTimeout(line, status=status, retry_after_s=wait)
        if status == 409 or status >= 500:
            return ProviderUnavailable(line, status=status, retry_after_s=wait)
        if status < 300:
            return BadReply(line, status=status)
        refused = _refused_parameter(said)
        if refused:
            return ParameterRejected(f"{line}; add --llm-param {refused}=none", status=status)
        return RequestRejected(line, status=status)

    def _cause(self, error: BaseException) -> str:
        *_, deepest = _with_causes(error)
        return self.quote(str(deepest) or type(deepest).__name__)

    def quote(self, text: str) -> str:
        """Return foreign text as part of one line: no secrets, no control characters, not too long."""
        if self.key and len(self.key) >= 4:
            text = text.replace(self.key, REDACTED)
        text = _SECRETS.sub(REDACTED, text)
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".")
        return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_of_transport(error: Exception) -> bool:
    """Tell a connection cut in mid-stream, which the SDKs let through as their HTTP library raised it."""
    return _is_a(error, "TransportError")


def _was_cut_off(error: Exception) -> bool:
    """Tell a connection that was refused or cut, which openai's transport over aiohttp passes off as timed out.

    See AIOHTTP_EXC_MAP there: every ClientConnectionError becomes a ConnectTimeout, those of a real timeout among them.
    """
    return any(
        _is_a(cause, "ClientConnectionError") and not isinstance(cause, TimeoutError) for cause in _with_causes(error)
    )


def _is_a(error: BaseException, name: str) -> bool:
    """Look for a class by its name: the HTTP library is httpx or httpx2, depending on the SDK's version."""
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _refused_parameter(said: str) -> str | None:
    """Return the sampling parameter that the model does not take at all, if that is what was said."""
    named = _SAMPLING.search(said)
    if named is None or not _NOT_TAKEN.search(said) or _OF_ANOTHER_FIELD.search(said):
        return None
    return named[0]


def _status_of(body: object) -> int:
    """Find the status in an error object: a number as its code, or a type or code that stands for one."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    code = inner.get("code") if isinstance(inner, Mapping) else None
    if isinstance(code, int) and 400 <= code < 600:
        return code
    words = [word for word in _texts(body, ("error", "code", "type")) if word in STATUSES]
    return STATUSES[words[0]] if words else STATUS_UNTOLD


def _texts(body: object, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the strings under the given keys, in the shapes in which vendors nest them.

    ``{"error": {"message": ...}}``, ``{"message": ...}``, ``[{"error": ...}]`` (Gemini), ``{"error": "..."}`` (Ollama),
    ``{"detail": [{"msg": ...}]}`` (FastAPI).
    """
    if isinstance(body, Mapping):
        for key in keys:
            value = body.get(key)
            if isinstance(value, str):
                yield value
            else:
                yield from _texts(value, keys)
    elif isinstance(body, list):
        for item in body[:3]:
            yield from _texts(item, keys)


def _retry_after(headers: Mapping[str, Any], now: Callable[[], float]) -> float | None:
    """Read how long to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date (RFC 9110, 10.2.3)."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        return max(parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
