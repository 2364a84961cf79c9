"""What an answer says, as a number small enough to be kept of each of a hundred thousand."""

from __future__ import annotations

from functools import lru_cache

from pytest_llmeval.grading.confidence.stated import without_statement
from pytest_llmeval.grading.wording import normalized

SHORT = 200
"""Characters up to which two answers can be held against each other; longer ones differ in their words anyway."""


def is_short(answer: str | None) -> bool:
    """Tell whether other words than an answer's are likely to mean something else."""
    return answer is not None and len(answer) <= SHORT


@lru_cache(maxsize=1)  # several figures ask it of each record
def said_by(answer: str | None) -> int:
    """Return a number of this process that is the same for answers that say the same.

    Of short ones case, spacing, the full stop and what they say of how sure they are make no difference; longer ones
    are the same word by word, or are not.

    Example:
        >>> said_by("Paris. Confidence: 80%") == said_by("  paris") != said_by("Lyon")
        True
    """
    return hash(normalized(without_statement(answer)) if answer is not None and is_short(answer) else answer)
