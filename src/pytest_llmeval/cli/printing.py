"""What the commands print beside styled lines: plain text on standard output, remarks on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.being_read import while_read
from pytest_llmeval.runs.reading import Fault
from pytest_llmeval.safe_text import strip_control


def write(lines: Iterable[str]) -> None:
    """Print plain lines without control codes; what the encoding of standard output lacks becomes ``?``."""
    encoding = sys.stdout.encoding or "utf-8"
    with while_read(sys.stdout):
        for line in lines:
            sys.stdout.write(strip_control(line).encode(encoding, "replace").decode(encoding) + "\n")


def note(text: object) -> None:
    """Say something beside the result on one line: a text, or what is told as one; names in it may be of strangers."""
    line = strip_control(str(text)).replace("\n", " ").replace("\t", " ")
    sys.stderr.write(f"pytest-llmeval: {line}\n")


def only_torn(fault: Fault) -> None:
    """Say that a torn last line is passed over; any other line that is no record ends the command.

    Raises:
        RunLogError: For such a line.
    """
    if not fault.torn:
        raise RunLogError(str(fault))
    note(str(fault))
