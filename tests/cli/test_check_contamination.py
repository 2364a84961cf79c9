"""What a check for contamination finds is kept beside the benchmark where that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Told
from tests.cli.test_check import Command, write

ROWS = [
    {"id": name, "question": f"Where is the {name} now?", "gold_answer": "Here."} for name in ("bird", "cat", "dog")
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep(command: Command, benchmark: Path, *corpus: str) -> Told:
    return command("check", benchmark, "--min-slice", 0, "--against", *corpus, "--keep")


def test_what_is_found_is_kept_beside_the_benchmark(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS, {"id": "old", "question": "Old?", "status": "retired"})
    write(here / "train.jsonl", {"text": "Look!"}, {"text": "Where is the cat now?"})
    told = keep(command, benchmark, "train.jsonl")
    path = here / "q.contamination.json"
    assert (told.status, told.err) == (
        1,
        f"pytest-llmeval: {path}: kept for later runs, 1 of 3 entries flagged\n",
    )
    assert "contamination checked, 1 flagged" in told.out
    kept = json.loads(path.read_text())
    assert [*kept["entries"]] == ["bird", "cat", "dog"]
    assert kept["flagged"] == {"cat": {"document": "train.jsonl:2", "how": "word for word", "alike": 1.0}}
    assert [(one["name"], one["documents"]) for one in kept["against"]] == [("train.jsonl", 2)]
    assert kept["thresholds"] == {"run": 8, "contained": 0.8, "alike": 0.8}


def test_a_question_too_short_to_look_for_is_counted_and_not_known_to_be_clean(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS, {"id": "why", "question": "5 + 3, why?", "gold_answer": "8"})
    (here / "train.txt").write_text("5 3 why")
    told = keep(command, benchmark, "train.txt")
    assert (told.status, told.out.splitlines()[0]) == (
        0,
        "q.jsonl · 4 entries · no version · contamination checked, 0 flagged, 1 too short to look for",
    )
    assert told.err.endswith("kept for later runs, 0 of 3 entries flagged\n")
    assert [*json.loads((here / "q.contamination.json").read_text())["entries"]] == ["bird", "cat", "dog"]
    assert "none of 3 flagged, 1 not checked" in " ".join(command("check", benchmark).out.split())


def test_a_later_check_without_a_corpus_tells_what_is_kept(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    (here / "train.txt").write_text("Where is the cat now?")
    keep(command, benchmark, "train.txt")
    day = json.loads((here / "q.contamination.json").read_text())["checked"][:10]
    write(benchmark, *ROWS[:2], {"id": "dog", "question": "Where was the dog then?", "gold_answer": "Here."})
    told = command("check", benchmark, "--min-slice", 0)
    assert (told.status, told.out.splitlines()[0]) == (
        0,
        f"q.jsonl · 3 entries · no version · contamination checked {day}, 1 of 2 flagged, 1 not checked",
    )


def test_a_check_against_less_than_before_says_what_it_takes_the_place_of(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    for name, text in (("one.txt", "Where is the cat now?"), ("two.txt", "Where is the dog now?")):
        (here / name).write_text(text)
    keep(command, benchmark, "one.txt")
    assert "takes the place" not in keep(command, benchmark, "one.txt", "two.txt").err
    told = keep(command, benchmark, "two.txt")
    assert told.err.splitlines()[1].startswith("pytest-llmeval: it takes the place of the check of 20")
    assert told.err.endswith(" against one.txt, which flagged 1 more; name all files at once to keep both\n")
    (here / "moved.txt").write_text("Where is the dog now?")
    assert "takes the place" not in keep(command, benchmark, "moved.txt").err


def test_nothing_is_kept_without_a_corpus_or_where_one_cannot_be_read(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    told = command("check", benchmark, "--keep")
    assert (told.status, told.err) == (
        2,
        "pytest-llmeval: --keep keeps what --against finds; name a corpus, such as --against train.jsonl\n",
    )
    (here / "bad.jsonl").write_text("{")
    assert keep(command, benchmark, "bad.jsonl").status == 2
    assert [*here.glob("*contamination*")] == []


@pytest.mark.parametrize(
    ("name", "content"), [("a.txt", ""), ("a.txt", " \n"), ("a.jsonl", "{}\n\n"), ("a.json", "[]")]
)
def test_a_corpus_without_text_is_refused(here: Path, command: Command, name: str, content: str) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    (here / name).write_text(content)
    said = f"--against: there is no text in {name}, so nothing was checked; name the corpus"
    assert keep(command, benchmark, name) == Told(2, "", f"pytest-llmeval: {said}\n")
    assert [*here.glob("*contamination*")] == []
    (here / "some.txt").write_text("Text.")
    assert keep(command, benchmark, name, "some.txt").status == 0


def test_a_kept_check_that_is_none_is_told(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    (here / "q.contamination.json").write_text("{}")
    told = command("check", benchmark)
    assert (told.status, told.out) == (2, "")
    assert "q.contamination.json: is no check for contamination: /benchmark: Field required; remove it" in told.err


def test_a_folder_that_cannot_be_written_is_told(here: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark = write(here / "q.jsonl", *ROWS)
    (here / "train.txt").write_text("Where is the cat now?")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    told = keep(command, benchmark, "train.txt")
    assert told.status == 2
    assert "q.contamination.json: cannot be written (No space left on device)" in told.err
    assert [one.name for one in here.iterdir() if "contamination" in one.name] == []


def test_a_check_of_another_benchmark_is_not_overwritten(here: Path, command: Command) -> None:
    keep(command, write(here / "facts.jsonl", *ROWS), *_corpus(here))
    kept = (here / "facts.contamination.json").read_bytes()
    (here / "facts.csv").write_text("id,question\nz,Why?\n")
    told = keep(command, here / "facts.csv", *_corpus(here))
    assert (told.status, told.out) == (2, "")
    assert told.err == (
        f"pytest-llmeval: {here / 'facts.contamination.json'}: belongs to facts.jsonl, not to facts.csv; "
        "rename one of these two benchmarks\n"
    )
    assert (here / "facts.contamination.json").read_bytes() == kept


def _corpus(here: Path) -> list[str]:
    (here / "train.txt").write_text("Where is the cat?")
    return ["train.txt"]
