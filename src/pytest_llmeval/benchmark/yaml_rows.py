"""YAML benchmark files, read by the rules of YAML 1.2: ``no``, dates and ``12:30`` are text, as their authors meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from pytest_llmeval.benchmark.rows import Fault, Row, as_row, wrapper_of
from pytest_llmeval.safe_text import one_line

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast; not every build has it


class CoreLoader(_Base):  # type: ignore[misc]
    """PyYAML's safe loader without YAML 1.1's guesses, of which ``gold_answer: no`` becoming False is the worst."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to begin without the inherited ones

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Make a value of a node; one that is none of its type is told like every other fault of YAML."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError):  # which PyYAML's constructors let through
            told = f"{one_line(str(node.value), 40)!r} cannot be read as {node.tag.rpartition(':')[2]}"
            raise ConstructorError(None, None, f"{told}; put it in quotes, without a tag", node.start_mark) from None


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?|[1-9][0-9]*[eE][-+]?[0-9]+)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), first)


def yaml_rows(text: str) -> Iterator[Row | Fault]:
    """Read a YAML list of entries, or a mapping that holds one under a key of `WRAPPERS`."""
    try:
        loader = CoreLoader(text)  # PyYAML's own looks for forbidden characters here, libyaml's in the next line
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        yield _fault(error)
        return
    if root is None:  # nothing but comments
        return
    repeated = list(_repeated(root, set()))
    if repeated:
        yield from repeated
        return
    items = _items(root)
    if isinstance(items, Fault):
        yield items
        return
    for node in items:
        yield _row(loader, node)


def _row(loader: Any, node: yaml.Node) -> Row | Fault:
    try:
        return as_row(_line(node), loader.construct_document(node))
    except yaml.YAMLError as error:
        return _fault(error)


def _items(root: yaml.Node) -> list[yaml.Node] | Fault:
    if isinstance(root, yaml.MappingNode):
        named = [(key.value, value) for key, value in root.value if isinstance(key, yaml.ScalarNode)]
        lists = {name: value for name, value in named if isinstance(value, yaml.SequenceNode)}
        chosen = wrapper_of(lists)
        if isinstance(chosen, Fault):
            return chosen
        root = lists[chosen]
    return root.value if isinstance(root, yaml.SequenceNode) else [root]


def _repeated(node: yaml.Node, walked: set[int]) -> Iterator[Fault]:
    """Find names given twice in one mapping, of which PyYAML would keep the last."""
    if id(node) in walked or isinstance(node, yaml.ScalarNode):
        return
    walked.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = [(key.value, _line(key)) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        known: set[str] = set()
        for name, line in names:
            if name in known:
                yield Fault(line, f"{name!r} is given twice in one object; keep one")
            known.add(name)
    children = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
    for child in children:
        yield from _repeated(child, walked)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _fault(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    said = [getattr(error, name, None) for name in ("context", "problem", "reason")]
    problem = " ".join(text for text in said if text)
    where = f" at column {mark.column + 1}" if mark else ""
    return Fault(mark.line + 1 if mark else None, f"broken YAML: {problem}{where}")
