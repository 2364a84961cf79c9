"""The grader of form, and the violations it tells."""

from __future__ import annotations

import json
import time
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.schema_check import check_text, schema_name
from pytest_llmeval.grading.violations import COMPARED_KEYS
from pytest_llmeval.models.answer import Answer
from tests.patience import PATIENCE_S

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["total", "currency"],
    "additionalProperties": False,
    "properties": {
        "total": {"type": "number", "minimum": 0},
        "currency": {"enum": ["EUR", "USD"]},
        "items": {"type": "array", "items": {"type": "object", "required": ["sku"]}},
        "note": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["text"]}]},
    },
}
GOOD = {"total": 5, "currency": "EUR"}


class Size(Enum):
    SMALL = "small"


class Line(BaseModel):
    sku: str


class Invoice(BaseModel):
    model_config = ConfigDict(extra="forbid")
    total: float = Field(ge=0)
    currency: Literal["EUR", "USD"]
    lines: list[Line] = []
    size: Size = Size.SMALL


def violations(value: Any, schema: Any = SCHEMA) -> list[str]:
    return [str(violation) for violation in check_text(json.dumps(value), schema).violations]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"total": "5"}, ['/total: got "5", expected type "number" [wrong_type]']),
        ({"total": None}, ['/total: got null, expected type "number" [wrong_type]']),
        ({"total": -1}, ["/total: got -1, expected minimum 0 [other_rule]"]),
        ({"total": [5]}, ['/total: got [5], expected type "number" [bad_nesting]']),
        ({"currency": "GBP"}, ['/currency: got "GBP", expected enum ["EUR", "USD"] [enum_violation]']),
        ({"items": {}}, ['/items: got {}, expected type "array" [bad_nesting]']),
        ({"items": [{"sku": 1}, {}]}, ["/items/1/sku: the key is missing [missing_key]"]),
        ({"extra": 1}, ["/extra: the schema has no such key [extra_key]"]),
        ({"a/b~c": 1}, ["/a~1b~0c: the schema has no such key [extra_key]"]),
        (
            {"note": {}},
            [
                "/note: got {}, which fits none of 2 alternatives [other_rule]",
                "/note/text: the key is missing [missing_key]",
            ],
        ),
    ],
)
def test_every_violation_has_its_pointer_what_was_got_and_its_class(change: dict[str, Any], told: list[str]) -> None:
    assert violations({**GOOD, **change}) == told


def test_a_missing_key_and_one_much_like_it_are_one_wrong_name() -> None:
    assert violations({"total": 5, "Currency_": "EUR"}) == [
        "/currency: the key is there as 'Currency_' [wrong_key_name]"
    ]


def test_a_missing_key_and_another_one_are_two_violations() -> None:
    assert violations({"total": 5, "colour": "EUR"}) == [
        "/currency: the key is missing [missing_key]",
        "/colour: the schema has no such key [extra_key]",
    ]


def test_all_missing_keys_are_told_once_each() -> None:
    assert violations({}) == ["/total: the key is missing [missing_key]", "/currency: the key is missing [missing_key]"]


def test_the_whole_value_is_named_as_the_top_level() -> None:
    assert violations([1]) == ['(top level): got [1], expected type "object" [bad_nesting]']


def test_keys_that_match_a_pattern_are_not_too_many() -> None:
    schema = {"patternProperties": {"^x-": {}}, "additionalProperties": False}
    assert violations({"x-a": 1, "y": 2}, schema) == ["/y: the schema has no such key [extra_key]"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (GOOD, []),
        ({"total": "five", "currency": "EUR"}, '/total: got "five": Input should be a valid number'),
        ({"currency": "EUR"}, "/total: the key is missing [missing_key]"),
        ({**GOOD, "zzz": 1}, "/zzz: the model has no such key [extra_key]"),
        ({"total": 1, "curency": "EUR"}, "/currency: the key is there as 'curency' [wrong_key_name]"),
        ({**GOOD, "currency": "GBP"}, "Input should be 'EUR' or 'USD' [enum_violation]"),
        ({**GOOD, "size": "big"}, "Input should be 'small' [enum_violation]"),
        ({**GOOD, "lines": [{"sku": 1}]}, "/lines/0/sku: got 1: Input should be a valid string [wrong_type]"),
        ({**GOOD, "total": -1}, "/total: got -1: Input should be greater than or equal to 0 [other_rule]"),
        ({**GOOD, "lines": "none"}, "[bad_nesting]"),
        ({**GOOD, "lines": [3]}, "[bad_nesting]"),
    ],
)
def test_a_pydantic_models_violations_are_told_in_the_same_way(value: Any, told: str | list[str]) -> None:
    found = violations(value, Invoice)
    if isinstance(told, list):
        assert found == told
    else:
        assert len(found) == 1
        assert told in found[0]


def test_a_pydantic_model_gives_an_instance() -> None:
    assert check_text('{"total": 5, "currency": "EUR"}', Invoice).value == Invoice(total=5, currency="EUR")


def test_a_class_that_is_no_pydantic_model_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="int is no schema; give a dict"):
        check_text("1", int)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "failure"), [("Paris", "not_json"), ("{'a': 1}", "not_json"), ('{"total": 5, "cur', "truncated")]
)
def test_text_that_is_no_json_is_told_from_json_that_breaks_off(text: str, failure: str) -> None:
    check = check_text(text, SCHEMA)
    assert (check.mode, check.valid) == (None, False)
    assert [violation.failure for violation in check.violations] == [failure]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strng"}, "the schema itself is broken at /type: 'strng' is not valid"),
        ({"required": "name"}, "the schema itself is broken at /required"),
        ({"type": 5, "$schema": "http://json-schema.org/draft-07/schema#"}, "the schema itself is broken at /type"),
        (
            {"$ref": "https://example.org/remote.json"},
            "which is not in it; put it under [$]defs, references are not fetched",
        ),
        ({"$ref": "#/$defs/nowhere"}, "the schema refers to '.*nowhere', which is not in it"),
    ],
)
def test_a_broken_schema_is_never_the_models_fault(schema: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        check_text("{}", schema)


def test_a_remote_reference_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda *arguments, **_: asked.append(arguments))
    with pytest.raises(ConfigurationError):
        check_text("{}", {"$ref": "https://example.org/remote.json"})
    assert asked == []


def test_a_reference_within_the_schema_is_followed() -> None:
    schema = {"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}}
    assert violations("x", schema) == ['(top level): got "x", expected type "number" [wrong_type]']


def test_a_schema_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "invoice.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8-sig")
    assert check_text(json.dumps(GOOD), str(path)).valid


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"title": "Invoice"}, "JSON of the schema Invoice"),
        ({"type": "array"}, 'JSON of the schema {"type": "array"}'),
        ("a/b.json", "JSON of the schema a/b.json"),
        (Path("a/b.json"), "JSON of the schema a/b.json"),
        (Invoice, "JSON of Invoice"),
    ],
)
def test_a_schema_is_named_by_its_title_its_path_or_its_content(schema: Any, name: str) -> None:
    assert schema_name(schema) == name


def entry(schema: Any = SCHEMA) -> Entry:
    return Entry(id="x", question="?", response_schema=schema)


def test_valid_json_is_fully_correct_and_form_and_content_are_two_scores() -> None:
    grade = graders.json_schema()(entry(), Answer(json.dumps(GOOD)))
    assert grade.level == "fully_correct"
    assert [(s.name, s.value, s.detail) for s in grade.scores] == [("json", 1, "raw"), ("schema", 1, "")]


def test_a_violation_is_wrong_and_the_notes_name_the_first() -> None:
    grade = graders.json_schema()(entry(), Answer('{"total": "5"}'))
    assert grade.level == "wrong"
    assert grade.notes == "the JSON does not fit the schema at /currency: the key is missing [missing_key] and 1 more"
    assert [(s.name, s.value, s.detail) for s in grade.scores] == [
        ("json", 1, "raw"),
        ("schema", 0, "1 missing_key, 1 wrong_type"),
    ]


def test_fenced_json_is_wrong_unless_it_is_accepted() -> None:
    fenced = Answer(f"```json\n{json.dumps(GOOD)}\n```")
    strict = graders.json_schema()(entry(), fenced)
    assert (strict.level, strict.notes) == ("wrong", 'the JSON was fenced; accept=("raw", "fenced") allows it')
    assert [(s.name, s.value) for s in strict.scores] == [("json", 0), ("schema", 1)]
    assert graders.json_schema(accept=("raw", "fenced"))(entry(), fenced).level == "fully_correct"


def test_prose_is_unextractable() -> None:
    grade = graders.json_schema()(entry(), Answer("Five euros."))
    assert (grade.state, grade.notes) == ("unextractable", "the answer holds no JSON: 'Five euros.'")


@pytest.mark.parametrize("accept", ["raw", (), ("raw", "repaired")])
def test_an_unknown_place_is_refused_when_the_grader_is_made(accept: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be a tuple of some of 'raw', 'fenced', 'embedded'"):
        graders.json_schema(accept=accept)


def test_a_hostile_answer_with_100000_violations_is_checked_in_little_time() -> None:
    begun = time.process_time()
    many = check_text(json.dumps({f"k{i}": 1 for i in range(100_000)}), SCHEMA)
    assert not many.valid
    assert not check_text(json.dumps(["x"] * 100_000), {"items": {"type": "number"}}).valid
    assert time.process_time() - begun < PATIENCE_S


def test_the_search_for_misspelt_keys_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def no_match(word: str, possibilities: list[str], **_: object) -> list[str]:
        compared.append(len(possibilities))
        return []

    monkeypatch.setattr("difflib.get_close_matches", no_match)
    schema = {"required": [f"abcdefghijkl{i:06}" for i in range(300)], "additionalProperties": False}
    assert not check_text(json.dumps({f"lkjihgfedcba{i:06}": 1 for i in range(40_000)}), schema).valid
    assert len(compared) == 300
    assert max(compared) == COMPARED_KEYS
