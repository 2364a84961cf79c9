"""Measures of a ranking, held against trec_eval."""

from __future__ import annotations

from typing import Any

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.retrieval.ranked import Ranked, ranked

ITEMS = [f"d{number}" for number in range(12)]
RANKINGS = st.lists(st.sampled_from(ITEMS), unique=True, min_size=1)
WANTED = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 5), min_size=1)
DEPTHS = (1, 2, 3, 5, 10)


def trec_eval(ranking: list[str], wanted: dict[str, int]) -> dict[str, float]:
    cuts = ",".join(map(str, DEPTHS))
    asked = {f"{name}.{cuts}" for name in ("P", "recall", "success", "ndcg_cut", "map_cut")}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": wanted}, asked | {"recip_rank", "ndcg", "map", "set_P"})
    run = {item: float(len(ranking) - place) for place, item in enumerate(ranking)}
    found: dict[str, Any] = evaluator.evaluate({"q": run})["q"]
    return found


@given(RANKINGS, WANTED)
def test_measures_at_k_are_those_of_trec_eval(ranking: list[str], wanted: dict[str, int]) -> None:
    reference, found = trec_eval(ranking, wanted), ranked(ranking, dict(wanted))
    for k in DEPTHS:
        ours = {
            f"P_{k}": found.precision(k),
            f"recall_{k}": found.recall(k),
            f"success_{k}": found.hit(k),
            f"ndcg_cut_{k}": found.ndcg(k),
            f"map_cut_{k}": found.average_precision(k),
        }
        assert ours == pytest.approx({name: reference[name] for name in ours}, abs=1e-9)


@given(RANKINGS, WANTED)
def test_measures_of_the_whole_ranking_are_those_of_trec_eval(ranking: list[str], wanted: dict[str, int]) -> None:
    reference, found = trec_eval(ranking, wanted), ranked(ranking, dict(wanted))
    ours = {
        "recip_rank": found.reciprocal_rank(),
        "ndcg": found.ndcg(),
        "map": found.average_precision(),
        "set_P": found.precision(),
    }
    assert ours == pytest.approx({name: reference[name] for name in ours}, abs=1e-9)


def test_a_ranking_of_nothing_is_zero_in_every_measure() -> None:
    found = ranked([], {"a": 1.0})
    assert {found.precision(), found.precision(3), found.recall(), found.hit(), found.ndcg()} == {0.0}
    assert (found.reciprocal_rank(), found.average_precision()) == (0.0, 0.0)


def test_the_reciprocal_rank_at_k_looks_no_further() -> None:
    found = ranked(["x", "y", "a"], {"a": 1.0})
    assert (found.reciprocal_rank(2), found.reciprocal_rank(3)) == (0.0, 1 / 3)


def test_repeats_and_other_spellings_take_no_rank_and_count_once() -> None:
    found = ranked(["a.py", "x", "src/a.py", "x", "b"], {"src/a.py": 1.0, "b": 1.0}, lambda a, b: b.endswith(a))
    assert found.places == ("src/a.py", None, "b")
    assert found.recall() == 1.0


def test_what_is_missing_is_told_of_the_first_k() -> None:
    found = Ranked(("a", None, "b"), {"a": 1.0, "b": 1.0, "c": 1.0})
    assert (found.missing(), found.missing(2)) == (["c"], ["b", "c"])
