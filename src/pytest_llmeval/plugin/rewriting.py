"""Keeps pytest from rewriting our own modules, whose asserts are for type checkers alone."""

from __future__ import annotations

import pytest

_PACKAGE = __name__.partition(".")[0]


def leave_as_written(config: pytest.Config) -> None:
    """Take this package off the list of what pytest rewrites so that its asserts explain themselves.

    Every module of an installed plugin is on it, and is parsed when it is first imported. Most of ours are imported
    late, some on the thread that asks models, and where two threads parse at once, Python 3.11 ends the session with
    "AST constructor recursion depth mismatch". Where pytest keeps its list elsewhere, nothing is changed.
    """
    hook = config.pluginmanager.rewrite_hook
    marked = getattr(hook, "_must_rewrite", None)
    if isinstance(marked, set):
        marked.discard(_PACKAGE)
    known = getattr(hook, "_marked_for_rewrite_cache", None)
    if isinstance(known, dict):
        known.clear()  # of modules that were looked up before
