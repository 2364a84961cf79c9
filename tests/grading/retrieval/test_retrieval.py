"""The grader of retrieval."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.grade import FailureLabel, Grade
from pytest_llmeval.grading.retrieval.retrieval import named_symbols
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="x", question="?", expected_files=("src/a.py", "docs/b.md"), expected_symbols=("RunLog.append", "Run"))


def values(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


@pytest.mark.parametrize(
    ("files", "level", "label"),
    [
        (("src/a.py", "docs/b.md"), "fully_correct", None),
        (("x.py", "./docs/b.md", "/repo/src/a.py:3-9"), "fully_correct", None),
        (("src/a.py",), "partially_correct", "retrieval_miss"),
        (("b.md", "a.py"), "unsupported", "retrieval_miss"),
        ((), "unsupported", "missing_evidence"),
    ],
)
def test_grade_and_label_follow_from_the_recall(files: tuple[str, ...], level: str, label: str | None) -> None:
    grade = graders.retrieval()(ENTRY, Answer("", evidence_files=files))
    assert (grade.level, grade.failure_label) == (level, label)


def test_every_measure_is_a_score_and_the_notes_name_what_is_missing() -> None:
    grade = graders.retrieval()(ENTRY, Answer("", evidence_files=("x.py", "src/a.py")))
    assert values(grade) == {
        "recall": 0.5,
        "precision": 0.5,
        "hit": 1.0,
        "mrr": 0.5,
        "ndcg": pytest.approx(0.3868528072345416),
    }
    assert grade.notes == "not retrieved: docs/b.md"


def test_only_the_first_k_places_count() -> None:
    grade = graders.retrieval(k=1)(ENTRY, Answer("", evidence_files=("src/a.py", "docs/b.md")))
    assert grade.level == "partially_correct"
    assert {"recall@1": 0.5, "precision@1": 1.0}.items() <= values(grade).items()
    assert grade.grader == "retrieval(k=1)"


def test_a_lower_recall_can_do() -> None:
    answer = Answer("", evidence_files=("src/a.py",))
    assert graders.retrieval(min_recall=0.5)(ENTRY, answer).level == "fully_correct"
    assert graders.retrieval(min_recall=0)(ENTRY, Answer("")).level == "unsupported"


def test_symbols_are_those_between_backticks_and_a_part_of_a_dotted_one_will_do() -> None:
    grade = graders.retrieval("symbols")(ENTRY, Answer("`other` then `append()` in `src/a.py`, and Run"))
    assert {"symbol_recall": 0.5, "symbol_precision": 0.5, "symbol_mrr": 0.5}.items() <= values(grade).items()


def test_names_of_code_are_neither_files_nor_expressions() -> None:
    assert named_symbols("`a.py` `f(x)` `x = 1` `a::b` `C.d()` `C.d` `--flag`") == ("a::b", "C.d")


def test_any_field_of_the_entry_may_say_what_is_needed_and_a_mapping_grades_it() -> None:
    entry = Entry(id="p", question="?", metadata={"gold_passages": {"p1": 3, "p2": 1, "p3": 0}})
    grader = graders.retrieval("gold_passages", ranking=lambda answer: answer.metadata["ids"])
    best = grader(entry, Answer("", metadata={"ids": ["p1", "p2"]}))
    worse = grader(entry, Answer("", metadata={"ids": ["p2", "p1"]}))
    assert (values(best)["gold_passage_ndcg"], values(best)["gold_passage_recall"]) == (1.0, 1.0)
    assert values(worse)["gold_passage_ndcg"] == pytest.approx(
        (1 + 3 / 1.584962500721156) / (3 + 1 / 1.584962500721156)
    )


def test_what_is_needed_may_stand_on_the_grader() -> None:
    assert graders.retrieval(relevant=["z.py"])(ENTRY, Answer("", evidence_files=("z.py",))).level == "fully_correct"


def test_an_entry_that_needs_nothing_is_the_benchmarks_fault() -> None:
    with pytest.raises(GraderError, match=r"graders.retrieval\(\) needs an expected_files, entry 'y' has none"):
        graders.retrieval()(Entry(id="y", question="?"), Answer(""))
    with pytest.raises(GraderError, match="must list what is relevant, or map it to gains above 0, got "):
        graders.retrieval("gold")(Entry(id="y", question="?", metadata={"gold": {"a": 0}}), Answer(""))
    with pytest.raises(GraderError, match="gains above 0"):
        graders.retrieval("gold")(Entry(id="y", question="?", metadata={"gold": {"a": "much"}}), Answer(""))


@pytest.mark.parametrize("settings", [{"k": 0}, {"k": 1.5}, {"min_recall": 2}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="retrieval"):
        graders.retrieval(**settings)


def _failing(label: FailureLabel, _entry: Entry, _answer: Answer) -> Grade:
    return Grade("wrong", label)


class TestRetrieveThenRead:
    ENTRY = Entry(id="r", question="?", gold_answer="Paris", expected_files=("atlas.md",))
    GRADER = graders.retrieve_then_read(graders.contains())

    def test_a_wrong_answer_without_the_evidence_is_a_retrieval_miss(self) -> None:
        grade = self.GRADER(self.ENTRY, Answer("Rome", evidence_files=("other.md",)))
        assert isinstance(grade, Grade)
        assert (grade.level, grade.failure_label) == ("wrong", "retrieval_miss")
        assert grade.notes == "retrieval miss: not retrieved: atlas.md; missing 'Paris'"
        assert "reader" not in values(grade)

    def test_a_wrong_answer_without_any_evidence_lacks_evidence(self) -> None:
        grade = self.GRADER(self.ENTRY, Answer("Rome"))
        assert isinstance(grade, Grade)
        assert grade.failure_label == "missing_evidence"

    def test_a_wrong_answer_with_the_evidence_is_a_reader_miss(self) -> None:
        grade = self.GRADER(self.ENTRY, Answer("Rome", evidence_files=("atlas.md",)))
        assert isinstance(grade, Grade)
        assert (grade.level, grade.failure_label) == ("wrong", "reasoning_error")
        assert grade.notes == "reader miss: the evidence was there; missing 'Paris'"
        assert values(grade)["reader"] == 0.0

    def test_the_readers_own_label_stays_unless_it_blames_the_retrieval(self) -> None:
        cases: list[tuple[FailureLabel, FailureLabel]] = [
            ("hallucination", "hallucination"),
            ("retrieval_miss", "reasoning_error"),
        ]
        for own, told in cases:
            grader = graders.retrieve_then_read(partial(_failing, own))
            grade = grader(self.ENTRY, Answer("Rome", evidence_files=("atlas.md",)))
            assert isinstance(grade, Grade)
            assert grade.failure_label == told

    def test_a_right_answer_keeps_its_grade_and_says_when_it_had_no_evidence(self) -> None:
        lucky, sound = (self.GRADER(self.ENTRY, Answer("Paris", evidence_files=files)) for files in ((), ("atlas.md",)))
        assert isinstance(lucky, Grade)
        assert isinstance(sound, Grade)
        assert (lucky.level, lucky.failure_label, sound.level) == ("fully_correct", None, "fully_correct")
        assert lucky.notes == "right without the evidence; not retrieved: atlas.md"
        assert (values(sound)["reader"], "reader" in values(lucky)) == (1.0, False)

    def test_a_reader_without_verdict_stays_without(self) -> None:
        grader = graders.retrieve_then_read(lambda *_: Grade(None, state="unscored"))
        grade = grader(self.ENTRY, Answer("Rome", evidence_files=("atlas.md",)))
        assert isinstance(grade, Grade)
        assert (grade.state, "reader" in values(grade)) == ("unscored", False)

    def test_the_id_names_the_parts(self) -> None:
        assert self.GRADER.id == "retrieve_then_read(contains)"
        other = graders.retrieve_then_read(graders.contains(), retrieval=graders.retrieval(k=3))
        assert other.id == "retrieve_then_read(contains, retrieval(k=3))"

    def test_other_things_are_no_parts(self) -> None:
        with pytest.raises(ConfigurationError, match="needs a grader of the answer"):
            graders.retrieve_then_read(graders.contains(), retrieval=graders.contains())  # type: ignore[arg-type]  # on purpose
