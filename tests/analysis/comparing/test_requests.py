"""Another request for the same entry is told where nothing else on record says why."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.models.answer import Call, Reply
from tests.analysis.two_runs import side, side_of
from tests.runs.samples import record

OURS = {"entry_hash": "e", "harness_version": "1", "schema_version": 1}


def call(request: str, role: Any = "model") -> Call:
    return Call("openai", "m", (), Reply(""), request, role=role)


def told(base: dict[str, Any], new: dict[str, Any], letters: str = "CCWW") -> list[tuple[str, str, str]]:
    found = compare(side(letters, **{**OURS, **base}), side(letters, **{**OURS, **new}))
    return [(one.what, one.base, one.new) for one in found.changes]


def test_other_requests_are_counted_by_entry() -> None:
    rows = [(number, sample) for number in range(3) for sample in (1, 2)]
    fields = {"model": "m", "outcome": "passed", **OURS}
    base = [record(one, sample=sample, request_hash=f"h{one}", **fields) for one, sample in rows]
    new = [record(one, sample=sample, request_hash=f"h{one}" if one else "x", **fields) for one, sample in rows]
    (change,) = compare(side_of(base), side_of(new)).changes
    assert (change.what, change.base) == ("requests", "–")
    assert change.new == "other in 1 of 3 entries (messages, tools, schema or endpoint)"


def test_of_a_single_entry_it_is_told_in_the_singular() -> None:
    ((_, _, new),) = told({"request_hash": "a"}, {"request_hash": "b"}, letters="C")
    assert new == "other in 1 of 1 entry (messages, tools, schema or endpoint)"


def test_the_same_requests_are_no_change() -> None:
    assert told({"request_hash": "a"}, {"request_hash": "a"}) == []


def test_later_requests_hold_earlier_replies_so_one_in_common_will_do() -> None:
    """A second request repeats what the model said to the first, and calls side by side are in any order."""
    base = {"request_hash": "ab", "calls": (call("a"), call("b"))}
    assert told(base, {"request_hash": "ca", "calls": (call("c"), call("a"))}) == []
    assert len(told(base, {"calls": (call("c"), call("d"))})) == 1


def test_what_a_judge_was_asked_is_no_request_to_the_model() -> None:
    assert len(told({"calls": (call("a"), call("j", "judge"))}, {"calls": (call("b"), call("j", "judge"))})) == 1


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("model", {"model": "other"}),
        ("system prompt", {"prompt_hash": "p"}),
        ("parameters", {"params": {"seed": 1}}),
        ("harness", {"harness_version": "2"}),
    ],
)
def test_requests_are_not_told_where_another_change_says_why_they_are_others(what: str, fields: dict[str, Any]) -> None:
    assert [one for one, _, _ in told({"request_hash": "a"}, {"request_hash": "b", **fields})] == [what]


@pytest.mark.parametrize(
    "fields", [{"request_hash": None}, {"entry_hash": None, "request_hash": "b"}], ids=["no request", "no content"]
)
def test_what_one_log_does_not_say_is_no_other_request(fields: dict[str, Any]) -> None:
    assert told({"request_hash": "a"}, fields) == []
    assert told({"entry_hash": None, "request_hash": "a"}, fields) == []
