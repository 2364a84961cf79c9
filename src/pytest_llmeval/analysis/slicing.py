"""Slicing: the trials of a model apart by the value of one field, or by a tag."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.record import Record

MOST_VALUES = 1000
NOTHING = "–"
"""The slice of those that have no value in the field."""

_OF_VARIANTS = ("parent_id", "perturbation")
_SPELLINGS = {
    "tag": "tags",
    "label": "failure_label",
    "perturbation": "perturbation.kind",
    "input_tokens": "usage.input_tokens",
}


class Slicing:
    """Feeds each record to the summary of each of its slices.

    Args:
        field: A field of the record, ours or foreign, with dots into an object (``params.temperature``); else a tag,
            which splits into those that have it and those that do not.
    """

    def __init__(self, field: str) -> None:
        self.field = _SPELLINGS.get(field, field)
        self._by_value: dict[tuple[str, str], Summary] = {}
        self._by_tag: dict[tuple[str, str], Summary] = {}
        self._known = self.field in Record.model_fields
        self._tagged = False

    def add(self, model: str, record: Record) -> None:
        """Take in one more record; those of variants only where the field tells of variants."""
        if record.is_variant and self.field.partition(".")[0] not in _OF_VARIANTS:
            return
        value, found = _looked_up(record, self.field)
        self._known = self._known or found
        for name in _names(value):
            self._to(self._by_value, model, name, record)
        if not self._known:
            tagged = self.field in record.tags
            self._tagged = self._tagged or tagged
            self._to(self._by_tag, model, self.field if tagged else f"not {self.field}", record)
        if self._known and len(self._by_value) > MOST_VALUES:
            raise ConfigurationError(
                f"--by {self.field}: has more than {MOST_VALUES:,} different values; "
                "name a field that groups trials, such as category"
            )

    @staticmethod
    def _to(slices: dict[tuple[str, str], Summary], model: str, name: str, record: Record) -> None:
        part = slices.setdefault((model, name), Summary(model))
        part.count(record)
        if success_of(record) is not None:
            part.behaviour.add(record)

    def check(self) -> None:
        """Object to a name that no record knows.

        Raises:
            ConfigurationError: Where no record has the field or the tag.
        """
        if not self._known and not self._tagged:
            raise ConfigurationError(
                f"--by {self.field}: no record has that field or tag; name one such as category, difficulty, "
                "tags, outcome or params.temperature"
            )

    def of(self, model: str) -> dict[str, Summary]:
        """Return the slices of a model by name, numbers in their order.

        Raises:
            ConfigurationError: Where no record has the field or the tag.
        """
        self.check()
        slices = self._by_value if self._known else self._by_tag
        found = {name: summary for (of_model, name), summary in slices.items() if of_model == model}
        return dict(sorted(found.items(), key=lambda item: _as_sorted(item[0])))


def _looked_up(record: Record, field: str) -> tuple[Any, bool]:
    """Return the value and whether there is such a field."""
    head, *steps = field.split(".")
    if head in Record.model_fields:
        value = record.model_dump(include={head}, mode="json")[head] if steps else getattr(record, head)
        if value is None and steps:
            return None, True
    elif head in (record.model_extra or {}):
        value = (record.model_extra or {})[head]
    else:
        return None, False
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return None, False
        value = value[step]
    return value, True


def _names(value: Any) -> Iterator[str]:
    if value is None or value in ((), []):
        yield NOTHING
    elif isinstance(value, list | tuple):
        yield from dict.fromkeys(name for one in value for name in _names(one))
    else:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _as_sorted(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name
