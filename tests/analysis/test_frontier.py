"""Who is worth their price."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.frontier import Contender, contenders, frontier
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.models.answer import Call, Reply
from tests.cli.logs import trial


def contender(name: str, right: int, cost: float | None, n: int = 100) -> Contender:
    return Contender(name, "run", Proportion(right, n), cost, 1.0)


def named(found: tuple[Contender, ...]) -> list[str]:
    return [one.model for one in found]


def test_the_front_holds_whom_nobody_beats_on_both_scores() -> None:
    found = frontier(
        [
            contender("dear", 90, 0.5),
            contender("cheap", 60, 0.01),
            contender("poor", 50, 0.02),
            contender("mid", 80, 0.1),
        ]
    )
    assert named(found.front) == ["dear", "mid", "cheap"]
    assert [(one.model, better.model) for one, better in found.dominated] == [("poor", "cheap")]


def test_equals_do_not_beat_each_other() -> None:
    found = frontier([contender("a", 80, 0.1), contender("b", 80, 0.1), contender("c", 80, 0.2)])
    assert named(found.front) == ["a", "b"]
    assert [one.model for one, _ in found.dominated] == ["c"]


def test_equal_prices_are_equal_however_many_trials_they_are_summed_up_over() -> None:
    run = RunFigures("r1")
    for name, trials in (("three", 3), ("one", 1), ("ten", 10)):
        for number in range(trials):
            run.add(trial(number, "fully_correct", model=name, cost_usd=0.1))
    found = frontier(contenders([run]))
    assert len({one.cost_per_trial for one in found.front}) > 1  # of floats the sums differ
    assert {*named(found.front)} == {"openai:three", "openai:one", "openai:ten"}
    assert not found.dominated


def test_an_unknown_price_is_not_nought() -> None:
    found = frontier([contender("priced", 10, 0.1), contender("unknown", 90, None)])
    assert (named(found.front), named(found.unpriced)) == (["priced"], ["unknown"])
    assert found.unpriced[0].successes_per_dollar is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=12))
def test_the_front_is_what_the_definition_says(drawn: list[tuple[int, int]]) -> None:
    everyone = [contender(str(number), right, float(cost), 20) for number, (right, cost) in enumerate(drawn)]

    def beats(a: Contender, b: Contender) -> bool:
        (x, p), (y, q) = ((one.share.count, one.cost_per_trial or 0) for one in (a, b))
        return x >= y and p <= q and (x > y or p < q)

    found = frontier(everyone)
    assert set(named(found.front)) == {
        one.model for one in everyone if not any(beats(other, one) for other in everyone)
    }
    assert all(beats(better, one) and better in found.front for one, better in found.dominated)
    assert len(found.front) + len(found.dominated) == len(everyone)


def test_the_cheapest_that_reaches_a_bar_does_so_with_its_whole_interval() -> None:
    found = frontier([contender("dear", 99, 0.5), contender("mid", 90, 0.1), contender("cheap", 84, 0.01)])
    cheapest = found.cheapest(0.8)
    assert cheapest is not None
    assert cheapest.model == "mid"  # cheap is above 80 %, but not surely: 84 of 100 may be 76 %
    assert found.cheapest(0.999) is None
    assert [one.standing(0.8) for one in found.front] == ["reaches", "reaches", "cannot tell"]
    assert contender("none", 1, 0.1).standing(0.8) == "misses"
    assert contender("nothing", 0, 0.1, n=0).standing(0.8) == "cannot tell"


def test_contenders_are_the_models_of_runs_with_anything_measured() -> None:
    run = RunFigures("run-1")
    for number in range(4):
        run.add(trial(number, "fully_correct" if number else "wrong", cost_usd=0.5, latency_s=number))
        run.add(trial(number, "wrong", model="unpriced", cost_usd=None if number else 1.0))
        run.add(trial(number, model="broken", outcome="error"))
    small, unpriced = contenders([run])
    assert (small.model, small.share, small.cost_per_trial) == ("openai:small", Proportion(3, 4), 0.5)
    assert small.successes_per_dollar == pytest.approx(3 / 2)
    assert (unpriced.cost_per_trial, unpriced.successes_per_dollar) == (None, None)


def test_answers_from_the_cache_do_not_make_a_model_cheap() -> None:
    run = RunFigures("run-1")
    for number in range(4):
        cached = number > 1
        run.add(trial(number, "fully_correct", cost_usd=0.0 if cached else 0.5, cached=cached))
        run.add(trial(number, "fully_correct", model="old", cost_usd=0.0, cached=True))
    small, old = contenders([run])
    assert (small.cost_per_trial, small.cost_per_success, small.successes_per_dollar) == (0.5, 0.5, 2)
    assert (old.cost_per_trial, old.cost_per_success) == (None, None)


def test_what_answers_from_the_cache_in_part_cost_is_no_price_either() -> None:
    run, half = RunFigures("run-1"), Call("p", "m", (), Reply("Paris"), "hash", cached=True)
    for number in range(20):
        calls = (half,) if number else ()
        run.add(trial(number, "fully_correct", cost_usd=0.01 if number else 0.02, cached=False, calls=calls))
    assert contenders([run])[0].cost_per_trial == 0.02


def test_without_a_success_there_is_no_price_of_one() -> None:
    assert contender("none", 0, 0.1).cost_per_success is None
