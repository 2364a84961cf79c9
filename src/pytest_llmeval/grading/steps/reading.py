"""Steps as an entry lists them: ``{"id": "halve", "check": "contains", "gold_answer": "24"}``, or with a ``rubric``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from pytest_llmeval.benchmark.entry import EXPECTATIONS, Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.by_name import graders_named
from pytest_llmeval.grading.combining import AllOf
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.steps.judging import StepJudge
from pytest_llmeval.models.tools.patterns import shown

_KNOWN = ("id", "check", "rubric", *EXPECTATIONS)


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to an answer."""

    id: str
    grader: Grader
    """Tells whether the answer takes it, and takes it rightly."""
    expected: Mapping[str, Any] = field(default_factory=dict)
    """What is expected of it, in place of what the entry expects of the whole."""

    def entry_of(self, entry: Entry) -> Entry:
        """Return the entry by which the step is graded.

        Raises:
            ConfigurationError: Where it expects what no entry can.
        """
        told = {name: value for name, value in self.expected.items() if name in Entry.model_fields}
        rest = {name: value for name, value in self.expected.items() if name not in told}
        whole = {name: getattr(entry, name) for name in Entry.model_fields}
        fields = {**whole, **told, "metadata": {**entry.metadata, **rest, "steps": None}}
        try:
            return Entry.model_validate({**fields, "id": f"{entry.id}, step {self.id}"})
        except ValidationError as error:
            one = error.errors()[0]
            raise ConfigurationError(f"step {self.id!r}: {one['loc'][0]}: {one['msg']}") from None


def read_steps(given: Any) -> tuple[Step, ...]:
    """Read the steps of an entry, in their order.

    Args:
        given: Dicts with ``id`` (by default the place, from 1), one of ``check`` (a grader, or its name as in
            `by_name`) and ``rubric`` (what a judge is asked, in words), and what the step expects in the names that
            entries use, such as ``gold_answer``.

    Raises:
        ConfigurationError: Naming the step and its fault.
    """
    if isinstance(given, Mapping | str) or not isinstance(given, Sequence):
        raise ConfigurationError(f"steps are a list of objects with an id and a check or a rubric, got {shown(given)}")
    steps = tuple(_step(place, one) for place, one in enumerate(given, 1))
    names = [step.id for step in steps]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigurationError(f"two steps have the id {twice!r}")
    return steps


def _step(place: int, told: Any) -> Step:
    if not isinstance(told, Mapping):
        raise ConfigurationError(
            f"step {place} must be an object with an id and a check or a rubric, got {shown(told)}"
        )
    name = str(told.get("id") or place)
    if unknown := [one for one in told if one not in _KNOWN]:
        raise ConfigurationError(f"step {name!r} has an unknown field {unknown[0]!r}; it takes {', '.join(_KNOWN)}")
    if (told.get("check") is None) == (told.get("rubric") is None):
        raise ConfigurationError(f"step {name!r} needs either a check or a rubric")
    expected = {key: value for key, value in told.items() if key in EXPECTATIONS}
    if told.get("rubric") is None:
        return Step(name, _check(name, told["check"]), expected)
    if not isinstance(told["rubric"], str) or not told["rubric"].strip():
        raise ConfigurationError(f"step {name!r}: rubric must be text that says what the step is")
    return Step(name, StepJudge(), {**expected, "criteria": (told["rubric"],)})


def _check(name: str, given: Any) -> Grader:
    try:
        found = graders_named(given)
    except ConfigurationError as error:
        raise ConfigurationError(f"step {name!r}: {error}") from None
    if not found:
        raise ConfigurationError(f"step {name!r} needs either a check or a rubric")
    return found[0] if len(found) == 1 else AllOf(found)
