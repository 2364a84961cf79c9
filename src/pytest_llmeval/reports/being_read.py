"""Writing to a stream whose reader may leave, such as `head`: what is decided is decided all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def while_read(stream: TextIO) -> Iterator[None]:
    """Write as long as somebody reads; whoever wrote goes on either way, and comes to its verdict."""
    try:
        yield
    except BrokenPipeError:
        write_no_more(stream)


def write_no_more(stream: TextIO) -> None:
    """Lead a stream nowhere, so that what is still on its way to it is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
