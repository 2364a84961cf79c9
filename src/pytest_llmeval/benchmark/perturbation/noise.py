"""What kinds with a noise level share: one level, or several, each of which makes variants of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import TextPerturbation
from pytest_llmeval.benchmark.perturbation.perturbation import Draft, check_share

Levels: TypeAlias = float | Sequence[float]
"""A share above 0 and up to 1, or several."""


@dataclass(frozen=True)
class Noise(TextPerturbation):
    """A kind that changes a share of the text: its noise level.

    With several levels an entry has its variants at each of them, so that accuracy can be told by level.
    """

    axis: ClassVar[str]
    """The field that holds the level, or the levels."""

    def __post_init__(self) -> None:
        super().__post_init__()
        given = getattr(self, self.axis)
        if not self.levels:
            raise self.fault(f"{self.axis} must be a share or several, got {given!r}")
        for level in self.levels:
            check_share(self, **{self.axis: level})
        if isinstance(given, list | tuple):
            object.__setattr__(self, self.axis, tuple(dict.fromkeys(given)))

    @property
    def levels(self) -> tuple[float, ...]:
        """Return the levels, one or several."""
        given = getattr(self, self.axis)
        return tuple(given) if isinstance(given, list | tuple) else (given,)

    @property
    def strength(self) -> float:
        """Return the level of a kind that has but one."""
        return self.levels[0]

    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield the variants at each level, which may read alike where a text is too short to tell two levels apart."""
        if not isinstance(getattr(self, self.axis), tuple):
            yield from super().drafts(entry)
            return
        for level in self.levels:
            settings: dict[str, Any] = {self.axis: level}
            of_level = super(Noise, replace(self, **settings)).drafts(entry)
            for number, draft in enumerate(of_level, 1):
                suffix = f"{self.kind}{round(100 * level, 1):g}" + (f"-{number}" if number > 1 else "")
                yield replace(draft, suffix=suffix)
