"""An option: a flag, and the ini value behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One flag and the ini value behind it."""

    name: str
    """Without dashes, as the ini value spells it: ``llm_model`` for ``--llm-model``."""
    metavar: str
    help: str
    read: Callable[[str, str], Any] = lambda _flag, text: text
    """Turns the text into a value; is told the flag's name for its error."""
    default: Any = None
    many: bool = False
    in_ini: bool = True
    flag_only: bool = False
    """Whether it takes no value: given or not."""
    bare: str | None = None
    """What it means without a value, where that is allowed."""

    @property
    def flag(self) -> str:
        """Return the flag as users write it."""
        return "--" + self.name.replace("_", "-")
