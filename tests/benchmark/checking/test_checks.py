"""What is found in a benchmark, and what is left alone."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.checks import Strictness, check_benchmark
from pytest_llmeval.benchmark.checking.contamination import matches_in
from pytest_llmeval.benchmark.checking.dates import overdue
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.loading import benchmark_from_entries

TODAY = date(2026, 11, 21)
LONG = "Which of the two callers of the parser decides whether a torn last line is an error or is passed over?"


def test_overdue_reviews_are_counted_and_entries_without_dates_say_nothing() -> None:
    rows: list[dict[str, Any]] = [
        {"reviewed": "2026-05-25"},
        {"reviewed": "2026-05-24"},
        {"added": "2020-01-01"},
        {"added": "2020-01-01", "reviewed": date(2026, 11, 1)},
        {"added": "2020-01-01", "status": "retired"},
        {"reviewed": "some day"},
        {},
    ]
    entries = benchmark_from_entries([{"id": f"q{n}", "question": "?", **row} for n, row in enumerate(rows)]).entries
    assert overdue(entries, TODAY) == 2
    assert overdue(entries[:1], TODAY) == 0
    assert overdue(entries[4:], TODAY) is None


def findings(*rows: dict[str, Any], root: Path = Path(), **given: Any) -> list[Finding]:
    entries = [{"id": f"q{number}", "gold_answer": f"gold {number}", **row} for number, row in enumerate(rows, start=1)]
    given.setdefault("strictness", Strictness(least_in_slice=0))
    benchmark, bounds = benchmark_from_entries(entries), given["strictness"].contamination
    given["matches"] = matches_in(benchmark.current, given.pop("corpus", ()), bounds)
    return check_benchmark(benchmark, root=root, today=TODAY, **given)


def only(*rows: dict[str, Any], **given: Any) -> Finding:
    (found,) = findings(*rows, **given)
    return found


def test_entries_that_differ_are_fine() -> None:
    assert findings({"question": "Where is it?"}, {"question": "How long does it take?"}, {"question": LONG}) == []


def test_the_same_question_with_other_answers_is_a_conflict() -> None:
    found = only(
        {"question": "Where is it?", "gold_answer": "Here"}, {"question": "where IS it", "gold_answer": "There"}
    )
    assert found == Finding(
        "conflicting answers", "error", ("q1", "q2"), "the same question has gold answers 'Here' and 'There'"
    )


def test_the_same_question_with_the_same_answer_is_a_duplicate_and_across_splits_an_error() -> None:
    twice: list[dict[str, Any]] = [
        {"question": "Where is it?", "gold_answer": "Here"},
        {"question": "Where is it", "gold_answer": "here."},
    ]
    assert only(*twice).severity == "warning"
    found = only({**twice[0], "split": "dev"}, {**twice[1], "split": "holdout"})
    assert (found.check, found.severity, found.text) == (
        "duplicates",
        "error",
        "the same question across the splits dev, holdout",
    )


def test_the_same_words_with_another_prompt_are_another_question() -> None:
    assert findings({"question": "Go on."}, {"question": "Go on.", "system_prompt": "You are a poet."}) == []


def test_questions_that_share_most_of_their_words_are_near_duplicates() -> None:
    other = LONG.replace("passed over", "passed by")
    found = only({"question": LONG}, {"question": other})
    assert (found.check, found.severity, found.entries) == ("near duplicates", "warning", ("q1", "q2"))
    assert found.text == "share 90 % of their runs of 3 words"
    across = only({"question": LONG, "split": "dev"}, {"question": other, "split": "test"})
    assert (across.severity, across.text) == (
        "error",
        "share 90 % of their runs of 3 words, across the splits dev and test",
    )
    assert findings({"question": LONG}, {"question": other}, strictness=Strictness(0, alike=0.95)) == []


def paraphrases(count: int, **given: Any) -> list[dict[str, Any]]:
    """Return questions of which each differs from the one before in one more word."""
    said = LONG.split() + [f"word{number}" for number in range(60)]
    return [{"question": " ".join([*["so"] * number, *said[number:]]), **given} for number in range(count)]


def test_fifty_paraphrases_are_one_cluster_known_by_its_first() -> None:
    found = only(*paraphrases(50))
    assert (found.severity, found.entries) == ("warning", tuple(f"q{number}" for number in range(1, 51)))
    assert found.text == (
        "50 questions, each shares 80 % or more of its runs of 3 words with another; q1 is the first of them"
    )


def test_a_cluster_across_splits_is_one_error_that_names_them() -> None:
    found = only(*paraphrases(2, split="dev"), *paraphrases(4, split="test")[2:], *paraphrases(5)[4:])
    assert (found.severity, found.entries) == ("error", ("q1", "q2", "q3", "q4", "q5"))
    assert found.text.endswith("with another, across the splits dev, test and None; q1 is the first of them")


@pytest.mark.parametrize("given", [{"context_files": ["there.txt"]}, {"system_prompt": "Be brief."}])
def test_nearly_the_same_words_with_another_prompt_or_file_are_another_question(
    given: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "there.txt").write_text("text")
    one, other = paraphrases(2)
    assert findings(one, {**other, **given}, root=tmp_path) == []
    assert len(findings({**one, **given}, {**other, **given}, root=tmp_path)) == 1


def test_a_gold_answer_in_the_question_is_a_warning() -> None:
    found = only({"question": "Is it Paris or Lyon?", "gold_answer": "Paris"})
    assert (found.severity, found.text) == ("warning", "the question holds the gold answer 'Paris'")
    assert findings({"question": "Is it A or B?", "gold_answer": "A"}) == []  # too short to tell
    assert findings({"question": "Is it 2026?", "gold_answer": 2026}) == []
    assert findings({"question": "Does it comparison?", "gold_answer": "Paris"}) == []


@pytest.mark.parametrize(
    "given",
    [
        {"system_prompt": "The capital is Paris."},
        {"messages": [{"role": "assistant", "content": "Paris is the capital."}]},
        {"messages": [{"role": "system", "content": [{"type": "text", "text": "Notes:\nParis"}]}]},
    ],
)
def test_a_gold_answer_in_the_entrys_own_prompt_is_an_error(given: dict[str, Any]) -> None:
    found, *_ = findings({"question": "What is the capital?", "gold_answer": "Paris", **given})
    assert (found.severity, found.text) == ("error", "its prompt or messages hold the gold answer 'Paris'")


def test_what_the_user_gives_to_be_read_may_hold_the_gold_answer() -> None:
    text = {"role": "user", "content": "Text: Marie Curie was born in Warsaw.\nWhere was she born?"}
    assert findings({"question": "Where was she born?", "gold_answer": "Warsaw", "messages": [text]}) == []


CLASSIFY = "Classify the review as positive or negative."


def reviews(*golds: str, **given: Any) -> list[dict[str, Any]]:
    return [{"question": f"Film {n} was so.", "gold_answer": gold, **given} for n, gold in enumerate(golds)]


def test_a_prompt_that_several_entries_have_may_name_the_choices() -> None:
    found = findings(*reviews("positive", "negative", system_prompt=CLASSIFY))
    assert [(one.severity, one.text) for one in found] == [
        ("warning", "a prompt that it shares with others holds the gold answer 'positive'"),
        ("warning", "a prompt that it shares with others holds the gold answer 'negative'"),
    ]
    assert findings(*reviews(*["positive", "negative"] * 3, system_prompt=CLASSIFY)) == []


def test_a_prompt_of_the_system_may_name_choices_numbers_and_short_questions() -> None:
    prompts = {"system.txt": f"{CLASSIFY} Today is 1 May 2024. Say hello, and why it is so!"}
    rows = [*reviews(*["positive"] * 3), {"question": "Hello!", "gold_answer": "2024"}, {"question": "Why it is so?"}]
    assert findings(*rows, prompts=prompts) == []
    (found,) = findings(*reviews("negative"), prompts=prompts)
    assert (found.severity, found.text) == ("warning", "system.txt holds the gold answer")


def test_a_choice_may_be_named_in_the_question() -> None:
    rows = [{"question": f"True or false: {n} is odd.", "gold_answer": "false"} for n in (2, 4, 6)]
    assert findings(*rows) == []
    assert len(findings(*rows[:2])) == 2


def test_prompts_of_the_system_hold_neither_answers_nor_questions() -> None:
    prompts = {"system.txt": "Example: What is the capital of it? Paris!", "other.txt": "Be brief."}
    found = findings({"question": "What is the capital of it?", "gold_answer": "Paris"}, prompts=prompts)
    assert [(one.severity, one.text) for one in found] == [
        ("warning", "system.txt holds the gold answer"),
        ("error", "system.txt holds the question"),
    ]


def near_prompt(text: str, **row: Any) -> Finding:
    return only({"question": LONG, **row}, prompts={"system.txt": f"You are terse.\n{text}\nBe kind."})


def test_prompts_that_nearly_hold_a_question_or_a_long_gold_answer_are_warnings() -> None:
    cut = " ".join(LONG.split()[:-1])
    found = near_prompt(f"Example: {cut} under? Yes.")
    assert (found.severity, found.text) == ("warning", "the question has 93 % of its runs of 8 words in system.txt")
    longer = f"{LONG} And does it say so, or does whoever asked for the file have to look for the fault on their own?"
    changed = longer.replace("passed over", "skipped")
    found = near_prompt(changed, question=longer)
    assert (found.severity, found.text) == ("warning", "the question is 84 % like a passage of system.txt")
    gold = near_prompt(changed, question="Why?", gold_answer=longer)
    assert (gold.severity, gold.text) == ("warning", "the gold answer is 84 % like a passage of system.txt")


def test_what_is_too_short_or_too_far_apart_is_not_nearly_in_a_prompt() -> None:
    prompts = {"system.txt": "What is the capital of Spain? Madrid. " + " ".join(reversed(LONG.split()))}
    assert findings({"question": "What is the capital of Italy?"}, {"question": LONG}, prompts=prompts) == []


def test_a_text_in_several_prompts_is_told_once() -> None:
    prompts = {"a.txt": "Why is it so now?", "b.txt": "So why is it so now", "c.txt": "Why?"}
    assert only({"question": "Why is it so now?"}, prompts=prompts).text == "a.txt and 1 more hold the question"


def test_retired_entries_are_left_alone() -> None:
    assert findings({"question": "Where is it?"}, {"question": "Where is it?", "status": "retired"}) == []


def test_thin_slices_are_told_kind_by_kind_the_thinnest_first() -> None:
    rows: list[dict[str, Any]] = [
        {"question": f"Question {number}?", "category": "big" if number else "small"} for number in range(6)
    ]
    rows[0] |= {"tags": ["rare"], "difficulty": "hard"}
    texts = [one.text for one in findings(*rows, strictness=Strictness(least_in_slice=3))]
    assert texts == [
        "category: 1 of 2 have fewer than 3 entries: small 1",
        "tag: 1 of 1 have fewer than 3 entries: rare 1",
        "difficulty: 1 of 1 have fewer than 3 entries: hard 1",
    ]


def test_many_thin_slices_are_counted() -> None:
    rows = [{"question": f"Question {number}?", "category": f"c{number}"} for number in range(10)]
    assert only(*rows, strictness=Strictness(least_in_slice=2)).text.endswith("c6 1, c7 1 and 2 more")


def test_files_and_symbols_that_are_gone_are_errors(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "there.py").write_text("class Parser:\n    def read(self): ...\n")
    rows = [
        {"question": "a?", "expected_files": ["lib/there.py"], "expected_symbols": ["Parser.read"]},
        {"question": "b?", "expected_files": ["lib/gone.py"], "expected_symbols": ["Parser"]},
        {"question": "c?", "expected_files": ["lib/there.py"], "expected_symbols": ["Parser", "Writer"]},
        {"question": "d?", "expected_files": ["lib", "lib/there.py"], "expected_symbols": ["Writer"]},
        {"question": "e?", "context_files": ["notes.txt"], "response_schema": "schema.json"},
        {"question": "f?", "expected_symbols": ["anywhere"]},
    ]
    assert [(one.entries[0], one.check, one.text) for one in findings(*rows, root=tmp_path)] == [
        ("q2", "missing files", "names lib/gone.py, which is not there"),
        ("q5", "missing files", "names notes.txt, schema.json, which is not there"),
        ("q3", "missing symbols", "names Writer, which lib/there.py does not hold"),
        ("q4", "missing symbols", "names Writer, which none of its expected files holds"),
    ]


def test_an_expected_file_of_any_size_is_not_read_beyond_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_llmeval.bounded.LARGEST_WHOLE", 1 << 20)
    big, small = tmp_path / "big.py", tmp_path / "small.py"
    big.write_bytes(b"Parser " + b"x" * (1 << 20))
    small.write_bytes(b"class Reader: \xff")
    row = {"question": "a?", "expected_files": ["big.py", "small.py"]}
    found = only({**row, "expected_symbols": ["Reader", "Parser"]}, root=tmp_path)
    assert (found.check, found.severity) == ("missing symbols", "error")
    assert found.text == (
        f"names Parser, not looked for in all files: {big} is larger than 1 MiB; split it, or name another file"
    )
    assert findings({**row, "expected_symbols": ["Reader"]}, root=tmp_path) == []


@pytest.mark.parametrize(
    ("told", "severity", "text"),
    [
        ({"reviewed": "2026-01-01"}, "warning", "was last looked at on 2026-01-01, 324 days ago"),
        ({"added": date(2025, 1, 1)}, "warning", "was last looked at on 2025-01-01, 689 days ago"),
        ({"expires": "2026-11-20T10:00:00"}, "error", "expired on 2026-11-20; renew or retire it"),
        ({"expires": "soon"}, "error", "expires 'soon' is no date such as 2026-11-21"),
    ],
)
def test_what_nobody_has_looked_at_for_long_is_told(told: dict[str, Any], severity: str, text: str) -> None:
    found = only({"question": "a?", **told})
    assert (found.check, found.severity, found.text) == ("review dates", severity, text)


@pytest.mark.parametrize(
    "told", [{}, {"reviewed": "2026-11-01"}, {"added": "2020-01-01", "reviewed": datetime(2026, 10, 1)}]
)
def test_what_was_looked_at_lately_is_fine(told: dict[str, Any]) -> None:
    assert findings({"question": "a?", **told}) == []


def test_a_question_in_a_corpus_is_found_however_it_stands_there() -> None:
    corpus = [
        ("whole", f"Some say: {LONG.upper()} And so on."),
        ("part", " ".join(LONG.split()[:-1]) + " under?"),
        ("none", "Nothing of the kind stands here, and never will, for all we know."),
        ("short", "so where is it now"),
    ]
    short = "So where is it now?"
    found = findings({"question": LONG}, {"question": short}, {"question": "Nothing of the kind"}, corpus=corpus)
    assert [(one.entries[0], one.text) for one in found] == [
        ("q1", "stands word for word in whole"),
        ("q2", "stands word for word in short"),
    ]
    (part,) = findings({"question": LONG}, corpus=corpus[1:])
    assert part.text == "has 93 % of its runs of 8 words in part"


def test_a_question_that_is_nearly_a_document_is_found() -> None:
    words = [f"w{number}" for number in range(100)]
    changed = [*words[:50], "other", *words[51:]]
    bounds = Strictness(0)
    found = only({"question": " ".join(words)}, corpus=[("d", " ".join(changed))], strictness=bounds)
    assert found.text == "has 91 % of its runs of 8 words in d"


def test_a_later_turn_in_a_corpus_is_found_and_told_by_the_entry() -> None:
    turns = ["Hello there, friend", "What is the capital of France in Europe?"]
    found = only({"turns": turns}, corpus=[("d", f"Hello there, friend: {turns[1]}")])
    assert (found.entries, found.text) == (("q1",), "stands word for word in d")


RIVER = "法国的首都现在是哪一座城市并且它位于哪一条河流的岸边"


@pytest.mark.parametrize(
    "question", [RIVER, "เมืองหลวงของประเทศฝรั่งเศสคือเมืองอะไร", "フランスの首都はどの町ですか", "ﾄﾞｲﾂの首都はどの町ですか"]
)
def test_a_question_without_blanks_is_found_within_a_clause(question: str) -> None:
    document = f"有人曾经问{question.replace('ﾄﾞｲﾂ', 'ドイツ')}答案是巴黎"
    assert only({"question": question}, corpus=[("d", document)]).text == "stands word for word in d"
    assert only({"question": question}, prompts={"p": document}).text == "p holds the question"
    assert findings({"question": question}, corpus=[("d", document[::-1])], prompts={"p": document[::-1]}) == []


def test_most_of_a_question_without_blanks_is_found_and_a_short_one_is_not_looked_for() -> None:
    found = only({"question": f"请问{RIVER}"}, corpus=[("d", f"有人{RIVER}")])
    assert found.text == "has 90 % of its runs of 8 words in d"
    assert findings({"question": "首都现在是哪一座"}, corpus=[("d", RIVER)], prompts={"p": RIVER}) == []


def test_a_gold_answer_without_blanks_is_found_within_a_clause() -> None:
    river = {"question": "众所周知巴黎塞纳河是答案吗", "gold_answer": "巴黎塞纳河", "system_prompt": "答案是巴黎塞纳河"}
    assert [one.text for one in findings(river, prompts={"p": "答案巴黎塞纳河吗"})] == [
        "the question holds the gold answer '巴黎塞纳河'",
        "its prompt or messages hold the gold answer '巴黎塞纳河'",
        "p holds the gold answer",
    ]


def test_answers_and_questions_of_later_turns_are_looked_for_and_told_by_the_entry() -> None:
    second = {"user": "Who painted the Mona Lisa, Leonardo or not?", "gold_answer": "Leonardo"}
    row = {"turns": ["Hello there, friend", second], "system_prompt": "Leonardo was a painter."}
    prompts = {"p": "Who painted the Mona Lisa, Leonardo or not?"}
    found = findings(row, {"question": "And what of it?"}, prompts=prompts)
    assert {one.entries for one in found} == {("q1",)}
    assert [one.text for one in found] == [
        "the question holds the gold answer 'Leonardo'",
        "its prompt or messages hold the gold answer 'Leonardo'",
        "p holds the gold answer",
        "p holds the question",
    ]


def test_files_of_later_turns_are_looked_for(tmp_path: Path) -> None:
    found = only({"turns": ["Hello!", {"user": "Where?", "expected_files": ["gone.py"]}]}, root=tmp_path)
    assert (found.entries, found.text) == (("q1",), "names gone.py, which is not there")


@pytest.mark.parametrize("field", ["expected_files", "context_files", "response_schema"])
def test_a_name_too_long_for_any_file_is_not_there(field: str, tmp_path: Path) -> None:
    name = "x" * 300
    found = only({"question": "a?", field: name if field == "response_schema" else [name]}, root=tmp_path)
    assert (found.check, found.text) == ("missing files", f"names {'x' * 199}…, which is not there")


def test_a_schema_written_as_text_is_told_as_such(tmp_path: Path) -> None:
    found = only({"question": "a?", "response_schema": '{"type": "object"}'}, root=tmp_path)
    assert (found.check, found.severity) == ("broken schemas", "error")
    assert found.text == "response_schema is text, which is taken for the name of a file; write the schema as an object"
