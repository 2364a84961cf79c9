from __future__ import annotations

from hypothesis import given

from pytest_llmeval.runs.flat import columns_of, flat_row
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from tests.runs.samples import any_record, full_record, record


def test_nested_values_have_columns_of_their_own() -> None:
    row = flat_row(full_record())
    assert row["usage.input_tokens"] == 10
    assert row["params.temperature"] == 0.0
    assert row["score.exact"] == 0.0
    assert row["judge.model"] == "openai:gpt-4o"
    assert row["calls"] == 1
    assert row["tags"] == ["easy"]


def test_columns_begin_with_the_sixteen_and_end_with_those_of_others() -> None:
    columns = columns_of(map(flat_row, [record(mine=1), full_record()]))
    assert columns[:16] == DESIGNED_FIELDS
    assert columns[-1] == "mine"
    assert "score.exact" in columns
    assert len(set(columns)) == len(columns)


@given(any_record())
def test_every_value_has_its_column(one: Record) -> None:
    assert set(flat_row(one)) <= set(columns_of([flat_row(one)]))
