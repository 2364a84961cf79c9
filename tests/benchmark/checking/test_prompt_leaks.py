"""Entries are found where prompts hold them word for word, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.prompt_leaks import (
    PromptLeak,
    golds_given_away,
    golds_in,
    questions_in,
    shared_system_prompts,
)
from pytest_llmeval.benchmark.checking.words import holds, plain
from pytest_llmeval.benchmark.entry import Entry

ASKED = "What is the capital of France?"


def entries(*rows: dict[str, Any]) -> list[Entry]:
    return [Entry(**{"id": f"q{number}", "question": "Why?", **row}) for number, row in enumerate(rows, start=1)]


def ids(leaks: Any) -> dict[str, list[str]]:
    return {leak.prompt: [entry.id for entry in leak.entries] for leak in leaks}


def test_questions_are_found_in_any_case_and_signs_prompt_by_prompt() -> None:
    asked = entries(
        {"question": ASKED},
        {"question": "Where is it, if it is anywhere?"},
        {"question": "Ｗhat is ＴＨＥ capital of France"},
    )
    prompts = [
        ("a", "Example: what is the CAPITAL of france... Paris."),
        ("b", "Be brief."),
        ("c", f"where is it if it is anywhere {ASKED}"),
    ]
    assert ids(questions_in(asked, prompts)) == {"a": ["q1", "q3"], "c": ["q1", "q2", "q3"]}


@pytest.mark.parametrize("question", ["What is it?", "is the capital of", "What is the capital of Franc", "!?"])
def test_short_questions_and_parts_of_words_are_not_found(question: str) -> None:
    assert list(questions_in(entries({"question": question}), [("a", ASKED)])) == []


WORDS = st.lists(st.sampled_from(["is", "it", "so", "The", "größe", "why?", "a_b"]), max_size=12).map(" ".join)


@given(st.lists(WORDS.filter(lambda text: bool(text.strip())), max_size=5), WORDS)
def test_every_question_of_five_words_that_stands_there_is_found(questions: list[str], prompt: str) -> None:
    asked = entries(*({"question": question} for question in questions))
    expected = [e.id for e in asked if plain(e.question).count(" ") >= 4 and holds(plain(prompt), plain(e.question))]
    assert ids(questions_in(asked, [("a", prompt)])).get("a", []) == expected


def test_gold_answers_are_found_whole_and_from_four_letters_on() -> None:
    prompt = "The capital is PARIS, not Lyon; 12345 live in the old town of it by the river. No a-b-c."
    golds: list[Any] = [
        "Paris",
        "Par",
        "12345",
        12345,
        "the old town of it by the river",
        "the old town of it by a river",
        "a b c",
        None,
    ]
    asked = entries(*({"gold_answer": gold} for gold in golds))
    assert ids(golds_in(asked, "a", prompt)) == {"a": ["q1", "q5"]}


def test_a_gold_answer_of_three_entries_is_a_choice_to_be_named() -> None:
    rows = [
        {"gold_answer": "Unknown"},
        {"gold_answer": "unknown."},
        {"gold_answer": "Paris"},
        {"gold_answer": "unknown"},
    ]
    prompt = "Answer Paris or unknown."
    assert ids(golds_in(entries(*rows), "a", prompt)) == {"a": ["q3"]}
    assert ids(golds_in(entries(*rows[:3]), "a", prompt)) == {"a": ["q1", "q2", "q3"]}


def said(role: str, content: Any) -> dict[str, Any]:
    return {"gold_answer": "Paris", "messages": [{"role": role, "content": content}]}


def test_an_entry_gives_its_answer_away_in_what_users_and_tools_do_not_say() -> None:
    asked = entries(
        {"gold_answer": "Paris", "system_prompt": "The capital is Paris."},
        said("assistant", [{"type": "text", "text": "It is Paris."}]),
        said("user", "Is it Paris or Lyon?"),
        said("tool", "Paris is the capital."),
        {"gold_answer": "Rome", "messages": [{"role": "system", "content": "Rome!"}, {"role": "user", "content": "?"}]},
        {"gold_answer": "Paris", "context_files": ["paris.txt"], "metadata": {"context": "Paris"}},
        {"gold_answer": "Lyon", "messages": [{"role": "assistant", "content": None}]},
    )
    (leak,) = golds_given_away(asked)
    assert (leak.part, [entry.id for entry in leak.entries]) == ("gold answer", ["q1", "q2", "q5"])


def test_only_a_system_prompt_of_several_entries_is_shared() -> None:
    rows = [{"system_prompt": "A"}, {"system_prompt": "B"}, {"system_prompt": "A"}, {}, {}]
    assert shared_system_prompts(entries(*rows)) == ["A"]


def test_nothing_is_found_where_there_is_no_prompt() -> None:
    asked = entries({"question": ASKED, "gold_answer": "Paris"})
    assert [
        *questions_in(asked, []),
        *questions_in(asked, [("a", "")]),
        *golds_in(asked, "a", ""),
        *golds_given_away(asked),
    ] == []
    assert list(golds_in(asked, "a", "Paris")) == [PromptLeak("a", "gold answer", tuple(asked))]


def test_text_without_blanks_is_found_within_a_clause() -> None:
    asked = entries({"question": "法国的首都现在是哪一座城市", "gold_answer": "巴黎塞纳河"}, {"question": "首都现在是"})
    prompt = "有人曾经问法国的首都现在是哪一座城市答案是巴黎塞纳河吗"
    assert ids(questions_in(asked, [("a", prompt)])) == {"a": ["q1"]}
    assert ids(golds_in(asked, "a", prompt)) == {"a": ["q1"]}
