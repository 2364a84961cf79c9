"""What an entry says of its tests, in whose spelling ever."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code.problem import problem_of


def entry(**metadata: Any) -> Entry:
    return Entry(id="e", question="q", metadata=metadata)


def test_human_eval_has_hidden_tests_and_an_entry_point() -> None:
    found = problem_of(entry(test="def check(candidate): ...", entry_point="add"))
    assert (found.suites, found.entry_point, found.names) == (
        (("hidden", "def check(candidate): ..."),),
        "add",
        ("add",),
    )


def test_mbpp_has_visible_tests_challenges_and_a_setup() -> None:
    found = problem_of(
        entry(
            test_list=["assert math.ceil(f(1)) == g(2)"],
            challenge_test_list=["assert len(f(3)) == 3"],
            test_setup_code="import math\nroot = Node(1)",
            test_imports=["import re"],
        )
    )
    assert found.suites == (("visible", ("assert math.ceil(f(1)) == g(2)",)), ("hidden", ("assert len(f(3)) == 3",)))
    assert found.setup == ("import math\nroot = Node(1)", "import re")
    assert sorted(found.names) == ["Node", "f", "g"]


def test_empty_fields_are_none() -> None:
    found = problem_of(entry(test_list=["assert f()"], challenge_test_list=[], test_setup_code=""))
    assert (len(found.suites), found.setup) == (1, ())


def test_own_fields_and_all_that_there_is() -> None:
    found = problem_of(entry(visible_tests="assert f(1)", hidden_tests=["assert f(2)"], test="assert f(3)"))
    assert [kind for kind, _ in found.suites] == ["visible", "hidden", "hidden"]


def test_the_graders_own_tests_take_the_place_of_the_entrys() -> None:
    given = entry(visible_tests="assert f(1)", hidden_tests="assert f(2)")
    assert problem_of(given, hidden=["assert f(9)"]).suites == (
        ("visible", "assert f(1)"),
        ("hidden", ("assert f(9)",)),
    )
    assert problem_of(given, visible=[], hidden="assert f(9)").suites == (("visible", ()), ("hidden", "assert f(9)"))


def test_names_that_tests_define_or_import_are_not_called_of_the_answer() -> None:
    text = "from math import isclose\ndef near(x): return isclose(x, g(1))\nassert near(lambda y: y(2))"
    assert problem_of(entry(test=text)).names == ("g",)


def test_tests_that_are_no_python_name_nothing_here() -> None:
    assert problem_of(entry(test="assert (")).names == ()


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({}, "graders.code_tests() needs tests, entry 'e' has none; add hidden_tests"),
        ({"test": {"a": 1}}, "entry 'e': test must be text or a list of texts, got \"{'a': 1}\""),
        ({"test_list": [1]}, "entry 'e': test_list must be text or a list of texts"),
        ({"test": "assert f()", "entry_point": "a b"}, "entry_point must be the name of a function, got 'a b'"),
        ({"test": "assert f()", "entry_point": 3}, "entry_point must be the name of a function, got 3"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(metadata: dict[str, Any], said: str) -> None:
    with pytest.raises(GraderError) as caught:
        problem_of(entry(**metadata))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
