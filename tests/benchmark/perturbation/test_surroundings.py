"""Templates, idle talk, rubbish, suggestions and listed paraphrases around or in place of the question."""

from __future__ import annotations

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.perturbation import Perturbation
from pytest_llmeval.benchmark.perturbation.surroundings import (
    IDLE,
    distractors,
    leading,
    listed,
    malformed,
    template,
)
from pytest_llmeval.errors import ConfigurationError

QUESTION = "What is the capital of France?"


def asked(kind: Perturbation, **fields: object) -> list[str]:
    entry = Entry.model_validate({"id": "e", "question": QUESTION, **fields})
    return [str(draft.changes["question"]) for draft in kind.drafts(entry)]


def test_templates_hold_the_question_once_and_differ() -> None:
    told = asked(template(n=4))
    assert len(set(told)) == 4
    assert all(text.count(QUESTION) == 1 for text in told)


def test_no_more_variants_are_made_than_there_are_different_ones() -> None:
    assert len(asked(template(n=9, templates=["{question}!", "So, {question}"]))) == 2


@pytest.mark.parametrize("templates", [[], "Q: {question}", ["no place"], ["{question}{question}"], [3]])
def test_templates_without_a_place_for_the_question_are_refused(templates: object) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.template: "):
        template(templates=templates)  # type: ignore[arg-type]


def test_distractors_are_so_many_different_sentences_before_the_question() -> None:
    (text,) = asked(distractors(3))
    assert text.endswith(QUESTION)
    assert sum(sentence in text for sentence in IDLE) == 3


def test_a_kind_of_several_distractors_bears_their_number() -> None:
    assert (distractors().kind, distractors(4).kind, distractors(4, name="idle").kind) == (
        "distractors",
        "distractors-4",
        "idle",
    )


@pytest.mark.parametrize("k", [0, True, 99])
def test_a_number_of_distractors_that_cannot_be_is_refused(k: int) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.distractors: "):
        distractors(k)


def test_malformed_text_still_holds_every_word_of_the_question_in_order() -> None:
    (text,) = asked(malformed(level=1))
    words = iter(text.split())
    assert all(word in words for word in QUESTION.split())
    assert len(text.split()) > len(QUESTION.split())


def test_a_leading_question_suggests_what_the_entry_names() -> None:
    told = Entry(id="e", question=QUESTION, gold_answer=["Paris", "paris"], metadata={"wrong_answer": "Lyon"})
    (wrong,), (right,) = leading().drafts(told), leading("gold_answer").drafts(told)
    assert wrong.changes == {"question": f"{QUESTION}\n\nI think it is Lyon, right?"}
    assert right.changes == {"question": f"{QUESTION}\n\nI think it is Paris, right?"}
    assert (wrong.suffix, right.suffix) == ("leading-wrong", "leading-right")


@pytest.mark.parametrize("claim", [None, "", {"a": 1}, []])
def test_an_entry_without_a_suggestion_has_no_leading_variant(claim: object) -> None:
    assert list(leading().drafts(Entry(id="e", question=QUESTION, metadata={"wrong_answer": claim}))) == []


def test_a_suggestion_needs_a_place_in_its_wording() -> None:
    with pytest.raises(ConfigurationError, match=r"wording must hold \{claim\}"):
        leading(wording="It is so, right?")


def test_each_listed_wording_is_a_variant_and_the_question_itself_is_none() -> None:
    entry = Entry(id="e", question=QUESTION, metadata={"paraphrases": ["Capital of France?", QUESTION, "FR capital?"]})
    assert [draft.suffix for draft in listed().drafts(entry)] == ["paraphrases", "paraphrases2"]
    assert [draft.changes["question"] for draft in listed(n=1).drafts(entry)] == ["Capital of France?"]


def test_an_entry_without_wordings_has_no_listed_variant() -> None:
    assert list(listed().drafts(Entry(id="e", question=QUESTION))) == []
    one = Entry(id="e", question=QUESTION, metadata={"paraphrases": "FR capital?"})
    assert len(list(listed().drafts(one))) == 1


def test_wordings_that_are_no_texts_are_told_with_their_entry() -> None:
    entry = Entry(id="e", question=QUESTION, metadata={"paraphrases": ["x", 3]})
    with pytest.raises(ConfigurationError, match="entry 'e': paraphrases must be a list of texts"):
        list(listed().drafts(entry))


@pytest.mark.parametrize("n", [0, True, 1.5])
def test_the_number_of_listed_wordings_is_a_whole_one(n: int) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.paraphrases: n must be a whole number of at least 1"):
        listed(n=n)
