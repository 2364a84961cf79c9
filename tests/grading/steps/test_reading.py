from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.combining import AllOf
from pytest_llmeval.grading.steps.judging import StepJudge
from pytest_llmeval.grading.steps.reading import read_steps
from pytest_llmeval.grading.text_graders import contains, regex


def test_a_step_has_a_check_by_name_or_a_rubric() -> None:
    first, second, third = read_steps(
        [
            {"id": "a", "check": "contains"},
            {"check": {"name": "regex", "pattern": "x"}},
            {"id": 7, "rubric": "It adds."},
        ]
    )
    assert (first.id, first.grader) == ("a", contains())
    assert (second.id, second.grader) == ("2", regex("x"))
    assert (third.id, third.grader, third.expected) == ("7", StepJudge(), {"criteria": ("It adds.",)})


def test_several_checks_of_a_step_must_all_pass() -> None:
    (step,) = read_steps([{"check": ["contains", {"name": "length", "max_words": 3}]}])
    assert isinstance(step.grader, AllOf)


def test_what_a_step_expects_takes_the_place_of_what_the_entry_does() -> None:
    entry = Entry(id="q", question="?", gold_answer="72", criteria=("c",), metadata={"steps": [1], "objectives": [2]})
    told = {"id": "half", "check": "contains", "gold_answer": 24, "expected_tools": ["add"], "objectives": [3]}
    made = read_steps([told])[0].entry_of(entry)
    assert (made.id, made.gold_answer, made.expected_tools, made.criteria) == ("q, step half", 24, ("add",), ("c",))
    assert (made.field("objectives"), made.field("steps")) == ([3], None)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"id": "a"}, "steps are a list of objects with an id and a check or a rubric"),
        ("contains", "steps are a list of objects"),
        (["contains"], 'step 1 must be an object with an id and a check or a rubric, got "contains"'),
        ([{"id": "a", "chek": "contains"}], "step 'a' has an unknown field 'chek'; it takes id, check, rubric, gold_"),
        ([{"id": "a"}], "step 'a' needs either a check or a rubric"),
        ([{"id": "a", "check": "contains", "rubric": "x"}], "step 'a' needs either a check or a rubric"),
        ([{"id": "a", "check": []}], "step 'a' needs either a check or a rubric"),
        ([{"id": "a", "check": "no_such"}], "step 'a': 'no_such' names no grader; there are asks_back"),
        ([{"id": "a", "rubric": "  "}], "step 'a': rubric must be text"),
        ([{"id": "a", "check": "contains"}, {"id": "a", "check": "regex"}], "two steps have the id 'a'"),
    ],
)
def test_a_fault_names_the_step(given: Any, fault: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_steps(given)
    assert str(caught.value).startswith(fault)


def test_what_no_entry_can_expect_is_told_with_the_step() -> None:
    (step,) = read_steps([{"id": "a", "check": "contains", "expected_files": 5}])
    with pytest.raises(ConfigurationError, match="step 'a': expected_files: "):
        step.entry_of(Entry(id="q", question="?"))
