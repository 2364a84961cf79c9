from __future__ import annotations

import pytest

from pytest_llmeval.analysis.people.rater_agreement import agreement_of
from pytest_llmeval.analysis.people.ratings import Rated, Ratings
from pytest_llmeval.analysis.statistics.agreement import cohen_kappa, krippendorff_alpha
from pytest_llmeval.grading.grade import LEVELS

FULLY, PARTLY, UNSUPPORTED, WRONG = (str(level) for level in LEVELS)


def rated(number: int, category: str = "a", **said: str) -> Rated:
    return Rated(f"q{number}", "openai:small", 1, category, said)


def ratings(*answers: Rated, raters: tuple[str, ...] = ("anna", "ben")) -> Ratings:
    return Ratings(raters, answers, "grade")


TWO = ratings(
    rated(1, "a", anna=FULLY, ben=FULLY),
    rated(2, "a", anna=FULLY, ben=WRONG),
    rated(3, "b", anna=WRONG, ben=WRONG),
    rated(4, "b", anna=PARTLY, ben=UNSUPPORTED),
    rated(5, "b", anna=PARTLY, ben=PARTLY),
    rated(6, "c", anna=WRONG),
)


def test_a_pair_is_compared_on_what_both_judged() -> None:
    found = agreement_of(TWO)
    (pair,) = found.pairs
    assert (pair.same.count, pair.same.n, found.n, found.single) == (3, 5, 5, 1)
    confusion = {(FULLY, FULLY): 1, (FULLY, WRONG): 1, (WRONG, WRONG): 1, (PARTLY, UNSUPPORTED): 1, (PARTLY, PARTLY): 1}
    assert pair.confusion == confusion
    assert pair.kappa["quadratic"].value == cohen_kappa(confusion, LEVELS, "quadratic")
    bounds = pair.kappa["none"].interval
    assert bounds is not None
    assert bounds.low < (pair.kappa["none"].value or 0) < bounds.high


def test_disagreed_are_the_furthest_apart_first() -> None:
    assert [one.question_id for one in agreement_of(TWO).disagreed] == ["q2", "q4"]


def test_categories_are_those_of_the_least_agreement_first() -> None:
    found = agreement_of(TWO).categories
    assert [(one.name, one.same.count, one.same.n) for one in found] == [("a", 1, 2), ("b", 2, 3)]
    assert found[0].alpha is not None
    assert found[1].alpha is not None
    assert found[0].alpha < found[1].alpha


def test_a_category_judged_all_alike_has_no_alpha_and_comes_last() -> None:
    found = agreement_of(
        ratings(rated(1, "x", anna=WRONG, ben=WRONG), rated(2, anna=WRONG, ben=FULLY), rated(3, anna=FULLY, ben=FULLY))
    )
    assert [(one.name, one.alpha is None) for one in found.categories] == [("a", False), ("x", True)]


def test_three_raters_have_one_alpha_and_three_pairs() -> None:
    three = ratings(
        rated(1, anna=FULLY, ben=FULLY, cleo=WRONG),
        rated(2, anna=WRONG, cleo=WRONG),
        rated(3, anna=FULLY, ben=PARTLY),
        raters=("anna", "ben", "cleo"),
    )
    found = agreement_of(three)
    units = {(FULLY, FULLY, WRONG): 1, (WRONG, WRONG): 1, (FULLY, PARTLY): 1}
    assert found.alpha["ordinal"].value == pytest.approx(krippendorff_alpha(units, LEVELS, "ordinal"))
    assert [(pair.first, pair.second, pair.same.n) for pair in found.pairs] == [
        ("anna", "ben", 2),
        ("anna", "cleo", 2),
        ("ben", "cleo", 1),
    ]


def test_labels_have_no_order() -> None:
    labels = Ratings(
        ("anna", "ben"),
        (rated(1, anna="hallucination", ben="none"), rated(2, anna="none", ben="none")),
        "failure_label",
    )
    found = agreement_of(labels)
    assert list(found.alpha) == ["nominal"]
    assert list(found.pairs[0].kappa) == ["none"]
    assert found.decisive_alpha == found.alpha["nominal"]


def test_alpha_decides_on_the_scale_of_the_field() -> None:
    found = agreement_of(TWO)
    assert found.decisive_alpha == found.alpha["ordinal"]


def test_the_seed_decides_the_intervals_alone() -> None:
    one, other = agreement_of(TWO, seed=1), agreement_of(TWO, seed=2)
    assert one.alpha["nominal"].value == other.alpha["nominal"].value
    assert one.alpha["nominal"].interval == agreement_of(TWO, seed=1).alpha["nominal"].interval


def test_samples_of_one_entry_are_not_independent() -> None:
    def samples(of_entry: int) -> Ratings:
        answers = [rated(n // of_entry, anna=FULLY if n % 20 < 10 else WRONG, ben=FULLY) for n in range(40)]
        return ratings(*answers, rated(99, anna=WRONG, ben=WRONG))

    apart, together = (agreement_of(samples(of_entry)).alpha["nominal"].interval for of_entry in (1, 10))
    assert apart is not None
    assert together is not None
    assert together.high - together.low > apart.high - apart.low
