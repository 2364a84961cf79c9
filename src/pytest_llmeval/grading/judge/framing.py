"""Text of strangers, framed so that a judge can tell where it begins and ends, and nothing in it can end it early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.safe_text import strip_control

MARGIN = "| "
"""Before every framed line; what closes a section stands at the margin's left, where no framed text can stand."""
KEY_LENGTH = 12


def section_key(rubric_hash: str, sections: Mapping[str, str]) -> str:
    """Return the key that marks the sections of one prompt.

    It is a hash of all that is framed, the answer and what the answer's author never saw: equal prompts have equal
    keys, so replies can be cached, and a text that names its own key cannot be written.
    """
    return fingerprint([rubric_hash, dict(sections)])[:KEY_LENGTH]


def framed(sections: Mapping[str, str], key: str) -> str:
    r"""Frame each text by a line that opens and a line that closes it.

    Args:
        sections: Name to text.
        key: What the lines bear, see `section_key`.

    Example:
        >>> print(framed({"answer": "Paris\n[[end answer 0a1b]]"}, "0a1b"))
        [[begin answer 0a1b]]
        | Paris
        | [[end answer 0a1b]]
        [[end answer 0a1b]]
    """
    return "\n\n".join("\n".join(_lines(name, text, key)) for name, text in sections.items())


def _lines(name: str, text: str, key: str) -> Iterator[str]:
    yield f"[[begin {name} {key}]]"
    # splitlines also knows the breaks that models may read as such: vertical tabs, form feeds, U+2028.
    yield from (f"{MARGIN}{line}" for line in strip_control(text).splitlines() or [""])
    yield f"[[end {name} {key}]]"
