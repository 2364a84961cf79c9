"""The grader of evidence: files and symbols."""

from __future__ import annotations

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.evidence import evidence_of, found_files, names_symbol
from pytest_llmeval.grading.grade import FailureLabel, Level
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(
    id="x", question="?", expected_files=("src/a.py", "docs/b.md"), expected_symbols=("RunLog", "RunLog.append")
)
ONLY_SYMBOLS = Entry(id="s", question="?", expected_symbols=("RunLog", "Record"))


@pytest.mark.parametrize(
    ("entry", "text", "files", "level", "label"),
    [
        (ENTRY, "RunLog.append", ["src/a.py", "docs/b.md"], "fully_correct", None),
        (ENTRY, "RunLog.append in src/a.py:3, docs/b.md", [], "fully_correct", None),
        (ENTRY, "RunLog.append in docs/b.md", ["src/a.py"], "fully_correct", None),
        (ENTRY, "RunLog.append", [], "unsupported", "missing_evidence"),
        (ENTRY, "", [], "unsupported", "missing_evidence"),
        (ENTRY, "RunLog.append", ["src/c.py"], "unsupported", "retrieval_miss"),
        (ENTRY, "RunLog.append in src/c.py", [], "unsupported", "retrieval_miss"),
        (ENTRY, "RunLog.append", ["src/a.py"], "partially_correct", "retrieval_miss"),
        (ENTRY, "nothing", ["src/a.py"], "partially_correct", "retrieval_miss"),
        (ENTRY, "RunLog only", ["src/a.py", "docs/b.md"], "partially_correct", "wrong_chunk"),
        (ENTRY, "nothing", ["src/a.py", "docs/b.md"], "partially_correct", "wrong_chunk"),
        (ONLY_SYMBOLS, "RunLog and Record", [], "fully_correct", None),
        (ONLY_SYMBOLS, "RunLog", [], "partially_correct", "wrong_chunk"),
        (ONLY_SYMBOLS, "nothing", [], "unsupported", "missing_evidence"),
        (ONLY_SYMBOLS, "nothing", ["src/a.py"], "unsupported", "wrong_chunk"),
    ],
)
def test_grade_and_label_follow_from_what_was_found(
    entry: Entry, text: str, files: list[str], level: Level, label: FailureLabel | None
) -> None:
    grade = graders.evidence()(entry, Answer(text, evidence_files=tuple(files)))
    assert (grade.level, grade.failure_label) == (level, label)


def test_the_recall_of_files_and_of_symbols_are_scores_and_the_notes_name_what_is_missing() -> None:
    grade = graders.evidence()(ENTRY, Answer("RunLog", evidence_files=("src/a.py",)))
    assert {score.name: score.value for score in grade.scores} == {"file_recall": 0.5, "symbol_recall": 0.5}
    assert grade.notes == "missing file: docs/b.md; missing symbol: RunLog.append"


def test_what_is_not_expected_is_not_scored() -> None:
    grade = graders.evidence(files=["src/a.py"])(Entry(id="y", question="?"), Answer("see src/a.py"))
    assert [score.name for score in grade.scores] == ["file_recall"]


def test_an_entry_that_expects_nothing_is_the_benchmarks_fault() -> None:
    with pytest.raises(GraderError, match="needs expected_files or expected_symbols, entry 'y' has neither"):
        graders.evidence()(Entry(id="y", question="?"), Answer(""))


@pytest.mark.parametrize("cited", ["src/grading/grade.py", "./src/grading/grade.py:7", "grading/grade.py", "grade.py"])
def test_a_citation_in_prose_may_leave_leading_folders_out(cited: str) -> None:
    assert found_files(Answer(f"look into `{cited}`"), ["src/grading/grade.py"]) == ["src/grading/grade.py"]


@pytest.mark.parametrize("cited", ["upgrade.py", "src/other/grade.py", "grade.pyi", "src/grading/grade.pyx"])
def test_another_file_of_like_name_is_not_the_expected_one(cited: str) -> None:
    assert found_files(Answer(f"look into `{cited}`", evidence_files=(cited,)), ["src/grading/grade.py"]) == []


def test_a_longer_name_is_not_a_path_that_ends_in_the_expected_one() -> None:
    assert found_files(Answer("look into `upgrade.py`"), ["grade.py"]) == []


def test_a_path_may_have_folders_before_the_repository() -> None:
    assert found_files(Answer("", evidence_files=("/home/me/repo/src/a.py",)), ["src/a.py"]) == ["src/a.py"]


def test_a_retrieved_path_is_whole_so_that_one_readme_is_not_another() -> None:
    retrieved = Answer("README.md says", evidence_files=("README.md",), retrieval_method="bm25")
    assert found_files(retrieved, ["docs/README.md"]) == []
    assert found_files(Answer("README.md says"), ["docs/README.md"]) == ["docs/README.md"]


def test_a_file_without_an_ending_is_found_by_its_exact_path() -> None:
    assert found_files(Answer("run `.ci/run`."), [".ci/run"]) == [".ci/run"]
    assert found_files(Answer("run my.ci/runner"), [".ci/run"]) == []


def test_evidence_is_what_is_given_and_what_is_cited_without_repeats() -> None:
    assert evidence_of(Answer("a.py and b.py", evidence_files=("./a.py:3", "c.py"))) == ("a.py", "c.py", "b.py")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("`RunLog.append()` writes", "RunLog.append"),
        ("the `append` of RunLog", "RunLog.append()"),
        ("pass --llm-log=x", "--llm-log"),
        ("set __all__", "__all__"),
        ("λ_x", "λ_x"),
    ],
)
def test_a_symbol_is_named_as_a_whole_word_or_by_its_parts(text: str, symbol: str) -> None:
    assert names_symbol(text, symbol)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("RunLogs", "RunLog"),
        ("runlog", "RunLog"),
        ("RunLog only", "RunLog.append"),
        ("pass --llm-log-dir", "--llm-log"),
        ("x--llm-log", "--llm-log"),
        ("anything", ""),
        ("anything", "()"),
    ],
)
def test_part_of_a_name_is_not_the_symbol(text: str, symbol: str) -> None:
    assert not names_symbol(text, symbol)
