"""The grader that asks a judge about every citation, and holds each sentence against the source it names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ProviderTimeout
from pytest_llmeval.grading.context import TrialContext, context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.models.answer import Answer
from tests.grading.judge.scripted import Script, ScriptedJudge, abstaining, scoring, section

ENTRY = Entry(id="x", question="Where is it?", gold_answer="SECRET GOLD", criteria=("SECRET CRITERION",))
TEXT = "The log is one file, see a.md. Lines are never rewritten, see b.md. Records are flushed at once."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("The log is one file. Lines stay.\n")
    (tmp_path / "b.md").write_text("Something else.\n")
    return tmp_path


def answer_in(root: Path, text: str = TEXT) -> Answer:
    return Answer(text, context=TrialContext(ENTRY, roots=(root,)))


def graded(root: Path, *script: Script, text: str = TEXT, threshold: float = 1.0) -> tuple[Grade, ScriptedJudge]:
    judge = ScriptedJudge(script)
    grader = graders.citation_support(judges=[judge], threshold=threshold)
    return asyncio.run(grader(ENTRY, answer_in(root, text))), judge


@pytest.mark.parametrize(
    ("said", "level", "label", "value"),
    [
        ((1, 1), "fully_correct", None, 1.0),
        ((1, 0), "partially_correct", "hallucination", 0.5),
        ((0, 0), "unsupported", "hallucination", 0.0),
    ],
)
def test_the_share_of_supporting_citations_is_the_grade(
    root: Path, said: tuple[int, ...], level: str, label: str | None, value: float
) -> None:
    grade, _ = graded(root, scoring(**{f"citation_{n}": one for n, one in enumerate(said, 1)}))
    assert (grade.level, grade.failure_label, grade.scores[0].value) == (level, label, value)


def test_each_sentence_is_put_to_the_judge_with_the_source_that_it_names(root: Path) -> None:
    """So that another source cannot bear it out; a sentence that cites nothing is not asked about."""
    grade, judge = graded(root, scoring(citation_1=1, citation_2=0))
    asked = judge.asked[0]
    assert section(asked.text, "citations").splitlines() == [
        "1. The log is one file, see a.md. [source: a.md]",
        "2. Lines are never rewritten, see b.md. [source: b.md]",
    ]
    assert section(asked.text, "evidence 2") == "source: b.md\nSomething else."
    assert "SECRET" not in asked.text + asked.system
    assert grade.notes.startswith("not borne out by its source: Lines are never rewritten, see b.md. [source: b.md]; ")


def test_a_sentence_with_two_sources_counts_once_for_each(root: Path) -> None:
    grade, _ = graded(root, scoring(citation_1=1, citation_2=0), text="The log is one file, see a.md and b.md.")
    assert grade.scores[0].value == 0.5


def test_a_source_that_cannot_be_read_supports_nothing_and_is_not_asked_about(root: Path) -> None:
    grade, judge = graded(root, scoring(citation_1=1), text=TEXT.replace("a.md", "gone.md"))
    assert (grade.scores[0].value, len(judge.asked)) == (0.5, 1)
    assert "[source: gone.md]" in grade.notes
    grade, judge = graded(root, text="The log is one file, see gone.md.")
    assert (grade.level, grade.scores[0].value, judge.asked) == ("unsupported", 0.0, [])


def test_an_answer_that_cites_nothing_is_unsupported(root: Path) -> None:
    grade, judge = graded(root, text="The log is one file.")
    assert (grade.level, grade.failure_label, grade.scores[0].value) == ("unsupported", "missing_evidence", None)
    assert judge.asked == []


def test_half_will_do_where_half_is_enough(root: Path) -> None:
    grade, _ = graded(root, scoring(citation_1=1, citation_2=0), threshold=0.5)
    assert (grade.level, grade.grader.partition("@")[0]) == ("fully_correct", "citation_support")
    assert graders.citation_support(threshold=0.5).id == "citation_support(threshold=0.5)"
    with pytest.raises(ConfigurationError, match="threshold"):
        graders.citation_support(threshold=2)


@pytest.mark.parametrize("script", ["no verdict", scoring(citation_1=1), ProviderTimeout("openai:gpt-4o: no reply")])
def test_what_is_no_verdict_is_no_grade(root: Path, script: Script) -> None:
    grade, _ = graded(root, script)
    assert (grade.level, grade.state) == (None, "unscored")


def test_what_the_judge_said_is_its_verdict_on_the_answer(root: Path) -> None:
    answer = answer_in(root)
    asyncio.run(graders.citation_support(judges=[ScriptedJudge([abstaining])])(ENTRY, answer))
    context = context_of(answer)
    assert context is not None
    assert [(one.level, one.abstained) for one in context.judged] == [(None, True)]


def test_without_a_judge_the_answer_is_unscored(root: Path) -> None:
    grade = asyncio.run(graders.citation_support()(ENTRY, answer_in(root)))
    assert (grade.level, grade.state) == (None, "unscored")
