"""Keeping from the judge which model it judges."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_llmeval.models.answer import Answer, Call

WITHHELD = "[model name withheld]"
SHORTEST = 6
"""Shorter names may be ordinary words of an answer."""


def blinded(answer: Answer, said_anyway: Iterable[str]) -> str:
    """Return the answer's text without the names of the models that were called for it.

    Args:
        answer: The answer, with its calls.
        said_anyway: What the judge sees besides: a name that is part of the question or of its right answer stays.
    """
    return without_names(answer.text, model_names(answer.calls), said_anyway)


def model_names(calls: Iterable[Call]) -> set[str]:
    """Return the names of the models under test that were called, as they were asked for and as they were served."""
    models = (call for call in calls if call.role == "model")
    return {name for call in models for name in (call.model, call.reply.served_model) if name}


def without_names(text: str, names: Iterable[str], said_anyway: Iterable[str]) -> str:
    """Return a text in which names of models are withheld.

    Args:
        text: The text.
        names: Of models, without their providers.
        said_anyway: What the judge sees besides: a name that is part of it stays.
    """
    known = "\n".join(said_anyway).lower()
    hidden = [re.escape(name) for name in names if len(name) >= SHORTEST and name.lower() not in known]
    if not hidden:
        return text
    longest_first = "|".join(sorted(hidden, key=lambda name: (-len(name), name)))
    return re.sub(rf"(?<![\w-])(?:{longest_first})(?![\w-])", WITHHELD, text, flags=re.IGNORECASE)
