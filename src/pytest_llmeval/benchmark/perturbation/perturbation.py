"""What every perturbation shares: a name, a seed, how many variants it makes of an entry, and how they are drawn."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from random import Random
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint

DRAWS = 20
"""How often a variant is drawn anew because it came out as another one, or as the original."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Draft:
    """One variant before it is an entry: what of the original changes."""

    changes: Mapping[str, Any]
    """Field to new value; ``metadata`` is merged key by key."""
    suffix: str
    """What follows the original's id."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How this variant was made, for the record."""


@dataclass(frozen=True)
class Perturbation(ABC):
    """One kind of change to entries.

    Args:
        n: How many variants of each entry, at least 1; fewer where there are not so many different ones.
        seed: Another one draws other variants; the same one gives the same variants everywhere.
        name: What the kind is called in ids, records and reports; needed where one kind is used twice.

    Raises:
        ConfigurationError: For settings that cannot be.
    """

    default_name: ClassVar[str]

    _: KW_ONLY
    n: int = 1
    seed: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.n, bool) or not isinstance(self.n, int) or self.n < 1:
            raise self.fault(f"n must be a whole number of at least 1, got {self.n!r}")
        if not _NAME.fullmatch(self.kind):
            raise self.fault(f"a name holds letters, digits, '-', '_' and '.', got {self.kind!r}")

    @property
    def kind(self) -> str:
        """Return what the kind is called."""
        return self.name or self.default_name

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the settings that a record keeps: numbers and texts, the seed among them."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("n", "name")}
        return {name: value for name, value in own.items() if isinstance(value, str | int | float)}

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

    def fault(self, text: str) -> ConfigurationError:
        """Make the error of a wrong setting."""
        return ConfigurationError(f"perturbations.{self.default_name}: {text}")


@dataclass(frozen=True)
class TextPerturbation(Perturbation):
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


def asked_text(entry: Entry) -> str | None:
    """Return the text that the user asks last; None where it is no plain text."""
    if not entry.messages:
        return entry.question
    content = next((turn.get("content") for turn in reversed(entry.messages) if turn["role"] == "user"), None)
    return content if isinstance(content, str) else None


def asking(entry: Entry, text: str) -> Mapping[str, Any]:
    """Return the changes that put another text in the place of `asked_text`."""
    if not entry.messages:
        return {"question": text}
    turns = [dict(turn) for turn in entry.messages]
    last = max(at for at, turn in enumerate(turns) if turn["role"] == "user")
    question = text if entry.question == turns[last]["content"] else entry.question
    turns[last]["content"] = text
    return {"messages": tuple(turns), "question": question}


def check_share(perturbation: Perturbation, **settings: float) -> None:
    """Refuse settings that are no share above 0 and up to 1.

    Raises:
        ConfigurationError: Naming the setting.
    """
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise perturbation.fault(f"{name} must lie above 0 and up to 1, got {value!r}")


def check_count(perturbation: Perturbation, **settings: int) -> None:
    """Refuse settings that are no whole number of at least 1.

    Raises:
        ConfigurationError: Naming the setting.
    """
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise perturbation.fault(f"{name} must be a whole number of at least 1, got {value!r}")
