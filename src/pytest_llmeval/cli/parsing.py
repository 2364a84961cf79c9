"""How arguments are taken: ``--help`` in prose as wide as the terminal, and one line where they are wrong."""

from __future__ import annotations

import argparse
from textwrap import fill
from typing import NoReturn

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

_LONGEST = 500


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other fault is told, and not below a screen of usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            ConfigurationError: Always.
        """
        raise ConfigurationError(f"{one_line(message, _LONGEST)}; see {self.prog} --help")


class HelpFormatter(argparse.HelpFormatter):
    """Fills paragraphs, and leaves those with indented lines, which are examples, alone."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(_set(paragraph, width, indent) for paragraph in text.strip("\n").split("\n\n"))


def _set(paragraph: str, width: int, indent: str) -> str:
    if "\n " in paragraph:
        return "\n".join(indent + line for line in paragraph.splitlines())
    return fill(paragraph, width, initial_indent=indent, subsequent_indent=indent)
