"""Variants: their ids, what they keep of the original, how the argument is read, and functions of the user's."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval import perturbations
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.own import paraphrase
from pytest_llmeval.benchmark.perturbation.variants import NAMED, all_variants, read_perturbations, variants_of
from pytest_llmeval.errors import ConfigurationError

ENTRY = Entry(
    id="fr",
    question="What is the capital of France, please?",
    gold_answer="Paris",
    category="europe",
    tags=("t",),
    metadata={"author": "me"},
)


def shouted(entry: Entry, random: Random) -> str:
    return entry.question.upper() + "!" * random.randrange(1, 1_000)


def test_a_variant_keeps_all_but_what_was_changed_and_has_a_hash_of_its_own() -> None:
    (one,) = variants_of(ENTRY, read_perturbations("case"))
    assert one.entry.id == "fr-case"
    assert one.entry.question == "what is the capital of france, please?"
    kept = {"id", "question"}
    assert one.entry.model_dump(exclude=kept) == ENTRY.model_dump(exclude=kept)
    assert one.entry.hash != ENTRY.hash
    assert one.parent is ENTRY
    assert one.same_gold


def test_several_variants_of_a_kind_are_numbered_from_the_second_on() -> None:
    made = list(variants_of(ENTRY, [perturbations.typos(n=3)]))
    assert [one.entry.id for one in made] == ["fr-typos", "fr-typos2", "fr-typos3"]
    assert len({one.entry.question for one in made}) == 3


def test_variants_are_the_same_every_time_and_others_with_another_seed() -> None:
    def questions(seed: int) -> list[str]:
        return [one.entry.question for one in variants_of(ENTRY, [perturbations.typos(n=3, seed=seed)])]

    assert questions(0) == questions(0)
    assert questions(0) != questions(1)


def test_variants_are_the_same_in_another_process() -> None:
    code = (
        "from pytest_llmeval import Entry, perturbations as p\n"
        "from pytest_llmeval.benchmark.perturbation.variants import variants_of\n"
        "e = Entry(id='fr', question='What is the capital of France, please?', gold_answer='Paris')\n"
        "print([v.entry.question for v in variants_of(e, [p.typos(n=2), p.template(n=2), p.distractors(2)])])"
    )
    kinds = [perturbations.typos(n=2), perturbations.template(n=2), perturbations.distractors(2)]
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == str([one.entry.question for one in variants_of(ENTRY, kinds)])


@given(st.text(min_size=1, max_size=80).filter(str.strip), st.sampled_from(sorted(NAMED)))
def test_any_question_has_valid_variants_or_none(question: str, name: str) -> None:
    entry = Entry(id="e", question=question)
    made = list(variants_of(entry, read_perturbations(name)))
    assert all(one.entry.question != question or one.entry.messages for one in made)
    assert len({one.entry.id for one in made}) == len(made)


def test_the_last_turn_of_the_user_is_what_changes_in_a_conversation() -> None:
    turns = tuple({"role": role, "content": "Is IT so"} for role in ("user", "assistant", "user", "assistant"))
    entry = Entry(id="e", question="Is IT so", messages=turns)
    (one,) = variants_of(entry, read_perturbations("case"))
    assert [turn["content"] for turn in one.entry.messages] == ["Is IT so", "Is IT so", "is it so", "Is IT so"]
    assert one.entry.question == "is it so"
    other = entry.model_copy(update={"question": "a name for it"})
    assert next(variants_of(other, read_perturbations("case"))).entry.question == "a name for it"
    assert list(variants_of(Entry(id="e", question="Q", messages=turns[1:2]), read_perturbations("case"))) == []


def test_kinds_are_read_by_name_with_settings_and_as_functions() -> None:
    assert [one.kind for one in read_perturbations(["typos", perturbations.case(name="low"), shouted])] == [
        "typos",
        "low",
        "shouted",
    ]
    assert [one.kind for one in read_perturbations(lambda entry, random: None)] == ["paraphrase"]
    assert [one.kind for one in read_perturbations(perturbations.order())] == ["order"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("typo", "knows no kind 'typo'; it knows typos, case, "),
        (["case", "case"], "holds 'case' twice"),
        (3, "must be a kind of perturbation or several, got 3"),
        ({"typos": 1}, "must be a kind of perturbation or several"),
        ([3], "must hold kinds of perturbation, got 3"),
        (lambda entry: "x", "must take two arguments: entry and random"),
    ],
)
def test_what_is_no_kind_is_refused(value: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        read_perturbations(value)


@pytest.mark.parametrize("settings", [{"n": 0}, {"n": True}, {"name": "two words"}, {"name": "[x]"}])
def test_numbers_and_names_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.case: "):
        perturbations.case(**settings)


def test_a_function_may_change_any_field_or_leave_an_entry_alone() -> None:
    def change(entry: Entry, random: Random) -> Mapping[str, Any] | None:
        return {"question": "Capitale ?", "metadata": {"language": "fr"}} if entry.id == "fr" else None

    (one,) = variants_of(ENTRY, [paraphrase(change)])
    assert one.entry.metadata == {"author": "me", "language": "fr"}
    assert one.settings == {"function": "change", "seed": 0}
    assert list(variants_of(ENTRY.model_copy(update={"id": "de"}), [paraphrase(change)])) == []


def test_a_function_that_changes_nothing_makes_no_variant() -> None:
    assert list(variants_of(ENTRY, [paraphrase(lambda entry, random: entry.question)])) == []


def crash(entry: Entry, random: Random) -> str:
    raise KeyError("nope")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (crash, "crash crashed on entry 'fr': KeyError: 'nope'"),
        (lambda entry, random: 3, "must return a text, a dict of fields, or None; for entry 'fr' it returned 3"),
        (lambda entry, random: " ", "it returned ' '"),
        (lambda entry, random: {"weight": -1}, "what it makes of entry 'fr' is no entry: weight: "),
        (lambda entry, random: {"nope": 1}, "what it makes of entry 'fr' is no entry: nope: "),
        ("text", "it takes a function"),
    ],
)
def test_a_function_that_fails_is_named_with_the_entry(function: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        list(variants_of(ENTRY, [paraphrase(function)]))


def test_a_builtin_without_a_signature_is_taken_as_it_is() -> None:
    assert paraphrase(max).settings["function"] == "max"  # type: ignore[arg-type]


def test_a_kind_that_changes_no_entry_is_told() -> None:
    with pytest.raises(ConfigurationError, match="perturb='order' changes none of the 1 entries; leave it out"):
        all_variants([ENTRY], read_perturbations(["case", "order"]))


def test_an_id_that_is_taken_is_told() -> None:
    taken = Entry(id="fr-case", question="x")
    with pytest.raises(
        ConfigurationError, match="variant of entry 'fr' would be called 'fr-case', as another entry is"
    ):
        all_variants([ENTRY, taken], read_perturbations("case"))


def test_the_face_names_every_kind() -> None:
    names = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one.__name__).lower() for one in NAMED.values()}
    assert names <= set(perturbations.__all__)
    assert all(getattr(perturbations, name) is not None for name in perturbations.__all__)
