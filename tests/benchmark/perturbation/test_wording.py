"""Typos, case, punctuation and spacing: what they change, and what they must leave alone."""

from __future__ import annotations

import doctest
import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation import plain_words
from pytest_llmeval.benchmark.perturbation.drawn import TextPerturbation
from pytest_llmeval.benchmark.perturbation.plain_words import word_spans
from pytest_llmeval.benchmark.perturbation.wording import case, mistyped, punctuation, spacing, typos
from pytest_llmeval.errors import ConfigurationError

CODE = "Which function in `src/run_log.py` calls RunLog.append, per https://example.org/Docs, v1.2 or HTTP_GET?"
LITERALS = ("`src/run_log.py`", "RunLog.append", "https://example.org/Docs", "v1.2", "HTTP_GET")


def asked(question: str, kind: TextPerturbation, **fields: object) -> list[str]:
    entry = Entry.model_validate({"id": "e", "question": question, **fields})
    return [str(draft.changes["question"]) for draft in kind.drafts(entry)]


@pytest.mark.parametrize("kind", [typos(rate=1), case(), case(to="upper"), punctuation(), spacing(rate=1)])
def test_code_links_numbers_and_names_stay_as_they_are(kind: TextPerturbation) -> None:
    (text,) = asked(CODE, kind)
    assert text != CODE
    assert [literal for literal in LITERALS if literal not in text] == []


def test_typos_hit_the_wanted_share_of_the_longer_words() -> None:
    question = " ".join(["garden"] * 20)
    (some,), (all_of_them,) = asked(question, typos(rate=0.25)), asked(question, typos(rate=1))
    assert sum(word != "garden" for word in some.split()) == 5
    assert sum(word != "garden" for word in all_of_them.split()) == 20


def test_a_question_of_short_words_gets_no_typo() -> None:
    assert asked("Is it so or not?", typos()) == []


def test_words_of_the_gold_answer_are_never_mistyped() -> None:
    (text,) = asked("Choose between Paris and London today", typos(rate=1), gold_answer=["Paris", "London"])
    assert "Paris" in text
    assert "London" in text
    assert "between" not in text


@given(st.text("abcdefghijklmnopqrstuvwxyzäßé", min_size=2, max_size=12), st.integers(0, 2**32))
def test_a_slip_changes_a_word_by_little_and_keeps_its_first_letter(word: str, seed: int) -> None:
    slip = mistyped(word, Random(seed))
    assert slip != word
    assert abs(len(slip) - len(word)) <= 1
    assert slip[0] == word[0] or len(word) == 2


def test_capitals_stay_capitals_where_the_key_beside_is_hit() -> None:
    assert all(mistyped("AAAA", Random(seed)).isupper() for seed in range(50))


def test_case_changes_plain_words_only() -> None:
    assert asked("Is Paris in the EU or in runLog?", case()) == ["is paris in the eu or in runLog?"]
    assert asked("Is it in runLog?", case(to="upper")) == ["IS IT IN runLog?"]


def test_what_is_in_that_case_already_has_no_variant() -> None:
    assert asked("is it so", case()) == []


def test_marks_at_the_ends_of_words_go_and_labels_of_choices_stay() -> None:
    question = 'So, is "this." 3.5 or f(x.y)?\nA. Yes!\nB) No...'
    assert asked(question, punctuation()) == ['So is "this" 3.5 or f(x.y)\nA. Yes\nB) No']


def test_spacing_changes_nothing_but_blanks() -> None:
    (text,) = asked("What is the capital of France?", spacing(rate=1))
    assert text == "What  is  the  capital  of  France?\n\n"


@given(st.text(max_size=200))
def test_plain_words_are_letters_and_do_not_overlap(text: str) -> None:
    spans = word_spans(text)
    assert all(re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text[start:end]) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("make", [lambda: typos(rate=0), lambda: typos(rate=1.5), lambda: spacing(rate=True)])
def test_a_rate_that_is_no_share_is_refused(make: object) -> None:
    with pytest.raises(ConfigurationError, match="rate must lie above 0 and up to 1, got"):
        make()  # type: ignore[operator]


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.case: to must be 'lower' or 'upper', got 'title'"):
        case(to="title")  # type: ignore[arg-type]


def test_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(plain_words).failed == 0
