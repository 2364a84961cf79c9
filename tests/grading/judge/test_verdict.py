"""Only one whole verdict is a verdict."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import UnscoredError
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.grading.judge.verdict import CannotJudge, Verdict, read_verdict, says_cannot_judge, verdict_schema
from pytest_llmeval.models.providers.openai_format import fits_strict_mode
from tests.grading.judge.scripted import verdict_text

KEY = "0123456789ab"
LEVEL_RUBRIC = Rubric()
RUBRIC = Rubric([Dimension("accuracy", (1, 10)), Dimension("cites", (0, 1))])


GOOD_SCORES = {"rationale": "r", "judged": "yes", "scores": {"accuracy": 10, "cites": 1}, "key": KEY}


def levels(text: str) -> Verdict:
    return read_verdict(text, LEVEL_RUBRIC, KEY)


def scored(scores: Any, **changes: Any) -> Verdict:
    return read_verdict(
        json.dumps({"rationale": "r", "judged": "yes", "scores": scores, "key": KEY, **changes}), RUBRIC, KEY
    )


def test_verdict_on_levels_is_read() -> None:
    assert levels(verdict_text(KEY, "wrong", "hallucination", rationale="Made up.")) == Verdict(
        "Made up.", "wrong", "hallucination"
    )
    assert levels(verdict_text(KEY)) == Verdict("It says what it must.", "fully_correct")


def test_verdict_on_dimensions_is_read_and_its_level_follows_from_the_rubric() -> None:
    assert scored({"accuracy": 10, "cites": 1}) == Verdict("r", "fully_correct", None, {"accuracy": 10, "cites": 1})
    assert scored({"accuracy": 1, "cites": 0}).level == "wrong"


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "\n ```json\n  {}  \n```\n", " {}\n"])
def test_fence_and_space_around_the_whole_reply_are_passed_over(fence: str) -> None:
    assert levels(fence.replace("{}", verdict_text(KEY))).level == "fully_correct"


GOOD = verdict_text(KEY)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("", "the judge's reply is empty"),
        (" \n", "the judge's reply is empty"),
        ("I'm sorry, but I can't help with that.", "not one JSON object and nothing else: \"I'm sorry"),
        ("fully_correct", "not one JSON object and nothing else"),
        ("GRADE: fully_correct", "not one JSON object and nothing else"),
        (f"Here is my verdict: {GOOD}", "not one JSON object and nothing else"),
        (f"{GOOD}\nI hope this helps.", "not one JSON object and nothing else"),
        (f"Sure:\n```json\n{GOOD}\n```", "not one JSON object and nothing else"),
        (f"{GOOD}\n{GOOD}", "not one JSON object and nothing else"),
        (f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```", "not one JSON object and nothing else"),
        (f"[{GOOD}]", "no JSON object"),
        ('"fully_correct"', "no JSON object"),
        ("1", "no JSON object"),
        ("null", "no JSON object"),
        ("NaN", "holds NaN, which is no number"),
        (GOOD[:-1], "not one JSON object and nothing else"),
        (GOOD[: len(GOOD) // 2], "not one JSON object and nothing else"),
        (GOOD.replace('"', "'"), "not one JSON object and nothing else"),
        (GOOD.replace("}", ', "level": "wrong"}'), "gives a field twice"),
        (GOOD.replace("}", ', "more": {"a": 1, "a": 2}}'), "gives a field twice"),
        (verdict_text(KEY, verdict="wrong"), "has fields that were not asked for: verdict"),
        (verdict_text(KEY, level=None), "the verdict has no level"),
        (verdict_text(KEY, failure_label=None), "the verdict has no failure_label"),
        (verdict_text(KEY, rationale=None), "the verdict has no rationale"),
        (verdict_text(KEY, rationale=" \n"), "gave no rationale"),
        (verdict_text(KEY, rationale=["because"]), "gave no rationale"),
        (
            verdict_text(KEY, "perfect"),
            "level must be one of fully_correct, partially_correct, unsupported, wrong, cannot_judge, got",
        ),
        (verdict_text(KEY, "Fully_Correct"), "level must be one of"),
        (verdict_text(KEY, level=["wrong"]), "level must be one of"),
        (verdict_text(KEY, level=1), "level must be one of"),
        (verdict_text(KEY, "wrong", "laziness"), "failure_label must be one of none, missing_evidence,"),
        (
            verdict_text(KEY, "fully_correct", "hallucination"),
            "contradicts itself: fully_correct with the failure label",
        ),
        (verdict_text("ffffffffffff"), "does not bear the key"),
        (verdict_text(""), "does not bear the key"),
        (verdict_text(KEY, key=None), "the verdict has no key"),
        (verdict_text(KEY, key=[KEY]), "does not bear the key"),
        ("[" * 100_000, "not one JSON object and nothing else"),
        ("9" * 10_000, "not one JSON object and nothing else"),
    ],
)
def test_what_is_no_whole_verdict_is_unscored_with_the_reason(reply: str, fault: str) -> None:
    with pytest.raises(UnscoredError) as error:
        levels(reply)
    assert fault in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("scores", "fault"),
    [
        ({"accuracy": 11, "cites": 1}, "accuracy must be a whole number from 1 to 10, got 11"),
        ({"accuracy": 0, "cites": 1}, "accuracy must be a whole number from 1 to 10, got 0"),
        ({"accuracy": -3, "cites": 1}, "got -3"),
        ({"accuracy": 9.5, "cites": 1}, "got 9.5"),
        ({"accuracy": 10.0, "cites": 1}, "got 10.0"),
        ({"accuracy": "10", "cites": 1}, "got '10'"),
        ({"accuracy": "11/10", "cites": 1}, "got '11/10'"),
        ({"accuracy": None, "cites": 1}, "got None"),
        ({"accuracy": [10], "cites": 1}, "got [10]"),
        ({"accuracy": 10, "cites": True}, "cites must be a whole number from 0 to 1, got True"),
        ({"accuracy": 10}, "the verdict's scores has no cites"),
        ({"accuracy": 10, "cites": 1, "overall": 10}, "not asked for: overall"),
        ([10, 1], "no JSON object"),
        (10, "no JSON object"),
    ],
)
def test_score_that_is_missing_or_off_its_scale_is_unscored_and_not_0(scores: Any, fault: str) -> None:
    with pytest.raises(UnscoredError) as error:
        scored(scores)
    assert fault in str(error.value)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_number_that_is_none_is_unscored(number: str) -> None:
    reply = json.dumps(GOOD_SCORES).replace("10", number)
    with pytest.raises(UnscoredError):
        read_verdict(reply, RUBRIC, KEY)


@pytest.mark.parametrize("depth", range(100, 3000, 100))
def test_value_nested_as_deep_as_can_be_read_is_unscored(depth: int) -> None:
    with pytest.raises(UnscoredError):
        levels(verdict_text(KEY, level="?").replace('"?"', "[" * depth + "]" * depth))


@pytest.mark.parametrize("rubric", [LEVEL_RUBRIC, RUBRIC, Rubric(labels={})])
def test_schema_is_one_that_strict_mode_takes(rubric: Rubric) -> None:
    schema = verdict_schema(rubric)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert fits_strict_mode(schema)
    assert not {"minimum", "maximum", "oneOf", "anyOf"} & set(json.dumps(schema).split('"'))


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 12), st.floats(), st.text(max_size=4), st.sampled_from(LEVELS)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["accuracy", "cites", "x"]), inner),
    max_leaves=4,
)
REPLIES = st.fixed_dictionaries(
    {},
    optional={
        "rationale": st.one_of(st.text(max_size=5), VALUES),
        "level": st.one_of(st.sampled_from(LEVELS), VALUES),
        "failure_label": st.one_of(st.sampled_from(["none", *FAILURE_LABELS]), VALUES),
        "judged": st.sampled_from(["yes", "cannot_judge", "no", None]),
        "scores": st.one_of(
            st.fixed_dictionaries({"accuracy": st.integers(0, 11), "cites": st.integers(-1, 2)}), VALUES
        ),
        "key": st.sampled_from([KEY, "", None, 0]),
        "extra": VALUES,
    },
).map(json.dumps)
AROUND = st.sampled_from(["", " ", "\n", "```", "x", "{", "}", ","])


@pytest.mark.parametrize("rubric", [LEVEL_RUBRIC, RUBRIC], ids=["levels", "dimensions"])
@given(st.one_of(st.text(), st.builds(lambda a, reply, b: a + reply + b, AROUND, REPLIES, AROUND)))
def test_any_text_is_a_verdict_of_the_schema_or_unscored(rubric: Rubric, text: str) -> None:
    with suppress(UnscoredError):
        verdict = read_verdict(text, rubric, KEY)
        body = json.loads(text)  # nothing but one JSON value
        jsonschema.validate(body, verdict_schema(rubric))
        assert body["key"] == KEY
        assert body["rationale"].strip()
        assert verdict.level == (rubric.level_of(body["scores"]) if rubric.dimensions else body["level"])


@given(st.sampled_from(LEVELS[1:]), st.sampled_from(FAILURE_LABELS), st.text(min_size=1).filter(str.strip))
def test_every_verdict_of_the_schema_is_read(level: str, label: str, rationale: str) -> None:
    verdict = levels(verdict_text(KEY, level, label, rationale=rationale))
    assert (verdict.level, verdict.failure_label, verdict.rationale) == (level, label, rationale)


@given(st.data())
def test_no_part_of_a_verdict_is_a_verdict(data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(GOOD) - 1))
    begin = data.draw(st.integers(0, end))
    with pytest.raises(UnscoredError):
        levels(GOOD[begin:end])


def test_judge_may_say_that_it_cannot_judge() -> None:
    with pytest.raises(CannotJudge, match="the judge says that it cannot judge this: It says"):
        levels(verdict_text(KEY, "cannot_judge"))


@pytest.mark.parametrize("scores", [{"accuracy": 10, "cites": 1}, {"accuracy": 99}, None])
def test_judge_by_dimensions_may_say_that_it_cannot_judge_and_its_numbers_are_not_read(scores: Any) -> None:
    with pytest.raises(CannotJudge, match="the judge says that it cannot judge this: r") as told:
        scored(scores, judged="cannot_judge")
    assert says_cannot_judge(str(told.value))


@pytest.mark.parametrize("judged", ["no", "", None, True, ["yes"]])
def test_verdict_by_dimensions_that_does_not_say_whether_it_is_one_is_none(judged: Any) -> None:
    with pytest.raises(UnscoredError, match="judged must be one of yes, cannot_judge") as told:
        scored({"accuracy": 10, "cites": 1}, judged=judged)
    assert not isinstance(told.value, CannotJudge)
    assert not says_cannot_judge(str(told.value))
