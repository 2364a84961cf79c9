"""Telling the files that hold gold answers from other files, by what is written in them."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from pytest_llmeval.benchmark.spellings import SPELLINGS
from pytest_llmeval.models.providers.python_source import parse_python

QUESTIONS = ("question", *SPELLINGS["question"])
EVIDENCE = ("expected_files", "expected_symbols")
GOLDS = ("gold", "gold_answer", *SPELLINGS["gold_answer"], "criteria", *SPELLINGS["criteria"], *EVIDENCE)
"""The names under which a benchmark may keep a question, and what a right answer to it holds."""
MARKER = "llm_eval"
DATA_SUFFIXES = frozenset({".json", ".yaml", ".yml"})


def holds_gold(path: str, text: str) -> bool:
    """Tell whether the file looks like an eval or a benchmark, which the model under test must not read.

    A Python file does where it applies the ``llm_eval`` marker (its assertions tell the answers) or holds literal
    entries; a JSON or YAML file where it has both a question, which is text or a list, and a gold answer. Prose and
    docstrings that only show such code do not count.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".py":
        return _may_hold_gold(text) and _python_holds_gold(text)
    return suffix in DATA_SUFFIXES and bool(DATA_QUESTION.search(text) and DATA_GOLD.search(text))


def _key(names: tuple[str, ...]) -> str:
    return rf"""(?m)(?:^|[{{,-])[ \t]*["']?(?:{"|".join(names)})["']?\s*:"""


DATA_QUESTION = re.compile(_key(QUESTIONS) + r"\s*[^\s{]")  # a mapping there makes it a schema
DATA_GOLD = re.compile(_key(GOLDS))


def _may_hold_gold(text: str) -> bool:
    """Save most files the parsing."""
    return MARKER in text or (any(name in text for name in QUESTIONS) and any(name in text for name in GOLDS))


def _python_holds_gold(text: str) -> bool:
    try:
        tree = parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return MARKER in text  # cannot be looked into
    return any(_is_marker(node) or _is_entry(node) for node in ast.walk(tree))


def _is_marker(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == MARKER


def _is_entry(node: ast.AST) -> bool:
    match node:
        case ast.Dict():
            both = zip(node.keys, node.values, strict=True)
            pairs = {key.value: value for key, value in both if isinstance(key, ast.Constant)}
        case ast.Call():
            pairs = {keyword.arg: keyword.value for keyword in node.keywords}
        case _:
            return False
    asked = [pairs[name] for name in QUESTIONS if name in pairs]
    return any(map(_is_text, asked)) and any(name in pairs for name in GOLDS)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.List) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
