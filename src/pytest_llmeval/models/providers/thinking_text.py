"""Thinking that a model writes into its text, as DeepSeek-R1 and its kin do on servers that do not take it apart."""

from __future__ import annotations

OPENING, CLOSING = "<think>", "</think>"


def split_thinking(text: str) -> tuple[str | None, str]:
    r"""Take the thinking off the very start of a text.

    A block that was not closed stays where it is: the model was cut off while it thought, and there is no answer.

    Returns:
        The thinking, None where there is none, and what follows it.

    Example:
        >>> split_thinking("<think>two and two</think>\n\n4")
        ('two and two', '4')
        >>> split_thinking("4, said <think> the </think> model")
        (None, '4, said <think> the </think> model')
    """
    begun = text.lstrip()
    if not begun.startswith(OPENING) or CLOSING not in begun:
        return None, text
    thinking, _, rest = begun.removeprefix(OPENING).partition(CLOSING)
    return thinking.strip() or None, rest.lstrip()
