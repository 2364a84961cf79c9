"""How ``--help`` is set: prose as wide as the terminal, examples as they are written."""

from __future__ import annotations

import argparse
from textwrap import fill


class HelpFormatter(argparse.HelpFormatter):
    """Fills paragraphs, and leaves those with indented lines, which are examples, alone."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(_set(paragraph, width, indent) for paragraph in text.strip("\n").split("\n\n"))


def _set(paragraph: str, width: int, indent: str) -> str:
    if "\n " in paragraph:
        return "\n".join(indent + line for line in paragraph.splitlines())
    return fill(paragraph, width, initial_indent=indent, subsequent_indent=indent)
