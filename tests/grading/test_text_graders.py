"""Graders of an answer's wording."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.extraction import final_text, in_tag
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.models.answer import Answer
from tests.patience import PATIENCE_S


def entry(gold: Any = None, **fields: Any) -> Entry:
    return Entry(id="x", question="?", gold_answer=gold, **fields)


@pytest.mark.parametrize(
    ("gold", "text", "level"),
    [
        ("Paris", "Paris", "fully_correct"),
        ("Paris", " **paris**. ", "fully_correct"),
        ("Paris", "Paris, France", "wrong"),
        ("Paris", "", "wrong"),
        (["Holland", "The Netherlands"], "the netherlands", "fully_correct"),
        (("a", "b"), "c", "wrong"),
        (42, "42", "fully_correct"),
        (True, "True", "fully_correct"),
        (0, "0", "fully_correct"),
        ("-5", "5", "wrong"),
        ("C#", "C", "wrong"),
        ("1,000", "1000", "wrong"),
        ({"a": [1]}, '{"a": [1]}', "fully_correct"),
        ({"a": [1]}, '```json\n{"a": [1]}\n```', "fully_correct"),
        ({"a": [1]}, '{"a": [2]}', "wrong"),
    ],
)
def test_exact_match_sets_aside_only_what_carries_no_meaning(gold: Any, text: str, level: Level) -> None:
    assert graders.exact_match()(entry(gold), Answer(text)).level == level


def test_exact_match_without_normalising_compares_every_character() -> None:
    strict = graders.exact_match(normalize=False)
    assert strict(entry("Paris"), Answer("Paris")).level == "fully_correct"
    assert strict(entry("Paris"), Answer("paris")).level == "wrong"
    assert strict(entry("Paris"), Answer("Paris ")).level == "wrong"


def test_exact_match_shows_both_normalised_forms() -> None:
    assert graders.exact_match()(entry(["Rome", "Roma"]), Answer("**PARIS**.")).notes == (
        "got 'paris', expected 'rome' or 'roma'"
    )


def test_exact_match_can_compare_an_extracted_part() -> None:
    grader = graders.exact_match(extract=final_text)
    assert grader(entry("Paris"), Answer("Hm. The answer is Paris.")).level == "fully_correct"
    missing = grader(entry("Paris"), Answer("Hm."))
    assert (missing.level, missing.state) == (None, "unextractable")


def test_a_gold_mapping_wants_json_and_prose_is_unextractable() -> None:
    grade = graders.exact_match()(entry({"a": 1}), Answer("a is 1"))
    assert (grade.state, grade.scores[0].value) == ("unextractable", None)


@pytest.mark.parametrize(
    ("settings", "text", "level", "value"),
    [
        ({"texts": "Paris"}, "In PARIS today", "fully_correct", 1),
        ({"texts": "in  paris"}, "In\nParis", "fully_correct", 1),
        ({"texts": ["a", "b"]}, "only a", "partially_correct", 0.5),
        ({"texts": ["q", "z"]}, "neither", "wrong", 0),
        ({"texts": ["q", "a"], "any": True}, "only a", "fully_correct", 1),
        ({"texts": ["q", "z"], "any": True}, "only a", "wrong", 0),
        ({"texts": "Paris", "case": True}, "paris", "wrong", 0),
        ({"texts": "5"}, "15", "fully_correct", 1),
        ({"texts": "5", "words": True}, "15", "wrong", 0),
        ({"texts": "5", "words": True}, "5.3", "wrong", 0),
        ({"texts": "5", "words": True}, "it is 5.", "fully_correct", 1),
        ({"texts": "Up", "words": True, "case": True}, "up", "wrong", 0),
        ({"texts": [""]}, "anything", "wrong", 0),
        ({"texts": ["", "a"], "words": True}, "a", "partially_correct", 0.5),
    ],
)
def test_contains_looks_each_text_up(settings: dict[str, Any], text: str, level: Level, value: float) -> None:
    grade = graders.contains(**settings)(entry(), Answer(text))
    assert (grade.level, grade.score) == (level, value)


def test_contains_takes_the_gold_answer_and_names_what_is_missing() -> None:
    grade = graders.contains()(entry(["red", "blue"]), Answer("red"))
    assert grade.notes == "missing 'blue'"
    assert graders.contains(any=True)(entry(["x", "y"]), Answer("")).notes == "none of 'x' or 'y'"


def test_excludes_fails_on_any_of_its_texts_and_names_them() -> None:
    grader = graders.excludes(["as an AI", "sorry"])
    assert grader(entry(), Answer("Paris")).level == "fully_correct"
    held = grader(entry(), Answer("Sorry, as an ai I"))
    assert (held.level, held.notes) == ("wrong", "holds 'as an AI', 'sorry'")
    assert graders.excludes("in", words=True)(entry(), Answer("inside")).level == "fully_correct"


@pytest.mark.parametrize("texts", [[], "", ["a", ""]])
def test_excludes_without_texts_would_pass_everything_and_is_refused(texts: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"graders\.excludes\(\) needs texts"):
        graders.excludes(texts)


@pytest.mark.parametrize(
    ("settings", "text", "level"),
    [
        ({"pattern": r"\bP\w+s\b"}, "In Paris.", "fully_correct"),
        ({"pattern": r"\bp\w+s\b"}, "In Paris.", "wrong"),
        ({"pattern": r"\bp\w+s\b", "ignore_case": True}, "In Paris.", "fully_correct"),
        ({"pattern": "Paris", "full": True}, "Paris\n", "fully_correct"),
        ({"pattern": "Paris", "full": True}, "Paris!", "wrong"),
        ({"pattern": r"city: (.*)", "group": 1}, "city: PARIS.", "fully_correct"),
        ({"pattern": r"city: (.*)", "group": 1}, "city: Rome", "wrong"),
        ({"pattern": r"city: (?P<city>.*)", "group": "city"}, "city: Rome\ncity: Paris", "fully_correct"),
    ],
)
def test_regex_searches_or_compares_a_group_with_the_gold_answer(
    settings: dict[str, Any], text: str, level: Level
) -> None:
    assert graders.regex(**settings)(entry("Paris"), Answer(text)).level == level


def test_regex_takes_its_pattern_from_the_gold_answer() -> None:
    assert graders.regex()(entry(r"^\d+$"), Answer("42")).level == "fully_correct"
    with pytest.raises(GraderError, match=r"graders\.regex\(\): '\(' is no regular expression"):
        graders.regex()(entry("("), Answer("42"))


def test_regex_with_a_group_that_is_not_there_is_unextractable() -> None:
    assert graders.regex(r"city: (.*)", group=1)(entry("Paris"), Answer("Paris")).state == "unextractable"


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"pattern": "("}, "is no regular expression"), ({"group": 1}, r"graders\.regex\(group=\.\.\.\) needs a pattern")],
)
def test_a_regex_that_cannot_work_is_refused_when_it_is_made(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        graders.regex(**settings)


@pytest.mark.parametrize(
    ("name", "field", "argument"),
    [
        ("exact_match", "gold_answer", "expected"),
        ("contains", "gold_answer", "texts"),
        ("regex", "gold_answer", "pattern"),
        ("numeric", "gold_answer", "expected"),
        ("choice", "gold_answer", "expected"),
        ("similarity", "gold_answer", "expected"),
        ("key_points", "criteria", "points"),
        ("json_schema", "response_schema", "schema"),
    ],
)
def test_what_the_entry_lacks_is_named_with_the_way_out(name: str, field: str, argument: str) -> None:
    with pytest.raises(GraderError) as caught:
        getattr(graders, name)()(entry(), Answer('{"a": 1}'))
    assert str(caught.value) == (
        f"graders.{name}() needs a {field}, entry 'x' has none; "
        f"add it to the benchmark, or write graders.{name}({argument}=...)"
    )


@pytest.mark.parametrize(
    ("grader", "name"),
    [
        (graders.exact_match(), "exact_match"),
        (graders.exact_match("Paris"), "exact_match(expected='Paris')"),
        (graders.exact_match(normalize=False), "exact_match(normalize=False)"),
        (graders.exact_match(extract=final_text), "exact_match(extract=final_text)"),
        (graders.exact_match(extract=partial(in_tag, name="a")), "exact_match(extract=in_tag(name='a'))"),
        (graders.numeric(rel_tol=0.01, unit="km"), "numeric(rel_tol=0.01, unit='km')"),
        (graders.contains(["a"], any=True), "contains(texts=['a'], any=True)"),
        (graders.length(max_words=5), "length(max_words=5)"),
    ],
)
def test_the_id_is_the_name_with_every_setting_that_is_not_the_default(grader: Any, name: str) -> None:
    assert grader.id == name


def test_a_long_setting_is_named_by_its_hash_which_differs_with_it() -> None:
    one, other = graders.contains("a" * 100), graders.contains("b" * 100)
    assert one.id != other.id
    assert len(one.id) < 40


def test_a_grade_is_signed_with_the_graders_id_and_its_scores_say_their_kind() -> None:
    grade = graders.exact_match("a")(entry(), Answer("b"))
    assert grade.grader == "exact_match(expected='a')"
    assert [(s.name, s.value, s.passed, s.kind, s.grader) for s in grade.scores] == [
        ("exact_match", 0.0, False, "verifiable", "exact_match(expected='a')")
    ]


@pytest.mark.parametrize("name", ["exact_match", "contains", "regex", "numeric", "similarity", "key_points"])
def test_a_megabyte_of_answer_is_graded_in_little_time(name: str) -> None:
    answer = Answer("lorem ipsum, 1 dolor (x) `sit`! " * 32_000)
    begun = time.process_time()
    assert getattr(graders, name)("7")(entry("7"), answer).level != "fully_correct"
    assert time.process_time() - begun < PATIENCE_S


def test_hostile_text_in_notes_is_short_and_without_control_codes() -> None:
    notes = graders.exact_match("a")(entry(), Answer("\x1b[2J" + "x" * 5000)).notes
    assert "\x1b" not in notes
    assert len(notes) < 200
