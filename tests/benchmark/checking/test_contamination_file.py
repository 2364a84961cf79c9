"""A check for contamination is kept beside the benchmark, and tells of each entry as it is now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.contamination import kept_check, matches_in
from pytest_llmeval.benchmark.checking.contamination_file import (
    ContaminationCheck,
    CorpusFile,
    contamination_path,
    contamination_text,
    read_contamination,
)
from pytest_llmeval.benchmark.checking.text_index import Thresholds
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.errors import BenchmarkError

CORPUS = CorpusFile(name="train.jsonl", documents=3, sha256="0" * 64)


def check(*entries: Entry, documents: tuple[tuple[str, str], ...] = (), **given: Any) -> ContaminationCheck:
    bounds = Thresholds()
    return kept_check(
        "q.jsonl",
        entries,
        matches_in(entries, documents, bounds),
        against=[CORPUS],
        thresholds=bounds,
        checked="2026-11-01T10:00:00+00:00",
        **given,
    )


def entry(name: str, question: str, **fields: Any) -> Entry:
    return Entry(id=name, question=question, **fields)


A, B = entry("a", "Where is it by now?"), entry("b", "Why is it there?")
MADE = check(A, B, documents=(("train.jsonl:2", "So, where is it by now?"),))


def test_an_entry_is_clean_or_flagged_until_it_changes() -> None:
    assert (MADE.day, MADE.of(A), MADE.of(B)) == ("2026-11-01", "flagged", "clean")
    assert MADE.of(entry("a", "Where is it by now?", category="x")) == "flagged"  # no part of what is asked
    assert MADE.of(entry("a", "Where was it by now?")) == "changed"
    assert MADE.of(entry("c", "New?")) == "changed"


def test_it_keeps_where_how_and_how_alike() -> None:
    (found,) = MADE.flagged.values()
    assert (found.document, found.how, found.alike) == ("train.jsonl:2", "word for word", 1.0)
    assert MADE.thresholds == {"run": 8, "contained": 0.8, "alike": 0.8}
    assert MADE.entries == {"a": A.hash, "b": B.hash}


@given(st.lists(st.sampled_from("abcd"), min_size=8, max_size=20), st.lists(st.sampled_from("abcd"), max_size=30))
def test_what_was_found_is_always_a_share(question: list[str], document: list[str]) -> None:
    made = check(entry("q", " ".join(question)), documents=(("d", " ".join(document)),))
    assert all(found.alike >= 0.8 for found in made.flagged.values())
    assert ContaminationCheck.model_validate_json(contamination_text(made)) == made


def test_it_is_read_back_as_written_with_what_others_added(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    assert read_contamination(path) is None
    contamination_path(path).write_text(json.dumps({**json.loads(contamination_text(MADE)), "owner": "eval team"}))
    told = read_contamination(path)
    assert told is not None
    assert (told.flagged, told.model_extra) == (MADE.flagged, {"owner": "eval team"})
    assert check(A, earlier=told).model_extra == {"owner": "eval team"}


@pytest.mark.parametrize(
    ("name", "beside"), [("q.jsonl", "q"), ("q.v2.csv", "q.v2"), ("q.yaml.gz", "q"), ("questions", "questions")]
)
def test_each_benchmark_has_a_file_of_its_own(name: str, beside: str) -> None:
    assert contamination_path(Path(name)) == Path(f"{beside}.contamination.json")


def broken(**fields: Any) -> bytes:
    return json.dumps({**json.loads(contamination_text(MADE)), **fields}).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[", "is no check for contamination: it: "),
        (b"{}", "is no check for contamination: /benchmark: Field required"),
        (b'{"checked": "\xe9"}', "is no check for contamination: no UTF-8"),
        (broken(checked="soon"), "is no check for contamination: /checked: "),
        (broken(against=[]), "is no check for contamination: /against: "),
        (broken(entries={"b": "x"}), "is no check for contamination: it: Value error, flagged 'a' is not among"),
    ],
)
def test_a_file_that_is_none_is_told_on_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    contamination_path(tmp_path / "q.jsonl").write_bytes(content)
    with pytest.raises(BenchmarkError) as told:
        read_contamination(tmp_path / "q.jsonl")
    assert f"q.contamination.json: {said}" in str(told.value)
    assert str(told.value).endswith("; remove it and check again with --keep")
    assert len(str(told.value).splitlines()) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    contamination_path(tmp_path / "q.jsonl").mkdir()
    with pytest.raises(BenchmarkError, match=r"q\.contamination\.json: cannot be read: Is a directory"):
        read_contamination(tmp_path / "q.jsonl")


def test_a_file_without_bounds_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_llmeval.bounded.LARGEST_WHOLE", 10)
    contamination_path(tmp_path / "q.jsonl").write_text(contamination_text(MADE))
    with pytest.raises(BenchmarkError, match="is larger than 10 bytes"):
        read_contamination(tmp_path / "q.jsonl")


def test_retired_entries_are_not_looked_for() -> None:
    benchmark = benchmark_from_entries([A, entry("old", "Old?", status="retired")])
    assert benchmark.current == (A,)
