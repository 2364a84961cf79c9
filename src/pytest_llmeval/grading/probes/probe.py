"""What every probe shares: fields of the entry, with errors that name them, and scores of yes and no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.grade import Kind, Score
from pytest_llmeval.grading.named_grader import NamedGrader

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def yes(value: Any) -> bool:
    """Read a truth value as files write it.

    Raises:
        ValueError: For anything else.
    """
    if isinstance(value, bool):
        return value
    return TRUTHS[str(value).strip().lower()] if str(value).strip().lower() in TRUTHS else _refused(value)


def _refused(value: Any) -> bool:
    raise ValueError(f"must be true or false, got {value!r}")


def score(name: str, good: bool | None, detail: str = "", kind: Kind = "heuristic") -> Score:
    """Make a score that is 1, 0, or absent where it does not apply."""
    return Score(name, None if good is None else float(good), good, str(detail), kind)


@dataclass(frozen=True, slots=True)
class Probe(NamedGrader):
    """A grader of behaviour; its scores are those of a rule of thumb where it does not say otherwise."""

    kind: ClassVar[Kind] = "heuristic"

    def field(self, entry: Entry, name: str) -> Any:
        """Return a field of the entry.

        Raises:
            GraderError: Where it has none.
        """
        value = entry.field(name)
        if value is None or value == "":
            raise GraderError(
                f"probes.{self.name}() needs {name!r}, entry {entry.id!r} has none; add it to the benchmark"
            )
        return value

    def one_of(self, entry: Entry, name: str, value: Any, known: tuple[str, ...]) -> str:
        """Return a value that is one of several words.

        Raises:
            GraderError: Where it is none of them.
        """
        if value not in known:
            raise GraderError(
                f"probes.{self.name}(): {name} of entry {entry.id!r} must be one of {', '.join(known)}, got {value!r}"
            )
        return str(value)
