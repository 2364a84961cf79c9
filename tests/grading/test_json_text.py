"""JSON as the whole text, in a fence, or among prose."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.json_text import MODES, Mode, NoJsonError, find_json
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("text", "value", "mode"),
    [
        ('{"a": 1}', {"a": 1}, "raw"),
        ("\n [1, 2] \n", [1, 2], "raw"),
        ("42", 42, "raw"),
        ('"text"', "text", "raw"),
        ('```json\n{"a": 1}\n```', {"a": 1}, "fenced"),
        ("Sure:\n\n```\n[1]\n```\nDone.", [1], "fenced"),
        ('```json\n{"a": 1}\n```\nbetter:\n```json\n{"a": 2}\n```', {"a": 2}, "fenced"),
        ('```json\n{"a": 1}\n```\n```python\nx = 1\n```', {"a": 1}, "fenced"),
        ('Here: {"a": 1}.', {"a": 1}, "embedded"),
        ('As [1] says: {"a": 1}', {"a": 1}, "embedded"),
        ('[1, 2, 3, 4, 5, 6] are sources of {"a": 1}', {"a": 1}, "embedded"),
        ('{"a": 1} or rather {"a": 2, "b": 3}', {"a": 2, "b": 3}, "embedded"),
        ("numbers [1, 2] only", [1, 2], "embedded"),
        ('{not} {"a": 1}', {"a": 1}, "embedded"),
    ],
)
def test_the_value_is_found_and_where_it_stood(text: str, value: Any, mode: Mode) -> None:
    found = find_json(text)
    assert (found.value, found.mode) == (value, mode)
    assert json.loads(found.text) == value


@pytest.mark.parametrize(
    ("text", "accept"),
    [('```\n{"a": 1}\n```', ("raw",)), ('x {"a": 1}', ("raw", "fenced")), ('{"a": 1}', ("fenced",))],
)
def test_json_where_none_is_accepted_is_not_found(text: str, accept: tuple[Mode, ...]) -> None:
    with pytest.raises(NoJsonError):
        find_json(text, accept)


@pytest.mark.parametrize(
    ("text", "message", "unfinished"),
    [
        ("", "the answer is empty", False),
        ("Paris", "the answer holds no JSON: 'Paris'", False),
        ("{'a': 1}", "Expecting property name enclosed in double quotes, line 1 column 2", False),
        ('{"a": 1,', "line 1 column 9", True),
        ('{"a": "cut o', "Unterminated string", True),
        ('```json\n{"a": 1,', "line 1 column 9", True),
        ('{"a": NaN}', "too deep, or a number out of range", False),
        ("[" * 100_000, "too deep", False),
    ],
)
def test_what_is_no_json_says_why_and_whether_it_is_unfinished(text: str, message: str, unfinished: bool) -> None:
    with pytest.raises(NoJsonError) as caught:
        find_json(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.unfinished is unfinished


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON_VALUES, st.sampled_from(MODES))
def test_any_value_survives_any_place(value: Any, mode: Mode) -> None:
    text = json.dumps({"value": value})
    wrapped = {"raw": text, "fenced": f"So:\n```json\n{text}\n```\n", "embedded": f"So it is {text} then"}[mode]
    found = find_json(wrapped)
    assert (found.value, found.mode) == ({"value": value}, mode)


@pytest.mark.parametrize("piece", ["{", "[", '{"a":', '{"a":[', "[1,", "```\n", '{"a":1}', "[[1],"])
def test_a_hostile_text_is_searched_in_little_time(piece: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(NoJsonError):
        assert find_json(piece * (300_000 // len(piece))).mode == "embedded"
    assert time.process_time() - begun < PATIENCE_S
