"""A quota: how many of an entry's samples have to pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pytest_llmeval.errors import ConfigurationError

_QUOTA = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")

QuotaVerdict = Literal["met", "unmet", "cannot decide"]


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of an entry's samples have to pass."""

    k: int
    """From 1 to n."""
    n: int

    @classmethod
    def parse(cls, text: object) -> Quota:
        """Read the marker's ``require``.

        Raises:
            ConfigurationError: For anything but two whole numbers such as ``"2/3"``, the first from 1 to the second.

        Example:
            >>> Quota.parse("2/3")
            Quota(k=2, n=3)
        """
        found = _QUOTA.fullmatch(text) if isinstance(text, str) else None
        if found and 1 <= int(found[1]) <= int(found[2]):
            return cls(int(found[1]), int(found[2]))
        raise ConfigurationError(f'llm_eval\'s require must be such as "2/3", two of three samples, got {text!r}')

    def needed(self, planned: int) -> int:
        """Return how many of the planned samples have to pass: k of n, and of another number the same share or more.

        Example:
            >>> [Quota(2, 3).needed(planned) for planned in (1, 3, 5)]
            [1, 2, 4]
        """
        return -(-planned * self.k // self.n)

    def verdict(self, passed: int, finished: int, planned: int) -> QuotaVerdict:
        """Decide as soon as no outstanding sample can change it.

        Args:
            passed: Samples that passed.
            finished: Samples that came to an end that says something about the model.
            planned: Samples that were to be taken, at least 1; those that broke or never ran are not finished.
        """
        if passed >= self.needed(planned):
            return "met"
        return "unmet" if passed + planned - finished < self.needed(planned) else "cannot decide"
