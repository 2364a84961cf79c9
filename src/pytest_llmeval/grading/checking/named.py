"""A grader by its name, as a file of cases writes it: ``numeric(rel_tol=0.01)``, ``my_graders:at_least(5)``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pytest_llmeval.errors import ConfigurationError, LLMEvalError
from pytest_llmeval.grading.grader import Grader

FACE = "pytest_llmeval.graders"
"""Where names are looked up that no module is named for; named and not imported, for nothing inside depends on it."""
PROBES = "pytest_llmeval.probes"
"""Where ``probes.refusal`` and its like are."""


def named_grader(text: str) -> Grader:
    """Make the grader that an expression names.

    A name of a grader of ours stands for the grader without settings; arguments are literals, names and calls. A module
    before a colon is imported, and its names come first.

    Args:
        text: Such as ``exact_match``, ``all_of(contains('a'), length(max_words=5))``, ``probes.refusal``,
            ``package.module:grader``.

    Raises:
        ConfigurationError: Where it names nothing, or is no such expression.
    """
    module, colon, expression = text.partition(":") if _names_module(text) else ("", "", text)
    known = {**_face(), **(vars(_module(module)) if colon else {})}
    try:
        found = _value(ast.parse(expression.strip(), mode="eval").body, known)
        made = found() if isinstance(found, type) else found
    except (SyntaxError, _UnknownName) as fault:
        told = f"there is no {fault}" if isinstance(fault, _UnknownName) else "it is no name and no call"
        raise ConfigurationError(f"grader {text!r}: {told}; write it as {_EXAMPLES}") from None
    except LLMEvalError:
        raise
    except Exception as error:
        raise ConfigurationError(f"grader {text!r}: {type(error).__name__}: {error}") from error
    if not callable(made):
        raise ConfigurationError(f"grader {text!r}: is {type(made).__name__}, no function of entry and answer")
    return made  # type: ignore[no-any-return]  # what a user's module holds is not known before it is called


def bare_name(text: str) -> str:
    """Return an expression without its arguments, as the name cases are grouped by.

    Example:
        >>> bare_name("numeric(rel_tol=0.01)"), bare_name("mine:strict"), bare_name("probes.refusal()")
        ('numeric', 'mine:strict', 'probes.refusal')
    """
    return text.partition("(")[0].strip()


_EXAMPLES = "numeric, numeric(rel_tol=0.01), or module:name for your own"


class _UnknownName(Exception):
    def __str__(self) -> str:
        return f"name {self.args[0]!r}"


def _names_module(text: str) -> bool:
    head, colon, _ = text.partition(":")
    return bool(colon) and all(part.isidentifier() for part in head.split("."))


def _face() -> Mapping[str, Any]:
    face, probes = import_module(FACE), import_module(PROBES)
    return {
        **{name: getattr(face, name) for name in face.__all__},
        **{f"probes.{name}": getattr(probes, name) for name in probes.__all__},
    }


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigurationError(
            f"module {name!r} cannot be imported ({error}); run the command where it can, or set PYTHONPATH"
        ) from error


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """Evaluate names, calls and literals; nothing else, so that a file of cases is read and not executed."""
    if isinstance(node, ast.Call):
        function: Callable[..., Any] = _value(node.func, known)
        keywords = {one.arg: _made(_value(one.value, known)) for one in node.keywords if one.arg is not None}
        if len(keywords) < len(node.keywords) or any(isinstance(one, ast.Starred) for one in node.args):
            raise SyntaxError
        return function(*(_made(_value(one, known)) for one in node.args), **keywords)
    if isinstance(node, ast.Name) or _is_probe(node):
        name = ast.unparse(node)
        if name not in known:
            raise _UnknownName(name)
        return known[name]
    if isinstance(node, ast.Dict) and all(key is not None for key in node.keys):
        return {
            _value(key, known): _made(_value(value, known))
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }
    if isinstance(node, ast.List | ast.Tuple):
        items = [_made(_value(one, known)) for one in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise SyntaxError from None


def _is_probe(node: ast.expr) -> bool:
    """Tell whether it is ``probes.NAME``, the one attribute that is read."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "probes"


def _made(value: Any) -> Any:
    """A grader's bare name, as an argument, is the grader without settings."""
    return value() if isinstance(value, type) else value
