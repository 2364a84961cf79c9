"""Files in the shape of HumanEval and MBPP: right solutions pass, and mutilated ones fail."""

from __future__ import annotations

import ast

import pytest

from pytest_llmeval.benchmark.entry import Entry
from tests.grading.code.rig import graded, problems

HUMAN_EVAL = problems()
MBPP = problems("statements.jsonl")


def named(entry: Entry) -> str:
    return str(entry.metadata.get("entry_point") or entry.id)


def shortened(entry: Entry) -> str:
    """Return the solution without the last statement of its function."""
    tree = ast.parse(entry.question + entry.gold_answer)
    last = tree.body[-1]
    assert isinstance(last, ast.FunctionDef)
    lines = (entry.question + entry.gold_answer).splitlines()
    assert last.body[-1].end_lineno == len(lines)
    return "\n".join(lines[entry.question.count("\n") : last.body[-1].lineno - 1]) + "\n"


def test_there_are_problems_enough() -> None:
    assert len(HUMAN_EVAL) >= 20


@pytest.mark.parametrize("entry", HUMAN_EVAL, ids=named)
def test_a_canonical_solution_passes_and_without_its_last_statement_fails(entry: Entry) -> None:
    right, wrong = graded(entry, entry.gold_answer), graded(entry, shortened(entry).strip("\n") or "    pass")
    assert (right.level, right.notes) == ("fully_correct", "")
    assert (wrong.level, wrong.failure_label) == ("wrong", "reasoning_error")


@pytest.mark.parametrize("entry", MBPP, ids=named)
def test_a_solution_of_an_mbpp_entry_passes_and_an_empty_function_fails(entry: Entry) -> None:
    code = entry.gold_answer
    right = graded(entry, f"```python\n{code}\n```")
    assert (right.level, right.notes) == ("fully_correct", "")
    head, _, _ = code.rpartition("    return")
    wrong = graded(entry, f"```python\n{head}    return 'no'\n```")
    assert wrong.level == "wrong"


def test_whole_functions_in_a_chat_answer_pass_as_completions_do() -> None:
    for entry in HUMAN_EVAL[:4]:
        whole = entry.question + entry.gold_answer
        assert graded(entry, f"Here it is:\n\n```python\n{whole}```\n\nIt works.").level == "fully_correct"
        assert graded(entry, f"```\n{entry.gold_answer}```").level == "fully_correct"
        assert graded(entry, entry.gold_answer.strip()).level == "fully_correct"
