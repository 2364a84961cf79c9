"""Parsing Python that is not ours, without a warning of its faults in the user's test session."""

from __future__ import annotations

import ast
import re

ESCAPE = re.compile(r"\\(.)", re.DOTALL)
KEPT = frozenset("\n\\'\"N")
"""Escapes that decide where a string ends; ``N`` is kept because its braces would read as a field of an f-string."""


def parse_python(text: str) -> ast.Module:
    r"""Parse it, with all line numbers right; string contents may differ by the escapes that were blotted out.

    An invalid escape such as ``"\d"`` would make the parser warn, and the filters of `warnings` are no place to touch
    from a thread.

    Raises:
        SyntaxError: Where it is no Python of this interpreter's version.
        ValueError: Where it has a character no source may have.
        RecursionError: Where it is nested too deeply.
        MemoryError: Where it is nested too deeply, for the parser itself.
    """
    return ast.parse(ESCAPE.sub(lambda found: found[0] if found[1] in KEPT else "xx", text))
