"""What an answer says of how sure it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.confidence.stated import WORDS, stated_confidence, without_statement


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Paris.\nConfidence: 80%", 0.8),
        ("Paris. **Confidence:** 80 %", 0.8),
        ("confidence = 0.8", 0.8),
        ("Confidence: .8", 0.8),
        ("Confidence level: 80", 0.8),
        ("Confidence score: 8/10", 0.8),
        ("confidence 4", None),
        ("Confidence: 8 out of 10", 0.8),
        ("Confidence: 80/100.", 0.8),
        ("My confidence is about 80 percent.", 0.8),
        ("with a certainty of 80%", 0.8),
        ('{"answer": "Paris", "confidence": 0.8}', 0.8),
        ("'confidence': \"80%\"", 0.8),
        ("I am 80% sure.", 0.8),
        ("I'm 80 % confident in it", 0.8),
        ("(80% certain)", 0.8),
        ("with 80% confidence", 0.8),
        ("Confidence: 1", 1.0),
        ("Confidence: 1%", 0.01),
        ("Confidence: 0", 0.0),
        ("Confidence: 100", 1.0),
        ("Confidence: 20%. On reflection: I am 90% sure.", 0.9),
        ("Confidence: high", WORDS["high"]),
        ("Confidence: Very High.", WORDS["very high"]),
        ("confidence is low in this one", WORDS["low"]),
        ("Confidence: almost certainly not", WORDS["almost certainly not"]),
        ("Paris", None),
        ("", None),
        ("Confidence: 120%", None),
        ("Confidence: 1.5", None),
        ("Confidence: 101", None),
        ("Confidence: 11/10", None),
        ("Confidence: -5", None),
        ("Confidence: purple", None),
        ("a 95% confidence interval of 3 to 5", None),
        ("the confidence interval is 0.3 to 0.5", None),
        ("these are 3 sure signs", None),
        ("overconfidence: 0.5", None),
        ("model v0.8 confident", None),
    ],
)
def test_the_last_statement_that_can_be_read_counts(text: str, share: float | None) -> None:
    assert stated_confidence(text) == (None if share is None else pytest.approx(share))


def test_words_may_be_other_ones_or_none() -> None:
    assert stated_confidence("Confidence: so-so", {"so-so": 0.4}) == 0.4
    assert stated_confidence("Confidence: high", {}) is None


@given(st.integers(0, 100))
def test_percents_are_read_as_they_are_written(percent: int) -> None:
    assert stated_confidence(f"It is so.\nConfidence: {percent}%") == percent / 100
    assert stated_confidence(f'{{"confidence": {percent / 100}}}') == percent / 100


@given(st.text())
def test_whatever_stands_there_gives_a_share_or_nothing(text: str) -> None:
    for told in (text, f"confidence: {text}", f"{text}% sure"):
        share = stated_confidence(told)
        assert share is None or 0 <= share <= 1


@pytest.mark.parametrize(
    ("piece", "share"),
    [
        ("confidence: ", None),
        ("confidence is about ", None),
        ("1 ", 1.0),
        ("9", None),
        (" ", None),
        ("confidence", None),
        ("80% ", 0.8),
        ("'*`", None),
        ("~", None),
    ],
)
def test_hostile_texts_come_to_an_end(piece: str, share: float | None) -> None:
    """A pattern that backtracks would take hours."""
    text = "confidence:" + piece * (200_000 // len(piece)) + "x"
    assert stated_confidence(text) == share
    assert len(without_statement(text)) <= len(text)
