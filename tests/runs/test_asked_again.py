from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.runs.asked_again import AskedAgain


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (("q1", "q1"), "'q1' than"),
        (("q1", "q2", "q3"), "'q1', 'q2', 'q3' than"),
        (("q1", "q2", "q3", "q4", "q5"), "'q1', 'q2', 'q3' and 2 more than"),
        (("\x1b[31mq\n1" + "x" * 100,), f"'q 1{'x' * 76}…' than"),
    ],
)
def test_entries_are_named_once_and_few_of_many(entries: tuple[str, ...], named: str) -> None:
    told = str(AskedAgain(Path("a-graded.jsonl"), entries, set_aside=True))
    assert told.startswith(f"a-graded.jsonl: the run has other answers now to {named} were graded; ")
