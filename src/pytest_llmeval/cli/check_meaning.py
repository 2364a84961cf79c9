"""The part of `pytest-llmeval check` that asks a function of the user's what texts mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from pytest_llmeval.benchmark.checking.meaning import LEAST, Meaning
from pytest_llmeval.cli.own_modules import function_named, importable_here
from pytest_llmeval.cli.progress import Progress
from pytest_llmeval.errors import ConfigurationError


@contextmanager
def meaning_asked(given: argparse.Namespace) -> Iterator[Meaning | None]:
    """Yield when texts mean the same; None where no function is named that could tell.

    Raises:
        ConfigurationError: Where the function cannot be found, numpy is missing, or a cosine is told for nothing.
    """
    if given.embedder is None:
        if given.meaning is not None:
            raise ConfigurationError("--meaning says from which cosine on --embedder counts; name one")
        yield None
        return
    if find_spec("numpy") is None:
        way_out = "pip install 'pytest-llmeval-harness[embeddings]'"
        raise ConfigurationError(f"--embedder needs numpy; install it with: {way_out}")
    progress = Progress("texts embedded")
    with importable_here():
        embed = function_named(given.embedder, "--embedder")

        def counted(texts: list[str]) -> Any:
            made = embed(texts)
            progress.step(len(texts))
            return made

        try:
            yield Meaning(given.embedder, counted, LEAST if given.meaning is None else given.meaning)
        finally:
            progress.end()
