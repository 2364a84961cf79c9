from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.people.rater_agreement import RaterAgreement, agreement_of
from pytest_llmeval.analysis.people.ratings import ratings_in
from pytest_llmeval.analysis.people.two_logs import ratings_of_two
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.hand_grading import Vote
from tests.analysis.people.test_ratings import graded, vote
from tests.cli.logs import read_plain, trial, write_log

LEVEL = st.sampled_from(LEVELS)
ANSWERS = st.lists(
    st.tuples(st.none() | LEVEL, st.lists(LEVEL, max_size=2), st.lists(LEVEL, max_size=2), st.none() | LEVEL),
    min_size=1,
    max_size=8,
)
"""Of each answer: what the machine said, what two people said one after the other, and what a third settled it by."""


def test_two_logs_are_compared_on_the_same_answers(tmp_path: Path) -> None:
    first = write_log(tmp_path / "a.jsonl", [trial(1, "wrong"), trial(2, "wrong"), trial(3)])
    second = write_log(tmp_path / "b.jsonl", [trial(3, "wrong"), trial(1, "unsupported")])
    found = ratings_of_two(first, second, "grade")
    assert found.raters == ("a", "b")
    assert [(one.question_id, dict(one.said)) for one in found.answers] == [
        ("q1", {"a": "wrong", "b": "unsupported"}),
        ("q3", {"b": "wrong"}),
    ]


def test_logs_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    first, second = (write_log(folder / "a.jsonl", [trial(1, "wrong")]) for folder in (tmp_path, tmp_path / "x"))
    assert ratings_of_two(first, second, "grade").raters == (str(first), str(second))


def test_logs_of_different_runs_are_told(tmp_path: Path) -> None:
    first = write_log(tmp_path / "a.jsonl", [trial(1, "wrong")])
    second = write_log(tmp_path / "b.jsonl", [trial(2, "wrong")])
    with pytest.raises(RunLogError, match=r"b.jsonl: has no trial in common with .*a.jsonl; name two gradings of one"):
        ratings_of_two(first, second, "grade")


def test_answers_must_be_the_same(tmp_path: Path) -> None:
    first = write_log(tmp_path / "a.jsonl", [trial(1, "wrong")])
    second = write_log(tmp_path / "b.jsonl", [trial(1, "wrong", answer="other")])
    with pytest.raises(RunLogError, match=r"b.jsonl: has another answer to 'q1' than .*a.jsonl"):
        ratings_of_two(first, second, "grade")


def test_an_answer_that_one_of_them_did_not_grade_may_have_been_asked_again(tmp_path: Path) -> None:
    first = write_log(tmp_path / "a.jsonl", [trial(1, "wrong"), trial(2, "wrong")])
    second = write_log(tmp_path / "b.jsonl", [trial(1, answer="other"), trial(2, "wrong")])
    assert [one.question_id for one in ratings_of_two(first, second, "grade").answers] == ["q2"]


def test_a_log_is_not_compared_with_itself(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.jsonl", [trial(1, "wrong")])
    with pytest.raises(RunLogError, match="is the same file; name it once"):
        ratings_of_two(path, tmp_path / "." / "a.jsonl", "grade")
    assert len(read_plain(path)) == 1


def figures_of(found: RaterAgreement) -> object:
    return found.n, found.alpha, [(pair.first, pair.second, pair.same, pair.kappa) for pair in found.pairs]


@given(ANSWERS)
@settings(max_examples=25, deadline=None)  # each draws two thousand samples for its intervals
def test_the_same_votes_in_one_log_and_in_two_come_to_the_same(
    answers: list[tuple[str | None, list[str], list[str], str | None]],
) -> None:
    # Both rate something, or there are no two raters.
    answers = [*answers, (None, ["wrong"], ["wrong"], None)]
    records = [trial(number, machine) for number, (machine, *_) in enumerate(answers)]

    def by(rater: str, said: list[str]) -> list[Vote]:
        return [vote(rater, level, timestamp=f"{place}") for place, level in enumerate(said)]

    settled = [[vote("cleo", one, timestamp="9", adjudication=True)] if one else [] for *_, one in answers]
    annas = [by("anna", said) for _, said, _, _ in answers]
    bens = [by("ben", said) for _, _, said, _ in answers]
    with TemporaryDirectory() as folder:
        both = [a + b + c for a, b, c in zip(annas, bens, settled, strict=True)]
        one = graded(Path(folder) / "one.jsonl", *zip(records, both, strict=True))
        adjudicated = [a + c for a, c in zip(annas, settled, strict=True)]
        first = graded(Path(folder) / "a.jsonl", *zip(records, adjudicated, strict=True))
        second = graded(Path(folder) / "b.jsonl", *zip(records, bens, strict=True))
        in_one = agreement_of(ratings_in(one, "grade", ["anna", "ben"]))
        assert figures_of(agreement_of(ratings_of_two(first, second, "grade"))) == figures_of(in_one)


def test_the_grades_of_the_machine_are_no_persons(tmp_path: Path) -> None:
    records = [trial(number, "fully_correct") for number in (1, 2, 3)]
    first = graded(tmp_path / "a.jsonl", *zip(records, [[vote("anna", "wrong")], [], []], strict=True))
    second = graded(tmp_path / "b.jsonl", *zip(records, [[vote("ben", "wrong")], [], []], strict=True))
    found = ratings_of_two(first, second, "grade")
    assert found.raters == ("anna", "ben")
    assert [dict(one.said) for one in found.answers] == [{"anna": "wrong", "ben": "wrong"}, {}, {}]


def test_a_log_without_votes_is_a_rater_beside_people(tmp_path: Path) -> None:
    plain = write_log(tmp_path / "plain.jsonl", [trial(1, "wrong")])
    voted = graded(tmp_path / "b.jsonl", (trial(1, "wrong"), [vote("anna", "unsupported"), vote("ben", "wrong")]))
    found = ratings_of_two(plain, voted, "grade")
    assert found.raters == ("plain", "anna", "ben")
    assert dict(found.answers[0].said) == {"plain": "wrong", "anna": "unsupported", "ben": "wrong"}


def test_what_a_person_said_last_counts_in_whichever_log_it_stands(tmp_path: Path) -> None:
    ben = vote("ben", "wrong", timestamp="1")
    first = graded(tmp_path / "a.jsonl", (trial(1), [vote("anna", "wrong", timestamp="3"), ben]))
    second = graded(tmp_path / "b.jsonl", (trial(1), [vote("anna", "unsupported", timestamp="2"), ben]))
    assert dict(ratings_of_two(first, second, "grade").answers[0].said) == {"anna": "wrong", "ben": "wrong"}


def test_one_person_who_graded_twice_is_compared_with_themselves(tmp_path: Path) -> None:
    first = graded(tmp_path / "a.jsonl", (trial(1, "wrong"), [vote("anna", "wrong")]))
    second = graded(tmp_path / "b.jsonl", (trial(1, "wrong"), [vote("anna", "unsupported")]))
    found = ratings_of_two(first, second, "grade")
    assert (found.raters, dict(found.answers[0].said)) == (("a", "b"), {"a": "wrong", "b": "unsupported"})


def test_those_who_only_settled_are_no_raters(tmp_path: Path) -> None:
    settled = graded(tmp_path / "a.jsonl", (trial(1), [vote("cleo", "wrong", adjudication=True)]))
    second = graded(tmp_path / "b.jsonl", (trial(1), [vote("ben", "wrong")]))
    with pytest.raises(RunLogError, match=r"b.jsonl: with .*a.jsonl it holds the grades of fewer than two raters"):
        ratings_of_two(settled, second, "grade")


def test_error_modes_of_two_logs_are_compared(tmp_path: Path) -> None:
    logs = [
        write_log(tmp_path / f"{name}.jsonl", [trial(1, "wrong", error_mode=mode)])
        for name, mode in (("a", "omission"), ("b", "conflation"))
    ]
    (answer,) = ratings_of_two(logs[0], logs[1], "error_mode").answers
    assert dict(answer.said) == {"a": "omission", "b": "conflation"}
