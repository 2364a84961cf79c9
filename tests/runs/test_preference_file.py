from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.preference_file import Preference, latest, read_preferences, write_preferences


def preference(**fields: Any) -> Preference:
    told: dict[str, Any] = {
        "question_id": "q1",
        "first": "r1 m",
        "second": "r2 m",
        "preferred": "first",
        "answers": ("a", "b"),
        "rater": "anna",
        "timestamp": "t",
    }
    return Preference(**{**told, **fields})


def test_what_is_written_is_read_with_what_others_added(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    assert read_preferences(path) == []
    known = [preference(mine=1), preference(preferred="both_bad", left="second")]
    write_preferences(path, known)
    assert read_preferences(path) == known


def test_a_torn_last_line_is_passed_over_and_a_broken_one_told(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    write_preferences(path, [preference()])
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"quest')
    assert len(read_preferences(path)) == 1
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(RunLogError, match=r"p\.jsonl:1: no preference: .*move the file away"):
        read_preferences(path)


def test_the_last_choice_of_a_rater_counts() -> None:
    found = latest([preference(), preference(preferred="tie"), preference(rater="ben"), preference(answers=("a", "c"))])
    assert [(one.rater, one.preferred, one.answers[1]) for one in found] == [
        ("anna", "tie", "b"),
        ("ben", "first", "b"),
        ("anna", "first", "c"),
    ]
