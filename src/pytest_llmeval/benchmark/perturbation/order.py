"""Perturbation of order: the choices of a question, or the documents given with it, the other way round."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_uppercase
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import DrawnPerturbation
from pytest_llmeval.benchmark.perturbation.perturbation import asked_text, asking

LISTS = ("choices", "options", "documents")
"""Metadata whose order says nothing."""
_LABELLED = re.compile(r"^([ \t]*\(?)([A-Z])([).:][ \t]+)(\S.*?)[ \t]*$", re.MULTILINE)
_ABOUT_ORDER = re.compile(
    r"\b(?:(?:all|none|both|neither|any|either) of (?:the|these)|all the above|the above|above|"
    r"both \(?[A-Z]\)? and|[A-Z] (?:and|or) [A-Z]\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Order(DrawnPerturbation):
    """Puts choices and documents in another order.

    It changes lines such as ``A) Paris`` in the question, ``choices``, ``options`` or ``documents`` in the metadata,
    and two or more ``context_files``. A gold answer that is a letter moves along. Left alone are choices that speak of
    others ("all of the above"), and those whose gold answer is a number, for it may be a place or a value.
    """

    default_name: ClassVar[str] = "order"

    def changed(self, entry: Entry, random: Random) -> Mapping[str, Any] | None:
        """Draw an order for each of them."""
        changes: dict[str, Any] = {}
        if len(entry.context_files) > 1:
            changes["context_files"] = tuple(_shuffled(entry.context_files, random))
        changes |= _choices_moved(entry, random)
        documents = entry.metadata.get("documents")
        if isinstance(documents, list | tuple) and len(documents) > 1:
            metadata = {**entry.metadata, **changes.get("metadata", {})}
            changes["metadata"] = {**metadata, "documents": _shuffled(documents, random)}
        return changes or None


def _choices_moved(entry: Entry, random: Random) -> dict[str, Any]:
    text = asked_text(entry) or ""
    lines = _labelled_lines(text)
    told = {name: entry.metadata[name] for name in ("choices", "options") if _is_list(entry.metadata.get(name))}
    sizes = {len(value) for value in told.values()} | ({len(lines)} if lines else set())
    if len(sizes) != 1 or not _may_move(entry, [line[4] for line in lines], told):
        return {}
    size = sizes.pop()
    order = _shuffled(range(size), random)
    changes: dict[str, Any] = dict(asking(entry, _relabelled(text, lines, order))) if lines else {}
    if told:
        changes["metadata"] = {**entry.metadata, **{name: [value[at] for at in order] for name, value in told.items()}}
    place = _letter_place(entry.gold_answer, size)
    if place is not None and not _is_a_text(entry.gold_answer, [line[4] for line in lines], told):
        changes["gold_answer"] = ascii_uppercase[order.index(place)]
    return changes


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and 1 < len(value) <= len(ascii_uppercase)


def _labelled_lines(text: str) -> list[re.Match[str]]:
    """Return the lines that are labelled A, B, C ... without a gap; empty where there is no such list, or two."""
    found = list(_LABELLED.finditer(text))
    labels = "".join(one[2] for one in found)
    return found if len(found) > 1 and ascii_uppercase.startswith(labels) else []


def _may_move(entry: Entry, texts: Sequence[str], told: Mapping[str, Sequence[Any]]) -> bool:
    everything = [*texts, *(str(one) for value in told.values() for one in value)]
    if any(_ABOUT_ORDER.search(one) for one in everything):
        return False
    gold = entry.gold_answer
    return not isinstance(gold, int | float | list | dict) or _is_a_text(gold, texts, told)


def _is_a_text(gold: Any, texts: Sequence[str], told: Mapping[str, Sequence[Any]]) -> bool:
    return any(gold == one for one in texts) or any(gold == one for value in told.values() for one in value)


def _letter_place(gold: Any, size: int) -> int | None:
    """Return which choice a gold answer such as ``B`` or ``(b).`` names."""
    letter = gold.strip(" ().:").upper() if isinstance(gold, str) else ""
    place = ascii_uppercase.find(letter) if len(letter) == 1 else -1
    return place if 0 <= place < size else None


def _relabelled(text: str, lines: Sequence[re.Match[str]], order: Sequence[int]) -> str:
    parts, at = [], 0
    for line, source in zip(lines, order, strict=True):
        parts += [text[at : line.start(4)], lines[source][4]]
        at = line.end(4)
    return "".join([*parts, text[at:]])


def _shuffled(values: Sequence[Any], random: Random) -> list[Any]:
    """Return the values in another order than they have."""
    order = list(range(len(values)))
    while order == sorted(order):
        random.shuffle(order)
    return [values[at] for at in order]


order = Order
