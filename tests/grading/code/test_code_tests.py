"""The grade that follows from what the tests said; the sandbox is a stand-in here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError, UnscoredError
from pytest_llmeval.grading.code.code_tests import CodeTests
from pytest_llmeval.grading.code.limits import Limits
from pytest_llmeval.grading.code.outcome import Check, Outcome, read_outcome
from pytest_llmeval.grading.code.sandbox import Exam, NotIsolated, Program, Sandbox
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="e", question="Add one.", metadata={"hidden_tests": ["assert f(1) == 2"]})


class Scripted(Sandbox):
    """Says what a test tells it to, and keeps what it was asked."""

    def __init__(self, end: Outcome | Exception) -> None:
        super().__init__()
        self.end = end
        self.asked: list[tuple[Program, Exam, Limits]] = []

    def run(self, program: Program, exam: Exam, limits: Limits) -> Outcome:
        self.asked.append((program, exam, limits))
        if isinstance(self.end, Exception):
            raise self.end
        return self.end


def outcome(visible: str, hidden: str, ended: str | None = None) -> Outcome:
    """Make an outcome of dots and crosses."""
    kinds: list[Check] = [Check("visible", f"v{n}", None if mark == "." else "got 1") for n, mark in enumerate(visible)]
    kinds += [Check("hidden", f"h{n}", None if mark == "." else "got 2") for n, mark in enumerate(hidden)]
    return Outcome(tuple(kinds), ended)


def graded(end: Outcome | Exception, text: str = "def f(x): return x", entry: Entry = ENTRY, **settings: Any) -> Grade:
    return CodeTests(**settings)(entry, Answer(text, context=TrialContext(entry, sandbox=Scripted(end))))


def values(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


def test_all_tests_make_it_fully_correct() -> None:
    grade = graded(outcome("", ".."))
    assert (grade.level, grade.failure_label, grade.notes, values(grade)) == (
        "fully_correct",
        None,
        "",
        {"code_tests": 1},
    )
    assert grade.scores[0].detail == "2 of 2 tests passed"
    assert grade.scores[0].grader == "code_tests"


@pytest.mark.parametrize(
    ("visible", "hidden", "scores"),
    [
        ("..", "..", {"code_tests": 1, "visible_tests": 1, "hidden_tests": 1, "generalization": 1}),
        ("..", "x.", {"code_tests": 0.75, "visible_tests": 1, "hidden_tests": 0.5, "generalization": 0.5}),
        ("..", "xx", {"code_tests": 0.5, "visible_tests": 1, "hidden_tests": 0, "generalization": 0}),
        ("x.", "..", {"code_tests": 0.75, "visible_tests": 0.5, "hidden_tests": 1, "generalization": 1}),
    ],
)
def test_the_overfit_gap_is_taken_off_the_generalization(visible: str, hidden: str, scores: dict[str, float]) -> None:
    assert values(graded(outcome(visible, hidden))) == scores


def test_the_gap_is_told_with_its_sign() -> None:
    assert graded(outcome("x.", "..")).scores[3].detail == "overfit gap -0.50"
    assert graded(outcome("..", "x.")).scores[3].detail == "overfit gap +0.50"


@pytest.mark.parametrize(
    ("end", "label", "notes"),
    [
        (outcome("", ".x"), "reasoning_error", "1 of 2 tests passed, not 'h1': got 2"),
        (
            outcome(".", "x"),
            "reasoning_error",
            "passes what it could see, fails hidden tests; 1 of 2 tests passed, not 'h0': got 2",
        ),
        (outcome("x", "."), "reasoning_error", "1 of 2 tests passed, not 'v0': got 1"),
        (
            outcome("", "x", "it tried to read /x"),
            "scope_confusion",
            "the program tried to read /x; 0 of 1 tests passed",
        ),
        (
            outcome("", "..", "it printed more than it may"),
            "reasoning_error",
            "the program printed more than it may; 2 of 2 tests passed",
        ),
        (
            Outcome((Check("hidden", "h", "NameError: the answer defines no f"),)),
            "scope_confusion",
            "0 of 1 tests passed, not 'h': NameError: the answer defines no f",
        ),
    ],
)
def test_a_failure_has_a_label_and_says_what_failed(end: Outcome, label: str, notes: str) -> None:
    grade = graded(end)
    assert (grade.level, grade.failure_label, grade.notes) == ("wrong", label, notes)


def test_a_share_of_passed_tests_is_partially_correct_where_that_is_asked_for() -> None:
    assert graded(outcome("", ".x"), partial=0.5).level == "partially_correct"
    assert graded(outcome("", ".xx"), partial=0.5).level == "wrong"
    assert graded(outcome("", "x"), partial=0.0).level == "wrong"
    assert graded(outcome("", ".x", "it ended"), partial=0.5).level == "wrong"


def test_an_answer_without_code_is_unextractable_and_runs_nothing() -> None:
    sandbox = Scripted(outcome("", "."))
    grade = CodeTests()(ENTRY, Answer("I do not know.", context=TrialContext(ENTRY, sandbox=sandbox)))
    assert (grade.state, sandbox.asked) == ("unextractable", [])


def test_nothing_is_run_without_leave() -> None:
    for answer in (Answer("def f(x): return 1"), Answer("def f(x): return 1", context=TrialContext(ENTRY))):
        with pytest.raises(UnscoredError, match="add --llm-allow-code-execution"):
            CodeTests()(ENTRY, answer)


def test_faults_of_the_benchmark_name_the_entry_and_those_of_the_machine_do_not() -> None:
    with pytest.raises(GraderError, match=r"^entry 'e': the hidden tests are no Python$"):
        graded(GraderError("the hidden tests are no Python"))
    with pytest.raises(NotIsolated, match=r"^no walls$"):
        graded(NotIsolated("no walls"))


def test_program_and_exam_go_separate_ways() -> None:
    sandbox = Scripted(outcome("", "."))
    text = "```python\nimport re\n```\n```python\ndef f(x):\n    return 1\n```"
    CodeTests(timeout_s=2, memory_mb=100)(ENTRY, Answer(text, context=TrialContext(ENTRY, sandbox=sandbox)))
    ((program, exam, limits),) = sandbox.asked
    assert program == Program("def f(x):\n    return 1", "Add one.", ("import re",), ("f",), fenced=True)
    assert exam == Exam((("hidden", ("assert f(1) == 2",)),), None, "Add one.")
    assert limits == Limits(timeout_s=2, memory_mb=100)


def test_ids_name_the_settings() -> None:
    assert CodeTests().id == "code_tests"
    assert CodeTests(timeout_s=3, partial=0.5).id == "code_tests(timeout_s=3, partial=0.5)"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"timeout_s": 0}, "timeout_s must be a number above 0, got 0"),
        ({"timeout_s": float("inf")}, "timeout_s must be a number above 0, got inf"),
        ({"timeout_s": float("nan")}, "timeout_s must be a number above 0, got nan"),
        ({"memory_mb": 32}, "memory_mb must be a number above 63, got 32"),
        ({"memory_mb": True}, "memory_mb must be a number above 63, got True"),
        ({"partial": 2}, "partial must lie between 0 and 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused_at_once(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        CodeTests(**settings)


def test_a_busy_machine_gets_more_time_by_the_clock_than_by_the_processor() -> None:
    assert (Limits(timeout_s=0.1).cpu_s, Limits(timeout_s=0.1).wall_s) == (1, 8.0)
    assert (Limits().cpu_s, replace(Limits(), patience_s=1).wall_s) == (10, 31.0)


TOLD: dict[str, Any] = {
    "tests": [["hidden", "a", None], ["hidden", "b", "bad\x1b[2J"]],
    "broken": None,
    "end": None,
    "flooded": False,
}


def test_what_the_sandbox_tells_is_read_as_untrusted_text() -> None:
    read = read_outcome(TOLD, ())
    assert [test.error for test in read.tests] == [None, "bad"]
    assert (read.rate(), read.rate("visible"), read.ended, read.passed) == (0.5, None, None, False)


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        ({"broken": "it ended", "end": "it ended itself"}, "it ended itself"),
        ({"broken": "it tried to fly"}, "it tried to fly"),
        ({"flooded": True}, "it printed more than it may"),
    ],
)
def test_what_ended_a_program_is_told_once(told: dict[str, Any], ended: str) -> None:
    assert read_outcome({**TOLD, **told}, ()).ended == ended


def test_tests_that_were_cut_off_have_all_failed() -> None:
    read = read_outcome({"cut": "cut off"}, (("visible", ""), ("hidden", "")))
    assert (read.rate(), read.ended, len(read.tests)) == (0.0, "cut off", 2)
