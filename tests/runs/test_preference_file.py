from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.preference_file import Preference, read_preferences, write_preferences


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


def test_a_choice_names_its_answers_in_either_order() -> None:
    one = preference(preferred="second", left="first", notes="n", mine=1)
    other = preference(
        first="r2 m", second="r1 m", answers=("b", "a"), preferred="first", left="second", notes="n", mine=1
    )
    assert (one.mirrored, other.mirrored) == (other, one)
    for verdict in ("tie", "both_bad"):
        assert (preference(preferred=verdict).mirrored.preferred, preference().mirrored.left) == (verdict, None)
