"""Where the code of an answer stands."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.grading.code import extracting
from pytest_llmeval.grading.code.extracting import LONGEST, FoundCode, find_code


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(extracting).failed == 0


ADD = "def add(a, b):\n    return a + b"


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{ADD}\n```",
        f"Sure:\n\n```py\n{ADD}\n```\nDone.",
        f"```\n{ADD}\n```",
        f"~~~python\n{ADD}\n~~~",
        f"````python\n{ADD}\n````",
        f"```python title=a.py\n{ADD}\n```",
        f"```python\n{ADD}",
        f"1. Do this:\n\n   ```python\n   {ADD.replace(chr(10), chr(10) + '   ')}\n   ```",
        f"```python\n{ADD}\n```\n\nUse it:\n\n```python\nprint(add(1, 2))\n```",
        f"```bash\npip install x\n```\n```python\n{ADD}\n```",
        f"```python\n{ADD}\n```\n```text\n3\n```",
    ],
)
def test_code_is_taken_out_of_its_fence(text: str) -> None:
    found = find_code(text, ("add",))
    assert (found.code, found.fenced) == (ADD, True)


def test_of_several_blocks_the_last_that_defines_what_is_called_counts() -> None:
    text = f"```python\ndef add(a, b):\n    return 0\n```\nBetter:\n```python\n{ADD}\n```\n```python\nx = 1\n```"
    assert find_code(text, ("add",)) == FoundCode(ADD, ("def add(a, b):\n    return 0",))


def test_without_names_the_last_block_that_defines_anything_counts() -> None:
    assert find_code(f"```python\n{ADD}\n```\n```python\nprint(1)\n```").code == ADD
    assert find_code("```python\nprint(1)\n```\n```python\nprint(2)\n```").code == "print(2)"


def test_a_block_of_another_language_is_the_answer_where_there_is_no_other() -> None:
    assert find_code("```javascript\nfunction add() {}\n```", ("add",)).code == "function add() {}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ADD, ADD),
        ("    return a + b\n", "    return a + b\n"),
        ("return a + b", "return a + b"),
        ("    # add them\n    return a + b", "    # add them\n    return a + b"),
        (f"Here it is:\n\n{ADD}\n\nIt adds.", f"{ADD}\n\nIt adds."),
        ("You want\nimport math\ndef f(): pass", "import math\ndef f(): pass"),
        ("pass", "pass"),
        ("The result:\n    total = 1\n    return total", "The result:\n    total = 1\n    return total"),
    ],
)
def test_bare_code_begins_at_the_first_line_that_looks_like_code(text: str, code: str) -> None:
    assert find_code(text) == FoundCode(code, (), fenced=False)


@pytest.mark.parametrize("text", ["", "  \n", "I do not know.", "Paris", "```python\n```", "That is impossible: no."])
def test_prose_holds_no_code(text: str) -> None:
    with pytest.raises(ExtractionError):
        find_code(text)


def test_an_answer_of_any_length_costs_little() -> None:
    with pytest.raises(ExtractionError, match="more than the 200,000 that code may have"):
        find_code("x = 1\n" * LONGEST)


@given(st.text(alphabet="`~ \n>adefpython():=x", max_size=300))
def test_any_text_is_read_or_holds_no_code(text: str) -> None:
    try:
        found = find_code(text, ("f",))
    except ExtractionError:
        return
    assert found.code.strip()
