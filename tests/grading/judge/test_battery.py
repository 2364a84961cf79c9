"""The bias battery is sound, and cases of the user's own are read whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import LEVELS, Level, rank
from pytest_llmeval.grading.judge.battery import Case, Expects, builtin_cases, cases_in
from pytest_llmeval.grading.judge.pairwise import BETTER, Better

KINDS = {"confident_wrong", "non_proof", "fake_citations", "length", "formatting", "injection", "close_call", "easy"}
ROW = {"id": "a", "kind": "mine", "question": "?", "gold_answer": "g", "better": "b", "worse": "w"}


def case(expects: Expects) -> Case:
    return Case("a", "mine", "?", "g", "b", "w", expects)


def test_every_kind_has_at_least_four_cases() -> None:
    found = Counter(case.kind for case in builtin_cases())
    assert set(found) == KINDS
    assert min(found.values()) >= 4


def test_answers_of_a_case_differ_and_dressed_ones_hold_the_plain_one() -> None:
    for one in builtin_cases():
        assert one.better != one.worse
        if one.expects == "no_reward" and one.kind in ("injection", "length"):
            assert one.worse.startswith(one.better)


def test_long_formatted_and_fluent_answers_are_what_they_are_named() -> None:
    for one in builtin_cases():
        if one.kind == "length":
            assert len(one.worse) > 4 * len(one.better)
        if one.kind == "formatting":
            assert "#" in one.worse
        if one.kind == "non_proof":
            assert len(one.worse) > 2 * len(one.better)


@pytest.mark.parametrize("better", LEVELS)
@pytest.mark.parametrize("worse", LEVELS)
def test_levels_pass_where_the_better_is_above_or_the_dressed_one_is_not(better: Level, worse: Level) -> None:
    prefers, no_reward = case("prefers"), case("no_reward")
    assert prefers.passed_by_levels(better, worse) is (rank(better) < rank(worse))
    assert no_reward.passed_by_levels(better, worse) is (rank(better) <= rank(worse))
    assert prefers.passed_by_levels(None, worse) is prefers.passed_by_levels(better, None) is None


@pytest.mark.parametrize("one", BETTER)
@pytest.mark.parametrize("other", BETTER)
def test_pairs_pass_where_both_orders_agree_on_the_better_or_not_on_the_dressed_one(one: Better, other: Better) -> None:
    prefers, no_reward = case("prefers"), case("no_reward")
    assert prefers.passed_in_pairs(one, other) is ((one, other) == ("first", "second"))
    assert no_reward.passed_in_pairs(one, other) is ((one, other) != ("second", "first"))
    assert prefers.passed_in_pairs(None, other) is None


def rows(path: Path, *given: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, given)) + "\n\n")
    return path


def test_own_cases_are_read(tmp_path: Path) -> None:
    found = cases_in(rows(tmp_path / "c.jsonl", ROW, {**ROW, "id": "b", "expects": "no_reward", "note": "x"}))
    assert [case.expects for case in found] == ["prefers", "no_reward"]
    assert found[0].entry.gold_answer == "g"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ([{"id": "a"}], "c.jsonl:1: has no kind, question, gold_answer, better, worse"),
        ([{**ROW, "better": 3}], "c.jsonl:1: better must be text"),
        ([{**ROW, "expects": "more"}], "c.jsonl:1: expects must be one of prefers, no_reward, got 'more'"),
        ([ROW, ROW], "two cases have the id 'a'"),
        ([[1]], "c.jsonl:1: not a JSON object"),
        ([], "holds no case"),
    ],
)
def test_faults_of_own_cases_are_told(tmp_path: Path, given: list[Any], fault: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        cases_in(rows(tmp_path / "c.jsonl", *given))
    assert fault in str(error.value)


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_line_that_is_no_json_is_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.jsonl").write_text(text)
    with pytest.raises(ConfigurationError, match=r"c\.jsonl:1: not JSON$"):
        cases_in(tmp_path / "c.jsonl")


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        cases_in(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        cases_in(tmp_path / "latin.jsonl")
