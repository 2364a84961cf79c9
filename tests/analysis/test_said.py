from __future__ import annotations

import pytest

from pytest_llmeval.analysis.said import SHORT, said_by

LONG = "word " * SHORT


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Paris", "  PARIS.", True),
        ("Paris. Confidence: 80%", "paris", True),
        ("Paris", "Lyon", False),
        ("", None, False),
        (None, None, True),
        (LONG, LONG, True),
        (LONG, LONG.upper(), False),
    ],
)
def test_short_answers_say_the_same_however_they_are_written(one: str | None, other: str | None, alike: bool) -> None:
    assert (said_by(one) == said_by(other)) == alike
