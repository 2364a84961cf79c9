"""How many samples of an entry have to pass."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.gating import quota as quotas
from pytest_llmeval.analysis.gating.quota import Quota
from pytest_llmeval.errors import ConfigurationError

Ends = list[bool]
ENDS = st.lists(st.booleans(), min_size=1, max_size=9)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(quotas).failed == 0


@given(st.integers(1, 99).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_a_quota_is_read_as_it_is_written(numbers: tuple[int, int]) -> None:
    assert Quota.parse(f"{numbers[0]}/{numbers[1]}") == Quota(*numbers)


@pytest.mark.parametrize(
    "text", ["0/3", "4/3", "0/0", "2", "2/", "x", "", "-1/3", " 2/3", "2 / 3", "1.5/2", "٢/٣", 2, 0.6]
)
def test_a_quota_that_cannot_be_met_or_read_is_an_error(text: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Quota.parse(text)
    assert str(caught.value) == f'llm_eval\'s require must be such as "2/3", two of three samples, got {text!r}'


@pytest.mark.parametrize(
    ("passed", "finished", "verdict"),
    [
        (0, 0, "cannot decide"),
        (2, 2, "met"),
        (2, 3, "met"),
        (1, 2, "cannot decide"),
        (1, 3, "unmet"),
        (0, 2, "unmet"),
        (0, 1, "cannot decide"),
    ],
)
def test_a_quota_is_decided_as_soon_as_it_can_be(passed: int, finished: int, verdict: str) -> None:
    assert Quota(2, 3).verdict(passed, finished, planned=3) == verdict


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))), ENDS, st.integers(0, 9))
def test_what_is_decided_stays_so_whatever_comes(numbers: tuple[int, int], ends: Ends, seen: int) -> None:
    quota, early = Quota(*numbers), ends[:seen]
    before = quota.verdict(sum(early), len(early), len(ends))
    after = quota.verdict(sum(ends), len(ends), len(ends))
    assert after == ("met" if sum(ends) * quota.n >= quota.k * len(ends) else "unmet")
    assert before in (after, "cannot decide")
    if before == "cannot decide":
        open_ends = len(ends) - len(early)
        best, worst = (quota.verdict(sum(early) + more, len(ends), len(ends)) for more in (open_ends, 0))
        assert (best, worst) == ("met", "unmet")
