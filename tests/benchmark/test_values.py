"""Values are brought into the shape of an entry's fields."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.spellings import Spelled
from pytest_llmeval.benchmark.values import LISTS, CellError, shaped


def fields(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in shaped(Spelled(given, {}), cells=False).items() if name != "metadata"}


def cell(name: str, text: str) -> Any:
    return shaped(Spelled({name: text}, {}), cells=True)[name]


def metadata(rest: dict[str, Any], own: Any) -> Any:
    return shaped(Spelled({"metadata": own}, rest), cells=False)["metadata"]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_single_value_is_a_list_of_one(name: str) -> None:
    assert fields(**{name: "a; b"}) == {name: ["a; b"]}
    assert fields(**{name: ["a", "b"]}) == {name: ["a", "b"]}


def test_a_single_tool_with_arguments_is_a_list_of_one() -> None:
    assert fields(expected_tools={"name": "add", "args": {"a": 1}}) == {
        "expected_tools": [{"name": "add", "args": {"a": 1}}]
    }


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_table_cell_is_split_at_semicolons_or_read_as_json(name: str) -> None:
    assert cell(name, " src/a.py ;; b, c.py ") == ["src/a.py", "b, c.py"]
    assert cell(name, ' ["a;b", "c"]') == ["a;b", "c"]


def test_a_table_cell_that_begins_like_json_and_ends_otherwise_is_text() -> None:
    assert cell("expected_files", "[slug].tsx; b.py") == ["[slug].tsx", "b.py"]


@pytest.mark.parametrize("name", ["criteria", "tags", "messages", "response_schema", "metadata"])
def test_a_table_cell_of_broken_json_is_an_error(name: str) -> None:
    with pytest.raises(CellError) as caught:
        cell(name, '["a", b]')
    assert str(caught.value) == f"{name!r} looks like JSON and is not: Expecting value: line 1 column 7 (char 6)"


def test_json_in_table_cells_of_structured_fields_is_read() -> None:
    assert cell("response_schema", '{"type": "object"}') == {"type": "object"}
    assert cell("response_schema", "schema.json") == "schema.json"
    assert cell("metadata", '{"by": "me"}') == {"by": "me"}
    assert cell("messages", '[{"role": "user", "content": "q"}]') == [{"role": "user", "content": "q"}]


def test_texts_in_table_cells_stay_as_they_are() -> None:
    for name in ("question", "gold_answer", "id"):
        assert cell(name, " [1, 2]; x ") == " [1, 2]; x "


def test_an_empty_cell_of_an_unknown_column_is_left_out_and_null_elsewhere_is_kept() -> None:
    assert shaped(Spelled({}, {"note": None, "x": "1"}), cells=True) == {"metadata": {"x": "1"}}
    assert shaped(Spelled({}, {"note": None}), cells=False) == {"metadata": {"note": None}}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["a", "b, c"], ["a", "b, c"]),
        ("a, b;c ,, ", ["a", "b", "c"]),
        ("one", ["one"]),
        (7, [7]),
        ({"intent": "lookup", "risk": ["low", "new"]}, ["lookup", "low", "new"]),
        ({"long": True, "safe": False, "domain": None}, ["long"]),
    ],
)
def test_tags_are_a_list_or_text_or_a_mapping(given: Any, read: list[Any]) -> None:
    assert fields(tags=given) == {"tags": read}


def test_a_mapping_of_tags_is_kept_in_the_metadata() -> None:
    found = shaped(Spelled({"tags": {"intent": "lookup"}}, {"x": 1}), cells=False)
    assert found == {"tags": ["lookup"], "metadata": {"x": 1, "tags": {"intent": "lookup"}}}
    assert cell("tags", '{"intent": "lookup"}') == ["lookup"]


SYSTEM = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": " Capital of Peru?\n"}


def test_a_list_of_messages_becomes_the_conversation_and_its_last_user_text_the_question() -> None:
    first = {"role": "user", "content": "first"}
    assert fields(question=[SYSTEM, first, ASKED]) == {
        "messages": [SYSTEM, first, ASKED],
        "question": "Capital of Peru?",
    }


def test_messages_without_a_question_give_one_and_a_question_beside_them_stays() -> None:
    assert fields(messages=[ASKED, {"role": "assistant", "content": "Lima"}])["question"] == "Capital of Peru?"
    assert fields(messages=[ASKED], question="q") == {"messages": [ASKED], "question": "q"}


def test_the_text_parts_of_a_message_are_joined() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}, "?", {"type": "text", "text": "b"}]
    assert fields(messages=[{"role": "user", "content": parts}])["question"] == "a\nb"


@pytest.mark.parametrize(
    "messages", [[SYSTEM], [], ["hello"], "hello", [{"role": "user"}], [{"role": "user", "content": 7}]]
)
def test_messages_without_user_text_give_no_question(messages: Any) -> None:
    assert "question" not in fields(messages=messages)


@pytest.mark.parametrize("question", [[], ["a", "b"], [SYSTEM, "b"]])
def test_a_question_that_is_another_list_stays_and_is_told_where_types_are_checked(question: Any) -> None:
    assert fields(question=question) == {"question": question}


def test_messages_in_both_places_leave_the_question_to_be_told() -> None:
    assert fields(question=[ASKED], messages=[SYSTEM]) == {"question": [ASKED], "messages": [SYSTEM]}


def test_a_metadata_object_is_merged_into_the_other_fields() -> None:
    assert metadata({"test": "t"}, {"source": "s"}) == {"test": "t", "source": "s"}
    assert metadata({"test": "t"}, None) == {"test": "t"}


def test_metadata_that_cannot_be_merged_stays_under_its_name() -> None:
    assert metadata({"test": "t"}, "words") == {"test": "t", "metadata": "words"}
    assert metadata({"a": 1}, {"a": 2, "b": 3, "metadata": 4}) == {"a": 1, "b": 3, "metadata": {"a": 2, "metadata": 4}}
