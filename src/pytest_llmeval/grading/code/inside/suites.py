"""Tests as a benchmark writes them, made into checks that are counted one by one."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, TracebackType
from typing import Any, Literal

from pytest_llmeval.grading.code.inside.program import FAULTS

ATTEMPT = "__attempt__"
GOT, SHOW = "__got__", "__show__"
CHECK = "check"
SHOWN = 160
NOT_REACHED = "was not reached"


class BadTests(Exception):
    """The benchmark's tests cannot be run; the candidate has no part in that."""


@dataclass(frozen=True)
class Result:
    """What came of one check."""

    suite: str
    name: str
    """The check's own text."""
    error: str | None
    """Why it failed; None where it passed."""


@dataclass
class Attempts:
    """What became of the checks of one suite, by their place in it."""

    broken: Callable[[], str | None]
    """Tells why the candidate can no longer be asked."""
    ends: dict[int, str | None] = field(default_factory=dict)

    def __call__(self, place: int) -> _Attempt:
        """Begin a run of a check."""
        return _Attempt(self, place)

    def note(self, place: int, error: str | None) -> None:
        """Note one run of a check; one that runs several times passes where all do."""
        self.ends[place] = self.ends.get(place) or error


@dataclass
class _Attempt:
    """Stands around one check and keeps its failure from the checks that follow."""

    attempts: Attempts
    place: int

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: type | None, error: BaseException | None, __: TracebackType | None) -> Literal[True] | None:
        gone = self.attempts.broken()
        self.attempts.note(self.place, gone or told(error))
        return True if isinstance(error, Exception) and gone is None else None


def told(error: BaseException | None) -> str | None:
    """Say on one line what an exception says."""
    if error is None:
        return None
    text = " ".join(str(error).split())[:SHOWN]
    if isinstance(error, AssertionError):
        return text or "the assertion does not hold"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _telling(node: ast.Assert) -> ast.Assert:
    """Have an assert that compares and says nothing else tell what it got."""
    if node.msg is None and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
        node.test.left = ast.NamedExpr(ast.Name(GOT, ast.Store()), node.test.left)
        node.msg = ast.Call(ast.Name(SHOW, ast.Load()), [ast.Name(GOT, ast.Load())], [])
    return node


def show(value: object) -> str:
    """Say what an assert got."""
    try:
        return f"got {repr(value)[:SHOWN]}"
    except Exception:
        return "got what cannot be shown"


class _CountedAsserts(ast.NodeTransformer):
    """Puts every assert into an attempt of its own, but for those of inner functions: their callers are the checks."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        place = ast.Constant(len(self.names))
        self.names.append(ast.unparse(node)[:SHOWN])
        around = ast.withitem(ast.Call(ast.Name(ATTEMPT, ast.Load()), [place], []))
        return ast.copy_location(ast.With([around], [_telling(node)]), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        return node


class Suite(ABC):
    """The tests of one kind."""

    kind: str
    """``visible`` or ``hidden``."""
    names: list[str]
    """One for each check."""
    tree: ast.Module
    """All of it, to see what it uses."""

    @abstractmethod
    def run(self, namespace: dict[str, Any], candidate: Any, broken: Callable[[], str | None], /) -> Iterator[Result]:
        """Run every check; what one of them raises does not keep the others from being run.

        Args:
            namespace: What the tests see.
            candidate: What ``check`` is given.
            broken: Tells why the candidate can no longer be asked; None while it can.
        """

    def failed(self, error: str) -> Iterator[Result]:
        """Return the results of tests that were not even begun."""
        for name in self.names or [CHECK]:
            yield Result(self.kind, name, error)


def suite_of(kind: str, tests: str | Sequence[str]) -> Suite:
    """Read tests: one text, as HumanEval writes them, or a list of texts, as MBPP does.

    Raises:
        BadTests: Where they are no Python, or check nothing.
    """
    return TextSuite(kind, tests) if isinstance(tests, str) else ListSuite(kind, tests)


class TextSuite(Suite):
    """A text that defines ``check(candidate)``, or makes asserts itself; each assert is a check.

    Args:
        kind: ``visible`` or ``hidden``.
        text: The text.
    """

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.tree = parsed(text, f"the {kind} tests are")
        check = next((one for one in self.tree.body if isinstance(one, ast.FunctionDef) and one.name == CHECK), None)
        counted, holder = _CountedAsserts(), check or self.tree
        holder.body = [counted.visit(one) for one in holder.body]
        self._has_check, self.names = check is not None, counted.names
        if check is None and not counted.names:
            raise BadTests(f"the {kind} tests define no check(candidate) and make no assert")
        self._code = _compiled(ast.fix_missing_locations(self.tree), f"the {kind} tests are")

    def run(self, namespace: dict[str, Any], candidate: Any, broken: Callable[[], str | None]) -> Iterator[Result]:
        """Run them."""
        attempts = Attempts(broken)
        namespace |= {ATTEMPT: attempts, SHOW: show}
        error = broken() or _raised(lambda: self._execute(namespace, candidate))
        error = broken() or error
        for place, name in enumerate(self.names):
            if place in attempts.ends:
                yield Result(self.kind, name, attempts.ends[place])
            elif error is not None:
                yield Result(self.kind, name, NOT_REACHED)
        if error is not None or not attempts.ends:
            yield Result(self.kind, "the tests come to their end", error)

    def _execute(self, namespace: dict[str, Any], candidate: Any) -> None:
        exec(self._code, namespace)  # noqa: S102  the tests are the benchmark's own
        if self._has_check:
            namespace[CHECK](candidate)


class ListSuite(Suite):
    """A list of texts, each of them one check.

    Args:
        kind: ``visible`` or ``hidden``.
        texts: The texts.
    """

    def __init__(self, kind: str, texts: Sequence[str]) -> None:
        self.kind = kind
        trees = [parsed(text, f"a {kind} test is") for text in texts]
        self.names = [" ".join(text.split())[:SHOWN] for text in texts]
        for node in [one for tree in trees for one in tree.body if isinstance(one, ast.Assert)]:
            _telling(node)
        whole = map(ast.fix_missing_locations, trees)
        self._codes = [_compiled(tree, f"a {kind} test is") for tree in whole]
        self.tree = ast.Module([statement for tree in trees for statement in tree.body], [])

    def run(self, namespace: dict[str, Any], _: Any, broken: Callable[[], str | None]) -> Iterator[Result]:
        """Run them; they call the candidate by its name."""
        namespace[SHOW] = show
        for name, code in zip(self.names, self._codes, strict=True):
            error = broken() or _raised(partial(exec, code, namespace))
            yield Result(self.kind, name, broken() or error)


def _raised(run: Callable[[], None]) -> str | None:
    try:
        run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return told(error)
    return None


def parsed(text: str, what: str) -> ast.Module:
    """Parse a part of the benchmark.

    Raises:
        BadTests: Where it is no Python.
    """
    try:
        return ast.parse(text)
    except FAULTS as error:
        raise BadTests(f"{what} no Python: {told(error)}") from None


def _compiled(tree: ast.Module, what: str) -> CodeType:
    try:
        return compile(tree, "<tests>", "exec", dont_inherit=True)
    except FAULTS as error:
        raise BadTests(f"{what} no Python: {told(error)}") from None
