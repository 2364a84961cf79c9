"""The choice of one judge among several words, such as the class of a reply, with its reason."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.grading.judge.verdict import LONGEST_RATIONALE, closed_object, one_of, read_reasoned
from pytest_llmeval.safe_text import one_line


class Choice(str):
    """The word that a judge chose, with its reason for it."""

    __slots__ = ("rationale",)

    rationale: str

    def __new__(cls, word: str, rationale: str) -> Choice:
        """Make one of the word and the rationale."""
        made = super().__new__(cls, word)
        made.rationale = one_line(rationale, LONGEST_RATIONALE)
        return made


def because(told: str) -> str:
    """Return what a judge said for its choice, as a note; empty where a rule chose.

    Example:
        >>> because(Choice("refuse", "It declines.")), because("refuse")
        ('the judge: It declines.', '')
    """
    return f"the judge: {told.rationale}" if isinstance(told, Choice) else ""


def choice_schema(name: str, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a reply that chooses one of several words, the rationale before it."""
    text = {"type": "string"}
    return {
        "title": "choice",
        **closed_object({"rationale": text, name: {"type": "string", "enum": list(known)}, "key": text}),
    }


def read_choice(text: str, name: str, known: tuple[str, ...], key: str) -> Choice:
    """Read a judge's reply that chooses one of several words; as strict as `read_verdict`.

    Args:
        text: The reply.
        name: The field with the choice.
        known: The words.
        key: The key of the prompt's sections.

    Raises:
        UnscoredError: Where the reply is no such choice.
    """
    body, rationale = read_reasoned(text, choice_schema(name, known)["required"], key)
    return Choice(one_of(body, name, known), rationale)
