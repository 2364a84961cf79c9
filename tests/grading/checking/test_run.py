"""What graders say of cases, and what is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.checking.case import Case
from pytest_llmeval.grading.checking.run import CaseResult, check_cases

GRADERS = """
from pytest_llmeval import Grade

def says(level, label=None):
    return lambda entry, answer: Grade(level, label)

def silent(entry, answer):
    return Grade(None, state="unscored")

def nothing(entry, answer):
    return Grade(None, state="unextractable")

def broken(entry, answer):
    raise RuntimeError("out of order")

async def slow(entry, answer):
    return answer.text == "right"
"""


@pytest.fixture(autouse=True)
def own_graders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "said_graders.py").write_text(GRADERS)
    monkeypatch.syspath_prepend(tmp_path)


def check(grader: str, expected: str, answer: str = "x", **fields: Any) -> CaseResult:
    case = Case.model_validate({"grader": f"said_graders:{grader}", "answer": answer, "expected": expected, **fields})
    (result,) = check_cases([case])
    return result


@pytest.mark.parametrize(
    ("grader", "expected", "finding"),
    [
        ("says('fully_correct')", "accept", "as expected"),
        ("says('fully_correct')", "fully_correct", "as expected"),
        ("says('fully_correct')", "reject", "false accept"),
        ("says('fully_correct')", "partially_correct", "false accept"),
        ("says('fully_correct')", "unscored", "false accept"),
        ("says('partially_correct')", "accept", "false reject"),
        ("says('partially_correct')", "fully_correct", "false reject"),
        ("says('partially_correct')", "reject", "as expected"),
        ("says('partially_correct')", "wrong", "other grade"),
        ("says('wrong')", "wrong", "as expected"),
        ("says('wrong')", "unscored", "other grade"),
        ("nothing", "unextractable", "as expected"),
        ("nothing", "accept", "false reject"),
        ("nothing", "reject", "as expected"),
        ("silent", "unscored", "as expected"),
        ("silent", "accept", "no verdict"),
        ("silent", "reject", "no verdict"),
        ("broken", "error", "as expected"),
        ("broken", "wrong", "no verdict"),
    ],
)
def test_the_finding_follows_from_what_is_said_and_expected(grader: str, expected: str, finding: str) -> None:
    assert check(grader, expected).finding == finding


def test_a_lower_level_may_be_accepted() -> None:
    case = Case(grader="said_graders:says('partially_correct')", answer="x", expected="reject")
    (result,) = check_cases([case], at_least="partially_correct")
    assert result.finding == "false accept"


def test_the_label_counts_where_it_is_given() -> None:
    grader = "says('wrong', 'hallucination')"
    found = [check(grader, "wrong", label=label).finding for label in ("hallucination", "retrieval_miss", "none", None)]
    assert found == ["as expected", "other grade", "other grade", "as expected"]


def test_a_broken_grader_is_told_with_its_error() -> None:
    result = check("broken", "accept")
    assert (result.said, "RuntimeError: out of order" in result.notes) == ("error", True)


def test_async_graders_are_awaited() -> None:
    assert [check("slow", "accept", "right").finding, check("slow", "accept").finding] == [
        "as expected",
        "false reject",
    ]


def test_files_of_a_case_are_there_while_it_is_graded() -> None:
    case = Case(grader="citations", answer="See a/b.py:2.", expected="accept", files={"a/b.py": "1\n2\n"})
    assert check_cases([case])[0].finding == "as expected"
