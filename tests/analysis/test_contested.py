from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.contested import Raters, VoteRules, ballots_in, ballots_of, share_apart
from pytest_llmeval.grading.grade import LEVELS, Level, Score
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote, graded_line
from pytest_llmeval.runs.line import read_line, record_line
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record


def vote(rater: str, grade: Level = "wrong", *, adjudication: bool = False) -> Vote:
    return Vote(rater=rater, grade=grade, timestamp="t", adjudication=adjudication)


def graded(*votes: Vote, **fields: Any) -> Record:
    """A record as a graded log has it."""
    line = record(1, answer="yes", **fields).model_dump(mode="json")
    return Record.model_validate(graded_line(line, votes))


def panel(*levels: str, grader: str = "rubric_judge@a") -> tuple[Score, ...]:
    return tuple(
        Score(f"rubric_judge[m:{n}]", 0.0, level == "fully_correct", f"{level}: So it is.", "judge", grader)
        for n, level in enumerate(levels)
    )


def test_people_are_the_voters_where_two_are() -> None:
    found = graded(vote("anna"), vote("ben", "unsupported"), vote("anna", "fully_correct"), grade="wrong")
    assert ballots_in(found) == Counter({"fully_correct": 1, "unsupported": 1})


def test_one_person_and_the_machine_are_two_voters() -> None:
    assert ballots_in(graded(vote("anna"), grade="unsupported")) == Counter({"wrong": 1, "unsupported": 1})
    assert ballots_in(graded(vote("anna"))) == Counter({"wrong": 1})


def test_where_nobody_graded_the_judges_of_the_panel_that_agree_least_are() -> None:
    alike, apart = panel("wrong", "wrong"), panel("wrong", "fully_correct", grader="rubric_judge@b")
    assert ballots_in(record(1, scores=(*alike, *apart))) == Counter({"wrong": 1, "fully_correct": 1})
    assert ballots_in(record(1, grade="wrong")) == Counter()


def test_what_somebody_settled_is_contested_no_more() -> None:
    settled = graded(vote("anna"), vote("ben", "unsupported"), vote("cleo", adjudication=True))
    assert ballots_in(settled) == Counter()


def test_votes_that_are_none_are_not_counted() -> None:
    assert ballots_in(record(1, grades_by_hand="many")) == Counter()


@given(st.lists(st.sampled_from(LEVELS), max_size=4), st.sampled_from(LEVELS) | st.none())
def test_a_trial_that_is_being_graded_and_its_line_in_the_log_say_the_same(
    levels: list[Level], machine: Level | None
) -> None:
    votes = tuple(vote(f"rater {n}", level) for n, level in enumerate(levels))
    before = record(1, answer="yes", grade=machine)
    after = read_line(record_line(graded(*votes, grade=machine)))
    assert ballots_of(GradedTrial(before, votes, b"")) == ballots_in(after)


def test_the_share_apart_is_of_votes_that_differ_from_the_most_frequent() -> None:
    assert share_apart(Counter()) == 0
    assert share_apart(Counter({"wrong": 2})) == 0
    assert share_apart(Counter({"wrong": 2, "unsupported": 1, "fully_correct": 1})) == 0.5


def test_more_votes_apart_than_allowed_set_a_grade_aside() -> None:
    third = record(1, scores=panel("wrong", "wrong", "fully_correct"))
    assert VoteRules(most_apart=33).why(third) == "over 33 % of its votes differ"
    assert VoteRules(most_apart=34).why(third) is None
    assert VoteRules().why(third) is None


def fed(units: Iterable[tuple[Level, ...]]) -> Raters:
    raters = Raters()
    for unit in units:
        raters.add(graded(*(vote(str(n), level) for n, level in enumerate(unit))))
    return raters


@given(st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=2))
def test_alpha_is_that_of_the_reference_library(units: list[tuple[Level, ...]]) -> None:
    alpha = fed(units).alpha
    if len({level for unit in units for level in unit}) < 2:
        assert alpha is None
        return
    data = [[LEVELS.index(unit[rater]) for unit in units] for rater in range(3)]
    reference = krippendorff.alpha(data, level_of_measurement="ordinal", value_domain=range(len(LEVELS)))
    assert alpha == pytest.approx(reference, abs=1e-9)


def test_answers_of_one_voter_and_votes_without_levels_are_in_no_alpha() -> None:
    raters = fed([("wrong",)])
    numbers = [Score(f"rubric_judge[m:{n}]", 0.5, bool(n), "accuracy 4: Fine.", "judge", "g") for n in (0, 1)]
    raters.add(record(1, scores=numbers))
    assert raters.answers == 0


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([], "alpha of at least 0.5 is wanted, and no answer was graded by two"),
        (
            [("wrong", "wrong")],
            (
                "alpha of at least 0.5 is wanted, and is undefined over 1 answer graded by two or more: "
                "all were graded alike"
            ),
        ),
        (
            [("wrong", "fully_correct"), ("wrong", "wrong")],
            (
                "the raters agree to alpha 0.00 over 2 answers graded by two or more, 0.5 is wanted; "
                "make the rubric clearer before grading more"
            ),
        ),
        ([("wrong", "wrong"), ("fully_correct", "fully_correct")], None),
    ],
)
def test_what_is_objected_to(units: list[tuple[Level, ...]], said: str | None) -> None:
    assert fed(units).objection(0.5) == said


def test_rounding_keeps_nobody_from_the_alpha_that_is_wanted() -> None:
    """By the counts it is 0.67 exactly, as a fraction is computed a hair below it."""
    right: tuple[Level, ...] = ("fully_correct", "fully_correct")
    wrong: tuple[Level, ...] = ("wrong", "wrong")
    apart: tuple[Level, ...] = ("fully_correct", "wrong")
    raters = fed([*[right] * 11, *[wrong] * 22, *[apart] * 6])
    assert raters.objection(0.67) is None
    assert raters.objection(0.671) is not None
