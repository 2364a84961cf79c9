"""How long answers took, and which are timed."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from pytest_llmeval.analysis import latencies
from pytest_llmeval.analysis.latencies import Latencies, per_token_s
from pytest_llmeval.analysis.statistics.estimates import percentiles
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.runs.record import Record
from tests.runs.samples import record


def streamed(ttft_s: float | None = 0.2, streamed_s: float | None = 1.0, tokens: int = 11, **fields: Any) -> Call:
    reply = Reply("text", usage=Usage(10, tokens), ttft_s=ttft_s, streamed_s=streamed_s)
    return Call("p", "m", (), reply, "hash", **fields)


def timed(*records: Record) -> Latencies:
    found = Latencies()
    for one in records:
        found.add(one)
    return found


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(latencies).failed == 0


def test_each_call_has_its_own_first_token() -> None:
    found = timed(record(latency_s=3.0, ttft_s=9.0, calls=(streamed(0.2), streamed(0.4, 3.0))))
    assert found.whole_s == percentiles([3.0])
    assert found.first_token_s == percentiles([0.2, 0.4])
    assert found.per_token_s == percentiles([0.1, 0.3])


def test_a_record_without_its_calls_tells_the_first_token_itself() -> None:
    found = timed(record(latency_s=3.0, ttft_s=0.5))
    assert (found.first_token_s.p50, found.per_token_s.n) == (0.5, 0)


def test_what_was_not_streamed_has_no_times_of_tokens() -> None:
    found = timed(record(latency_s=3.0, calls=(streamed(None, None),)), record())
    assert (found.whole_s.n, found.first_token_s.n, found.per_token_s.n) == (1, 0, 0)


def test_an_answer_from_the_cache_is_not_timed_even_where_only_a_part_came_from_there() -> None:
    partly = record(latency_s=1.0, cached=False, calls=(streamed(), streamed(cached=True)))
    found = timed(partly, record(latency_s=0.0, cached=True), record(latency_s=5.0))
    assert (found.cached, found.whole_s.n, found.first_token_s.n) == (2, 1, 0)


def test_judges_are_not_timed_and_may_come_from_the_cache() -> None:
    judge = streamed(7.0, 70.0, role="judge", cached=True)
    found = timed(record(latency_s=1.0, calls=(streamed(), judge)))
    assert (found.cached, found.whole_s.n, found.first_token_s.p95, found.per_token_s.p95) == (0, 1, 0.2, 0.1)


def test_what_broke_is_not_timed() -> None:
    found = timed(record(latency_s=90.0, outcome="error", calls=(streamed(),)))
    assert (found.whole_s.n, found.first_token_s.n, found.per_token_s.n) == (0, 0, 0)


@pytest.mark.parametrize(
    ("usage", "thinking", "expected"),
    [
        (Usage(5, 11), None, 0.1),
        (Usage(5, 111, reasoning_tokens=100), None, 0.1),
        (Usage(5, 11, reasoning_tokens=6), "seen", 0.1),
        (Usage(5, 1), None, None),
        (Usage(5, 0), None, None),
        (Usage(5, 11, reasoning_tokens=11), None, None),
        (Usage(5, None), None, None),
        (Usage(5, 11, estimated=True), None, None),
    ],
)
def test_the_time_of_a_token_is_of_those_that_were_sent(
    usage: Usage, thinking: str | None, expected: float | None
) -> None:
    assert per_token_s(Reply("text", usage=usage, thinking=thinking, streamed_s=1.0)) == expected
