"""Variants beside their originals: every entry counts once, and only what has two verdicts is compared."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.robustness import Robustness, RobustnessFigures
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record

NODE = "test_a.py::test_x[{}]"


def original(name: str, *, answer: str = "a", sample: int = 1, test: str = NODE) -> Record:
    return record(question_id=name, nodeid=test.format(name), answer=answer, sample=sample)


def variant(name: str, kind: str = "typos", *, answer: str = "a", sample: int = 1, **how: Any) -> Record:
    number = how.pop("number", "")
    made = f"{name}-{kind}{number}"
    return record(
        question_id=made,
        nodeid=how.pop("test", NODE).format(made),
        parent_id=name,
        perturbation={"kind": kind, **how},
        answer=answer,
        sample=sample,
    )


def figures(told: Iterable[tuple[Record, bool]]) -> RobustnessFigures:
    robustness = Robustness()
    for one, success in told:
        robustness.add(one, success=success)
    found = robustness.figures()
    assert found is not None
    return found


def test_without_variants_there_are_no_figures() -> None:
    robustness = Robustness()
    robustness.add(original("a"), success=True)
    assert robustness.figures() is None


def test_means_worst_and_all_pass_by_hand() -> None:
    found = figures(
        [
            (variant("a"), True),  # before its original, as under xdist
            (original("a"), True),
            (variant("a", "case"), False),
            (original("b"), True),
            (variant("b"), True),
            (variant("b", "case"), True),
            (original("c"), False),
            (variant("c"), True),
        ]
    )
    assert found.all_kinds.perturbed.value == pytest.approx((0.5 + 1 + 1) / 3)
    assert found.worst.value == pytest.approx((0 + 1 + 1) / 3)
    assert found.all_pass is not None
    assert found.all_pass.value == pytest.approx(1 / 3)
    case, typos = found.kinds
    assert (typos.kind, typos.entries, typos.variants, typos.trials) == ("typos", 3, 3, 3)
    assert typos.original == pytest.approx(2 / 3)
    assert typos.drop is not None
    assert case.drop is not None
    assert typos.drop.value == pytest.approx(-1 / 3)
    assert case.drop.value == pytest.approx(0.5)
    assert typos.same_verdict is not None
    assert typos.same_verdict.value == pytest.approx(2 / 3)


VERDICTS = st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), min_size=1, max_size=4)), min_size=1, max_size=12)


@given(VERDICTS)
def test_figures_equal_numpy_on_any_verdicts(entries: list[tuple[bool, list[bool]]]) -> None:
    told = []
    for number, (right, variants) in enumerate(entries):
        told.append((original(f"e{number}"), right))
        told += [(variant(f"e{number}", number=place), one) for place, one in enumerate(variants)]
    found = figures(told)
    means = np.array([np.mean(variants) for _, variants in entries])
    clean = np.array([float(right) for right, _ in entries])
    (kind,) = found.kinds
    assert kind.drop is not None
    assert kind.same_verdict is not None
    assert found.all_pass is not None
    assert kind.perturbed.value == pytest.approx(float(means.mean()), abs=1e-9)
    assert kind.drop.value == pytest.approx(float((clean - means).mean()), abs=1e-9)
    assert found.worst.value == pytest.approx(float(np.mean([min(one) for _, one in entries])), abs=1e-9)
    assert found.all_pass.value == pytest.approx(float(np.mean([r and all(v) for r, v in entries])), abs=1e-9)
    alike = [np.mean([one == right for one in variants]) for right, variants in entries]
    assert kind.same_verdict.value == pytest.approx(float(np.mean(alike)), abs=1e-9)
    low, high = kind.drop.interval
    assert low - 1e-9 <= kind.drop.value <= high + 1e-9


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=9))
def test_p_of_a_drop_equals_scipy_s_permutation_test(pairs: list[tuple[bool, bool]]) -> None:
    told = [(original(f"e{n}"), right) for n, (right, _) in enumerate(pairs)]
    told += [(variant(f"e{n}"), right) for n, (_, right) in enumerate(pairs)]
    drop = figures(told).kinds[0].drop
    differences = np.array([float(one) - float(other) for one, other in pairs])
    if len(pairs) == 1:
        expected = 1.0
    else:
        expected = stats.permutation_test(
            (differences,), lambda one: np.mean(one), permutation_type="samples", n_resamples=np.inf
        ).pvalue
    assert drop is not None
    assert drop.p == pytest.approx(min(1.0, float(expected)), abs=1e-9)


def test_samples_are_compared_with_the_same_sample_of_the_original() -> None:
    told = [(original("a", sample=s), right) for s, right in ((1, True), (2, False))]
    told += [(variant("a", sample=s), right) for s, right in ((1, True), (2, False), (3, True))]
    found = figures(told)
    assert found.kinds[0].same_verdict is not None
    assert found.kinds[0].same_verdict.value == 1
    assert found.kinds[0].perturbed.value == pytest.approx(2 / 3)
    assert found.kinds[0].original == 0.5
    assert found.kinds[0].trials == 3
    assert found.all_pass is not None
    assert found.all_pass.value == 0


def test_an_original_without_a_verdict_pairs_with_nothing() -> None:
    found = figures([(variant("a"), True), (variant("b"), False), (original("b"), True)])
    assert (found.kinds[0].entries, found.kinds[0].paired) == (2, 1)
    assert found.kinds[0].drop is not None
    assert found.kinds[0].drop.value == 1
    assert found.kinds[0].perturbed.value == 0.5
    alone = figures([(variant("a"), True)])
    assert (alone.kinds[0].original, alone.kinds[0].drop, alone.all_pass) == (None, None, None)
    assert alone.kinds[0].same_verdict is None


def test_a_later_record_of_the_same_sample_counts() -> None:
    found = figures([(original("a"), False), (original("a"), True), (variant("a"), False), (variant("a"), True)])
    assert found.kinds[0].drop is not None
    assert (found.kinds[0].trials, found.kinds[0].drop.value) == (1, 0)


def test_the_same_entry_in_two_tests_is_two_entries() -> None:
    other = "test_a.py::test_y[{}]"
    found = figures(
        [
            (original("a"), True),
            (original("a", test=other), False),
            (variant("a"), True),
            (variant("a", test=other), False),
        ]
    )
    assert found.kinds[0].entries == 2
    assert found.kinds[0].same_verdict is not None
    assert found.kinds[0].same_verdict.value == 1


def test_same_answers_are_told_apart_from_case_spacing_and_the_full_stop() -> None:
    found = figures(
        [
            (original("a", answer="It is  Paris."), True),
            (variant("a", answer="it is paris"), True),
            (original("b", answer="x" * 2000), True),
            (variant("b", answer="X" * 2000), True),
        ]
    )
    assert found.kinds[0].same_answer is not None
    assert found.kinds[0].same_answer.value == 0.5


def test_answers_are_not_compared_where_the_right_one_is_written_otherwise() -> None:
    found = figures([(original("a", answer="A"), True), (variant("a", "order", answer="C", same_gold=False), True)])
    assert found.kinds[0].same_answer is None
    assert found.kinds[0].same_verdict is not None


def test_p_values_are_corrected_for_the_number_of_kinds() -> None:
    told = []
    for number in range(6):
        told.append((original(f"e{number}"), True))
        told += [(variant(f"e{number}", "bad"), False), (variant(f"e{number}", "good"), True)]
    bad, good = figures(told).kinds
    assert bad.drop is not None
    assert good.drop is not None
    assert bad.drop.p == pytest.approx(2 / 64)
    assert bad.drop.corrected_p == pytest.approx(4 / 64)
    assert good.drop.corrected_p == 1


def test_an_entry_with_many_variants_weighs_no_more_than_one_with_few() -> None:
    told = [(original("a"), True), (original("b"), True), (variant("b"), True)]
    told += [(variant("a", number=n), False) for n in range(9)]
    assert figures(told).kinds[0].perturbed.value == fmean([0, 1])
