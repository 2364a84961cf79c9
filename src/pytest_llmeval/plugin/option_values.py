"""Reading the values of flags: from text, with one line for what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_llmeval.errors import ConfigurationError


def whole(least: int, most: int | None = None) -> Callable[[str, str], int]:
    """Return what reads a whole number of at least so much, and at most so much where there is a bound."""
    wanted = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(flag: str, text: str) -> int:
        said = text.strip()
        if not said.removeprefix("-").isdecimal() or not least <= int(said) <= (int(said) if most is None else most):
            raise ConfigurationError(f"{flag} must be a whole number {wanted}, got {text}")
        return int(said)

    return read


def number(what: str) -> Callable[[str, str], float]:
    """Return what reads a number above 0; `what` names it in the message."""

    def read(flag: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not LEAST <= value < float("inf"):
            raise ConfigurationError(f"{flag} must be {what} above 0, got {text}")
        return value

    return read


def percent(flag: str, text: str) -> float:
    """Read a share from 0 to 100, with or without its sign."""
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ConfigurationError(f"{flag} must be a share from 0 to 100 percent, got {text}")
    return value


def duration(flag: str, text: str) -> float:
    """Read a time as seconds."""
    amount, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        return number("a number")(flag, amount) * UNITS[unit]
    except ConfigurationError:
        raise ConfigurationError(f"{flag} must be a time such as 90, 90s, 15m or 2h, got {text}") from None


def one_of(*values: str) -> Callable[[str, str], str]:
    """Return what reads one of some words."""

    def read(flag: str, text: str) -> str:
        if text not in values:
            raise ConfigurationError(f"{flag} must be one of {', '.join(values)}, got {text}")
        return text

    return read


def parameter(flag: str, text: str) -> tuple[str, Any]:
    """Read a sampling parameter, ``NAME=VALUE``."""
    from pytest_llmeval.models.request import read_param  # nothing of it is needed before a flag is given

    return read_param(flag, text)


def coverage(flag: str, text: str) -> Any:
    """Read how many entries there must be of each slice, ``FIELD=N`` or ``FIELD*FIELD=N``."""
    from pytest_llmeval.benchmark.checking.coverage import Requirement  # pulls in pydantic

    return Requirement.parse(text, flag)


LEAST = 1e-9
"""What is smaller is a slip, and its inverse may be beyond all numbers."""
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
