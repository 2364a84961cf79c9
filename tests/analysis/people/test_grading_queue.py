from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pytest_llmeval.analysis.people.doubt import RightBefore
from pytest_llmeval.analysis.people.grading_queue import Queue, disagreed, grading_queue, stratum
from pytest_llmeval.grading.grade import LEVELS, Level, Score
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote
from tests.analysis.two_runs import side_of
from tests.runs.samples import record


def vote(rater: str, grade: Level = "wrong", *, adjudication: bool = False) -> Vote:
    return Vote(rater=rater, grade=grade, timestamp="t", adjudication=adjudication)


def trial(number: int, *votes: Vote, **fields: Any) -> GradedTrial:
    return GradedTrial(record(number, **{"answer": "yes", **fields}), votes, b"")


def queue(*trials: GradedTrial, **how: Any) -> Queue:
    return grading_queue(trials, **{"rater": "anna", **how})


def voted(judge: str, detail: str) -> Score:
    """A vote of a judge on an answer that it does not find fully correct."""
    return Score(f"rubric_judge[{judge}]", 0.0, False, detail, "judge", "panel")


def test_what_has_an_answer_is_asked_in_the_order_of_the_log() -> None:
    assert queue(trial(1), trial(2, answer=None), trial(3)) == Queue((0, 2), done=0)


def test_nothing_is_asked_twice() -> None:
    assert queue(trial(1, vote("anna")), trial(2, vote("ben")), trial(3)) == Queue((1, 2), done=1)


def test_ungraded_is_what_nobody_and_nothing_graded() -> None:
    trials = [trial(1, grade="wrong"), trial(2, vote("ben")), trial(3), trial(4, vote("anna"))]
    assert queue(*trials, only="ungraded") == Queue((2,), done=1)


def said(judge: str, *, passed: bool | None, grader: str = "panel") -> Score:
    return Score(f"rubric_judge[{judge}]", None if passed is None else float(passed), passed, "", "judge", grader)


def test_judged_is_what_a_model_graded() -> None:
    by_rule, by_judge = Score("a", 1.0, kind="verifiable"), Score("a", 1.0, kind="judge")
    trials = [trial(1, scores=[by_rule]), trial(2, scores=[by_judge]), trial(3, judge={"model": "m"})]
    trials.append(trial(4, judge={"usage": {}}))  # asked how sure one can be, and nothing else
    assert queue(*trials, only="judged").todo == (1, 2)


def test_disagreed_is_asked_again_until_somebody_has_settled_it() -> None:
    settled = vote("cleo", adjudication=True)
    trials = [
        trial(1, vote("anna"), vote("ben", "unsupported")),
        trial(2, vote("anna"), vote("ben")),
        trial(3, vote("anna"), vote("ben", "unsupported"), settled),
    ]
    assert queue(*trials, only="disagreed") == Queue((0,), done=1)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (trial(1, vote("anna"), grade="unsupported"), True),
        (trial(1, vote("anna"), grade="wrong"), False),
        (trial(1, vote("anna", "unsupported"), vote("anna"), grade="wrong"), False),
        (trial(1, scores=[said("a", passed=True), said("b", passed=False)]), True),
        (trial(1, scores=[said("a", passed=True), said("b", passed=None)]), False),
        (trial(1, scores=[said("a", passed=True), said("a", passed=False, grader="another panel")]), False),
        (trial(1, scores=[said("a", passed=True), Score("assert_grade", 0.0, False, kind="judge")]), False),
        (trial(1, scores=[Score("a", 1.0, True), Score("b", 0.0, False)]), False),
        (trial(1, scores=[voted("a", "wrong: No."), voted("b", "unsupported: No.")]), True),
        (trial(1, scores=[voted("a", "wrong (hallucination): No."), voted("b", "wrong: So it is.")]), False),
        (trial(1, scores=[voted("a", "accuracy 2: No."), voted("b", "accuracy 3: No.")]), False),
    ],
)
def test_people_machine_and_judges_may_disagree(one: GradedTrial, expected: bool) -> None:
    assert disagreed(one) is expected


def test_a_sample_holds_rare_grades_too() -> None:
    trials = [trial(number, grade="fully_correct" if number % 10 else LEVELS[number // 10 % 4]) for number in range(80)]
    chosen = queue(*trials, sample=8).todo
    assert len(chosen) == 8
    assert Counter(trials[number].record.grade for number in chosen) == dict.fromkeys(LEVELS, 2)
    assert list(chosen) == sorted(chosen), "in the order of the log"


def test_a_sample_is_the_same_in_the_next_session() -> None:
    trials = [trial(number, grade=LEVELS[number % 4]) for number in range(40)]
    first = queue(*trials, sample=8, seed=3)
    half = [
        one if n not in first.todo[:4] else trial(n, vote("anna"), grade=LEVELS[n % 4]) for n, one in enumerate(trials)
    ]
    assert queue(*half, sample=8, seed=3) == Queue(first.todo[4:], done=4)
    assert queue(*trials, sample=8, seed=4).todo != first.todo


def test_a_sample_of_more_than_there_are_is_all() -> None:
    assert queue(trial(1), trial(2), sample=9).todo == (0, 1)


def test_shuffling_depends_on_the_seed_alone() -> None:
    trials = [trial(number) for number in range(20)]
    shuffled = queue(*trials, order="shuffled", seed=1).todo
    assert sorted(shuffled) == list(range(20))
    assert shuffled != tuple(range(20))
    assert shuffled == queue(*trials, order="shuffled", seed=1).todo
    assert shuffled != queue(*trials, order="shuffled", seed=2).todo


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"grade": "wrong"}, "wrong"),
        ({"outcome": "truncated", "grader": "exact"}, "truncated"),
        ({"scores": [Score("a", 0.9), Score("b", 0.1)]}, "low score"),
        ({"scores": [Score("a", 0.9), Score("b", None)]}, "high score"),
        ({"scores": [Score("a", 0.5)]}, "middle score"),
        ({"outcome": "failed"}, "failed"),
        ({}, "not graded"),
    ],
)
def test_strata_are_what_the_machine_made_of_it(fields: dict[str, Any], expected: str) -> None:
    assert stratum(record(**fields)) == expected


def test_the_most_doubtful_come_first() -> None:
    trials = [
        trial(1, grade="fully_correct", scores=[Score("a", 1.0)]),
        trial(2, grade="partially_correct", scores=[Score("a", 1.0), Score("b", 0.6)]),
        trial(3),
        trial(4, vote("ben"), vote("cleo", "unsupported"), grade="wrong"),
        trial(5, grade="fully_correct", guard="must_pass"),
        trial(6, grade="wrong"),
        trial(7, vote("ben"), vote("cleo"), vote("dora", "unsupported"), grade="wrong"),
    ]
    base = RightBefore.in_sides([side_of([record(n, grade="fully_correct") for n in (1, 6)])])
    assert queue(*trials, order="doubtful", right_before=base).todo == (5, 4, 3, 6, 2, 1, 0)
    assert queue(*trials, order="doubtful", sample=2, right_before=base).todo == (5, 4)
    assert queue(*trials, order="doubtful").todo[:2] == (4, 3)


def test_the_most_doubtful_are_the_same_in_the_next_session() -> None:
    two = (vote("ben"), vote("cleo", "unsupported"))
    trials = [trial(1, *two, grade="wrong"), trial(2, *two, grade="wrong"), trial(3, grade="wrong")]
    first = queue(*trials, order="doubtful", sample=1)
    assert first == Queue((0,), done=0)
    trials[0] = trial(1, *two, vote("anna"), grade="wrong")
    assert queue(*trials, order="doubtful", sample=1) == Queue((), done=1)


def test_what_was_settled_lets_nothing_surer_into_the_sample() -> None:
    two = (vote("anna"), vote("ben", "unsupported"))
    trials = [trial(1, *two), trial(2, *two)]
    assert queue(*trials, only="disagreed", order="doubtful", sample=1) == Queue((0,), done=0)
    trials[0] = trial(1, *two, vote("anna", adjudication=True))
    assert queue(*trials, only="disagreed", order="doubtful", sample=1) == Queue((), done=1)


def test_a_baseline_of_one_model_is_that_of_any_and_of_several_only_their_own() -> None:
    mine, other = record(1, model="m"), record(1, model="n")
    right = [record(1, grade="fully_correct", model=name) for name in ("m", "x")]
    alone, both = ([side_of([one]) for one in right[:1]], [side_of([one]) for one in right])
    assert [RightBefore.in_sides(alone).has(one) for one in (mine, other)] == [True, True]
    assert [RightBefore.in_sides(both).has(one) for one in (mine, other)] == [True, False]
