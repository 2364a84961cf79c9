from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest  # type: ignore[import-untyped]
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from pytest_llmeval.analysis.statistics.paired import (
    PairedCounts,
    holm,
    mcnemar,
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe_paired_interval,
)

COUNTS = st.integers(0, 400)
CELLS = st.builds(PairedCounts, COUNTS, COUNTS, COUNTS, COUNTS).filter(lambda counts: counts.n > 0)


@settings(max_examples=50)  # the first call of another library may take its time
@given(COUNTS, COUNTS)
def test_exact_mcnemar_equals_scipy_and_statsmodels(b: int, c: int) -> None:
    ours = mcnemar_exact(b, c)
    if b + c:
        assert ours == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-9)
        assert ours == pytest.approx(statsmodels_mcnemar([[7, b], [c, 3]], exact=True).pvalue, rel=1e-9)
    else:
        assert ours == 1


@settings(max_examples=50)
@given(COUNTS, COUNTS)
def test_mid_p_is_twice_the_tail_with_half_of_what_was_seen(b: int, c: int) -> None:
    fewer, n = min(b, c), b + c
    tail = binom.cdf(fewer - 1, n, 0.5) + binom.pmf(fewer, n, 0.5) / 2
    assert mcnemar_mid_p(b, c) == pytest.approx(min(1, 2 * tail), rel=1e-9)


def test_mid_p_of_the_paper() -> None:
    # Fagerland, Lydersen and Laake (2013), airway hyper-responsiveness before and after stem cell transplantation.
    assert mcnemar_exact(1, 7) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar_mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)


@settings(max_examples=50)
@given(st.integers(2_001, 300_000), st.floats(0, 1))
def test_many_discordant_pairs_are_tested_as_exactly_as_few(n: int, share: float) -> None:
    b = round(n * share)
    assert mcnemar_exact(b, n - b) == pytest.approx(binomtest(b, n, 0.5).pvalue, rel=1e-9, abs=1e-300)
    mid_p = min(1, 2 * binom.cdf(min(b, n - b), n, 0.5) - binom.pmf(b, n, 0.5))
    assert mcnemar_mid_p(b, n - b) == pytest.approx(mid_p, rel=1e-9, abs=1e-300)


@settings(max_examples=50)
@given(st.integers(2_001, 300_000), st.integers(-500, 500))
def test_nearly_even_splits_of_many_pairs_keep_all_digits(n: int, apart: int) -> None:
    b = n // 2 + apart
    assert mcnemar_exact(b, n - b) == pytest.approx(binomtest(b, n, 0.5).pvalue, rel=1e-9)


def test_a_hundred_thousand_discordant_pairs_are_no_problem() -> None:
    assert mcnemar_exact(50_000, 50_600) == pytest.approx(binomtest(50_000, 100_600, 0.5).pvalue, rel=1e-9)
    assert mcnemar_exact(0, 100_000) == 0


def test_few_discordant_pairs_are_tested_exactly_and_many_by_mid_p() -> None:
    assert mcnemar(4, 20) == mcnemar_exact(4, 20) != mcnemar_mid_p(4, 20)
    assert mcnemar(5, 20) == mcnemar_mid_p(5, 20) != mcnemar_exact(5, 20)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ((36, 2, 12, 0), 0.0569, 0.3404),  # Newcombe (1998), table II
        ((20, 2, 12, 16), 0.0562, 0.3292),
        ((1, 7, 1, 12), -0.5069, -0.0256),  # Fagerland et al. (2014), airway hyper-responsiveness
        ((59, 16, 6, 80), -0.1186, -0.0046),  # and complete response, as of their R package contingencytables
    ],
)
def test_newcombe_interval_of_worked_examples(cells: tuple[int, int, int, int], low: float, high: float) -> None:
    assert newcombe_paired_interval(PairedCounts(*cells)) == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=50)
@given(CELLS, st.sampled_from([0.8, 0.95, 0.99]))
def test_newcombe_interval_follows_from_two_wilson_intervals(counts: PairedCounts, confidence: float) -> None:
    a, b, c, d = counts.both, counts.lost, counts.gained, counts.neither
    n = counts.n
    new = binomtest(a + c, n).proportion_ci(confidence, method="wilson")
    base = binomtest(a + b, n).proportion_ci(confidence, method="wilson")
    p_new, p_base = (a + c) / n, (a + b) / n
    determinant = a * d - b * c
    corrected = max(determinant - n / 2, 0) if determinant > 0 else determinant
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = corrected / math.sqrt(margins) if margins else 0

    def joined(one: float, other: float) -> float:
        return math.sqrt(max(0, one**2 - 2 * phi * one * other + other**2))

    low = p_new - p_base - joined(p_new - new.low, base.high - p_base)
    high = p_new - p_base + joined(new.high - p_new, p_base - base.low)
    ours = newcombe_paired_interval(counts, confidence)
    assert ours == pytest.approx((max(-1, low), min(1, high)), abs=1e-9)


@given(CELLS)
def test_newcombe_interval_of_swapped_runs_is_mirrored_and_holds_the_difference(counts: PairedCounts) -> None:
    low, high = newcombe_paired_interval(counts)
    mirrored = newcombe_paired_interval(PairedCounts(counts.both, counts.gained, counts.lost, counts.neither))
    assert mirrored == pytest.approx((-high, -low), abs=1e-9)
    assert -1 <= low <= (counts.gained - counts.lost) / counts.n <= high <= 1


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-9)


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == []
