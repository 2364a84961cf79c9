"""Secrets taken out of texts that are kept: command lines, error texts, run logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

REDACTED = "[redacted]"

LEAST_LENGTH = 8
"""A shorter value is no key, and replacing it would tear ordinary words apart."""
LENGTH_WITHOUT_DIGITS = 20
"""Placeholders for servers that want no key (``lm-studio``, ``not-needed``) are shorter; keys are not."""

_PARTS = r"(?:[A-Za-z0-9]{1,40}[-_.]){0,6}"
_PLAIN_WORDS = (
    r"(?:(?:api|access|secret|private|auth)[-_]?(?:key|token)|secret|password|passwd|credentials?|authorization)"
)
_VALUE = r"[^\s\"',;&]{4,}"
_SECRET_NAME = re.compile(rf"{_PARTS}(?:{_PLAIN_WORDS}|key|token)(?:[-_]?\d{{1,3}})?", re.IGNORECASE)
_ASSIGNMENT = re.compile(
    rf"(?<![A-Za-z0-9])({_PARTS}{_PLAIN_WORDS}[\"']?\s?[=:]\s?[\"']?"
    rf"|{_PARTS}(?:key|token)=[\"']?)"  # after a mere "key:" stands more often a word than a key
    rf"{_VALUE}",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(?i:bearer)\s+(?=\S{0,80}\d)[\w.~+/=*-]{8,}"
    r"|\b(?:(?:sk|pk|rk|xai|gsk)-|(?:hf|gsk|r8|gh[oprsu]|github_pat)_|AIza|AKIA)(?=[\w.-]{0,80}[\d*])[\w*.-]{4,}"
    r"|(?<=//)[^/@\s]+(?=@)"  # the user and password of an address
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Take secrets out of a text.

    Args:
        text: Any text that is going to be kept or shown.
        secrets: Values known to be secret; those too short to be keys are left alone.

    Returns:
        The text with ``[redacted]`` for known values, for what looks like a vendor's key, and for what is assigned to a
        name such as ``api_key``, ``OPENAI_API_KEY`` or ``password``.

    Example:
        >>> redact("api_key=abcd1234 max_tokens=500 Bearer sk-proj-12345")
        'api_key=[redacted] max_tokens=500 [redacted]'
    """
    for secret in telling_secrets(secrets):
        text = text.replace(secret, REDACTED)
    return _ASSIGNMENT.sub(rf"\1{REDACTED}", _KEYS.sub(REDACTED, text))


def redact_command(arguments: Sequence[str], secrets: Iterable[str] = ()) -> tuple[str, ...]:
    """Take secrets out of a command line, those in an argument of their own included (``--api-key VALUE``)."""
    known = tuple(secrets)
    told: list[str] = []
    value_follows = False
    for argument in arguments:
        told.append(REDACTED if value_follows else redact(argument, known))
        value_follows = argument.startswith("--") and is_secret_name(argument[2:])
    return tuple(told)


def without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with those taken out whose names say that they are secret."""
    return {name: REDACTED if is_secret_name(name) else value for name, value in values.items()}


def is_secret_name(name: str) -> bool:
    """Tell whether what stands under a name is likely a secret: ``OPENAI_API_KEY`` is, ``max_tokens`` is not."""
    return bool(_SECRET_NAME.fullmatch(name))


def secrets_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of all variables that are named as keys, tokens and passwords are."""
    return telling_secrets(value for name, value in environ.items() if is_secret_name(name))


def telling_secrets(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that can be replaced wherever they stand, longest first; placeholders are not among them."""
    return tuple(sorted({value for value in values if _tells(value)}, key=len, reverse=True))


def _tells(value: str) -> bool:
    return len(value) >= LEAST_LENGTH and (len(value) >= LENGTH_WITHOUT_DIGITS or any(map(str.isdigit, value)))
