"""How an answer is split into claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.grading.retrieval.claims import claims_in


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("", ()),
        ("...", ()),
        ("Paris.", ("Paris.",)),
        ("42", ("42",)),
        ("The sky is blue. Grass is green!", ("The sky is blue.", "Grass is green!")),
        (
            "It uses e.g. the cache, cf. Smith et al. and No. 5.",
            ("It uses e.g. the cache, cf. Smith et al. and No. 5.",),
        ),
        (
            "Version 3.11 is needed. See the class `a.b.C` there.",
            ("Version 3.11 is needed.", "See the class `a.b.C` there."),
        ),
        ("# Title of this\n\nOne claim is here.\n", ("One claim is here.",)),
        ("- first thing holds\n- second thing holds\n", ("first thing holds", "second thing holds")),
        ("1. first thing holds\n2) second thing holds", ("first thing holds", "second thing holds")),
        ("A line that\nis wrapped twice\nends here.", ("A line that is wrapped twice ends here.",)),
        ("Is it so? It is indeed so.", ("It is indeed so.",)),
        ("These are the reasons:\n- it is fast enough", ("it is fast enough",)),
        (
            "It prints this.\n```python\nprint('Not a claim. Never.')\n```\nThen it ends.",
            ("It prints this.", "Then it ends."),
        ),
        ("It is open.\n```\nnever closed. At all.", ("It is open.",)),
        ("| a | b |\n|---|---|\n| the cell says this | yes |", ("the cell says this | yes",)),
        ('He said "It is over." Then he left it.', ('He said "It is over."', "Then he left it.")),
        ("日志是一个文件。它从不重写。", ("日志是一个文件。", "它从不重写。")),
    ],
)
def test_text_is_split_at_sentences_and_items(text: str, claims: tuple[str, ...]) -> None:
    assert claims_in(text) == claims


@given(st.text())
def test_a_claim_is_one_line_of_the_text_with_something_in_it(text: str) -> None:
    for claim in claims_in(text):
        assert claim.strip() == claim
        assert claim
        assert "\n" not in claim


@pytest.mark.parametrize("piece", ["e.g. A ", "a. B", "```\n", "`", "| ", "- ", "\n", "A. ", "。", "'\" ", "#"])
def test_hostile_texts_come_to_an_end(piece: str) -> None:
    """A pattern that backtracks would take hours."""
    text = piece * (300_000 // len(piece))
    assert sum(map(len, claims_in(text))) <= len(text)
