"""What every perturbation shares: a name, a seed, variants of an entry, and the text that an entry asks."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError

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
    """One kind of change to entries: those that list their variants derive from it, others from `DrawnPerturbation`.

    Args:
        seed: Another one draws other variants; the same one gives the same variants everywhere.
        name: What the kind is called in ids, records and reports; needed where one kind is used twice.

    Raises:
        ConfigurationError: For settings that cannot be.
    """

    default_name: ClassVar[str]

    _: KW_ONLY
    seed: int = 0
    name: str = ""

    def __post_init__(self) -> None:
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
    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield the variants of an entry; none where the kind does not apply to it."""

    def fault(self, text: str) -> ConfigurationError:
        """Make the error of a wrong setting."""
        return ConfigurationError(f"perturbations.{self.default_name}: {text}")


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
