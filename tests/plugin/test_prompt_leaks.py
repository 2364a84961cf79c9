"""A run is not begun where its prompts hold what it asks; what may be meant is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.conftest import Project

ROWS = [
    {"id": "fr", "question": "say: Paris is the capital of France", "gold_answer": "Paris is the capital of France"},
    {"id": "jp", "question": "say: Tokyo is the capital of Japan", "gold_answer": "Tokyo"},
]
SHOT = "Example: Say, Paris is the capital of France! Be brief."
QUOTED = "('say: Paris is the capital of France')"
OWN = "entries' own system prompts or messages hold the gold answers of entries"
WAY_OUT = 'take it out, or write leaks="warn" on the marker if it is meant'


def evals(project: Project, prompt: str | None = None, more: str = "", rows: Any = ROWS) -> None:
    project.benchmark(rows)
    project.evals(
        f'@pytest.mark.llm_eval("questions.jsonl", system_prompt={prompt!r}{more})\n'
        "def test_it(answer): assert answer.text\n"
    )


def notes(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("llm-note: ")]


def test_a_question_in_the_system_prompt_ends_collection_before_anything_is_asked(project: Project) -> None:
    evals(project, SHOT)
    result = project.run()
    told = "fr ('say: Paris is the capital of France')"
    result.stdout.fnmatch_lines(
        [f"*test_evals.py::test_it: the marker's system_prompt holds the question of entry {told}; {WAY_OUT}"]
    )
    result.assert_outcomes(errors=1)
    assert (project.asked(), project.logs()) == ([], [])


def test_a_later_turn_of_a_conversation_is_a_question_too(project: Project) -> None:
    later = {"user": "say: Lyon is no capital at all", "gold_answer": "Lyon is no capital at all"}
    first = {"user": ROWS[0]["question"], "gold_answer": "x"}
    evals(project, "Example: Say Lyon is no capital at all. So be it.", rows=[{"id": "c", "turns": [first, later]}])
    project.run().stdout.fnmatch_lines(
        ["*: the marker's system_prompt holds the question of entry c ('say: Lyon is no capital at all'); *"]
    )
    evals(project, SHOT, rows=[{"id": "c", "turns": [first, later]}])  # the first turn is the entry's question
    project.run().stdout.fnmatch_lines([f"*: the marker's system_prompt holds the question of entry c {QUOTED}; *"])


def test_a_question_in_a_judges_rubric_is_an_error_too(project: Project) -> None:
    example = f'Example({SHOT!r}, "so", level="wrong")'
    evals(project, more=f", graders=[graders.rubric_judge(Rubric(examples=[{example}]))]")
    project.run().stdout.fnmatch_lines(["*::test_it: the rubric of rubric_judge(#*) holds the question of entry fr (*"])


@pytest.mark.parametrize(
    ("prompt", "rows", "said"),
    [
        ("The capital is TOKYO.", ROWS, "the marker's system_prompt holds the gold answer of entry jp ('Tokyo')"),
        (
            None,
            [{**ROWS[0], "system_prompt": ROWS[0]["gold_answer"]}, {**ROWS[1], "system_prompt": "Tokyo!"}],
            OWN + " fr ('Paris is the capital of France'), jp ('Tokyo')",
        ),
        (
            None,
            [{**row, "gold_answer": "x", "system_prompt": SHOT} for row in ROWS],
            "a system prompt that several entries have holds the question of entry fr " + QUOTED,
        ),
    ],
)
def test_what_may_be_meant_is_told_and_run(project: Project, prompt: str | None, rows: Any, said: str) -> None:
    evals(project, prompt, rows=rows)
    result = project.run()
    result.assert_outcomes(passed=2)
    assert notes(result) == [
        f'llm-note: test_evals.py::test_it: {said}; write leaks="off" on the marker if it is meant'
    ]


def test_the_marker_and_then_the_option_say_what_to_do(project: Project) -> None:
    evals(project, SHOT)
    result = project.run("--llm-leaks=warn")
    result.assert_outcomes(passed=2)
    assert len(notes(result)) == 2
    for more, flag in (("", "--llm-leaks=off"), (', leaks="off"', "--llm-leaks=error")):
        evals(project, SHOT, more)
        result = project.run(flag)
        result.assert_outcomes(passed=2)
        assert notes(result) == []
    evals(project, "The capital is Tokyo.", more=', leaks="error"')
    project.run().stdout.fnmatch_lines([f"*holds the gold answer of entry jp ('Tokyo'); {WAY_OUT}"])
    evals(project, SHOT, more=', leaks="no"')
    project.run().stdout.fnmatch_lines(["*llm_eval's leaks must be one of off, warn, error, got 'no'"])


def test_nothing_is_told_of_evals_that_are_not_run(project: Project) -> None:
    evals(project, "The capital is Tokyo.")
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_other(answer): assert answer.text\n', "test_b.py")
    assert notes(project.run("-k", "test_other")) == []


def test_variants_and_context_files_may_hold_what_they_like(project: Project) -> None:
    (project.path / "notes.txt").write_text("Tokyo is the capital of Japan. " + SHOT)
    rows = [{**row, "question": "say: other", "context_files": ["notes.txt"]} for row in ROWS]
    evals(project, "Example: say the very same words as ever.", ", perturb=[same]", rows)
    source = (project.path / "test_evals.py").read_text()
    same = "def same(entry, random): return 'say the very same words as ever'\n"
    project.evals(source.replace("@pytest", f"{same}@pytest", 1))
    result = project.run()
    result.assert_outcomes(passed=4)
    assert not any("holds" in note for note in notes(result))


def test_workers_tell_it_as_one_process_does(project: Project) -> None:
    evals(project, SHOT)
    project.run("-n", "2").stdout.fnmatch_lines([f"*holds the question of entry fr (*); {WAY_OUT}"])
    assert len(notes(project.run("-n", "2", "--llm-leaks=warn"))) == 2
