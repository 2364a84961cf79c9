"""Evidence taken away, or in part: which files and texts go, and what the variant says of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.ablation import FIELD, shown_text, weak_evidence, weakened, without_evidence
from pytest_llmeval.benchmark.perturbation.perturbation import Perturbation
from pytest_llmeval.benchmark.perturbation.variants import Variant, read_perturbations, variants_of
from pytest_llmeval.errors import ConfigurationError

PROOF = "The code is 7431. It was changed on Monday."


def entry(**fields: Any) -> Entry:
    return Entry(**{"id": "e", "question": "What is the code?", "gold_answer": "7431", **fields})


def made(kind: Perturbation, of: Entry) -> list[Variant]:
    return list(variants_of(of, [kind]))


def in_text() -> Entry:
    return entry(question=f"{PROOF}\n\nWhat is the code?", metadata={"proof": PROOF})


def test_without_evidence_no_context_file_is_left_and_nothing_is_expected_of_files() -> None:
    (one,) = made(without_evidence(), entry(context_files=("a.md", "b.md")))
    assert (one.entry.id, one.entry.context_files) == ("e-without-evidence", ())
    assert one.entry.metadata[FIELD] == {"evidence": "absent", "removed": ["a.md", "b.md"]}
    assert not one.same_gold


@pytest.mark.parametrize("expected", ["b.md", "docs/b.md", "./b.md"])
def test_only_the_files_an_answer_rests_on_are_taken_away(expected: str) -> None:
    (one,) = made(without_evidence(), entry(context_files=("a.md", "b.md", "ab.md"), expected_files=(expected,)))
    assert one.entry.context_files == ("a.md", "ab.md")
    assert one.entry.expected_files == ()


def test_named_text_is_taken_out_of_the_question_and_of_its_field() -> None:
    (one,) = made(without_evidence("proof"), in_text())
    assert (one.entry.question, one.entry.metadata["proof"]) == ("What is the code?", "")


def test_text_of_a_conversation_is_taken_out_of_its_last_question() -> None:
    turns = ({"role": "user", "content": "Hi"}, {"role": "user", "content": f"{PROOF} And the code?"})
    (one,) = made(without_evidence("proof"), entry(messages=turns, metadata={"proof": PROOF}))
    assert [turn["content"] for turn in one.entry.messages] == ["Hi", "And the code?"]


def test_task_that_retrieves_is_told_what_to_leave_out() -> None:
    (one,) = made(without_evidence(retrieved=True), entry(expected_files=("a.md",)))
    assert one.entry.metadata[FIELD]["removed"] == ["a.md"]


@pytest.mark.parametrize(
    "kind", [without_evidence(), weak_evidence(), without_evidence("proof"), weak_evidence("proof")]
)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"expected_files": ("a.md",)},
        {"context_files": ("a.md",), "messages": ({"role": "user", "content": "x"},)},
        {"context_files": ("a.md",), "metadata": {"proof": "x"}, "turns": (Entry(id="t", question="x"),)},
        {"metadata": {"proof": []}},
    ],
    ids=["nothing", "files not shown", "files of a conversation", "turns", "empty"],
)
def test_entry_without_evidence_that_is_shown_has_no_variant(kind: Perturbation, fields: dict[str, Any]) -> None:
    assert made(kind, entry(**fields)) == []


def test_weak_files_are_cut_where_they_are_shown_and_others_are_not() -> None:
    (one,) = made(weak_evidence(), entry(context_files=("a.md", "b.md"), expected_files=("b.md",)))
    assert one.entry.metadata[FIELD]["evidence"] == "weak"
    text = "".join(f"line {number}\n" for number in range(10))
    assert shown_text(one.entry, "a.md", text) == text
    left = shown_text(one.entry, "b.md", text).splitlines()
    assert (len(left), set(left) < set(text.splitlines())) == (5, True)
    assert shown_text(one.parent, "b.md", text) == text


def test_weak_text_loses_sentences_and_a_list_texts() -> None:
    (one,) = made(weak_evidence("proof"), in_text())
    assert one.entry.metadata["proof"] in PROOF.split(". ")[0] + ". It was changed on Monday."
    assert one.entry.question == f"{one.entry.metadata['proof']}\n\nWhat is the code?"
    proofs = ["First.", "Second.", "Third."]
    several = entry(question="First. Second. Third. And?", metadata={"proof": proofs})
    (other,) = made(weak_evidence("proof", keep=0.3), several)
    (left,) = other.entry.metadata["proof"]
    assert left in proofs
    assert [one in other.entry.question for one in proofs].count(True) == 1


def test_kinds_are_known_by_name_and_several_weak_variants_differ() -> None:
    assert [one.kind for one in read_perturbations(["without-evidence", "weak-evidence"])] == [
        "without-evidence",
        "weak-evidence",
    ]
    variants = made(weak_evidence("proof", n=2), in_text())
    assert len({one.entry.question for one in variants}) == 2


@pytest.mark.parametrize("keep", [0, 1, 2, True, "half"])
def test_share_that_leaves_all_or_nothing_is_refused(keep: Any) -> None:
    with pytest.raises(ConfigurationError, match="keep must lie above 0 and below 1"):
        weak_evidence(keep=keep)


def test_evidence_that_is_no_text_is_told_with_its_entry() -> None:
    with pytest.raises(ConfigurationError, match="entry 'e': proof must be a text or a list of texts, got 3"):
        made(without_evidence("proof"), entry(metadata={"proof": 3}))
    with pytest.raises(ConfigurationError, match="evidence must name a field"):
        without_evidence(" ")


WORDS = st.lists(st.sampled_from(["One.", "Two, three.", "four", "Five!\n"]), max_size=12).map(" ".join)


@given(WORDS, st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_weakened_text_is_less_in_the_order_it_had(text: str, keep: float, lot: int) -> None:
    left = weakened(text, keep, lot)
    assert left == weakened(text, keep, lot)
    words, rest = left.split(), iter(text.split())
    assert all(word in rest for word in words)
    assert len(words) < len(text.split()) or not text.split()
    assert words or len(text.split()) < 2
