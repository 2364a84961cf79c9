"""What came of running a program against tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from pytest_llmeval.safe_text import one_line

Visibility = Literal["visible", "hidden"]
"""Whether the model could see the tests, or might have known them."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one program."""

    visibility: Visibility
    name: str
    """The check's own text."""
    error: str | None
    """Why it failed; None where it passed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All checks of one program."""

    tests: tuple[Check, ...]
    ended: str | None = None
    """What ended the program before all tests were through, or what else it may not do; None where nothing did."""

    def rate(self, visibility: Visibility | None = None) -> float | None:
        """Return the share of tests that passed; None where there are none.

        Args:
            visibility: Of which; None: of all.
        """
        chosen = [test.error is None for test in self.tests if visibility in (None, test.visibility)]
        return sum(chosen) / len(chosen) if chosen else None

    @property
    def passed(self) -> bool:
        """Tell whether all tests passed and the program kept to the rules."""
        return self.ended is None and all(test.error is None for test in self.tests)


def read_outcome(told: Mapping[str, Any], suites: Sequence[tuple[Visibility, object]]) -> Outcome:
    """Read what the sandbox told.

    Args:
        told: Its verdict; what it quotes of the candidate is untrusted text.
        suites: What was to be run; where the tests did not come to their end, each of these failed.
    """
    if "cut" in told:
        return Outcome(tuple(Check(kind, "all", told["cut"]) for kind, _ in suites), told["cut"])
    tests = tuple(
        Check(cast("Visibility", kind), one_line(name, 200), None if error is None else one_line(error, 200))
        for kind, name, error in told["tests"]
    )
    ended = told["end"] or told["broken"] or ("it printed more than it may" if told["flooded"] else None)
    return Outcome(tests, one_line(ended, 200) if ended else None)
