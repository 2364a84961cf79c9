"""From a prompt and an answer's code to a program."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.grading.code.inside.program import Program, assemble

PROMPT = '''import math


def helped(x):
    return x + 1


def add(a, b):
    """Add.

    >>> add(1, 2)
    3
    """
'''


def loaded(code: str, prompt: str = PROMPT, *, earlier: tuple[str, ...] = (), fenced: bool = True) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "solution"}
    for part in assemble(Program(prompt, earlier, code, ("add",), fenced)):
        exec(part, namespace)
    return namespace


@pytest.mark.parametrize(
    "code",
    [
        "    return a + b\n",
        "return a + b",
        "total = a\ntotal += b\nreturn total",
        "total = a\n    total += b\n    return total",
        "for x in (a,):\n        b += x\n    return b",
        "    if a:\n        return a + b\n    return b\n\n\ndef other():\n    return 2\n",
        "def add(a, b):\n    return a + b",
        "from __future__ import annotations\n\ndef add(a: Unknown, b):\n    return helped(a) - 1 + b",
        "add = lambda a, b: a + b",
        "from operator import add",
        PROMPT + "    return a + b",
        "def add(a, b):\n    return math.floor(a + b)",
        "async_ = 1\n\ndef add(a, b):\n    return a + b\n\nif __name__ == '__main__':\n    raise SystemExit",
    ],
)
def test_whole_functions_and_bodies_make_the_same_program(code: str) -> None:
    assert loaded(code)["add"](1, 2) == 3


@pytest.mark.parametrize(
    "prompt", ["Write a function that adds.", "", "add", "def add(a, b):\n", "def other(x):\n    pass"]
)
def test_a_whole_function_needs_no_prompt(prompt: str) -> None:
    assert loaded("def add(a, b):\n    return a + b", prompt)["add"](1, 2) == 3


def test_a_head_without_a_docstring_is_gone_on_from_too() -> None:
    assert loaded("    return a + b", "def add(a, b):\n")["add"](1, 2) == 3


def test_prose_behind_bare_code_is_cut_off() -> None:
    code = "def add(a, b):\n    return a + b\n\nThis adds two numbers.\n\nIt's fast, too."
    assert loaded(code, fenced=False)["add"](1, 2) == 3
    assert loaded("    return a + b\n\nThis adds two numbers.", fenced=False)["add"](1, 2) == 3


def test_in_a_block_nothing_is_cut_off() -> None:
    with pytest.raises(SyntaxError):
        loaded("def add(a, b):\n    return a + b\n\nThis adds two numbers.", fenced=True)


def test_earlier_blocks_lend_what_they_define_and_do_not_run() -> None:
    earlier = ("import re\ndef half(x):\n    return x / 2\nraise SystemExit", "not python")
    assert loaded("def add(a, b):\n    return half(2 * a) + b", earlier=earlier)["add"](1, 2) == 3


@pytest.mark.parametrize("code", ["def add(a, b:\n", "return", "x = (", "\0", "(" * 5000, "function add() {}"])
def test_what_is_no_python_raises_what_the_compiler_says(code: str) -> None:
    with pytest.raises((SyntaxError, ValueError, MemoryError, RecursionError)):
        loaded(code, "Add.")


def test_code_that_defines_something_else_is_loaded_as_it_is() -> None:
    found = loaded("def subtract(a, b):\n    return a - b", "Write add.")
    assert ("subtract" in found, "add" in found) == (True, False)


def test_a_function_that_holds_its_description_alone_is_not_taken_for_an_answer() -> None:
    assert loaded("pass")["add"](1, 2) is None
    assert loaded("x = 1")["add"](1, 2) is None
