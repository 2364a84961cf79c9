"""The documents that a file's text holds: the parts of a structured file, any other as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 1500
"""Characters of a passage: an embedder cuts off what is much longer."""
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")
_PIECES = re.compile(rf"(?s).{{1,{LONGEST}}}(?:\s|$)|.{{1,{LONGEST}}}")
STRUCTURED = (".json", ".yaml", ".yml")
"""What is none of these formats in spite of its name, such as a template of YAML, is text like any other."""


def documents_in(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each document: parts of a structured file, of which every text counts, however deep.

    Args:
        path: The file, whose suffix names the format.
        text: What it holds.
    """
    value = _value(path, text) if path.suffix in STRUCTURED else None
    if not isinstance(value, dict | list):
        yield str(path), text
        return
    for place, part in _parts(value):
        yield f"{path}{place}", joined(part)


def _value(path: Path, text: str) -> Any:
    import yaml  # takes a while to import, and most prompts are text

    from pytest_llmeval.benchmark.yaml_rows import CoreLoader

    try:
        return json.loads(text) if path.suffix == ".json" else list(yaml.load_all(text, CoreLoader))
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is a document of its own: every element of a list, every value of an object, and of a list in one.

    A YAML file is a list of its documents, most often of one, which leaves no trace in the names.
    """
    if isinstance(value, list) and len(value) == 1:
        yield from _parts(value[0])
    elif isinstance(value, list):
        yield from ((f"[{number}]", one) for number, one in enumerate(value))
    elif isinstance(value, dict):
        for key, one in value.items():
            said = [key] if _says_something(key) else []
            inner = [(f"[{number}]", each) for number, each in enumerate(one)] if isinstance(one, list) else [("", one)]
            yield from ((f": {key}{place}", [*said, each]) for place, each in inner)
    else:
        yield "", value


def joined(value: Any) -> str:
    """Return every text in a value of JSON, each a paragraph of its own."""
    return "\n\n".join(texts_in(value))


def passages_of(text: str) -> Iterator[str]:
    r"""Yield the paragraphs of a text, which blank lines part; of a long one pieces of at most `LONGEST` characters.

    Example:
        >>> list(passages_of("A town.\n\n  Its river,\nits bridge. "))
        ['A town.', 'Its river,\nits bridge.']
    """
    for paragraph in _BLANK_LINES.split(text):
        yield from (piece.strip() for piece in _PIECES.findall(paragraph) if not piece.isspace())


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a value of JSON, in order; a name of several words is one too, and no field's name."""
    waiting, seen = [value], set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list | tuple) and id(one) not in seen:
            seen.add(id(one))  # an anchor of YAML may be named a billion times
            parts = (
                [part for pair in one.items() for part in pair[not _says_something(pair[0]) :]]
                if isinstance(one, dict)
                else one
            )
            waiting.extend(reversed(parts))


def _says_something(key: object) -> bool:
    return isinstance(key, str) and " " in key.strip()
