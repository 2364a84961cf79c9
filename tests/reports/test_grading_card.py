from __future__ import annotations

from typing import Any

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.reports.grading_card import Card, card_lines
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.runs.hand_grading import Vote
from tests.cli.logs import trial


def shown(card: Card, width: int = 78) -> list[str]:
    return [line.text for line in card_lines(card, width)]


def entry(**fields: Any) -> Entry:
    return Entry(**{"id": "q1", "question": "What is 1?", **fields})


def test_a_card_shows_what_a_person_grades_by() -> None:
    record = trial(
        1, evidence_files=("a.py", "b.py"), tools_called=("search",), retrieval_method="bm25", difficulty="easy"
    )
    one = entry(
        gold_answer="One.",
        criteria=("says one", ("a", "or b")),
        expected_files=("a.py",),
        expected_symbols=("f", "g"),
        metadata={"notes": "be strict"},
    )
    assert shown(Card(record, one)) == [
        "q1 · odd · easy · openai:small",
        "",
        "question  What is 1?",
        "",
        "gold      One.",
        "points    • says one",
        "          • a / or b",
        "files     a.py",
        "symbols   f, g",
        "notes     be strict",
        "",
        "answer    It is 1.",
        "",
        "evidence  a.py",
        "          b.py",
        "found by  bm25",
        "tools     search",
    ]


def test_a_conversation_is_shown_turn_by_turn() -> None:
    turns = [{"question": "Hello.", "answer": "Hi."}, {"question": "My name?", "answer": "It is 1."}]
    one = entry(turns=[{"id": "1", "question": "Hello."}, {"id": "2", "question": "My name?", "gold_answer": "Ann"}])
    told = shown(Card(trial(1, turns=turns), one))
    begin = told.index("user 1    Hello.")
    assert told[begin : begin + 6] == [
        "user 1    Hello.",
        "answer 1  Hi.",
        "user 2    My name?",
        "gold      Ann",
        "",
        "answer    It is 1.",
    ]
    assert "gold      Ann" not in shown(Card(trial(1, turns=turns)))


def test_a_blind_card_names_no_model_and_no_voter() -> None:
    votes = (Vote(rater="anna", grade="wrong", failure_label="wrong_chunk", notes="no", timestamp="t"),)
    told = "\n".join(shown(Card(trial(1, retrieval_method="bm25"), None, votes, blind=True)))
    assert "small" not in told
    assert "bm25" not in told
    assert "anna" not in told
    assert "grader 1: wrong · wrong chunk — no" in told
    assert "anna: wrong" in "\n".join(shown(Card(trial(1), None, votes)))


def test_untrusted_text_has_no_control_codes_and_no_markup() -> None:
    told = "\n".join(shown(Card(trial(1, answer="\x1b[31mred\x1b[0m [bold]x[/bold] \x9b2J\u202eabc"))))
    assert "answer    red [bold]x[/bold] abc" in told
    assert "\x1b" not in told


def test_every_line_fits_and_code_keeps_its_indentation() -> None:
    answer = "word " * 60 + "\n\n    def f():\n\treturn 1\n" + "日本語" * 40 + "x" * 300
    lines = shown(Card(trial(1, answer=answer)), 60)
    assert max(map(width_of, lines)) <= 60
    assert "              def f():" in lines


def test_an_empty_answer_is_told() -> None:
    assert "answer    (empty)" in shown(Card(trial(1, answer=" \n")))


def test_a_huge_answer_is_cut_in_the_middle() -> None:
    lines = shown(Card(trial(1, answer="a" * 1_000_000)))
    assert len(lines) < 1000
    assert any("characters left out" in line for line in lines)


def test_a_cut_answer_is_marked() -> None:
    assert not any("mind" in line for line in shown(Card(trial(1, entry_hash=None), entry())))
    assert "mind      the answer was cut off at its limit" in shown(Card(trial(1, finish_reason="length")))


def test_a_changed_entry_is_marked() -> None:
    told = shown(Card(trial(1, entry_hash="other"), entry(gold_answer=1)), 120)
    assert "mind      the benchmark's entry is not the one that was run: it has changed since" in told
    assert not any("changed" in line for line in shown(Card(trial(1, entry_hash=entry().hash), entry())))


def test_a_gold_answer_may_be_any_value() -> None:
    lines = shown(Card(trial(1), entry(gold_answer={"total": 3})))
    assert lines[4:7] == ["gold      {", '            "total": 3', "          }"]


def test_samples_and_missing_categories() -> None:
    assert shown(Card(trial(1, sample=2, category=None)))[0] == "q1 · sample 2 · openai:small"
