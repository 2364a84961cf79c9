"""Every grader of ours ships with cases, and says of each what it should."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_llmeval import graders, probes
from pytest_llmeval.grading.checking.case import SHIPPED, Case, read_cases, shipped_cases
from pytest_llmeval.grading.checking.named import bare_name
from pytest_llmeval.grading.checking.run import check_cases
from pytest_llmeval.grading.code.sandbox import Sandbox
from tests.grading.code.rig import isolation

WITHOUT_CASES = {
    "probes.ask_with_tools": "is a task",
    "probes.by_judge": "tells classes to the probes; cases of probes.refusal ask it",
    "probes.pushback": "grades conversations that its own task has held",
    "probes.grounded": "compares an entry with its variant, which lost its evidence; a case has one answer",
}
"""What is no grader that a file of cases can check, with the reason."""
OURS = {*graders.__all__, *(f"probes.{name}" for name in probes.__all__)} - set(WITHOUT_CASES)
LEAST = {"accept": 3, "reject": 3, "edge": 2}


def cases_of(name: str) -> list[Case]:
    path = SHIPPED / f"{name}.jsonl"
    if not path.exists():
        pytest.fail(
            f"{name} has no cases; write src/pytest_llmeval/grading/cases/{name}.jsonl (docs/custom-graders.md "
            "tells how), or name it with the reason in WITHOUT_CASES of this file",
            pytrace=False,
        )
    return read_cases(path)


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_grader_has_right_answers_wrong_ones_and_close_calls(name: str) -> None:
    cases = cases_of(name)
    assert {bare_name(case.grader) for case in cases} == {name}
    results = check_cases(cases, sandbox=Sandbox(isolation()))
    found = Counter("accept" if one.must_accept else "reject" for one in results)
    found["edge"] = sum(case.edge for case in cases)
    assert {kind: found[kind] for kind, least in LEAST.items() if found[kind] < least} == {}, (
        f"{name} has too few cases"
    )
    assert [(one.case.id, one.finding, one.said, one.notes) for one in results if one.finding != "as expected"] == []


def test_every_file_of_cases_is_of_a_grader() -> None:
    assert {path.stem for path in shipped_cases()} == OURS
    assert [path.stem for path in shipped_cases(["regex"])] == ["regex"]
