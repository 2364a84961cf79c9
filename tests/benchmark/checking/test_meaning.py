from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking import meaning as module
from pytest_llmeval.benchmark.checking.checks import Strictness, check_benchmark
from pytest_llmeval.benchmark.checking.contamination import matches_in
from pytest_llmeval.benchmark.checking.documents import LONGEST, passages_of
from pytest_llmeval.benchmark.checking.meaning import Embed, Meaning, pairs_by_meaning
from pytest_llmeval.benchmark.checking.text_index import Match, Thresholds
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.errors import ConfigurationError

CONCEPTS = ({"largest", "biggest"}, {"lake", "water"}, {"africa", "continent"}, {"river"}, {"painted", "artist"})


def by_concepts(texts: list[str]) -> list[list[float]]:
    """Count which concepts a text has, whatever words it has for them; one that has none says nothing at all."""
    said = [set(text.casefold().replace("?", "").replace(".", "").split()) for text in texts]
    return [[*(float(bool(words & one)) for one in CONCEPTS), 0.01] for words in said]


LARGEST = "What is the largest lake of Africa?"
PARAPHRASE = "Which water on that continent is the biggest one?"
OTHER = "Which artist painted the most famous pictures of all?"


def meaning(embed: Embed = by_concepts, least: float = 0.9) -> Meaning:
    return Meaning("mine:embed", embed, least)


def entries(*rows: dict[str, Any]) -> Any:
    numbered = [{"id": f"q{number}", "gold_answer": "x", **row} for number, row in enumerate(rows, start=1)]
    return benchmark_from_entries(numbered)


def found(*rows: dict[str, Any], least: float = 0.9) -> list[tuple[str, str, tuple[str, ...], str]]:
    bounds = Strictness(least_in_slice=0)
    told = check_benchmark(
        entries(*rows), root=Path(), today=date(2026, 11, 30), strictness=bounds, meaning=meaning(least=least)
    )
    return [(one.check, one.severity, one.entries, one.text) for one in told]


def test_questions_that_mean_the_same_are_near_duplicates() -> None:
    assert found({"question": LARGEST}, {"question": OTHER}, {"question": PARAPHRASE}) == [
        ("near duplicates", "warning", ("q1", "q3"), "mean the same (cosine 1.00)")
    ]


def test_the_cosine_from_which_on_they_are_is_the_users() -> None:
    rows = [{"question": LARGEST}, {"question": "What is the largest river of Africa?"}]
    assert found(*rows) == []
    assert [told for *_, told in found(*rows, least=0.6)] == ["mean the same (cosine 0.67)"]


def test_paraphrases_in_two_splits_are_an_error() -> None:
    (one,) = found({"question": LARGEST, "split": "dev"}, {"question": PARAPHRASE, "split": "test"})
    assert one[1:] == ("error", ("q1", "q2"), "mean the same (cosine 1.00), across the splits dev and test")


def test_a_cluster_hangs_together_by_words_and_by_meaning() -> None:
    again = "What is the largest lake of Africa, then?"
    ((_, _, ids, told),) = found({"question": LARGEST}, {"question": again}, {"question": PARAPHRASE})
    assert ids == ("q1", "q2", "q3")
    assert told == (
        "3 questions, each shares 80 % or more of its runs of 3 words with another, or its meaning "
        "(cosine 0.9 or more); q1 is the first of them"
    )


def test_what_has_another_setting_is_another_question_whatever_it_means() -> None:
    assert found({"question": LARGEST, "choices": ["a"]}, {"question": PARAPHRASE, "choices": ["b"]}) == []


def matches(documents: Sequence[tuple[str, str]], *questions: str, embed: Embed = by_concepts) -> dict[str, Match]:
    rows = [{"question": one} for one in questions]
    return matches_in(entries(*rows).entries, documents, Thresholds(), meaning(embed))


def test_a_question_is_found_in_other_words_in_a_passage_of_a_document() -> None:
    document = f"A page about pictures.\n\n{PARAPHRASE}\n\nIt is Victoria."
    told = matches([("book.txt", "Nothing here."), ("quiz.txt", document)], OTHER, LARGEST)
    assert told == {"q2": Match("quiz.txt", "by meaning", 1.0)}
    assert told["q2"].told(Thresholds()) == "means what is said (cosine 1.00) in"


def test_where_it_stands_word_for_word_is_told_first() -> None:
    told = matches([("a", PARAPHRASE), ("b", LARGEST), ("c", PARAPHRASE)], LARGEST)
    assert told == {"q1": Match("b", "word for word", 1.0)}


def test_the_embedder_is_asked_once_for_each_question_whatever_it_is_compared_with() -> None:
    asked: list[str] = []

    def counting(texts: list[str]) -> list[list[float]]:
        asked.extend(texts)
        return by_concepts(texts)

    known = meaning(counting)
    made = entries({"question": LARGEST}, {"question": PARAPHRASE}, {"question": LARGEST, "choices": ["a"]})
    bounds = Strictness(least_in_slice=0)
    found = matches_in(made.entries, [("d", OTHER)], Thresholds(), known)
    told = check_benchmark(made, root=Path(), today=date(2026, 11, 30), strictness=bounds, meaning=known)
    assert ([one.check for one in told], found) == (["near duplicates"], {})
    assert sorted(asked) == sorted([LARGEST, PARAPHRASE, OTHER])


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_nothing_hangs_on_how_many_texts_are_embedded_at_once(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", batch)
    sizes: list[int] = []

    def counting(texts: list[str]) -> list[list[float]]:
        sizes.append(len(texts))
        return by_concepts(texts)

    documents = [(f"d{number}", OTHER) for number in range(4)] + [("quiz", PARAPHRASE)]
    told = matches(documents, LARGEST, "Where does the longest river begin and end?", embed=counting)
    assert told == {"q1": Match("quiz", "by meaning", 1.0)}
    assert (max(sizes) <= batch, sum(sizes)) == (True, 7)


@given(
    st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any), min_size=1, max_size=12),
    st.floats(0.1, 0.99),
)
def test_pairs_are_those_whose_cosine_is_large_enough(vectors: list[list[int]], least: float) -> None:
    texts = [str(number) for number in range(len(vectors))]
    known = Meaning("m:f", lambda asked: [vectors[int(text)] for text in asked], least)
    pairs = {(one, other): cosine for one, other, cosine in pairs_by_meaning(texts, known)}
    for one in range(len(vectors)):
        for other in range(one + 1, len(vectors)):
            a, b = np.array(vectors[one], float), np.array(vectors[other], float)
            cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
            if abs(cosine - least) > 1e-6:
                assert ((one, other) in pairs) == (cosine > least)
            if (one, other) in pairs:
                assert pairs[one, other] == pytest.approx(cosine, abs=1e-6)


def test_pairs_of_many_texts_are_found_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 2)
    texts = [LARGEST, OTHER, PARAPHRASE, OTHER, LARGEST]
    assert [pair[:2] for pair in pairs_by_meaning(texts, meaning())] == [(0, 2), (0, 4), (1, 3), (2, 4)]


def failing(texts: list[str]) -> list[list[float]]:
    raise TimeoutError("no\nreply")


async def later(texts: list[str]) -> list[list[float]]:
    return by_concepts(texts)


@pytest.mark.parametrize(
    ("embed", "told"),
    [
        (failing, r"failed \(TimeoutError: no reply\)"),
        (lambda texts: [[1.0]], "must return a vector of numbers for each of 2 texts, got list of 1"),
        (lambda texts: [1.0] * len(texts), "must return a vector of numbers for each of 2 texts, got list of 2"),
        (lambda texts: [["a"]] * len(texts), "must return a vector of numbers for each of 2 texts, got list of 2"),
        (lambda texts: [[1.0], [1.0, 2.0]], "must return a vector of numbers for each of 2 texts, got list of 2"),
        (lambda texts: [[]] * len(texts), "must return a vector of numbers for each of 2 texts, got list of 2"),
        (lambda texts: None, "must return a vector of numbers for each of 2 texts, got NoneType"),
        (lambda texts: [[1.0, 0.0], [0.0, 0.0]], "made a vector without a direction of 'b b'"),
        (lambda texts: [[1.0], [1e300]], "made a vector without a direction of 'b b'"),
        (lambda texts: [[10**400], [1]], "must return a vector of numbers for each of 2 texts, got list of 2"),
        (lambda texts: [[float("nan")], [1.0]], "made a vector without a direction of 'a'"),
    ],
)
def test_an_embedder_that_is_none_is_told_in_one_line(embed: Embed, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^--embedder mine:embed: {told}$"):
        meaning(embed).vectors(["a", "b\nb"])


def test_an_embedder_that_has_to_be_awaited_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="got coroutine; it must not be async"):
        meaning(later).vectors(["a"])


def test_vectors_of_other_lengths_are_no_vectors_of_one_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    growing = meaning(lambda texts: [[1.0] * len(texts[0])])
    with pytest.raises(ConfigurationError, match="made vectors of 1 and of 2 numbers"):
        growing.vectors(["a", "bb"])
    with pytest.raises(ConfigurationError, match="made vectors of 35 and of 9 numbers"):
        matches([("d", "Document.")], LARGEST, embed=lambda texts: [[1.0] * len(texts[0])])


def test_passages_are_paragraphs_and_long_ones_are_cut_between_words() -> None:
    assert list(passages_of("one\ntwo\n \t\nthree\n\n\n  \n")) == ["one\ntwo", "three"]
    pieces = list(passages_of("word " * 1000))
    assert {len(piece) <= LONGEST for piece in pieces} == {True}
    assert " ".join(pieces) == ("word " * 1000).strip()
    assert list(map(len, passages_of("x" * (LONGEST + 1)))) == [LONGEST, 1]
