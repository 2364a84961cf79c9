"""How tools were used over a run."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix  # type: ignore[import-untyped]

from pytest_llmeval.analysis.details import Details
from pytest_llmeval.analysis.tool_use import ToolUse
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.grading.traces.tool_calls import tool_calls
from pytest_llmeval.models.answer import Call, Reply, ToolCall, ToolResult, ToolStatus
from pytest_llmeval.runs.record import Record
from tests.grading.traces.traces import answer, entry, tool
from tests.runs.samples import record


def ran(name: str, status: ToolStatus | None = "ok") -> ToolCall:
    return ToolCall(name, result=ToolResult("x", status) if status else None)


def with_calls(*tools: ToolCall, role: str = "model") -> Record:
    call = Call("p", "m", (), Reply("", tool_calls=tools), "h", role=role)  # type: ignore[arg-type]  # one of its two
    return record(calls=(call,), tools_called=tuple(one.name for one in tools) if role == "model" else ())


def use(*records: Record) -> ToolUse:
    found = ToolUse()
    for one in records:
        found.add(one)
    return found


def test_calls_are_counted_by_tool_with_their_failures() -> None:
    found = use(
        with_calls(ran("a"), ran("a", "timeout"), ran("b", None)),
        with_calls(ran("z"), role="judge"),
        record(tools_called=("a",)),
        record(tools_called=("c",), tool_calls=(ran("c", "unknown_tool"),)),
    )
    assert {name: (one.calls, one.known, one.failed) for name, one in found.by_tool.items()} == {
        "a": (3, 2, 1),
        "b": (1, 0, 0),
        "c": (1, 1, 1),
    }
    assert (found.calls, found.call_rate.count, found.call_rate.n) == (5, 3, 4)
    assert (found.failure_rate.count, found.failure_rate.n) == (2, 3)


@pytest.mark.parametrize(
    ("expected", "made", "choices"),
    [
        (["a"], ["a"], {("a", "a"): 1}),
        (["a"], [], {("a", "none"): 1}),
        ("none", ["b"], {("none", "b"): 1}),
        ("none", [], {("none", "none"): 1}),
        (["a", "b"], ["c", "a"], {("a", "a"): 1, ("b", "c"): 1}),
        ([{"name": ["a", "b"]}], ["b"], {("b", "b"): 1}),
        ([{"name": ["a", "b"]}], ["c"], {("a or b", "c"): 1}),
    ],
)
def test_what_the_grader_found_becomes_the_confusion_matrix(
    expected: object, made: list[str], choices: dict[tuple[str, str], int]
) -> None:
    grade = tool_calls(expected)(entry(), answer(*map(tool, made)))
    assert use(record(scores=grade.scores)).choices == Counter(choices)


def test_selection_is_the_share_of_right_choices_and_the_worst_confusions_come_first() -> None:
    details = ["a -> b", "a -> b", "a -> a", "none -> none", "none -> a"]
    scores = [Score("no_under_call", 1.0, True, detail) for detail in details]
    found = use(*(record(scores=(score,)) for score in scores))
    assert (found.selection.count, found.selection.n) == (2, 5)
    assert found.confusions == [(("a", "b"), 2), (("none", "a"), 1)]


def test_trials_that_say_nothing_about_the_model_are_left_out() -> None:
    details = Details()
    details.add(record(outcome="error", tools_called=("a",)))
    assert not details.tools.is_used
    details.add(record(outcome="passed", tools_called=("a",)))
    assert details.tools.is_used


CHOICES = st.lists(st.tuples(*[st.sampled_from(["none", "a", "b", "c"])] * 2), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)  # the first call of another library may take its time
@given(CHOICES)
def test_choices_of_one_tool_are_scikit_learns_confusion_matrix(made: list[tuple[str, str]]) -> None:
    found = use(*(record(scores=(Score("no_under_call", 1.0, detail=f"{one} -> {other}"),)) for one, other in made))
    expected, called = zip(*made, strict=True)
    names = ["none", "a", "b", "c"]
    matrix = confusion_matrix(expected, called, labels=names)
    ours = [[found.choices[one, other] for other in names] for one in names]
    assert ours == matrix.tolist()
    assert found.selection.rate == pytest.approx(accuracy_score(expected, called), abs=1e-9)
