"""Names of fields in the files of other makers, and which of several wins."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pytest_llmeval.benchmark.spellings import FIELDS, SPELLINGS, Spelled, places, spelled
from pytest_llmeval.errors import ConfigurationError

ALL = [(field, name) for field, names in SPELLINGS.items() for name in names]


def sort(row: dict[str, Any], **columns: str) -> Spelled:
    return spelled(row, places(columns))


@pytest.mark.parametrize(("field", "name"), ALL)
def test_each_spelling_stands_for_its_field(field: str, name: str) -> None:
    assert sort({name: "x", "other": 1}) == Spelled({field: "x"}, {"other": 1})


@pytest.mark.parametrize(("field", "name"), ALL)
def test_a_fields_own_name_beats_every_spelling(field: str, name: str) -> None:
    assert sort({name: "spelled", field: "own"}) == Spelled({field: "own"}, {name: "spelled"})


@pytest.mark.parametrize("field", [field for field in SPELLINGS if len(SPELLINGS[field]) > 1])
def test_of_two_spellings_the_first_of_the_table_wins_and_the_other_is_kept(field: str) -> None:
    for winner, loser in pairwise(SPELLINGS[field]):
        assert sort({loser: "b", winner: "a"}) == Spelled({field: "a"}, {loser: "b"})


def test_the_table_accepts_these_names() -> None:
    assert ALL == [
        ("id", "task_id"),
        ("question", "prompt"),
        ("question", "input"),
        ("gold_answer", "reference_output"),
        ("gold_answer", "reference"),
        ("gold_answer", "expected_output"),
        ("gold_answer", "expected"),
        ("gold_answer", "ideal"),
        ("gold_answer", "target"),
        ("gold_answer", "answer"),
        ("gold_answer", "canonical_solution"),
        ("category", "task_type"),
        ("difficulty", "complexity"),
        ("criteria", "key_points"),
    ]
    assert not {name for _, name in ALL} & set(FIELDS)


def test_null_and_nan_are_fields_not_given_and_make_way_for_a_spelling() -> None:
    assert sort({"question": None, "prompt": float("nan"), "input": "i"}).fields == {"question": "i"}
    assert sort({"category": None, "weight": float("nan"), "mine": None}) == Spelled({}, {"mine": None})


def test_false_zero_and_empty_text_are_given() -> None:
    given: list[Any] = [False, 0, "", []]
    for value in given:
        assert sort({"answer": value}).fields == {"gold_answer": value}


def test_a_mapped_column_beats_the_fields_own_name() -> None:
    row = {"prompt_text": "mapped", "question": "own", "prompt": "spelled"}
    assert sort(row, question="prompt_text") == Spelled(
        {"question": "mapped"}, {"question": "own", "prompt": "spelled"}
    )


def test_a_mapped_column_is_no_longer_a_spelling_of_another_field() -> None:
    assert sort({"input": "kind", "prompt": "q"}, category="input").fields == {"question": "q", "category": "kind"}
    assert sort({"input": "kind"}, category="input").fields == {"category": "kind"}


def test_an_entry_without_the_mapped_column_is_read_by_the_usual_names() -> None:
    assert sort({"prompt": "q"}, question="prompt_text").fields == {"question": "q"}


def test_one_column_may_be_two_fields() -> None:
    assert sort({"text": "t"}, question="text", gold_answer="text") == Spelled(
        {"question": "t", "gold_answer": "t"}, {}
    )


def test_a_mapping_of_an_unknown_field_is_an_error_that_lists_the_fields() -> None:
    with pytest.raises(ConfigurationError) as caught:
        places({"qestion": "prompt_text"})
    assert str(caught.value) == (
        "columns names 'qestion', which is no field of an entry; did you mean 'question'? The fields are "
        "id, question, category, gold_answer, criteria, evaluation_type, expected_files, expected_symbols, "
        "expected_tools, expected_route, context_files, response_schema, difficulty, tags, weight, split, status, "
        "system_prompt, messages, fake_tools, turns, metadata"
    )
    with pytest.raises(
        ConfigurationError, match=r"^columns names 'zzz', which is no field of an entry; the fields are id,"
    ):
        places({"zzz": "a"})


def test_text_and_code_stand_for_question_and_gold_answer_beside_tests_alone() -> None:
    row = {"text": "q", "code": "c", "test_list": ["assert f()"]}
    assert sort(row) == Spelled({"question": "q", "gold_answer": "c"}, {"test_list": ["assert f()"]})
    assert sort({"text": "q", "code": "c"}) == Spelled({}, {"text": "q", "code": "c"})


def test_beside_tests_too_the_usual_names_win() -> None:
    row = {"prompt": "p", "text": "t", "answer": "a", "code": "c", "test_list": []}
    assert sort(row).fields == {"question": "p", "gold_answer": "a"}
    assert sort({"prompt": "p", "code": None, "test_list": []}).fields == {"question": "p"}
    assert sort({"code": "c", "test_list": []}, question="code").fields == {"question": "c"}
