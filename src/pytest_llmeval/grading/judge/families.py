"""Model families, by name: a judge tends to favour answers of its own family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_NAMES = (
    # A distilled model bears two names and writes like the one it was taught by, so teachers stand first.
    ("deepseek", "deepseek"),
    ("openai", "chatgpt|gpt|o[1-9](?![0-9a-z])|codex|davinci|babbage"),
    ("anthropic", "claude"),
    ("google", "gemini|gemma|palm|bison|learnlm"),
    ("mistral", "mistral|mixtral|ministral|magistral|codestral|devstral|voxtral|pixtral|mathstral"),
    ("qwen", "qwen|qwq|qvq"),
    ("xai", "grok"),
    ("cohere", "command-|c4ai|aya-"),
    ("microsoft", "phi-?[1-9]"),
    ("amazon", r"nova-(?:micro|lite|pro|premier|\d)|titan-"),
    ("moonshot", "kimi|moonshot"),
    ("zhipu", "glm-|chatglm"),
    ("minimax", "minimax|abab"),
    ("ibm", "granite"),
    ("ai2", "olmo|tulu|molmo"),
    ("ai21", "jamba|jurassic"),
    ("nvidia", "nemotron"),
    ("01ai", "yi-"),
    ("meta", "llama|codellama"),
)
"""Family to how the names of its models begin, as a word or after a slash, a dot or a hyphen; the first row wins."""
_FAMILIES = tuple((family, re.compile(rf"(?<![a-z0-9])(?:{begins})")) for family, begins in _NAMES)
_OF_PROVIDER: Mapping[str, str] = MappingProxyType({"openai": "openai", "anthropic": "anthropic", "gemini": "google"})
"""Providers that serve one family only, for models whose own name tells nothing."""


def family_of(model: str) -> str | None:
    """Return the family a model belongs to.

    Args:
        model: Its name, with or without provider: ``openai:gpt-4o-mini``, ``openrouter:meta-llama/llama-3.1-70b``.

    Returns:
        The family, None where the name tells nothing.

    Example:
        >>> family_of("openrouter:meta-llama/llama-3.1-70b-instruct"), family_of("ollama-local:my-own")
        ('meta', None)
    """
    name = model.lower()
    known = next((family for family, begins in _FAMILIES if begins.search(name)), None)
    return known or _OF_PROVIDER.get(name.partition(":")[0])


def same_family(candidate: str, judge: str) -> bool:
    """Tell whether a judge would grade its own family; two unknown families are one only for the same model."""
    family = family_of(judge)
    return candidate == judge or (family is not None and family == family_of(candidate))


def self_preference_warning(candidates: Iterable[str], judges: Iterable[str]) -> str | None:
    """Warn, on one line, of judges that grade models of their own family; None where there are none."""
    judging = tuple(judges)
    pairs = [(judge, one) for one in candidates for judge in judging if same_family(one, judge)]
    if not pairs:
        return None
    told = ", ".join(f"{judge} grades {one}" for judge, one in dict.fromkeys(pairs))
    return f"a judge may favour its own model family: {told}; add a judge of another with --llm-judge-model"
