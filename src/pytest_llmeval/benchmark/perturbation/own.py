"""Perturbation by a function of the user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import DrawnPerturbation
from pytest_llmeval.benchmark.perturbation.perturbation import asking
from pytest_llmeval.safe_text import one_line

Rewriting: TypeAlias = Callable[[Entry, Random], str | Mapping[str, Any] | None]
"""Returns the new text of the question, or the fields that change; None where it does not apply to the entry."""


@dataclass(frozen=True)
class Paraphrase(DrawnPerturbation):
    """Asks what a function makes of the entry.

    The function is called at collection, in every process, so it must be quick, ask no model, and give the same for the
    same entry and the same random numbers. For paraphrases made by a model, see `Listed`.

    Args:
        function: From entry and a seeded ``random.Random`` to the new text of the question, to a dict of the fields
            that change, or to None for entries that it leaves alone.
    """

    default_name: ClassVar[str] = "paraphrase"

    function: Rewriting

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise self.fault(f"it takes a function of entry and random, got {self.function!r}")
        try:
            inspect.signature(self.function).bind(None, None)
        except TypeError:
            raise self.fault(f"{_name(self.function)} must take two arguments: entry and random") from None
        except ValueError:  # a builtin without a signature
            pass

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the function's name and the seed."""
        return {"function": _name(self.function), "seed": self.seed}

    def changed(self, entry: Entry, random: Random) -> Mapping[str, Any] | None:
        """Call the function."""
        try:
            told = self.function(entry, random)
        except Exception as error:
            said = f"{type(error).__name__}: {one_line(str(error), 200)}"
            raise self.fault(f"{_name(self.function)} crashed on entry {entry.id!r}: {said}") from error
        if told is None or isinstance(told, Mapping):
            return told
        if isinstance(told, str) and told.strip():
            return asking(entry, told)
        raise self.fault(
            f"{_name(self.function)} must return a text, a dict of fields, or None; "
            f"for entry {entry.id!r} it returned {one_line(repr(told), 80)}"
        )


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", None) or type(function).__name__)


paraphrase = Paraphrase
