"""Whatever a model or a task put into a record, its line can be written and read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from pytest_llmeval.runs.line import read_line, record_line
from pytest_llmeval.runs.odd_values import LONGEST, fields_as_json
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.run_log import RunLog
from tests.runs.samples import any_record, full_record, record


def nested(levels: int, innermost: Any = None) -> Any:
    value = innermost
    for _ in range(levels):
        value = [value]
    return value


def ring() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value.update(one=value, other=[value])
    return value


class Broken:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@given(any_record())
def test_plain_values_are_told_as_they_are_elsewhere(one: Record) -> None:
    assert fields_as_json(one) == json.loads(one.model_dump_json())


def test_a_full_record_keeps_its_shape() -> None:
    assert fields_as_json(full_record()) == json.loads(full_record().model_dump_json())


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        (nested(500), "[[[["),
        (nested(5_000), "<list>"),
        ({"in": nested(500, "x" * 10_000)}, "{'in': [[["),
        (ring(), "{'one': {...}, 'other': [{...}]}"),
        (Broken(), "<Broken>"),
        ({1, 2}, "[1, 2]"),
    ],
    ids=["deep", "deeper", "deep and long", "holds itself", "without text", "set"],
)
def test_a_value_that_no_line_can_hold_is_told_as_text(odd: Any, text: str) -> None:
    one = read_line(record_line(record(answer="kept", params={"a": odd, "t": 0.5}, schema_version=1)))
    assert (one.answer, one.params["t"]) == ("kept", 0.5)
    assert str(one.params["a"]).startswith(text)
    assert len(str(one.params["a"])) < LONGEST + 100


def test_a_deep_value_does_not_cost_what_stands_beside_it() -> None:
    full = full_record()
    (call,) = full.calls
    deep = full.model_copy(
        update={"calls": (replace(call, messages=({"role": "user", "content": nested(500)},)),), "mine": nested(300)}
    )
    read = read_line(record_line(deep))
    (kept,) = read.calls
    assert kept.reply == call.reply
    assert str(kept.messages[0]["content"]).startswith("[[[[")
    assert read.model_extra is not None
    assert read.model_extra["mine"] == str(nested(300))


def test_an_odd_key_and_a_number_of_thousands_of_digits_are_told_as_text() -> None:
    odd = {("a", 1): Path("b"), "\ud83d": 1, "huge": 10**5_000}
    read = read_line(record_line(record(params={"a": odd})))
    assert read.params == {"a": {"('a', 1)": "b", "\ufffd": 1, "huge": "<int>"}}


def test_a_run_goes_on_after_a_record_that_goes_too_deep(tmp_path: Path) -> None:
    with RunLog.create(tmp_path / "a.jsonl") as log:
        for number, depth in enumerate((1, 900, 1)):
            log.append(record(number, params={"a": nested(depth)}))
    assert [one.question_id for one in iter_records(tmp_path / "a.jsonl")] == ["q0", "q1", "q2"]
