"""What an entry says of its tests, in the spellings of HumanEval and MBPP, or in our own."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code.outcome import Visibility

SPELLINGS: tuple[tuple[Visibility, tuple[str, ...]], ...] = (
    ("visible", ("visible_tests", "test_list")),
    ("hidden", ("hidden_tests", "test", "challenge_test_list")),
)
"""Kind of tests to the fields that hold some; all that an entry has are run."""
SETUP = ("test_setup_code", "test_imports")

Tests = str | tuple[str, ...]
"""One text that defines ``check(candidate)`` or makes asserts, or a text for each check."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The tests of one entry."""

    suites: tuple[tuple[Visibility, Tests], ...]
    entry_point: str | None
    """The function that ``check`` is given."""
    setup: tuple[str, ...]
    """Run before the tests."""
    names: tuple[str, ...]
    """What the tests call, and the answer should define."""


def problem_of(entry: Entry, *, visible: Any = None, hidden: Any = None) -> Problem:
    """Read the tests of an entry.

    Args:
        entry: The entry; its metadata holds the tests.
        visible: Tests in place of the entry's visible ones.
        hidden: Tests in place of the entry's hidden ones.

    Raises:
        GraderError: Where there are none, or they are of another shape.
    """
    given = {"visible": visible, "hidden": hidden}
    suites = tuple((kind, tests) for kind, fields in SPELLINGS for tests in _tests(entry, given[kind], kind, fields))
    if not suites:
        raise GraderError(
            f"graders.code_tests() needs tests, entry {entry.id!r} has none; "
            "add hidden_tests to the benchmark (or test, test_list), or write graders.code_tests(hidden=[...])"
        )
    point = entry.field("entry_point")
    if point is not None and not (isinstance(point, str) and point.isidentifier()):
        raise GraderError(f"entry {entry.id!r}: entry_point must be the name of a function, got {point!r}")
    setup = tuple(text for field in SETUP for text in _lines(entry, field, entry.field(field)))
    return Problem(suites, point, setup, (point,) if point else tuple(_called(suites, setup)))


def _tests(entry: Entry, given: Any, kind: str, fields: Sequence[str]) -> Iterator[Tests]:
    if given is not None:
        yield _shaped(entry, f"code_tests({kind}=...)", given)
        return
    yield from (_shaped(entry, name, entry.field(name)) for name in fields if entry.field(name))


def _shaped(entry: Entry, name: str, value: Any) -> Tests:
    return value if isinstance(value, str) else _lines(entry, name, value)


def _lines(entry: Entry, name: str, value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        raise GraderError(f"entry {entry.id!r}: {name} must be text or a list of texts, got {str(value)[:60]!r}")
    return tuple(texts)


def _called(suites: Sequence[tuple[str, Tests]], setup: Sequence[str]) -> Iterator[str]:
    """Yield the names that tests call and do not define, each once, in their order."""
    texts = [text for _, tests in suites for text in ([tests] if isinstance(tests, str) else tests)]
    nodes = [node for text in (*setup, *texts) for node in _nodes(text)]
    known = {
        alias.asname or alias.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names
    }
    known |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    known |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    called = (n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    yield from dict.fromkeys(name for name in called if name not in known and not hasattr(builtins, name))


def _nodes(text: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(text))
    except (SyntaxError, ValueError):  # the sandbox tells what is wrong with it
        return
