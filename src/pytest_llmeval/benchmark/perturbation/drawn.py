"""Perturbations whose variants are drawn at random: the same ones everywhere for a seed, and no two alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from random import Random
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.perturbation import Draft, Perturbation, asked_text, asking, check_count
from pytest_llmeval.fingerprint import fingerprint

DRAWS = 20
"""How often a variant is drawn anew because it came out as another one, or as the original."""


@dataclass(frozen=True)
class DrawnPerturbation(Perturbation):
    """A kind of which an entry has as many variants as are wanted.

    Args:
        n: How many variants of each entry, at least 1; fewer where there are not so many different ones.
    """

    _: KW_ONLY
    n: int = 1

    def __post_init__(self) -> None:
        check_count(self, n=self.n)
        super().__post_init__()

    @abstractmethod
    def changed(self, entry: Entry, random: Random) -> Mapping[str, Any] | None:
        """Return the fields that change, drawn at random; None where the kind does not apply to the entry."""

    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield the variants of an entry, each different from the original and from each other."""
        seen: set[str] = set()
        for number in range(1, self.n + 1):
            draft = self._draft(entry, number, seen)
            if draft is None:
                return
            yield draft

    def _draft(self, entry: Entry, number: int, seen: set[str]) -> Draft | None:
        for draw in range(DRAWS):
            lot = fingerprint(["perturb", self.kind, self.seed, entry.id, number, draw])
            changes = self.changed(entry, Random(int(lot, 16)))  # noqa: S311  variants, not secrets
            if changes is None:
                return None
            if changes_something(entry, changes) and (key := fingerprint(changes)) not in seen:
                seen.add(key)
                return Draft(changes, self.kind + (str(number) if number > 1 else ""), self.settings)
        return None


@dataclass(frozen=True)
class TextPerturbation(DrawnPerturbation):
    """A kind that rewrites the text that is asked: the question, or the last turn of the user in ``messages``."""

    def changed(self, entry: Entry, random: Random) -> Mapping[str, Any] | None:
        """Rewrite the text."""
        text = asked_text(entry)
        new = self.rewritten(text, entry, random) if text is not None else None
        return None if new is None else asking(entry, new)

    @abstractmethod
    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:
        """Return the new text; None where the kind does not apply."""


def changes_something(entry: Entry, changes: Mapping[str, Any]) -> bool:
    """Tell whether changes make another question of an entry."""
    return any(entry.field(name) != value for name, value in changes.items())
