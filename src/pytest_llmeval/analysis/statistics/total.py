"""A sum of values of which some may be unknown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Total:
    """A sum that grows and knows what it does not know."""

    known: float = 0
    """The sum of all values that are known; whole as long as they are."""
    counted: int = 0
    """How many were known."""
    unknown: int = 0
    """How many were not; with any, ``known`` is a lower bound."""

    def add(self, value: float | None) -> None:
        """Take in one more value, None where it is unknown."""
        if value is None:
            self.unknown += 1
        else:
            self.known += value
            self.counted += 1

    @property
    def value(self) -> float | None:
        """Return the sum, or None where nothing is known."""
        return self.known if self.counted else None

    @property
    def mean(self) -> float | None:
        """Return the mean; None where any value is unknown, and of nothing."""
        return self.known / self.counted if self.counted and not self.unknown else None
