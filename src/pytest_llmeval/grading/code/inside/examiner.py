"""The process that tests: it holds the tests and the expected values, and its word alone is the verdict."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from pytest_llmeval.grading.code.inside.program import head_of
from pytest_llmeval.grading.code.inside.remote import Gone, Link
from pytest_llmeval.grading.code.inside.suites import BadTests, Result, Suite, parsed, suite_of, told

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign)


class Examiner:
    """Runs the tests of one entry against one candidate.

    Args:
        link: To the candidate.
        exam: ``prompt``, ``entry_point`` (or None), ``setup`` (texts) and ``suites`` (pairs of kind and tests).

    Raises:
        BadTests: Where tests or setup are no Python.
    """

    def __init__(self, link: Link, exam: Mapping[str, Any]) -> None:
        self._link = link
        self._entry_point: str | None = exam["entry_point"]
        self._prompt: str = exam["prompt"]
        self._setup = [parsed(text, "the setup is") for text in exam["setup"]]
        self._suites = [suite_of(kind, tests) for kind, tests in exam["suites"]]

    def results(self) -> list[Result]:
        """Load the candidate and run all tests; where it does not load, each of them has failed for that reason."""
        try:
            self._link.ask("load")
            namespace, candidate = self._namespace()
        except BadTests:
            raise
        except (Exception, Gone) as error:
            return [one for suite in self._suites for one in suite.failed(self._link.broken or str(told(error)))]
        return [one for suite in self._suites for one in self._run(suite, namespace, candidate)]

    def _run(self, suite: Suite, namespace: dict[str, Any], candidate: Any) -> Iterator[Result]:
        yield from suite.run(dict(namespace), candidate, lambda: self._link.broken)

    def _namespace(self) -> tuple[dict[str, Any], Any]:
        """Return what the tests see: what the prompt defines, by its own code; what else they use, the candidate's."""
        namespace: dict[str, Any] = {"__name__": "tests"}
        _execute_definitions(self._prompt, self._entry_point, namespace)
        trees = [*self._setup, *(suite.tree for suite in self._suites)]
        namespace |= {name: import_module(name) for name in _modules(trees) if name not in namespace}
        for name in _wanted(trees, namespace):
            try:
                namespace[name] = self._link.ask("name", name)
            except AttributeError:
                continue
        candidate = self._candidate(namespace)
        for tree in self._setup:
            exec(compile(tree, "<setup>", "exec", dont_inherit=True), namespace)  # noqa: S102  the benchmark's own
        return namespace, candidate

    def _candidate(self, namespace: dict[str, Any]) -> Any:
        if self._entry_point is None:
            return None
        try:
            namespace[self._entry_point] = self._link.ask("name", self._entry_point)
        except AttributeError:
            raise NameError(f"the answer defines no {self._entry_point}") from None
        return namespace[self._entry_point]


def _execute_definitions(prompt: str, entry_point: str | None, namespace: dict[str, Any]) -> None:
    """Define the prompt's helpers and constants; its classes are the candidate's, who makes their objects."""
    tree = ast.parse(head_of(prompt, [entry_point] if entry_point else []))
    tree.body = [one for one in tree.body if isinstance(one, _DEFINITIONS) and getattr(one, "name", "") != entry_point]
    try:
        exec(compile(tree, "<prompt>", "exec", dont_inherit=True), namespace)  # noqa: S102  the benchmark's own
    except Exception as error:
        raise BadTests(f"the prompt cannot be executed: {told(error)}") from None


def _modules(trees: Sequence[ast.Module]) -> set[str]:
    """Return the modules that tests use, imported or not: never the candidate's idea of ``math.isclose``."""
    owners = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {owner.id for owner in owners if isinstance(owner, ast.Name)} & sys.stdlib_module_names


def _wanted(trees: Sequence[ast.Module], namespace: Mapping[str, Any]) -> list[str]:
    """Return the names that tests use and neither Python nor they themselves define."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    made |= {
        alias.asname or alias.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names
    }
    return sorted(
        name
        for name in used - made
        if name not in namespace and not name.startswith("__") and name not in dir(builtins)
    )
