"""Signatures of judges."""

from __future__ import annotations

from itertools import permutations

from pytest_llmeval.grading.judge.signature import Signature, merged

FIRST, SECOND = Signature("openai:gpt-4o", "1"), Signature("openai:gpt-4o, anthropic:claude-sonnet-4-6", "2")


def test_equal_signatures_are_one() -> None:
    assert merged([FIRST, FIRST]) == FIRST
    assert merged([]) is None


def test_several_signatures_make_one_in_whatever_order_they_come() -> None:
    made = {merged(order) for order in permutations([FIRST, SECOND])}
    (one,) = made
    assert one is not None
    assert sorted(one.model.split(", ")) == ["anthropic:claude-sonnet-4-6", "openai:gpt-4o"]
    assert one.hash not in (FIRST.hash, SECOND.hash)
    assert merged([FIRST, Signature(SECOND.model, "3")]) != one
