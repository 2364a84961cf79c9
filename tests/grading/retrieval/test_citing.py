"""The grader of citations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.retrieval.citing import MOST_CITATIONS
from pytest_llmeval.models.answer import Answer

PLAIN = Entry(id="p", question="?")
EXPECTING = Entry(id="x", question="?", expected_files=("src/a.py", "docs/b.md"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("src/a.py", "docs/b.md", "c.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1\n2\n3\n")
    return tmp_path


def values(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


@pytest.mark.parametrize(
    ("entry", "text", "level", "label", "notes"),
    [
        (PLAIN, "It is in src/a.py:1-3.", "fully_correct", None, ""),
        (PLAIN, "It is so.", "unsupported", "missing_evidence", "nothing is cited"),
        (PLAIN, "In src/z.py.", "wrong", "hallucination", "fabricated: src/z.py does not exist"),
        (
            PLAIN,
            "In a.py, line 4.",
            "wrong",
            "hallucination",
            "fabricated: a.py:4 does not exist, the file has 3 lines",
        ),
        (PLAIN, "In a.py:0.", "wrong", "hallucination", "fabricated: a.py:0 does not exist, the file has 3 lines"),
        (EXPECTING, "In src/a.py and b.md.", "fully_correct", None, ""),
        (EXPECTING, "In src/a.py.", "partially_correct", "retrieval_miss", "not cited: docs/b.md"),
        (EXPECTING, "In c.toml.", "unsupported", "retrieval_miss", "not cited: src/a.py, docs/b.md"),
        (EXPECTING, "In src/a.py, b.md, z.py.", "wrong", "hallucination", "fabricated: z.py does not exist"),
    ],
)
def test_grade_and_label_follow_from_what_is_cited(
    root: Path, entry: Entry, text: str, level: str, label: str | None, notes: str
) -> None:
    grade = graders.citations(root=root)(entry, Answer(text))
    assert (grade.level, grade.failure_label, grade.notes) == (level, label, notes)


def test_every_share_is_a_score(root: Path) -> None:
    text = "It is read in src/a.py. It is written in z.py and c.toml. Nobody else does that."
    grade = graders.citations(root=root)(EXPECTING, Answer(text))
    third = pytest.approx(1 / 3)
    assert values(grade) == {
        "citations_real": pytest.approx(2 / 3),
        "cites": 1.0,
        "cited_claims": pytest.approx(2 / 3),
        "citation_precision": third,
        "citation_recall": 0.5,
    }


def test_without_citation_or_claim_there_is_no_share_of_them(root: Path) -> None:
    assert values(graders.citations(root=root)(PLAIN, Answer(""))) == {"citations_real": None, "cites": 0.0}


def test_what_was_never_retrieved_is_fabricated_although_it_exists(root: Path) -> None:
    answer = Answer("In src/a.py and c.toml.", evidence_files=("src/a.py",), retrieval_method="bm25")
    assert graders.citations(root=root)(PLAIN, answer).notes == "fabricated: c.toml was never retrieved"
    given = PLAIN.model_copy(update={"context_files": ("c.toml",)})
    assert graders.citations(root=root)(given, answer).level == "fully_correct"


def test_what_was_retrieved_need_be_no_file_but_its_lines_must_exist(root: Path) -> None:
    answer = Answer("In atlas.md:7.", evidence_files=("atlas.md",), retrieval_method="vectors")
    assert graders.citations(root=root)(PLAIN, answer).level == "fully_correct"
    late = Answer("In src/a.py:7.", evidence_files=("src/a.py",), retrieval_method="vectors")
    assert graders.citations(root=root)(PLAIN, late).level == "wrong"


def test_a_fabricated_citation_may_cost_less(root: Path) -> None:
    answer = Answer("In src/a.py, b.md, z.py.")
    partly = graders.citations(root=root, fabricated="partially_correct")(EXPECTING, answer)
    assert (partly.level, partly.failure_label) == ("partially_correct", "hallucination")
    assert graders.citations(root=root, fabricated="ignore")(EXPECTING, answer).level == "fully_correct"
    none = graders.citations(root=root, fabricated="partially_correct")(EXPECTING, Answer("In z.py."))
    assert none.level == "unsupported"


def test_too_many_other_files_make_it_partially_correct(root: Path) -> None:
    grade = graders.citations(root=root, min_precision=0.9)(EXPECTING, Answer("In src/a.py, b.md and c.toml."))
    assert (grade.level, grade.notes) == ("partially_correct", "not expected: c.toml")


def test_marks_stand_for_sources_by_number_or_by_name() -> None:
    grader = graders.citations(marks=r"\[([\w.-]+)\]")
    sources = ("doc-a", "doc-b")
    right = grader(PLAIN, Answer("So it is [1]. And so too [doc-b].", evidence_files=sources))
    assert (right.level, values(right)["cited_claims"]) == ("fully_correct", 1.0)
    invented = grader(PLAIN, Answer("So it is [3], [doc-c].", evidence_files=sources))
    assert invented.notes == "fabricated: 3 was never retrieved; doc-c was never retrieved"


def test_in_a_trial_the_files_are_looked_for_where_the_trial_has_them(root: Path) -> None:
    answer = Answer("In src/a.py.", context=TrialContext(PLAIN, roots=(root,)))
    assert graders.citations()(PLAIN, answer).level == "fully_correct"


def test_outside_of_a_run_they_are_looked_for_in_the_working_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert graders.citations()(PLAIN, Answer("In src/a.py.")).level == "fully_correct"


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"min_precision": 2}, "min_precision must lie between 0 and 1"),
        ({"fabricated": "fine"}, "must be wrong, partially_correct or ignore"),
        ({"marks": "["}, "is no pattern"),
        ({"marks": r"\[\d\]"}, "needs a group around the source's id"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        graders.citations(**settings)


def test_of_very_many_citations_the_first_are_looked_up(root: Path) -> None:
    text = "In src/a.py. " + " ".join(f"z{n}.py" for n in range(MOST_CITATIONS + 500))
    score = graders.citations(root=root)(PLAIN, Answer(text)).scores[0]
    assert score.value == pytest.approx(1 / MOST_CITATIONS)


def test_an_entry_may_expect_files_where_nothing_is_cited(root: Path) -> None:
    assert values(graders.citations(root=root)(EXPECTING, Answer("")))["citation_recall"] == 0.0
