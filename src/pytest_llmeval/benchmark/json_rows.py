"""JSON benchmark files, line by line or as one document; a value that would be lost is a fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pytest_llmeval.benchmark.decoding import UTF_16, decoded
from pytest_llmeval.benchmark.rows import Fault, Row, as_row, wrapper_of


def jsonl_rows(lines: Iterable[bytes]) -> Iterator[Row | Fault]:
    """Read JSON Lines; a broken line is a fault, and reading goes on behind it."""
    offset = 0
    for number, raw in enumerate(lines, 1):
        text = decoded(raw, number, offset)
        offset += len(raw)
        if isinstance(text, Fault):
            yield text
            if raw.startswith(UTF_16):
                return  # no line of it can be read, and one fault says so
        elif text and not text.isspace():
            value = _parsed(text, number)
            yield value if isinstance(value, Fault) else as_row(number, value)


def json_rows(text: str) -> Iterator[Row | Fault]:
    """Read a JSON array of entries, or an object that holds one under a key of `WRAPPERS`.

    What else such an object says is about the file and is passed over.
    """
    document = _parsed(text)
    if isinstance(document, Fault):
        yield document
        return
    key = None
    if isinstance(document, dict):
        chosen = wrapper_of(name for name, value in document.items() if isinstance(value, list))
        if isinstance(chosen, Fault):
            yield chosen
            return
        key, document = chosen, document[chosen]
    if isinstance(document, list):
        yield from map(as_row, _element_lines(text, key), document)
    else:
        yield as_row(1, document)


class _TwiceError(ValueError):
    """A name stands twice in one JSON object, and a value would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"{twice!r} is given twice in one object; keep one")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _parsed(text: str, line: int | None = None) -> Any:
    """Parse JSON.

    Args:
        text: A line, or a whole document.
        line: The line's number; None for a document, whose faults tell their own.

    Returns:
        The value, or a `Fault`.
    """
    try:
        value = _DECODER.decode(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError:
        return Fault(line, "half of a surrogate pair, which is no character; write both halves or none")
    except json.JSONDecodeError as error:
        return Fault(line or error.lineno, f"broken JSON: {error.msg} at column {error.colno}")
    except _TwiceError as error:
        return Fault(line, str(error))
    except (ValueError, RecursionError) as error:  # a number too long, a value too deep
        return Fault(line, f"broken JSON: {error}")


_BETWEEN = re.compile(r"[ \t\r\n,:]*")


def _element_lines(text: str, key: str | None) -> Iterator[int]:
    """Yield the line on which each element of a list starts.

    Args:
        text: A document known to be well-formed.
        key: Where the document is an object: the key of the list.
    """
    at = _skip(text, 0) if key is None else _value_of(text, key)
    at, counted, line = _skip(text, at + 1), 0, 1
    while text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        yield line
        at = _skip(text, _DECODER.raw_decode(text, at)[1])


def _value_of(text: str, key: str) -> int:
    """Return where the value of a key of the outermost object starts."""
    at = _skip(text, _skip(text, 0) + 1)
    while True:
        name, end = _DECODER.raw_decode(text, at)
        at = _skip(text, end)
        if name == key:
            return at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at
