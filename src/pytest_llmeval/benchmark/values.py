"""The values of a row, brought into the shape an entry's fields have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pytest_llmeval.benchmark.spellings import Spelled, places, spelled

LISTS = frozenset({"criteria", "expected_files", "expected_symbols", "expected_tools", "context_files", "fake_tools"})
"""Fields that may be given as one value instead of a list of one."""

JSON_CELLS = LISTS | {"tags", "messages", "response_schema", "metadata", "turns"}
"""Fields whose table cells may hold JSON."""


TURN_TEXTS = ("user", "question", "prompt", "input", "content")
"""Under which of these names a turn may hold what the user says; the first that is there counts."""
_PLACES = places({})
_TURN_FIELDS = tuple(name for _, names in _PLACES for name in names)


class CellError(ValueError):
    """A value cannot be brought into shape: a table cell looks like JSON and is not, a turn is none."""


def shaped(found: Spelled, *, cells: bool) -> dict[str, Any]:
    """Return the arguments of an `Entry`; types are checked there.

    Args:
        found: The row, sorted.
        cells: Whether the values are the text of table cells.

    Raises:
        CellError: If a cell looks like JSON and is not, or a turn is none.
    """
    fields, rest = dict(found.fields), dict(found.rest)
    if cells:
        fields = {name: _from_cell(name, text) for name, text in fields.items()}
        rest = {name: text for name, text in rest.items() if text is not None}
    for name in LISTS & fields.keys():
        fields[name] = _listed(fields[name])
    if "tags" in fields:
        if isinstance(fields["tags"], Mapping):
            rest.setdefault("tags", fields["tags"])
        fields["tags"] = _tags(fields["tags"])
    if isinstance(fields.get("turns"), list | tuple):
        fields["turns"] = [_turn(number, one) for number, one in enumerate(fields["turns"], 1)]
    _converse(fields)
    fields["metadata"] = _merged(rest, fields.pop("metadata", None))
    return fields


def _from_cell(name: str, text: str) -> Any:
    text = text.strip() if name in JSON_CELLS else text
    if name in JSON_CELLS and text[0] in "[{":
        try:
            return json.loads(text)
        except ValueError as error:
            if text[-1] in "]}":  # but [slug].tsx is a file
                raise CellError(f"{name!r} looks like JSON and is not: {error}") from None
    return [part.strip() for part in text.split(";") if part.strip()] if name in LISTS else text


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple | set | frozenset) else [value]


def _tags(value: Any) -> list[Any]:
    """Read tags given as a list, as text with commas or semicolons, or as a mapping of kind to tag."""
    if isinstance(value, str):
        return [part.strip() for part in re.split("[,;]", value) if part.strip()]
    if isinstance(value, Mapping):
        return list(_tags_of_kinds(value.items()))
    return list(_listed(value))


def _tags_of_kinds(kinds: Iterable[tuple[Any, Any]]) -> Iterator[Any]:
    """Yield the values; of a kind that is switched on or off, its name where it is on."""
    for kind, value in kinds:
        if value is True:
            yield kind
        elif value is not None and value is not False:
            yield from _listed(value)


def _turn(number: int, given: Any) -> Any:
    """Shape a turn as an entry of its own, named by its number; what is no turn is left for the entry to refuse."""
    told = {"user": given} if isinstance(given, str) else given
    if not isinstance(told, Mapping):
        return given
    if told.get("role", "user") != "user":
        raise CellError(f"turn {number} is of the {told['role']!r}; a turn is the user's, 'messages' hold both sides")
    said = next((name for name in TURN_TEXTS if name in told), None)
    if said is None:
        raise CellError(f"turn {number} has no 'user'; add what the user says")
    row = {name: value for name, value in told.items() if name not in (said, "role", "id")}
    found = spelled({**row, "question": told[said]}, _PLACES)
    for name in found.rest:
        if near := get_close_matches(name, _TURN_FIELDS, 1, cutoff=0.8):
            raise CellError(f"turn {number} has a field {name!r}; did you mean {near[0]!r}?")
    return {"id": str(number), **shaped(found, cells=False)}


def _converse(fields: dict[str, Any]) -> None:
    """Take a question that is a list of messages for the conversation, and its last user message for the question."""
    if "messages" not in fields and _is_conversation(fields.get("question")):
        fields["messages"] = fields.pop("question")
    turns = fields.get("turns")
    if "question" not in fields and turns and isinstance(turns, list) and isinstance(turns[0], Mapping):
        fields["question"] = turns[0].get("question")
    if "question" not in fields and (text := _last_user_text(fields.get("messages"))):
        fields["question"] = text


def _is_conversation(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _last_user_text(messages: Any) -> str:
    said = [one for one in messages if one.get("role") == "user"] if _is_conversation(messages) else []
    content = said[-1].get("content") if said else None
    parts = (
        [part.get("text") for part in content if isinstance(part, Mapping)] if isinstance(content, list) else [content]
    )
    return "\n".join(part for part in parts if isinstance(part, str)).strip()


def _merged(rest: dict[str, Any], own: Any) -> dict[str, Any]:
    """Merge the row's ``metadata`` object into the row's other fields.

    What cannot be merged stays under ``metadata``: a value that is no object, and keys that are also fields of the row.
    """
    if own is None:
        return rest
    if not isinstance(own, Mapping):
        return {**rest, "metadata": own}
    clashes = own.keys() & rest.keys()
    if not clashes:
        return {**rest, **own}
    apart = {name: value for name, value in own.items() if name in clashes or name == "metadata"}
    return {**own, **rest, "metadata": apart}
