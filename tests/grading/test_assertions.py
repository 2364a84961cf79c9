"""Assertion helpers: the verdict first, then question, answer, expected; and word of it for the record."""

from __future__ import annotations

import contextlib
import json
import re
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, UnscoredError
from pytest_llmeval.grading.assertions import (
    EvalAssertionError,
    assert_cites,
    assert_contains,
    assert_grade,
    assert_matches,
    assert_schema,
)
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level, Score, State
from pytest_llmeval.models.answer import Answer, FinishReason
from tests.patience import PATIENCE_S

ENTRY = Entry(id="x", question="What is the capital of France?", gold_answer="Paris", expected_files=("docs/a.md",))


class City(BaseModel):
    name: str


def trial(text: str = "Rome", **fields: Any) -> tuple[TrialContext, Answer]:
    context = TrialContext(ENTRY)
    answer = Answer(text, context=context, **fields)
    context.answer = answer
    return context, answer


def failure(helper: Any, *arguments: Any, **settings: Any) -> EvalAssertionError:
    with pytest.raises(EvalAssertionError) as caught:
        helper(*arguments, **settings)
    return caught.value


def test_a_grade_that_is_good_enough_passes_and_is_kept_for_the_record() -> None:
    context, _ = trial()
    assert_grade(Grade("partially_correct", context=context, grader="g"), at_least="partially_correct")
    assert context.checks == [
        Score("assert_grade", 1.0, True, "partially_correct, wanted at least partially_correct", grader="g")
    ]


def test_a_grade_below_fails_with_verdict_question_answer_and_expected() -> None:
    context, _ = trial("Rome")
    scores = (Score("file_recall", 0.5), Score("other", None))
    grade = Grade("wrong", "retrieval_miss", "missing file: a.md", scores, "evidence", context=context)
    error = failure(assert_grade, grade, at_least="partially_correct")
    assert str(error) == (
        "graded wrong (retrieval_miss), wanted at least partially_correct\n"
        "question: What is the capital of France?\n"
        "answer:   Rome\n"
        "expected: Paris\n"
        "grader:   evidence\n"
        "notes:    missing file: a.md\n"
        "scores:   file_recall 0.50, other –"
    )
    assert [(check.name, check.value, check.passed) for check in context.checks] == [("assert_grade", 0.0, False)]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("truncated", "the answer was cut off at its length limit, wanted at least fully_correct"),
        ("filtered", "a content filter withheld the answer, wanted at least fully_correct"),
        ("unextractable", "the answer holds nothing that can be graded, wanted at least fully_correct"),
    ],
)
def test_an_answer_without_a_level_fails_as_what_it_is_and_never_as_wrong(state: State, verdict: str) -> None:
    error = failure(assert_grade, Grade(None, state=state))
    assert str(error) == verdict
    assert error.state == state


def test_an_unscored_grade_is_no_failure_of_the_model() -> None:
    context, _ = trial()
    with pytest.raises(UnscoredError, match=r"^unscored: judge reached no verdict: timed out$") as caught:
        assert_grade(Grade(None, notes="timed\nout", grader="judge", state="unscored", context=context))
    assert not isinstance(caught.value, AssertionError)
    assert [(check.value, check.passed) for check in context.checks] == [(None, None)]


@pytest.mark.parametrize(
    ("level", "at_least", "passes"),
    [
        ("fully_correct", "fully_correct", True),
        ("partially_correct", "fully_correct", False),
        ("unsupported", "unsupported", True),
        ("wrong", "wrong", True),
        ("wrong", "unsupported", False),
    ],
)
def test_a_level_passes_where_it_reaches_the_one_wanted(level: Level, at_least: Level, passes: bool) -> None:
    if passes:
        assert_grade(Grade(level), at_least=at_least)
    else:
        assert str(failure(assert_grade, Grade(level), at_least=at_least)).startswith(f"graded {level}, wanted")


SCORED = Grade("fully_correct", scores=(Score("a", 0.9), Score("b", 0.4), Score("c", None), Score("a", 0.8)))


@pytest.mark.parametrize(
    ("least", "verdict"),
    [
        (0.4, None),
        (0.5, "the lowest score is 0.40, wanted at least 0.50"),
        ({"a": 0.8}, None),
        ({"a": 0.85}, "a is 0.80, wanted at least 0.85"),
        ({"a": 0.1, "b": 0.5}, "b is 0.40, wanted at least 0.50"),
        ({"c": 0.0}, "c is unknown, wanted at least 0.00"),
    ],
)
def test_a_score_below_its_minimum_fails_and_is_named(least: Any, verdict: str | None) -> None:
    if verdict is None:
        assert_grade(SCORED, min_score=least)
    else:
        assert str(failure(assert_grade, SCORED, min_score=least)).splitlines()[0] == verdict


def test_a_forbidden_label_fails_whatever_the_level() -> None:
    labels: list[FailureLabel] = ["hallucination"]
    error = failure(assert_grade, Grade("partially_correct", "hallucination"), at_least="wrong", forbid=labels)
    assert str(error) == "graded partially_correct (hallucination), which is forbidden here"
    assert_grade(Grade("partially_correct", "retrieval_miss"), at_least="wrong", forbid=labels)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"at_least": "good"}, "assert_grade.at_least='good'.: must be one of fully_correct"),
        ({"forbid": "hallucination"}, "must list some of missing_evidence"),
        ({"forbid": ["lies"]}, "must list some of missing_evidence"),
        ({"min_score": {"zzz": 1}}, "the grade has no score 'zzz'; there are: a, b, c"),
    ],
)
def test_levels_labels_and_scores_there_are_none_of_are_refused(settings: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        assert_grade(SCORED, **settings)


def test_the_check_of_a_grade_is_only_as_verifiable_as_its_scores() -> None:
    context, _ = trial()
    assert_grade(Grade("fully_correct", scores=(Score("j", 1.0, kind="judge"),), context=context))
    assert context.checks[0].kind == "judge"


SCHEMA = {"title": "City", "type": "object", "required": ["name", "size"], "properties": {"name": {"type": "string"}}}


def test_a_valid_answer_is_returned_parsed(tmp_path: Path) -> None:
    path = tmp_path / "city.schema.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = '{"name": "Paris", "size": 1}'
    assert assert_schema(text, SCHEMA) == {"name": "Paris", "size": 1}
    assert assert_schema(Answer(text), path) == assert_schema(text, str(path)) == {"name": "Paris", "size": 1}
    assert assert_schema(text, City).name == "Paris"


def test_every_violation_is_listed_and_the_first_is_the_verdict() -> None:
    context, answer = trial('{"name": 5}')
    assert str(failure(assert_schema, answer, SCHEMA)) == (
        "the JSON does not fit the schema at /size: the key is missing [missing_key] and 1 more\n"
        "question:    What is the capital of France?\n"
        'answer:      {"name": 5}\n'
        "expected:    JSON of the schema City\n"
        "gold answer: Paris\n"
        "violations:  2: 1 missing_key, 1 wrong_type\n"
        "             /size: the key is missing [missing_key]\n"
        '             /name: got 5, expected type "string" [wrong_type]'
    )
    assert context.checks == [Score("assert_schema", 0.0, False, "raw JSON, 1 missing_key, 1 wrong_type")]


def test_one_violation_is_told_once() -> None:
    assert str(failure(assert_schema, '{"name": 5}', City)) == (
        "the JSON does not fit the schema at /name: got 5: Input should be a valid string [wrong_type]\n"
        'answer:   {"name": 5}\n'
        "expected: JSON of City"
    )


def test_more_violations_than_a_screen_holds_are_counted() -> None:
    error = failure(assert_schema, json.dumps(["x"] * 30), {"items": {"type": "number"}})
    assert str(error).splitlines()[-1].strip() == "… and 10 more"
    assert "30: 30 wrong_type" in str(error)


def test_fenced_json_fails_by_default_and_the_way_out_is_told() -> None:
    fenced = '```json\n{"name": "Paris", "size": 1}\n```'
    error = failure(assert_schema, fenced, SCHEMA)
    assert str(error).splitlines()[0] == 'the JSON was fenced; accept=("raw", "fenced") allows it'
    assert error.state == "graded"
    assert assert_schema(fenced, SCHEMA, accept=("raw", "fenced"))["name"] == "Paris"
    assert assert_schema('So: {"name": "P", "size": 1}', SCHEMA, accept=("embedded",))["name"] == "P"


def test_prose_where_json_was_wanted_is_unextractable() -> None:
    error = failure(assert_schema, "Paris", SCHEMA)
    assert str(error).splitlines()[0] == "the answer holds no JSON: 'Paris' [not_json]"
    assert error.state == "unextractable"


@pytest.mark.parametrize(("reason", "state"), [("length", "truncated"), ("content_filter", "filtered")])
def test_an_answer_that_was_cut_off_fails_as_such_in_every_helper(reason: FinishReason, state: State) -> None:
    answer = Answer('{"name": "Pa', finish_reason=reason)
    for error in (
        failure(assert_schema, answer, SCHEMA),
        failure(assert_contains, answer, "Paris"),
        failure(assert_matches, answer, "Paris"),
        failure(assert_cites, answer, "a.md"),
    ):
        assert error.state == state
        assert str(error).startswith(
            "the answer was cut off at its length limit: " if state == "truncated" else "a content filter withheld"
        )
    assert_contains(answer, "name")


def test_an_unknown_place_for_json_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be a tuple of some of 'raw'"):
        assert_schema("{}", {}, accept=cast(Any, "raw"))


def test_contains_names_what_is_missing_and_keeps_the_share() -> None:
    context, answer = trial("Rome is a city")
    assert str(failure(assert_contains, answer, "city", "Paris", "France")) == (
        "the answer does not hold 'Paris', 'France'\n"
        "question:    What is the capital of France?\n"
        "answer:      Rome is a city\n"
        "expected:    'city' and 'Paris' and 'France'\n"
        "gold answer: Paris"
    )
    assert context.checks == [Score("assert_contains", 1 / 3, False, "the answer does not hold 'Paris', 'France'")]


def test_contains_can_ask_for_any_and_for_case() -> None:
    assert_contains("rome", "Paris", "ROME", any=True)
    assert str(failure(assert_contains, "rome", "Paris", any=True)).splitlines()[0] == (
        "the answer holds none of 'Paris'"
    )
    failure(assert_contains, "rome", "Rome", case=True)


@pytest.mark.parametrize("texts", [(), ("",), ("a", "")])
def test_contains_without_texts_would_always_pass_and_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="needs texts"):
        assert_contains("anything", *texts)


def test_matches_returns_the_match_or_fails_with_the_pattern() -> None:
    context, answer = trial("It is 42.")
    assert assert_matches(answer, r"(\d+)").group(1) == "42"
    assert assert_matches("ROME", "rome", flags=re.IGNORECASE)
    assert assert_matches("rome", re.compile("r.*")).group() == "rome"
    error = failure(assert_matches, answer, r"^\d+$")
    assert str(error).splitlines()[0] == r"nothing in the answer matches '^\\d+$'"
    assert [check.passed for check in context.checks] == [True, False]


def test_cites_takes_evidence_and_citations_and_names_what_is_missing() -> None:
    context, answer = trial("see docs/a.md", evidence_files=("src/b.py",))
    assert_cites(answer)
    assert_cites(answer, "docs/a.md", "src/b.py")
    assert str(failure(assert_cites, answer, "docs/a.md", "c.md")) == (
        "the answer does not cite c.md\n"
        "question:    What is the capital of France?\n"
        "answer:      see docs/a.md\n"
        "expected:    docs/a.md, c.md\n"
        "gold answer: Paris\n"
        "evidence:    src/b.py, docs/a.md"
    )
    assert [check.value for check in context.checks] == [1.0, 1.0, 0.5]
    assert "evidence: none" in str(failure(assert_cites, "no idea", "c.md"))


def test_cites_without_any_file_to_look_for_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"assert_cites\(\) needs files: name them"):
        assert_cites("text")


def test_control_codes_of_an_answer_do_not_reach_the_terminal() -> None:
    context, answer = trial("\x1b[2J\u202eRome\r\nlast")
    context.entry.metadata["unused"] = 1
    told = str(failure(assert_contains, answer, "Pa\x1b[31mris"))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "answer:      Rome\n             last" in told


def test_a_long_answer_keeps_its_begin_and_its_end() -> None:
    told = str(failure(assert_contains, "begin " + "x" * 1_000_000 + " end", "Paris"))
    assert len(told) < 1000
    assert "begin xxx" in told
    assert "characters left out" in told
    assert "xxx end" in told


def test_an_empty_answer_is_shown_as_such() -> None:
    assert "answer:   (empty)" in str(failure(assert_contains, " ", "Paris"))


def test_a_gold_answer_that_is_no_text_is_written_as_json() -> None:
    context = TrialContext(Entry(id="x", question="?", gold_answer={"a": ["é"]}))
    assert 'expected: {"a": ["é"]}' in str(failure(assert_grade, Grade("wrong", context=context)))


def test_every_frame_of_ours_hides_from_the_traceback_so_that_it_ends_on_the_users_line() -> None:
    calls: list[tuple[Any, ...]] = [
        (assert_grade, Grade("wrong")),
        (assert_grade, Grade(None, state="unscored")),
        (assert_schema, "x", {}),
        (assert_contains, "x", "y"),
        (assert_matches, "x", "y"),
        (assert_cites, "x", "y"),
    ]
    for helper, *arguments in calls:
        with pytest.raises((EvalAssertionError, UnscoredError)) as caught:
            helper(*arguments)
        frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
        assert all(frame.f_locals.get("__tracebackhide__") for frame in frames[1:])
        assert len(frames) == 2


def test_text_and_what_a_test_made_itself_leave_no_record() -> None:
    context, answer = trial()
    assert_contains("Rome", "Rome")
    assert_contains(replace(answer, context="something else"), "Rome")
    assert context.checks == []
    assert_contains(answer, "Rome")
    assert [check.name for check in context.checks] == ["assert_contains"]


def test_ten_thousand_failures_cost_little() -> None:
    _, answer = trial("Rome " * 2000)
    begun = time.process_time()
    for _ in range(10_000):
        with contextlib.suppress(EvalAssertionError):
            assert_contains(answer, "Paris")
    assert time.process_time() - begun < PATIENCE_S
