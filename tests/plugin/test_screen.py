"""What the user sees."""

import re

import pytest

from tests.plugin.conftest import CAPITALS, GRADED, Project


def test_header_tells_model_size_run_and_log(capitals: Project) -> None:
    result = capitals.run()
    result.stdout.fnmatch_lines(
        [
            "llm-eval: stand-in:m · 3 entries* · no repository",
            "llm-run:  * · log llm-runs/*.jsonl",
            "",
            "test_evals.py CWC *",
        ]
    )


def test_header_names_the_commit_and_a_dirty_tree(capitals: Project) -> None:
    git = ("git", "-c", "user.name=n", "-c", "user.email=e@example.org")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        capitals.pytester.run(*git, *command)
    clean = capitals.run("--llm-log=a.jsonl").stdout.str()
    assert re.search(r"^llm-eval: .* · repo [0-9a-f]{8}$", clean, re.MULTILINE)
    capitals.evals(GRADED + "\n")
    dirty = capitals.run("--llm-log=b.jsonl").stdout.str()
    assert re.search(r"^llm-eval: .* · repo [0-9a-f]{8} \(dirty\)$", dirty, re.MULTILINE)


def test_verbose_shows_the_grade_as_a_word(capitals: Project) -> None:
    result = capitals.run("-v")
    result.stdout.fnmatch_lines(["*test_capital?fr? PASSED fully_correct*", "*test_capital?jp? FAILED wrong*"])


def test_letters_are_green_where_the_test_passed_and_red_where_it_failed(capitals: Project) -> None:
    shown = capitals.run("--color=yes").stdout.str()
    assert "\x1b[32mC\x1b[0m" in shown
    assert "\x1b[31mW\x1b[0m" in shown


def test_no_colour_means_none(capitals: Project) -> None:
    result = capitals.run("--color=no")
    result.stdout.fnmatch_lines(["test_evals.py CWC *"])
    assert "\x1b" not in result.stdout.str()


def test_summary_has_grades_categories_outcomes_and_errors_apart(project: Project) -> None:
    project.benchmark([*CAPITALS, {"id": "err", "question": "fail: 400", "gold_answer": "x"}])
    project.evals(GRADED)
    project.run().stdout.fnmatch_lines(
        [
            "*= LLM evals =*",
            "stand-in:m · 2 of 3 fully correct · 67 % [[]*",
            "  fully correct * 2 *67 %*",
            "  wrong * 1 *33 %*",
            "  asia * 0 of 1 *",
            "  europe * 2 of 2 *",
            "  outcomes * 2 passed · 1 failed*",
            "* 1 error*",
            "* stand-in:m: 400 not like this",
            "  tokens * 30 in *15 out*",
            "  log * llm-runs/*.jsonl",
        ]
    )


def test_several_models_stand_in_columns(capitals: Project) -> None:
    shown = capitals.run("--llm-model=stand-in:other").stdout
    shown.fnmatch_lines([" *stand-in:m *stand-in:other", "  fully correct *2   67 %*2   67 %*"])


def test_quiet_output_keeps_the_result_and_the_log(capitals: Project) -> None:
    shown = capitals.run("-q").stdout
    shown.fnmatch_lines(["stand-in:m: 2 of 3 fully correct*", "log llm-runs/*.jsonl"])
    shown.no_fnmatch_line("*LLM evals*")
    shown.no_fnmatch_line("llm-run:*")


def test_no_summary_shows_none_and_the_header_still_names_the_log(capitals: Project) -> None:
    shown = capitals.run("--no-summary").stdout
    shown.fnmatch_lines(["llm-run: * log llm-runs/*.jsonl"])
    shown.no_fnmatch_line("*LLM evals*")
    shown.no_fnmatch_line("*by category*")


def test_failure_shows_verdict_question_answer_expected_and_the_users_line(capitals: Project) -> None:
    capitals.run().stdout.fnmatch_lines(
        [
            '>       assert_grade(grade, at_least="fully_correct")',
            "E   graded wrong, wanted at least fully_correct",
            "E   question: say: Kyoto",
            "E   answer:   Kyoto",
            "E   expected: Tokyo",
            "test_evals.py:*: AssertionError",
        ]
    )


def test_failure_inside_a_helper_of_the_user_shows_both_lines(project: Project) -> None:
    project.benchmark(CAPITALS[1:2])
    project.evals("""
def check(grade):
    assert_grade(grade, at_least="fully_correct")

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(grade):
    check(grade)
""")
    shown = project.run().stdout
    shown.fnmatch_lines(
        [">       check(grade)", '>       assert_grade(grade, at_least="fully_correct")', "E   graded wrong*"]
    )


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("short", ["test_evals.py:*: AssertionError", "    assert_grade(grade*", "E   graded wrong*"]),
        ("line", ["*test_evals.py:*: graded wrong*"]),
        ("long", [">       assert_grade(grade*", "E       *graded wrong*"]),
        ("native", ["Traceback*", "*graded wrong*"]),
    ],
)
def test_traceback_styles_are_honoured(capitals: Project, style: str, expected: list[str]) -> None:
    capitals.run(f"--tb={style}").stdout.fnmatch_lines(expected)


def test_tb_no_shows_no_failure_text(capitals: Project) -> None:
    result = capitals.run("--tb=no")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.no_fnmatch_line("E *graded wrong*")


def test_showlocals_gets_pytests_own_traceback(capitals: Project) -> None:
    capitals.run("-l").stdout.fnmatch_lines(["grade * = *"])


def test_plain_assert_keeps_pytests_own_introspection(project: Project) -> None:
    project.benchmark(CAPITALS[1:2])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer):\n    assert answer.text == "Tokyo"\n')
    project.run().stdout.fnmatch_lines(["E       *AssertionError: assert 'Kyoto' == 'Tokyo'"])


def test_answers_cannot_drive_the_terminal(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "say: \x1b[2Jgone\x07", "gold_answer": "x"}])
    project.evals(GRADED)
    shown = project.run("--color=no").stdout.str()
    assert "gone" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_run_without_a_terminal_still_writes_its_log(capitals: Project) -> None:
    capitals.run("-p", "no:terminal")
    assert len(capitals.records()) == 3


@pytest.mark.parametrize("way", [(), ("-q",), ("-n2",)], ids=["plain", "-q", "-n 2"])
def test_another_model_that_answered_within_a_run_is_told(project: Project, way: tuple[str, ...]) -> None:
    asked = ["m-2024-07-18 Paris", "m-2024-07-18 Kyoto", "m-2025-01-31 Berlin"]
    project.benchmark([{**row, "question": f"served: {one}"} for row, one in zip(CAPITALS, asked, strict=True)])
    project.evals(GRADED)
    told = "stand-in:m was answered by several models: m-2024-07-18 (2 calls), m-2025-01-31 (1 call)"
    project.run(*way).stdout.fnmatch_lines([f"llm-note: {told}"])


def test_a_run_answered_by_one_model_says_nothing_of_it(capitals: Project) -> None:
    told = capitals.run().stdout.str()
    assert "of 3 fully correct" in told
    assert "was answered by" not in told
