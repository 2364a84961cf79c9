from __future__ import annotations

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.pairing import Pair, pair
from pytest_llmeval.analysis.comparing.turned import Turned, mended, regressed
from pytest_llmeval.analysis.repeats import Estimate
from pytest_llmeval.analysis.statistics.estimates import wilson_interval
from pytest_llmeval.reports.comparison_json import comparison_json
from tests.analysis.two_runs import records, side, side_of


def pairs(base: str, new: str) -> list[Pair]:
    return list(pair(side(base), side(new)).pairs)


def test_what_regressed_is_a_share_of_what_was_right() -> None:
    found = pairs("CCCCPW++-", "CWPCCC-+-")
    assert regressed(found) == Turned(3, 6, Estimate(0.5, wilson_interval(3, 6)))
    assert mended(found) == Turned(2, 3, Estimate(2 / 3, wilson_interval(2, 3)))


def test_where_nothing_was_right_nothing_could_regress() -> None:
    found = pairs("WW", "CW")
    assert regressed(found) == Turned(0, 0, None)
    assert mended(found).count == 1


def test_samples_of_an_entry_count_as_one() -> None:
    base = [*records("CC"), *records("CC", sample=2), *records("C", sample=3)]
    new = [*records("WC"), *records("WC", sample=2), *records("C", sample=3)]
    found = regressed(list(pair(side_of(base), side_of(new)).pairs))
    assert (found.count, found.n) == (2, 5)
    assert found.estimate is not None
    assert found.estimate.value == (2 / 3 + 0) / 2
    assert found.estimate.interval.high > wilson_interval(2, 5).high


def test_machines_get_both_unrounded() -> None:
    told = comparison_json(compare(side("CCCC"), side("CWPC")))
    assert (told["regressed"]["count"], told["regressed"]["n"], told["regressed"]["estimate"]["value"]) == (2, 4, 0.5)
    assert told["mended"] == {"count": 0, "n": 0, "estimate": None}
