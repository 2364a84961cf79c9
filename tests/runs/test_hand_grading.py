from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.grade import ERROR_MODES, FAILURE_LABELS, LEVELS
from pytest_llmeval.runs.hand_grading import (
    BEFORE,
    VOTES,
    Vote,
    deciding_vote,
    graded_line,
    latest_by_rater,
    votes_of,
)
from pytest_llmeval.runs.line import LineFault, record_as_json
from tests.runs.samples import full_record, record


def vote(rater: str = "anna", grade: str = "wrong", **fields: Any) -> Vote:
    return Vote.model_validate({"rater": rater, "grade": grade, "timestamp": "2026-11-21T05:00:00.000Z", **fields})


VOTES_GIVEN = st.lists(
    st.builds(
        vote,
        st.sampled_from(["anna", "ben"]),
        st.sampled_from(LEVELS),
        failure_label=st.none() | st.sampled_from(FAILURE_LABELS),
        error_mode=st.none() | st.sampled_from(ERROR_MODES),
        notes=st.none() | st.just("because"),
        adjudication=st.booleans(),
    ),
    max_size=4,
)


def test_a_vote_sets_the_plain_fields() -> None:
    line = graded_line(record_as_json(full_record()), [vote(failure_label="wrong_chunk", notes="p. 3")])
    assert (line["grade"], line["failure_label"], line["grading_notes"]) == ("wrong", "wrong_chunk", "p. 3")
    assert line["grader"] == "human:anna"
    assert line[VOTES][0]["rater"] == "anna"
    assert line[VOTES][0]["timestamp"] == "2026-11-21T05:00:00.000Z"


def test_what_stood_there_before_is_kept_through_several_votes() -> None:
    start = record_as_json(record(grade="fully_correct", grading_notes="rule", grader="exact"))
    once = graded_line(start, [vote()])
    twice = graded_line(once, [vote(), vote("ben", "unsupported")])
    assert once[BEFORE] == twice[BEFORE]
    assert twice[BEFORE]["grade"] == "fully_correct"
    assert twice[BEFORE]["grader"] == "exact"
    assert twice["grade"] == "unsupported"


@given(VOTES_GIVEN, VOTES_GIVEN)
def test_taking_all_votes_away_gives_the_line_back(first: list[Vote], second: list[Vote]) -> None:
    start = {**record_as_json(full_record()), "mine": [1, {"a": None}]}
    assert graded_line(graded_line(graded_line(start, first), second), []) == start


@given(VOTES_GIVEN)
def test_nothing_but_the_grade_changes(votes: list[Vote]) -> None:
    start = {**record_as_json(full_record()), "mine": 1}
    line = graded_line(start, votes)
    changed = {name for name in line if line[name] != start.get(name, ...)}
    assert changed <= {"grade", "failure_label", "error_mode", "grading_notes", "grader", BEFORE, VOTES}


def test_the_mode_that_counts_is_that_of_the_vote_that_counts() -> None:
    start = record_as_json(record(grade="wrong", error_mode="fabrication"))
    once = graded_line(start, [vote(error_mode="omission")])
    assert (once["error_mode"], once[BEFORE]["error_mode"], once[VOTES][0]["error_mode"]) == (
        "omission",
        "fabrication",
        "omission",
    )
    assert graded_line(once, [vote(error_mode="omission"), vote("ben")])["error_mode"] is None
    assert graded_line(once, [])["error_mode"] == "fabrication"


def test_a_log_of_another_program_gets_a_mode_only_where_a_person_gives_one() -> None:
    start = {"question_id": "q1", "grade": None}
    assert "error_mode" not in graded_line(start, [vote()])
    assert "error_mode" not in graded_line(start, [vote()])[VOTES][0]
    assert graded_line(start, [vote(error_mode="omission")])["error_mode"] == "omission"


def test_fields_that_were_missing_are_missing_again() -> None:
    start = {"question_id": "q1", "grade": None}
    assert graded_line(graded_line(start, [vote()]), []) == start


@pytest.mark.parametrize("outcome", ["error", "unscored", "skipped"])
def test_a_trial_that_nothing_could_score_is_scored_by_hand(outcome: str) -> None:
    line = graded_line({"outcome": outcome}, [vote()])
    assert line["outcome"] is None
    assert graded_line(line, [])["outcome"] == outcome


def test_the_outcome_of_the_test_stays() -> None:
    assert graded_line({"outcome": "passed"}, [vote()])["outcome"] == "passed"


def test_the_last_vote_decides_unless_somebody_settled_it() -> None:
    anna, ben, settled = vote(), vote("ben", "unsupported"), vote("cleo", "partially_correct", adjudication=True)
    assert deciding_vote([anna, ben]) == ben
    assert deciding_vote([anna, settled, ben]) == settled
    assert deciding_vote([]) is None


def test_independent_judgements_are_the_last_of_each_rater() -> None:
    first, second = vote(), vote(grade="unsupported")
    settled = vote("ben", "fully_correct", adjudication=True)
    assert latest_by_rater([first, second, settled]) == {"anna": second}


def test_votes_are_read_from_a_record() -> None:
    assert votes_of(record(**{VOTES: [vote().model_dump()]})) == (vote(),)
    assert votes_of(record()) == ()


def test_what_is_no_list_of_votes_is_a_fault() -> None:
    with pytest.raises(LineFault, match=r"grades_by_hand: 0.grade: must be one of fully_correct"):
        votes_of(record(**{VOTES: [{"rater": "anna", "grade": "good", "timestamp": ""}]}))


def test_votes_that_differ_in_time_only_say_the_same() -> None:
    assert vote().says_the_same_as(vote(timestamp="2027-01-01T00:00:00.000Z"))
    assert not vote().says_the_same_as(vote(notes="x"))


def test_only_a_vote_by_a_rubric_keeps_numbers() -> None:
    plain = Vote(rater="anna", grade="wrong", timestamp="t")
    rated = Vote(rater="ben", grade="wrong", timestamp="t", scores={"tone": 1}, rubric_hash="h")
    kept = graded_line({"question_id": "q"}, [plain, rated])[VOTES]
    assert [sorted(one.keys() & {"scores", "rubric_hash"}) for one in kept] == [[], ["rubric_hash", "scores"]]
