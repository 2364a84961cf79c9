"""Texts are found in documents by the plain rule, in time that does not grow with texts times documents."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking import document_words, text_index
from pytest_llmeval.benchmark.checking.near import jaccard
from pytest_llmeval.benchmark.checking.text_index import Match, TextIndex, Thresholds
from pytest_llmeval.benchmark.checking.words import holds, plain, runs, words

LONG = "Which of the two callers of the parser decides whether a torn last line is an error or is passed over?"


def plainly(texts: list[str], document: str, bounds: Thresholds) -> Iterator[tuple[int, Match]]:
    """Compare each text with the whole document."""
    whole, theirs = plain(document), runs(words(document), bounds.run)
    for place, text in enumerate(texts):
        own = runs(words(text), bounds.run)
        there = {run for run in own if holds(whole, run)}
        if holds(whole, plain(text)):
            yield place, Match("d", "word for word", 1.0)
        elif own and there and len(there) / len(own) >= bounds.contained:
            yield place, Match("d", "runs of words", len(there) / len(own))
        elif there and (alike := jaccard(own, theirs)) >= bounds.alike:
            yield place, Match("d", "as a whole", alike)


TEXTS = st.lists(st.sampled_from(["a", "b", "c", "D.", "é"]), max_size=14).map(" ".join)
BOUNDS = st.builds(
    Thresholds,
    run=st.integers(1, 4),
    contained=st.sampled_from([0.1, 0.5, 0.8, 1.0, math.inf]),
    alike=st.sampled_from([0.1, 0.5, 2 / 3, 0.8, 1.0]),
)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=4).map(" ".join), BOUNDS, st.integers(1, 20))
def test_what_is_found_is_what_comparing_with_the_whole_document_finds(
    texts: list[str], document: str, bounds: Thresholds, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_words, "BLOCK", block)
        found = sorted(TextIndex(texts, bounds).matches("d", document), key=lambda one: one[0])
    assert found == list(plainly(texts, document, bounds))


def test_questions_that_begin_alike_are_not_all_compared_with_a_document_that_does_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = "Read the passage that follows and answer the question below:"
    index = TextIndex([f"{begin} " + " ".join(f"w{n}x{m}" for m in range(20)) for n in range(50)], Thresholds())

    def compared(*_: object) -> None:
        raise AssertionError("a question is compared with the document")

    monkeypatch.setattr(TextIndex, "_stands", compared)
    monkeypatch.setattr(text_index, "distinct_runs", compared)
    monkeypatch.setattr(text_index, "sum", compared, raising=False)
    assert list(index.matches("d", f"{begin} so it goes. " * 9)) == []


def test_a_question_is_looked_for_only_where_its_rarest_run_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def is_in(number: int, ordered: list[int]) -> bool:
        looked.append(number)
        return number in ordered

    monkeypatch.setattr(text_index, "_is_in", is_in)
    document = "so it is said here and there " * 200 + LONG
    text = f"here and there {LONG} so it is said"
    (found,) = TextIndex([text], Thresholds(run=3)).matches("d", f"{document} so it is said here")
    assert found == (0, Match("d", "word for word", 1.0))
    assert len(looked) == len(words(text)) - 2


@given(st.lists(TEXTS, max_size=4).map(" ".join), st.integers(1, 20))
def test_each_place_of_a_run_is_told_once_in_blocks_of_any_size(document: str, block: int) -> None:
    found = words(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_words, "BLOCK", block)
        places = document_words.RunFinder(["a", "b a", "a b c"]).places(document)
    for run in ("a", "b a", "a b c"):
        length = run.count(" ") + 1
        expected = [place for place in range(len(found)) if " ".join(found[place : place + length]) == run]
        assert list(places.get(run, ())) == expected


def test_the_runs_of_a_document_are_not_counted_beyond_what_makes_it_alike() -> None:
    document = " ".join(f"w{number}" for number in range(100_000))
    assert document_words.distinct_runs(document, 8, 30) == 31
