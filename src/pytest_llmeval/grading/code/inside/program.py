"""From a prompt and an answer's code to a program: a whole function, the body of one, or code among prose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent, indent
from types import CodeType

MODULE = "solution"
MOST_CUTS = 100
FAULTS = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)
"""What Python's compiler raises for text that is no program."""
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_PARAGRAPH = re.compile(r"\n[ \t]*\n(?=\S)")


@dataclass(frozen=True)
class Program:
    """What is known of a program before it is put together."""

    prompt: str
    """What the code goes on from: imports, helpers, the head of a function. Ignored where it is prose."""
    earlier: Sequence[str]
    """Blocks of code that stand before the chosen one; what they define and import is kept."""
    code: str
    names: Sequence[str]
    """What the tests call; the program should define one of them."""
    fenced: bool
    """Whether the code stood in a block of its own, so that no prose is among it."""


def assemble(program: Program) -> list[CodeType]:
    """Put a program together, in the way in which it defines what is called.

    Returns:
        What to execute, in this order, in one namespace.

    Raises:
        SyntaxError: Where it is no Python; of the compiler's other faults too.
    """
    head = head_of(program.prompt, program.names)
    before = [*([_compiled(head)] if head else []), *_definitions(program.earlier)]
    for text in [program.code] if program.fenced else _cuts(program.code):
        if (whole := _tried(text)) and _defines(whole, program.names):
            return [*before, _compiled(text)]
        for continued in _continued(program.prompt, text) if head else ():
            if (tree := _tried(continued)) and _has_body(tree, program.names):
                return [_compiled(continued)]
    return [*before, _compiled(program.code)]


def _compiled(text: str) -> CodeType:
    return compile(text, f"<{MODULE}>", "exec", dont_inherit=True)


def _tried(text: str) -> ast.Module | None:
    try:
        _compiled(text)  # the parser alone lets "return" pass outside of a function
        return ast.parse(text)
    except FAULTS:
        return None


def head_of(prompt: str, names: Sequence[str]) -> str:
    """Return the prompt as a program of its own; nothing where it is prose."""
    for text in (prompt, f"{prompt}\n    pass"):
        if (tree := _tried(text)) and any(isinstance(one, _FUNCTION | ast.ClassDef) for one in tree.body):
            return text if _defines(tree, names) else ""
    return ""


def _definitions(blocks: Sequence[str]) -> Iterator[CodeType]:
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for tree in filter(None, map(_tried, blocks)):
        tree.body = [one for one in tree.body if isinstance(one, kept)]
        yield compile(tree, f"<{MODULE}>", "exec", dont_inherit=True)


def _cuts(text: str) -> Iterator[str]:
    """Yield the text, then what is left without its last paragraphs, one by one: prose may follow code."""
    yield text
    ends = [found.start() for found in _PARAGRAPH.finditer(text)]
    yield from (text[:end] for end in ends[: -MOST_CUTS - 1 : -1])


def _continued(prompt: str, text: str) -> Iterator[str]:
    """Yield the prompt with the text as the rest of its last function, indented as it is and as it should be."""
    yield f"{prompt}\n{text}"
    yield f"{prompt}\n    {text.lstrip()}"
    yield f"{prompt}\n{indent(dedent(text), '    ')}"


def _defines(tree: ast.Module, names: Sequence[str]) -> bool:
    return not names or bool(set(names) & set(_defined(tree)))


def _defined(tree: ast.Module) -> Iterator[str]:
    for one in tree.body:
        if isinstance(one, _FUNCTION | ast.ClassDef):
            yield one.name
        elif isinstance(one, ast.Assign):
            yield from (target.id for target in one.targets if isinstance(target, ast.Name))
        elif isinstance(one, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in one.names)


def _has_body(tree: ast.Module, names: Sequence[str]) -> bool:
    """Tell whether what is called does something, rather than hold its description alone."""
    called = [one for one in tree.body if isinstance(one, _FUNCTION) and (not names or one.name in names)]
    return bool(called) and any(not _says_nothing(one) for one in called[-1].body)


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
