r"""Where the code in an answer stands: in a fenced block, in one of several, or in the whole text.

The text is never parsed here: it is untrusted, and Python's own parser can be made to fall over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.safe_text import one_line

LONGEST = 200_000
"""Characters; a longer answer is not looked at."""
PYTHON = frozenset(
    {"", "python", "python3", "py", "py3", "python2", "pycon", "ipython", "sage", "code", "text", "plaintext"}
)
"""What stands behind a fence before Python, or before code that nobody named."""
_FENCE = re.compile(r"^([ \t]*(?:>[ \t]?)*)(`{3,}|~{3,})[ \t]*([^\s`{]*)[^\n`]*$", re.MULTILINE)
_OPENING = re.compile(r"^(?:(?:async[ ]def|def|class|from|import)[ ]|@\w|[A-Za-z_]\w*[ ]*=[^=])", re.MULTILINE)
"""How a line begins that can be the first of a program among prose."""
_CODE_LINE = re.compile(
    r"^[ \t]*(?:return\b|(?:async[ ]def|def|class|from|import)[ ]\w|(?:if|for|while|with|elif)[ ].*:[ \t]*(?:#.*)?$"
    r"|(?:try|else):|pass\b|(?:raise|yield|assert|lambda)[ ]|@\w|[\w.\[\]]+[ ]*[-+*/|&]?=[^=]|[\w.]+\(.*\)[ \t]*$)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class FoundCode:
    """The code of an answer."""

    code: str
    earlier: tuple[str, ...] = ()
    """Blocks before it."""
    fenced: bool = True


@dataclass(frozen=True, slots=True)
class _Block:
    language: str
    text: str


def find_code(text: str, names: Sequence[str] = ()) -> FoundCode:
    r"""Find the code of an answer.

    Of several fenced blocks the last that defines what is called counts, else the last; blocks of other languages only
    where there are no others. Without a fence the code begins at the first line that looks like code.

    Args:
        text: The whole answer.
        names: What is called; one of them should be defined.

    Raises:
        ExtractionError: Where there is no code.

    Example:
        >>> find_code("Here:\n```python\ndef f(): return 1\n```\nUse it: `f()`").code
        'def f(): return 1'
    """
    if len(text) > LONGEST:
        raise ExtractionError(f"the answer has {len(text):,} characters, more than the {LONGEST:,} that code may have")
    blocks = [block for block in _blocks(text) if block.text.strip()]
    if blocks:
        return _chosen([one for one in blocks if one.language in PYTHON] or blocks, names)
    return FoundCode(_bare(text), fenced=False)


def _chosen(blocks: Sequence[_Block], names: Sequence[str]) -> FoundCode:
    defining = [place for place, block in enumerate(blocks) if _defines(block.text, names)]
    place = defining[-1] if defining else len(blocks) - 1
    return FoundCode(blocks[place].text, tuple(block.text for block in blocks[:place]))


def _defines(text: str, names: Sequence[str]) -> bool:
    named = "|".join(map(re.escape, names)) or r"\w+"
    return bool(re.search(rf"^(?:(?:async[ ]+)?def|class)[ ]+(?:{named})\b|^(?:{named})[ ]*=[^=]", text, re.MULTILINE))


def _blocks(text: str) -> Iterator[_Block]:
    """Yield fenced blocks; one that is not closed, of an answer that was cut off, goes to the end."""
    position = 0
    while opening := _FENCE.search(text, position):
        margin, fence, language = opening.groups()
        closing = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$", re.MULTILINE).search(
            text, opening.end()
        )
        body = text[opening.end() + 1 : closing.start() if closing else len(text)]
        yield _Block(language.lower(), _without_margin(body, margin).removesuffix("\n"))
        position = closing.end() if closing else len(text)


def _without_margin(body: str, margin: str) -> str:
    return "\n".join(line.removeprefix(margin) for line in body.split("\n")) if margin else body


def _bare(text: str) -> str:
    """Return what follows prose before the code; the text itself where it begins with code, indented or not."""
    if not _CODE_LINE.search(text):
        raise ExtractionError(f"there is no code in {one_line(text)!r}" if text.strip() else "the answer is empty")
    first = text.lstrip("\n").split("\n", 1)[0]
    if _CODE_LINE.match(first) or first[:1] in " \t#\"'":
        return text
    opening = _OPENING.search(text)
    return text[opening.start() :] if opening else text
