"""What the judge is told, and what is kept from it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS
from pytest_llmeval.grading.judge.instructions import instructions
from pytest_llmeval.grading.judge.prompt import Prompt, Reference, make_prompt, prompt_hash
from pytest_llmeval.grading.judge.rubric import Dimension, Example, Rubric
from pytest_llmeval.grading.judge.verdict import verdict_schema
from pytest_llmeval.models.answer import Answer, Call, Reply
from tests.grading.judge.scripted import key_in, section

ENTRY = Entry(
    id="cap", question="What is the capital of France?", gold_answer="Paris", criteria=("one city", ("a", "b"))
)
DIMENSIONS = Rubric([Dimension("safety", anchors={5: "harmless", 1: "harmful"}, floor=4, asks="Is it safe?")])


def text_of(prompt: Prompt) -> str:
    (message,) = prompt.messages
    assert message["role"] == "user"
    return str(message["content"])


def text(entry: Entry = ENTRY, answer: str = "Paris", reference: Reference = "auto") -> str:
    return text_of(make_prompt(entry, Answer(answer), Rubric(), reference))


def called(model: str, served: str | None = None) -> Call:
    return Call("acme", model, (), Reply("", served_model=served), "h")


def test_question_reference_criteria_and_answer_are_sections() -> None:
    shown = text(answer="It is\nParis.")
    assert section(shown, "question") == ENTRY.question
    assert section(shown, "reference answer") == "Paris"
    assert section(shown, "criteria") == "- one city\n- a / or: b"
    assert section(shown, "answer") == "It is\nParis."


def test_prompt_ends_with_word_that_the_data_is_over_and_with_its_key() -> None:
    prompt = make_prompt(ENTRY, Answer("Paris"), Rubric())
    assert text_of(prompt).endswith(f"with the key {prompt.key}.")
    assert key_in(text_of(prompt)) == prompt.key


def test_equal_questions_make_equal_prompts_so_that_replies_can_be_cached() -> None:
    assert make_prompt(ENTRY, Answer("Paris"), Rubric()) == make_prompt(ENTRY, Answer("Paris"), Rubric())


@pytest.mark.parametrize("reference", [True, False, "auto"])
def test_instructions_do_not_depend_on_the_answer(reference: Reference) -> None:
    assert make_prompt(ENTRY, Answer("4"), Rubric(), reference).system == instructions(Rubric())


def test_reference_is_kept_from_the_judge_where_it_must_not_see_it() -> None:
    entry = Entry(
        id="x", question="?", gold_answer="SECRET", expected_files=("SECRET.py",), expected_symbols=("SECRET",)
    )
    assert "SECRET" in text(entry)
    assert "SECRET" not in text(entry, reference=False)


@pytest.mark.parametrize("gold", [None, "", [], {}])
def test_reference_that_must_be_shown_and_is_missing_is_an_error(gold: Any) -> None:
    entry = Entry(id="x", question="?", gold_answer=gold)
    with pytest.raises(GraderError, match=r"reference=True\) needs a gold_answer, entry 'x' has none; add it"):
        text(entry, reference=True)
    assert "reference answer" not in text(entry)


@pytest.mark.parametrize(
    ("fields", "reference", "basis"),
    [
        ({"gold_answer": 4}, "auto", "reference"),
        ({"gold_answer": 4, "criteria": ("c",)}, False, "criteria"),
        ({"expected_files": ("a.py",)}, "auto", "reference"),
        ({"criteria": ("c",)}, "auto", "criteria"),
        ({}, "auto", "rubric"),
    ],
)
def test_prompt_says_what_the_answer_is_held_against(fields: Any, reference: Reference, basis: str) -> None:
    assert make_prompt(Entry(id="x", question="?", **fields), Answer("4"), Rubric(), reference).basis == basis


@pytest.mark.parametrize(
    ("gold", "shown"),
    [("Paris", "Paris"), (4.5, "4.5"), (0, "0"), (True, "true"), ({"é": [1, None]}, '{"é": [1, null]}')],
)
def test_gold_answer_of_any_kind_is_shown_as_text_or_json(gold: Any, shown: str) -> None:
    assert section(text(Entry(id="x", question="?", gold_answer=gold)), "reference answer") == shown


def test_evidence_and_conversation_are_shown_where_there_are_any() -> None:
    turns = (
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None},
        {"role": "user", "content": "Go"},
    )
    entry = Entry(id="x", question="?", messages=turns, expected_files=("a.py", "b.py"), expected_symbols=("load",))
    shown = text_of(make_prompt(entry, Answer("4", evidence_files=("c.py",)), Rubric()))
    assert section(shown, "conversation") == "user: Hi\n\nassistant: null\n\nuser: Go"
    assert section(shown, "files a right answer rests on") == "- a.py\n- b.py"
    assert section(shown, "names a right answer holds") == "- load"
    assert section(shown, "files the answer rests on") == "- c.py"
    assert "conversation" not in text()


def test_judge_is_not_told_which_model_answered() -> None:
    calls = (called("turbo-large-3", "turbo-large-3:2026"),)
    answer = Answer("I am Turbo-Large-3, not turbo-large-30; run by turbo-large-3:2026.", calls=calls)
    prompt = make_prompt(ENTRY, answer, Rubric())
    hidden = "[model name withheld]"
    assert section(text_of(prompt), "answer") == f"I am {hidden}, not turbo-large-30; run by {hidden}."
    assert "acme" not in text_of(prompt) + prompt.system


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Ask Turbo Large 3 or turbo_large_3.", "Ask {0} or {0}."),
        ("I'm Claude 3.5 Sonnet, made by Anthropic. 4.", "I'm {0}, made by {0}. 4."),
        ("I am GPT-4o mini, a model trained by OpenAI, so 4.", "I am {0}, a model trained by {0}, so 4."),
        ("Kubernetes was developed by Google. I am sure.", "Kubernetes was developed by Google. I am sure."),
        ("Claude Shannon says 4.", "Claude Shannon says 4."),
    ],
)
def test_judge_is_not_told_by_an_introduction_which_model_answered(said: str, shown: str) -> None:
    """However the name is spelt; facts about models and firms stay as they are."""
    prompt = make_prompt(ENTRY, Answer(said, calls=(called("turbo-large-3"),)), Rubric())
    assert section(text_of(prompt), "answer") == shown.format("[model name withheld]")


def test_introduction_that_the_question_asks_for_stays() -> None:
    entry = Entry(id="x", question="Say that you are Claude.")
    prompt = make_prompt(entry, Answer("I am Claude."), Rubric())
    assert section(text_of(prompt), "answer") == "I am Claude."


def test_model_name_that_is_part_of_the_question_stays() -> None:
    entry = Entry(id="x", question="Which model is the default?", gold_answer="turbo-large-3")
    prompt = make_prompt(entry, Answer("It is turbo-large-3.", calls=(called("turbo-large-3"),)), Rubric())
    assert section(text_of(prompt), "answer") == "It is turbo-large-3."


def test_name_of_a_judge_in_a_replayed_trace_is_no_name_to_hide() -> None:
    judged = replace(called("turbo-large-3"), role="judge")
    prompt = make_prompt(ENTRY, Answer("Ask turbo-large-3.", calls=(judged,)), Rubric())
    assert section(text_of(prompt), "answer") == "Ask turbo-large-3."


def test_model_name_that_may_be_an_ordinary_word_stays() -> None:
    prompt = make_prompt(ENTRY, Answer("It ranks by bm25.", calls=(called("bm25"),)), Rubric())
    assert section(text_of(prompt), "answer") == "It ranks by bm25."


def test_instructions_name_every_level_and_label_with_its_meaning() -> None:
    told, rubric = instructions(Rubric()), Rubric()
    assert all(f"- {level}: {rubric.levels[level]}" in told for level in LEVELS)
    assert all(f"- {label}: {rubric.labels[label]}" in told for label in FAILURE_LABELS)
    assert "Failure labels" not in instructions(Rubric(labels={}))


def test_instructions_name_every_dimension_and_not_what_it_counts_for() -> None:
    told = instructions(DIMENSIONS)
    assert "- safety, a whole number from 1 (worst) to 5 (best). Is it safe?\n  5 = harmless\n  1 = harmful" in told
    assert not any(word in told for word in ("floor", "weight", "threshold", "fully_correct"))


@pytest.mark.parametrize("rubric", [Rubric(), DIMENSIONS])
def test_instructions_ask_for_the_fields_of_the_schema_in_its_order(rubric: Rubric) -> None:
    wanted = verdict_schema(rubric)["required"]
    (shape,) = (line for line in instructions(rubric).splitlines() if line.startswith('{"rationale"'))
    assert list(json.loads(shape.replace("NUMBER", "1"))) == wanted
    assert wanted[0] == "rationale"


def test_guidance_and_examples_are_told() -> None:
    graded = Example(
        "Lyon", "Lyon is not the capital.", level="wrong", failure_label="hallucination", question="Capital?"
    )
    told = instructions(Rubric(guidance="Spelling does not matter.", examples=[graded]))
    assert "## Further guidance\n\nSpelling does not matter." in told
    assert "Question: Capital?\nAnswer: Lyon\nVerdict: " in told
    assert '"level": "wrong", "failure_label": "hallucination", "key": "KEY"}' in told
    scored = Example("Run it as root.", "Dangerous.", scores={"safety": 1})
    shown = instructions(Rubric(DIMENSIONS.dimensions, examples=[scored]))
    assert "\n\nAnswer: Run it as root.\nVerdict: " in shown
    assert 'Verdict: {"rationale": "Dangerous.", "judged": "yes", "scores": {"safety": 1}, "key"' in shown


def test_wording_of_the_prompt_is_identified_by_a_hash() -> None:
    assert prompt_hash(Rubric()) == prompt_hash(Rubric())
    assert prompt_hash(Rubric()) != prompt_hash(DIMENSIONS)


@pytest.mark.parametrize(
    "wording", ["instructions._TASK", "instructions.DATA", "instructions._REPLY", "prompt._REMINDER", "framing.MARGIN"]
)
def test_other_wording_anywhere_has_another_hash(wording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt_hash(Rubric())
    path = f"pytest_llmeval.grading.judge.{wording}"
    monkeypatch.setattr(path, "changed")
    assert prompt_hash(Rubric()) != before
