"""Keeping from the judge which model it judges."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_llmeval.models.answer import Answer

WITHHELD = "[model name withheld]"
SHORTEST = 6
"""Shorter names may be ordinary words of an answer."""


def blinded(answer: Answer, said_anyway: Iterable[str]) -> str:
    """Return the answer's text without the names of the models that were called for it.

    Args:
        answer: The answer, with its calls.
        said_anyway: What the judge sees besides: a name that is part of the question or of its right answer stays.
    """
    known = "\n".join(said_anyway).lower()
    calls = [call for call in answer.calls if call.role == "model"]
    names = {name for call in calls for name in (call.model, call.reply.served_model) if name}
    hidden = [re.escape(name) for name in names if len(name) >= SHORTEST and name.lower() not in known]
    if not hidden:
        return answer.text
    longest_first = "|".join(sorted(hidden, key=lambda name: (-len(name), name)))
    return re.sub(rf"(?<![\w-])(?:{longest_first})(?![\w-])", WITHHELD, answer.text, flags=re.IGNORECASE)
