"""Files of cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.grading.checking.case import read_cases


def write(tmp_path: Path, *rows: dict[str, Any] | str) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_a_line_needs_an_answer_and_what_is_expected(tmp_path: Path) -> None:
    (case,) = read_cases(write(tmp_path, {"grader": "numeric", "answer": "42", "expected": "accept"}))
    assert (case.as_answer().text, case.as_entry().question) == ("42", "?")
    assert case.id == f"{tmp_path}/cases.jsonl:1"


def test_output_and_should_pass_are_read_too_and_a_grader_for_all(tmp_path: Path) -> None:
    rows = [{"output": "a", "should_pass": True}, {"output": "b", "should_pass": False, "grader": "length"}]
    found = read_cases(write(tmp_path, *rows), "contains")
    assert [(case.grader, case.expected) for case in found] == [("contains", "accept"), ("length", "reject")]


def test_an_answer_may_be_an_object_and_an_entry_is_spelled_as_in_a_benchmark(tmp_path: Path) -> None:
    row = {
        "grader": "evidence",
        "answer": {"text": "x", "evidence_files": ["a.py"], "tool_calls": [{"name": "look"}], "finish_reason": "stop"},
        "expected": "wrong",
        "entry": {"id": "e1", "prompt": "What?", "ideal": "y", "level": 3},
    }
    (case,) = read_cases(write(tmp_path, row))
    assert (case.as_answer().evidence_files, case.as_answer().tools_called) == (("a.py",), ("look",))
    entry = case.as_entry()
    assert (entry.id, entry.question, entry.gold_answer, entry.metadata) == ("e1", "What?", "y", {"level": 3})


def test_replies_of_judges_are_texts_or_objects(tmp_path: Path) -> None:
    rows = [{"answer": "x", "expected": "accept", "judge": judge} for judge in (None, "a", {"k": 1}, ["a", {"k": 1}])]
    found = read_cases(write(tmp_path, *rows), "rubric_judge")
    assert [case.replies() for case in found] == [[], ["a"], ['{"k": 1}'], ["a", '{"k": 1}']]


GOOD = {"grader": "contains", "answer": "x", "expected": "accept"}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({**GOOD, "expected": "good"}, "expected: must be one of accept, reject, fully_correct,"),
        ({"grader": "contains", "answer": "x"}, "has no 'expected'"),
        ({"grader": "contains", "expected": "accept"}, "has no 'answer'"),
        ({"answer": "x", "expected": "accept"}, "names no grader; add it to the line, or name one for all"),
        ({**GOOD, "answr": "x"}, "has an unknown field 'answr'; known are grader, answer"),
        ({**GOOD, "answer": {"txt": "x"}}, "answer: an answer has no 'txt', but calls, evidence_files"),
        ({**GOOD, "answer": {"tool_calls": 5}}, "answer: tool_calls: "),
        ({**GOOD, "answer": 5}, "answer: must be text or an object, got a number"),
        ({**GOOD, "files": {"../x": ""}}, "files: '../x' must be a path within the case's folder"),
        ({**GOOD, "files": {"/x": ""}}, "must be a path within"),
        ({**GOOD, "entry": {"weight": -1}}, "entry: "),
        ({**GOOD, "label": "sad"}, "label: "),
        ('{"grader": ', "broken JSON"),
        ("[1]", "an entry must be an object"),
    ],
)
def test_every_fault_is_told_with_its_line(tmp_path: Path, row: Any, fault: str) -> None:
    with pytest.raises(BenchmarkError) as told:
        read_cases(write(tmp_path, GOOD, row))
    assert len(told.value.faults) >= 1
    assert told.value.faults[0].startswith(f"{tmp_path}/cases.jsonl:2: ")
    assert fault in "\n".join(told.value.faults)


def test_a_file_that_is_not_there_or_holds_nothing_is_told(tmp_path: Path) -> None:
    for path, fault in [(tmp_path / "no.jsonl", "no such file"), (write(tmp_path, " "), "holds no case")]:
        with pytest.raises(BenchmarkError, match=fault):
            read_cases(path)


def test_a_table_will_do_and_its_empty_cells_are_not_given(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("output,should_pass,why\n4,true,\n5,False,another\n")
    assert [(case.expected, case.why) for case in read_cases(path, "numeric")] == [
        ("accept", ""),
        ("reject", "another"),
    ]
