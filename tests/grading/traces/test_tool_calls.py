"""Expected tools held against those that were called."""

from __future__ import annotations

import re
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError, GraderError, NothingExpected
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.traces.expected import best_pairs, is_it, ordered_pairs, read_expected
from pytest_llmeval.grading.traces.tool_calls import forbidden_tools, tool_calls
from pytest_llmeval.models.answer import Answer, Call, ToolCall
from tests.grading.traces.traces import answer, by_steps, entry, step, tool

A, B, C = tool("a", x=1), tool("b"), tool("c")


def graded(expected: Any, *tools: ToolCall, **settings: Any) -> Grade:
    return tool_calls(expected, **settings)(entry(), answer(*tools))


def values(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


@pytest.mark.parametrize(
    ("order", "made", "level"),
    [
        ("unordered", "ab", "fully_correct"),
        ("unordered", "ba", "fully_correct"),
        ("unordered", "abc", "partially_correct"),
        ("unordered", "a", "partially_correct"),
        ("unordered", "c", "wrong"),
        ("unordered", "", "wrong"),
        ("strict", "ab", "fully_correct"),
        ("strict", "ba", "partially_correct"),
        ("strict", "acb", "partially_correct"),
        ("in_order", "acb", "fully_correct"),
        ("in_order", "cba", "partially_correct"),
        ("superset", "bca", "fully_correct"),
        ("superset", "bc", "partially_correct"),
        ("subset", "b", "fully_correct"),
        ("subset", "", "fully_correct"),
        ("subset", "bc", "partially_correct"),
    ],
)
def test_modes_differ_in_what_they_let_pass(order: Any, made: str, level: str) -> None:
    assert graded(["a", "b"], *(tool(name) for name in made), order=order).level == level


def test_precision_and_recall_count_matched_calls() -> None:
    grade = graded(["a", "b"], A, C, C)
    assert values(grade) == {
        "tool_precision": 1 / 3,
        "tool_recall": 0.5,
        "tool_selection": 0.5,
        "tool_arguments": 1.0,
        "no_under_call": 1.0,
    }
    assert grade.notes == "missing b(); not expected: c(), c()"


def test_the_right_tool_with_wrong_arguments_is_told_argument_by_argument() -> None:
    grade = graded([{"name": "a", "args": {"x": 2, "y": 3}}], A)
    assert (grade.level, values(grade)["tool_selection"], values(grade)["tool_recall"]) == (
        "partially_correct",
        1.0,
        0.0,
    )
    assert values(grade)["tool_arguments"] == 0.0
    assert "a: x is 1, wanted 2, a: y is missing, wanted 3" in grade.notes
    assert graded([{"name": "a", "args": {"x": 2}}], A, args="names").level == "fully_correct"
    assert graded([{"name": "a", "args": {}}], A).level == "fully_correct"
    assert graded([{"name": "a", "args": {}}], A, args="exact").level == "partially_correct"
    assert graded([{"name": "a", "args": lambda given: given["x"] == 1}], A).level == "fully_correct"
    assert "says no" in graded([{"name": "a", "args": lambda given: given["x"] == 2}], A).notes


def test_no_tool_may_be_expected() -> None:
    for none in ("none", ["none"], []):
        assert graded(none).level == "fully_correct"
        grade = graded(none, A)
        assert (grade.level, values(grade)["no_over_call"], grade.notes) == ("wrong", 0.0, 'not expected: a({"x": 1})')
    assert values(graded(["a"]))["no_under_call"] == 0.0


def test_several_tools_may_do_and_some_calls_may_be_left_out() -> None:
    either = [{"name": ["a", "b"]}, {"name": "c", "optional": True}]
    for made in ([A], [B], [A, C]):
        assert graded(either, *made).level == "fully_correct"
    assert [values(graded(either, one))["tool_preference"] for one in (A, B)] == [1.0, 0.0]
    assert graded(either, C).notes == "missing a or b()"
    assert graded([{"name": "a", "optional": True}]).scores == ()


def test_a_call_may_have_to_come_after_others() -> None:
    needs = ["a", "b", {"name": "c", "after": ["a", "b"]}]
    assert graded(needs, B, A, C).level == "fully_correct"
    grade = graded(needs, A, C, B)
    assert (grade.level, values(grade)["tool_order"]) == ("partially_correct", 0.0)
    assert grade.notes == "c before a and b"


@pytest.mark.parametrize("made", ["cabc", "abcb", "abc"])
def test_of_several_ways_to_pair_calls_one_that_keeps_the_order_is_taken(made: str) -> None:
    needs = [{"name": "a"}, {"name": "b", "after": "a"}, {"name": "c", "after": "b"}]
    assert graded(needs, *(tool(name) for name in made), order="superset").level == "fully_correct"


def test_a_retry_of_a_tool_that_failed_is_no_extra_call() -> None:
    assert graded(["a"], tool("a", "error"), tool("a", "timeout"), tool("a")).level == "fully_correct"
    assert graded(["a"], tool("a", "error")).level == "fully_correct"
    assert graded(["a"], tool("a"), tool("a")).level == "partially_correct"


def test_calls_that_are_not_valid_are_not_as_expected() -> None:
    for call in (tool("a", "invalid_arguments"), ToolCall("a", raw_arguments="{x")):
        grade = graded(["a"], call)
        assert grade.level == "partially_correct"
        assert "not a valid call: a(" in grade.notes
    assert (
        "the arguments are no JSON object"
        in graded([{"name": "a", "args": {"x": 1}}], ToolCall("a", raw_arguments="{x")).notes
    )


def test_many_faults_are_cut_short() -> None:
    assert "and 2 more" in graded("none", *[C] * 6).notes


def test_expectations_come_from_the_entry() -> None:
    assert tool_calls()(entry(expected_tools=["a"]), answer(A)).level == "fully_correct"
    with pytest.raises(NothingExpected, match=r"graders\.tool_calls\(\) needs an expected_tools"):
        tool_calls()(entry(), answer(A))
    with pytest.raises(GraderError, match="expected_tools of entry 'x': an expected tool has no 'arg'"):
        tool_calls()(entry(expected_tools=[{"name": "a", "arg": 1}]), answer(A))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"order": "any"}, "order='any'): must be one of unordered, strict, in_order, superset, subset"),
        ({"args": "loose"}, "args='loose'): must be one of subset, exact, names"),
        ({"expected": [5]}, "an expected tool is a name, or a dict with a name and args, got 5"),
        ({"expected": [{"args": {}}]}, "an expected tool is a name, or a dict with a name and args"),
        ({"expected": "a", "order": []}, "order=[]): must be one of"),
        ({"expected": [{"name": "a", "args": [1]}]}, 'args of "a" must be a dict of arguments, got [1]'),
        ({"expected": [{"name": "a", "args": {"x": {"$no": 1}}}]}, "is no pattern of an argument"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        tool_calls(**settings)


NAMES = st.lists(st.sampled_from("ab"), max_size=4)
CALLS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=4)
WANTED = st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 2)), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WANTED, CALLS)
def test_pairing_is_the_largest_there_is(wanted: list[tuple[str, int | None]], made: list[tuple[str, int]]) -> None:
    expected = read_expected([{"name": name, "args": {} if x is None else {"x": x}} for name, x in wanted])
    calls = [tool(name, x=x) for name, x in made]
    fits = [[is_it(one, call, "subset") for call in calls] for one in expected]
    size = min(len(expected), len(calls))

    def largest(*, ordered: bool) -> int:
        for count in range(size, 0, -1):
            for chosen in combinations(range(len(expected)), count):
                sequences = (
                    combinations(range(len(calls)), count) if ordered else permutations(range(len(calls)), count)
                )
                if any(
                    all(fits[one][place] for one, place in zip(chosen, places, strict=True)) for places in sequences
                ):
                    return count
        return 0

    free, in_order = best_pairs(expected, calls, "subset"), ordered_pairs(expected, calls, "subset")
    assert (len(free), len(in_order)) == (largest(ordered=False), largest(ordered=True))
    for pairs in (free, in_order):
        assert len(set(pairs.values())) == len(pairs)
        assert all(fits[one][place] for one, place in pairs.items())
    assert [in_order[one] for one in sorted(in_order)] == sorted(in_order.values())


def test_a_forbidden_tool_is_wrong_whatever_else_is_right() -> None:
    assert forbidden_tools("c")(entry(), answer(A, B)).level == "fully_correct"
    grade = forbidden_tools()(entry(metadata={"forbidden_tools": ["a", "c"]}), answer(A, B))
    assert (grade.level, grade.notes) == ("wrong", 'called a({"x": 1})')
    with pytest.raises(NothingExpected):
        forbidden_tools()(entry(), answer())


SEARCH_TWICE = [{"name": "weather", "with": "news"}, "news", {"name": "book", "after": ["weather", "news"]}]


def judged(*calls: Call, needs: Any = SEARCH_TWICE) -> tuple[Grade, dict[str, float | None]]:
    grade = tool_calls(needs)(entry(), by_steps(*calls, step(text="done")))
    return grade, values(grade)


def test_calls_that_need_not_wait_for_each_other_are_made_in_one_step() -> None:
    grade, scores = judged(step(tool("news"), tool("weather")), step(tool("book")))
    assert (grade.level, scores["tool_parallel"], scores["tool_order"]) == ("fully_correct", 1.0, 1.0)
    grade, scores = judged(step(tool("weather")), step(tool("news")), step(tool("book")))
    assert (grade.level, scores["tool_parallel"]) == ("partially_correct", 0.0)
    assert grade.notes == "weather in another step than news"


def test_a_call_that_needs_a_result_is_not_made_beside_it() -> None:
    grade, scores = judged(step(tool("weather"), tool("news"), tool("book")))
    assert (grade.level, scores["tool_order"], scores["tool_parallel"]) == ("partially_correct", 0.0, 1.0)
    assert grade.notes == "book in the same step as weather and news"


def test_a_call_that_was_made_again_as_its_tool_failed_was_made_beside_the_others_all_the_same() -> None:
    grade, scores = judged(step(tool("weather", "timeout"), tool("news")), step(tool("weather")), step(tool("book")))
    assert (grade.level, scores["tool_parallel"]) == ("fully_correct", 1.0)


def test_where_nothing_says_in_which_step_a_call_was_made_it_is_not_held_against_it() -> None:
    grade = tool_calls(SEARCH_TWICE)(entry(), Answer("done", tool_calls=(tool("weather"), tool("news"), tool("book"))))
    scores = {score.name: score for score in grade.scores}
    assert (grade.level, scores["tool_parallel"].value) == ("fully_correct", None)
    assert scores["tool_parallel"].detail == "nothing says which calls were made in one step"
