"""Keeping from the judge which model it judges."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_llmeval.models.answer import Answer, Call

WITHHELD = "[model name withheld]"
SHORTEST = 6
"""Shorter names may be ordinary words of an answer."""
_I_AM = r"\b(?:I am|I['’]m|my name is|call me)\s+(?:an?\s+|the\s+)?"
_VERSION = r"(?:[-\s]?(?:v?\d[\w.]*|sonnet|opus|haiku|pro|flash|ultra|mini|nano|large|small|turbo|instruct|chat)\b)*"
_ONES = rf"(?:claude|chatgpt|gpt|gemini|gemma|llama|mi[sx]tral|grok|qwen|deepseek|kimi|copilot|command)\b{_VERSION}"
_MADE = r"(?:made|created|built|developed|trained|designed)\s+by\s+"
_MAKERS = (
    r"(?:anthropic|openai|google(?:\s+deepmind)?|meta(?:\s+ai)?|mistral(?:\s+ai)?|xai|alibaba|deepseek|microsoft|"
    r"cohere)"
)
_INTRODUCTIONS = (
    re.compile(rf"({_I_AM})({_ONES})", re.IGNORECASE),
    re.compile(rf"(\bI(?: am|['’]m| was)\b[^.!?\n]{{0,80}}?\b{_MADE})({_MAKERS})\b", re.IGNORECASE),
)
"""How an answer names its own model in the first person, and who made that."""


def blinded(answer: Answer, said_anyway: Iterable[str]) -> str:
    """Return the answer's text without the names of the models that were called for it, and without introductions.

    Args:
        answer: The answer, with its calls.
        said_anyway: What the judge sees besides: a name that is part of the question or of its right answer stays.
    """
    known = tuple(said_anyway)
    return without_introductions(without_names(answer.text, model_names(answer.calls), known), known)


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
    hidden = [_however_spelt(name) for name in names if len(name) >= SHORTEST and name.lower() not in known]
    if not hidden:
        return text
    longest_first = "|".join(sorted(hidden, key=lambda name: (-len(name), name)))
    return re.sub(rf"(?<![\w-])(?:{longest_first})(?![\w-])", WITHHELD, text, flags=re.IGNORECASE)


def _however_spelt(name: str) -> str:
    """Return a pattern of a name: ``gpt-4o-mini`` is GPT-4o mini as well."""
    return r"[-_\s]".join(map(re.escape, re.split(r"[-_\s]", name)))


def without_introductions(text: str, said_anyway: Iterable[str]) -> str:
    """Return a text in which nobody says in the first person which model it is, or who made it.

    Args:
        text: The text.
        said_anyway: What the judge sees besides: a name that is part of it stays.

    Example:
        >>> without_introductions("I'm Claude 3, made by Anthropic. Claude Shannon was not.", ())
        "I'm [model name withheld], made by [model name withheld]. Claude Shannon was not."
    """
    known = "\n".join(said_anyway).lower()

    def withheld(found: re.Match[str]) -> str:
        return found[0] if found[2].lower() in known else f"{found[1]}{WITHHELD}"

    for pattern in _INTRODUCTIONS:
        text = pattern.sub(withheld, text)
    return text
