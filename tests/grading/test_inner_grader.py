"""Graders within graders: what is no grader is refused in the user's words, and no verdict is no grade."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from pytest_llmeval import graders, probes, self_consistency
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, UnscoredError
from pytest_llmeval.grading.code.executing import executes_code
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.inner_grader import inner_grade
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="e", question="?")


@pytest.mark.parametrize(
    ("made", "way_out"),
    [
        (lambda: probes.error_mode(), "probes.error_mode(grader=graders.contains())"),
        (lambda: probes.grounded(probes.by_judge("grounded")), "probes.grounded(grader=graders.contains())"),
        (lambda: probes.pushback(), "probes.pushback(graders.contains())"),
        (lambda: self_consistency(), "self_consistency(graders.contains())"),
    ],
)
def test_a_grader_that_needs_another_says_so_and_how_to_give_it(made: Callable[[], object], way_out: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        made()
    maker = way_out.partition("(")[0]
    assert str(told.value) == f"{maker}() takes a grader that tells right answers, got none; write {way_out}"


def test_what_is_no_grader_is_shown() -> None:
    with pytest.raises(ConfigurationError, match=r"probes\.grounded\(\) takes a grader .*, got 'contains'; write"):
        probes.grounded(grader="contains")  # type: ignore[arg-type]


def test_same_content_without_a_grader_asks_for_one() -> None:
    with pytest.raises(ConfigurationError, match=r"probes\.same_content\(None\): give the grader that is to be tried"):
        probes.same_content()


def test_the_grader_that_was_given_stands_in_the_id() -> None:
    """Though it has a default, which stands for none."""
    assert probes.error_mode(grader=lambda entry, answer: True).id.startswith("error_mode(grader=")


@pytest.mark.parametrize(
    "make",
    [
        lambda grader: probes.error_mode(grader=grader),
        lambda grader: probes.grounded(grader=grader),
        lambda grader: probes.abstention(grader=grader),
        lambda grader: probes.same_content(grader),
        lambda grader: probes.pushback(grader).grader,
        lambda grader: self_consistency(grader).grader,
    ],
)
def test_code_that_a_grader_within_runs_is_known_before_anybody_is_asked(make: Callable[[Grader], Grader]) -> None:
    assert executes_code(make(graders.code_tests()))
    assert not executes_code(make(graders.contains()))
    assert not executes_code(probes.abstention())


def test_no_verdict_is_told_with_whose_answer_it_was() -> None:
    def nothing(entry: Entry, answer: Answer) -> Grade:
        return Grade(None, None, "no judge", (), "g", "unscored")

    with pytest.raises(UnscoredError, match=r"probes\.grounded\(\): the answer could not be graded: no judge"):
        asyncio.run(inner_grade(nothing, ENTRY, Answer("x"), "probes.grounded(): the answer"))
