from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import pointbiserialr  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.comparing.items import item_findings, items_of, point_biserial, share_of_side
from pytest_llmeval.analysis.comparing.sides import Side, sides_of
from tests.cli.logs import trial

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 100).map(lambda n: n / 100)), min_size=2, max_size=40)


@given(ROWS)
def test_the_correlation_is_that_of_scipy(rows: list[tuple[bool, float]]) -> None:
    right, score = [one for one, _ in rows], [other for _, other in rows]
    found = point_biserial(right, score)
    if len(set(right)) < 2 or len(set(score)) < 2:
        assert found is None
    else:
        assume(max(score) - min(score) > 1e-6)
        assert found == pytest.approx(pointbiserialr(right, score).statistic, abs=1e-9)


def side(name: str, right: dict[int, bool], **fields: object) -> Side:
    records = [trial(q, "fully_correct" if yes else "wrong", model=name, **fields) for q, yes in right.items()]
    return next(iter(sides_of(Path("a.jsonl"), records).values()))


def test_entries_that_tell_nothing_are_told() -> None:
    evens = [{1: True, 2: False, 3: yes, 4: yes, 5: not yes, 6: yes} for yes in (True, False) * 3]
    sides = [side(f"m{number}", right) for number, right in enumerate(evens)]
    found = items_of(sides)
    assert (found.in_state("saturated"), found.in_state("dead")) == (("q1",), ("q2",))
    by_entry = {item.entry: item for item in found.items}
    assert by_entry["q3"].discrimination == pytest.approx(1)
    assert by_entry["q5"].discrimination == pytest.approx(-1), "those who are right here are wrong elsewhere"
    assert by_entry["q1"].discrimination is None
    assert found.takers == 6


def test_of_few_answers_nothing_is_said() -> None:
    found = items_of([side(f"m{n}", {1: True}) for n in range(4)])
    assert found.items[0].state is None
    assert found.items[0].discrimination is None


def test_a_set_that_all_models_solve_is_saturated() -> None:
    easy = {q: q != 1 for q in range(40)}
    hard = {q: q % 2 == 0 for q in range(40)}
    assert items_of([side("a", easy), side("b", easy)]).is_saturated
    assert not items_of([side("a", easy), side("b", hard)]).is_saturated
    assert not items_of([side("a", hard)]).is_saturated
    assert not items_of([]).is_saturated


def test_a_share_of_some_entries() -> None:
    one = side("a", {1: True, 2: False, 3: True})
    found = share_of_side(one, {"q1", "q2"})
    assert (found.count, found.n, share_of_side(one).n) == (1, 2, 3)


def test_findings_name_the_entries_that_say_nothing_or_the_contrary() -> None:
    evens = [{1: True, 2: False, 3: yes, 4: yes, 5: not yes, 6: yes} for yes in (True, False) * 3]
    told = list(item_findings(items_of([side(f"m{number}", right) for number, right in enumerate(evens)])))
    assert [one.entries for one in told] == [("q2",), ("q1",), ("q5",)]
    assert told[0].text == "answered wrong by all 6 models, runs and samples: is the gold answer right?"


def test_a_benchmark_that_no_model_fails_wants_harder_entries() -> None:
    easy = {q: q != 1 for q in range(40)}
    (found,) = item_findings(items_of([side("a", easy), side("b", easy)]))
    assert found.text == "the best rate is at least 90 %, and no model lies apart from it: add harder entries"
