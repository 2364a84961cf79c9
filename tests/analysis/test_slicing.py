from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.slicing import MOST_VALUES, NOTHING, Slicing
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial


def sliced(field: str, *records: Record) -> dict[str, int]:
    slicing = Slicing(field)
    for record in records:
        slicing.add("m", record)
    return {name: summary.records for name, summary in slicing.of("m").items()}


@pytest.mark.parametrize(
    ("field", "fields", "expected"),
    [
        ("difficulty", {"difficulty": "hard"}, "hard"),
        ("difficulty", {}, NOTHING),
        ("sample", {"sample": 2}, "2"),
        ("params.temperature", {"params": {"temperature": 0.5}}, "0.5"),
        ("usage.input_tokens", {"usage": {"input_tokens": 7}}, "7"),
        ("team", {"team": "red"}, "red"),
        ("team.name", {"team": {"name": "red"}}, "red"),
        ("cached", {"cached": True}, "true"),
        ("evidence_files", {"evidence_files": ()}, NOTHING),
        ("params", {"params": {"a": 1}}, '{"a": 1}'),
    ],
)
def test_any_field_slices(field: str, fields: dict[str, Any], expected: str) -> None:
    assert sliced(field, trial(1, **fields)) == {expected: 1}


def test_a_list_puts_a_trial_into_each_of_its_slices() -> None:
    found = sliced("tags", trial(1, tags=("a", "b", "a")), trial(2, tags=("a",)), trial(3))
    assert found == {"a": 2, "b": 1, NOTHING: 1}
    assert sliced("tag", trial(1, tags=("a",))) == {"a": 1}


def test_a_tag_slices_into_those_with_and_those_without() -> None:
    assert sliced("rare", trial(1, tags=("rare",)), trial(2), trial(3)) == {"rare": 1, "not rare": 2}


def test_a_field_that_only_some_records_have_leaves_the_others_apart() -> None:
    assert sliced("team", trial(1), trial(2, team="red")) == {NOTHING: 1, "red": 1}


def test_numbers_are_in_their_order() -> None:
    records = [trial(1, sample=sample) for sample in (10, 2, 1)]
    assert list(sliced("sample", *records)) == ["1", "2", "10"]
    assert list(sliced("team", trial(1, team="b"), trial(2, team="a"), trial(3, team=3))) == ["3", "a", "b"]


@pytest.mark.parametrize("field", ["nothing", "params.nothing", "model_dump", "question.lower"])
def test_what_is_no_field_and_no_tag_is_told(field: str) -> None:
    with pytest.raises(ConfigurationError, match=f"--by {field}: no record has that field or tag; name one such as"):
        sliced(field, trial(1))


def test_a_field_that_is_different_in_every_trial_is_told() -> None:
    slicing = Slicing("question_id")
    for number in range(MOST_VALUES):
        slicing.add("m", trial(number))
    with pytest.raises(ConfigurationError, match="has more than 1,000 different values; name a field that groups"):
        slicing.add("m", trial(MOST_VALUES))


def test_models_are_apart() -> None:
    slicing = Slicing("difficulty")
    slicing.add("m", trial(1, difficulty="hard"))
    slicing.add("n", trial(1, difficulty="easy"))
    assert list(slicing.of("m")) == ["hard"]
    assert list(slicing.of("n")) == ["easy"]
