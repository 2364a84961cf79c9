"""What samples of an entry do alike proves as much as one of them."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.comparing.comparison import Figures, compare
from pytest_llmeval.analysis.comparing.signs import sign_test_by_entry
from pytest_llmeval.models.answer import Usage
from tests.analysis.two_runs import records, side_of

SAMPLES = range(1, 6)


def figures(samples: range) -> Figures:
    """Compare six entries of which every answer is longer, and wrong for another reason."""
    base, new = (
        side_of([one for sample in samples for one in records("W" * 6, sample=sample, **fields)])
        for fields in (
            {"failure_label": "reasoning_error", "error_mode": "conflation", "usage": Usage(10, 5)},
            {"failure_label": "hallucination", "error_mode": "omission", "usage": Usage(10, 7)},
        )
    )
    found = compare(base, new).figures
    assert found is not None
    return found


def test_samples_make_no_change_of_what_was_spent_or_suffered_surer() -> None:
    one, five = figures(range(1, 2)), figures(SAMPLES)
    for found in (one, five):
        assert [each.p for each in found.spent] == [1.0, pytest.approx(2 / 64)]
        assert [each.p for each in found.symptoms] == [pytest.approx(4 / 64)] * 2
        assert [each.p for each in found.error_modes] == [pytest.approx(4 / 64)] * 2
    assert [(each.base, each.new) for each in five.symptoms] == [(0, 30), (30, 0)]
    assert [(each.more, each.less) for each in five.spent] == [(0, 0), (30, 0)]


def test_an_entry_goes_the_way_of_its_sum_whatever_rounding_leaves() -> None:
    up = [((f"q{number}", 0), change) for number in range(9) for change in (3.0, -1.0)]
    tie = [(("tie", 0), change) for change in (0.1, 0.2, -0.3)]
    down = [(("down", 0), -1.0)]
    entries, changes = zip(*up, *tie, *down, strict=True)
    assert sign_test_by_entry(entries, changes) == pytest.approx(binomtest(1, 10).pvalue)
