"""JSON in a text: as the whole of it, in a fence, or among prose; told apart, never repaired."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, get_args

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.safe_text import one_line

Mode = Literal["raw", "fenced", "embedded"]
"""Where the JSON stood: it was the whole text, the content of a ``` fence, or a part of the prose."""
MODES: tuple[Mode, ...] = get_args(Mode)
RAW_ONLY: tuple[Mode, ...] = ("raw",)

_FENCE = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_BEGIN = re.compile(r"""\{(?=\s*["}])|\[(?=\s*[\[\]{"\dtfn-])""")
_READS_PER_TEXT = 4
"""How many times over an embedded search may read the text before it gives up: hostile text costs no more."""


@dataclass(frozen=True, slots=True)
class FoundJson:
    """A JSON value, with where it was found and the text it was read from."""

    value: Any
    mode: Mode
    text: str


class NoJsonError(ExtractionError):
    """A text holds no JSON.

    Args:
        message: What is there instead, on one line.
        unfinished: Whether the text begins as JSON and ends before it is complete.
    """

    def __init__(self, message: str, *, unfinished: bool = False) -> None:
        super().__init__(message)
        self.unfinished = unfinished


def find_json(text: str, accept: Collection[Mode] = MODES) -> FoundJson:
    """Find the JSON value in a text.

    Of several fences the last that parses counts; among prose, the longest object, or the longest array where there is
    no object. NaN and Infinity are not JSON.

    Args:
        text: The whole answer.
        accept: Where the value may stand; looked for in the order raw, fenced, embedded.

    Raises:
        NoJsonError: Where there is none.

    Example:
        >>> find_json('Here: {"total": 5}.')
        FoundJson(value={'total': 5}, mode='embedded', text='{"total": 5}')
    """
    if "raw" in accept and (found := _parsed(text.strip(), "raw")):
        return found
    if "fenced" in accept:
        for block in reversed(_FENCE.findall(text)):
            if found := _parsed(block.strip(), "fenced"):
                return found
    if "embedded" in accept and (found := max(_embedded(text), key=_size, default=None)):
        return found
    raise _why_not(text)


def _parsed(text: str, mode: Mode) -> FoundJson | None:
    try:
        return FoundJson(_DECODER.decode(text), mode, text)
    except (ValueError, RecursionError):  # too deep to read is as good as none
        return None


def _embedded(text: str) -> Iterator[FoundJson]:
    place, budget = 0, _READS_PER_TEXT * len(text)
    while budget > 0 and (brace := _BEGIN.search(text, place)) is not None:
        begin = brace.start()
        try:
            value, place = _DECODER.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            # To make its message the decoder counts the lines before the fault: fast, and not free.
            place, budget = begin + 1, budget - (error.pos - begin) - error.pos // 1000 - 1
        except (ValueError, RecursionError):
            return
        else:
            yield FoundJson(value, "embedded", text[begin:place])


def _size(found: FoundJson) -> tuple[bool, int]:
    return isinstance(found.value, dict), len(found.text)


def _why_not(text: str) -> NoJsonError:
    body = text.strip()
    if not body:
        return NoJsonError("the answer is empty")
    inside = re.sub(r"^```[ \t]*\w*[ \t]*\n", "", body)
    if inside[:1] in ("{", "["):
        try:
            _DECODER.decode(inside)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno} column {error.colno}"
            return NoJsonError(f"the answer is not JSON: {error.msg}, {where}", unfinished=_at_end(error, inside))
        except (ValueError, RecursionError):
            return NoJsonError("the answer is not JSON that can be read: too deep, or a number out of range")
    return NoJsonError(f"the answer holds no JSON: {one_line(body)!r}")


def _at_end(error: json.JSONDecodeError, text: str) -> bool:
    return error.pos >= len(text) or "Unterminated string" in error.msg


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
