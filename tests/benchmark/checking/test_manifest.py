"""Versions of a benchmark, and what each changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.checking.manifest import (
    Manifest,
    manifest_path,
    manifest_text,
    read_manifest,
    released,
    unreleased,
)
from pytest_llmeval.benchmark.checking.mix import Mix
from pytest_llmeval.benchmark.loading import Benchmark, benchmark_from_entries
from pytest_llmeval.errors import BenchmarkError


def benchmark(**questions: str) -> Benchmark:
    return benchmark_from_entries([{"id": name, "question": question} for name, question in questions.items()])


FIRST = released(benchmark(a="one?", b="two?"), None, "1", "the first", "2026-11-01")


def test_the_first_release_adds_every_entry() -> None:
    assert (FIRST.version, FIRST.releases[0].added, FIRST.releases[0].why) == ("1", ("a", "b"), "the first")


def test_a_release_tells_what_was_added_removed_and_changed() -> None:
    second = released(benchmark(a="one!", c="three?"), FIRST, "2", "", "2026-11-02")
    latest, before = second.releases
    assert (latest.added, latest.removed, latest.changed) == (("c",), ("b",), ("a",))
    assert before == FIRST.releases[0]


def test_a_version_is_released_once_and_only_for_a_change() -> None:
    with pytest.raises(BenchmarkError, match="version 1 of entries is released already; name the next one"):
        released(benchmark(a="x?"), FIRST, "1", "", "2026-11-02")
    with pytest.raises(BenchmarkError, match="entries has not changed since version 1"):
        released(benchmark(b="two?", a="one?"), FIRST, "2", "", "2026-11-02")


def test_a_release_keeps_its_mix_and_a_new_mix_alone_can_be_released() -> None:
    rows = [{"id": "a", "question": "one?", "category": "x"}, {"id": "b", "question": "two?", "status": "retired"}]
    first = released(benchmark_from_entries(rows), None, "1", "", "2026-11-01")
    assert first.releases[0].mix == Mix(1, {"category": {"x": 1}})
    with pytest.raises(BenchmarkError, match="has not changed since version 1"):
        released(benchmark_from_entries(rows), first, "2", "", "2026-11-02")
    second = released(benchmark_from_entries([{**rows[0], "category": "y"}, rows[1]]), first, "2", "", "2026-11-02")
    assert [one.mix and one.mix.counts for one in second.releases] == [{"category": {"y": 1}}, {"category": {"x": 1}}]


def test_a_release_of_before_mixes_were_kept_stays_as_it_is(tmp_path: Path) -> None:
    old = json.loads(manifest_text(FIRST))
    del old["releases"][0]["size"], old["releases"][0]["slices"], old["releases"][0]["why"]
    manifest_path(tmp_path / "q.jsonl").write_text(json.dumps(old))
    told = read_manifest(tmp_path / "q.jsonl")
    assert told is not None
    assert told.releases[0].mix is None
    later = released(benchmark(a="x?"), told, "2", "", "2026-11-02")
    assert json.loads(manifest_text(later))["releases"][1] == old["releases"][0]


def test_what_is_not_released_is_told() -> None:
    assert unreleased(benchmark(a="one?", b="two?"), FIRST) == []
    assert unreleased(benchmark(a="one?"), None) == []
    (found,) = unreleased(benchmark(a="one!", b="two?", c="three?"), FIRST)
    assert found.entries == ("c", "a")
    assert found.text == "1 added, 1 changed since version 1; release them with --release VERSION --why TEXT"


def test_it_is_read_back_as_written_with_what_others_added(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    assert read_manifest(path) is None
    manifest_path(path).write_text(json.dumps({**json.loads(manifest_text(FIRST)), "owner": "eval team"}))
    told = read_manifest(path)
    assert told is not None
    assert (told.releases, told.model_extra) == (FIRST.releases, {"owner": "eval team"})
    assert released(benchmark(a="x?"), told, "2", "", "2026-11-02").model_extra == {"owner": "eval team"}


@pytest.mark.parametrize("content", ["{}", "[", '{"name": 1}'])
def test_a_file_that_is_no_manifest_is_told(tmp_path: Path, content: str) -> None:
    manifest_path(tmp_path / "q.jsonl").write_text(content)
    with pytest.raises(BenchmarkError, match=r"q\.manifest\.json: is no manifest: "):
        read_manifest(tmp_path / "q.jsonl")


def test_a_manifest_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    manifest_path(tmp_path / "q.jsonl").mkdir()
    with pytest.raises(BenchmarkError, match="cannot be read: Is a directory"):
        read_manifest(tmp_path / "q.jsonl")


def test_a_manifest_in_another_encoding_is_told(tmp_path: Path) -> None:
    manifest_path(tmp_path / "q.jsonl").write_bytes(b'{"name": "\xe9"}')
    with pytest.raises(BenchmarkError, match=r"is no manifest: no UTF-8 \(invalid continuation byte at byte 10\)"):
        read_manifest(tmp_path / "q.jsonl")


def test_a_manifest_has_a_release() -> None:
    with pytest.raises(ValueError, match="releases"):
        Manifest(name="q", hash="h", releases=(), entries={})


@pytest.mark.parametrize(
    ("name", "beside"), [("q.jsonl", "q"), ("q.v1.jsonl", "q.v1"), ("q.v2.csv.gz", "q.v2"), ("questions", "questions")]
)
def test_each_version_in_a_name_has_a_manifest_of_its_own(name: str, beside: str) -> None:
    assert manifest_path(Path(name)) == Path(f"{beside}.manifest.json")


def of(name: str) -> str:
    return manifest_text(FIRST.model_copy(update={"name": name}))


def test_a_manifest_under_its_earlier_name_is_read_where_it_names_the_benchmark(tmp_path: Path) -> None:
    (tmp_path / "q.manifest.json").write_text(of("q.v1.jsonl"))
    told = read_manifest(tmp_path / "q.v1.jsonl")
    assert told is not None
    assert told.version == "1"
    assert read_manifest(tmp_path / "q.v2.jsonl") is None
    (tmp_path / "q.v1.manifest.json").write_text(
        manifest_text(released(benchmark(a="x?"), told, "2", "", "2026-11-02"))
    )
    now = read_manifest(tmp_path / "q.v1.jsonl")
    assert now is not None
    assert now.version == "2"


def test_a_manifest_of_another_benchmark_is_told_and_that_of_a_renamed_one_read(tmp_path: Path) -> None:
    (tmp_path / "facts.manifest.json").write_text(of("facts.jsonl"))
    assert read_manifest(tmp_path / "facts.csv") is not None
    (tmp_path / "facts.jsonl").touch()
    with pytest.raises(BenchmarkError) as told:
        read_manifest(tmp_path / "facts.csv")
    assert str(told.value).endswith(
        "facts.manifest.json: belongs to facts.jsonl, not to facts.csv; rename one of these two benchmarks"
    )
    assert read_manifest(tmp_path / "facts.jsonl") is not None


@pytest.mark.parametrize("name", ["", "a/b.jsonl", "..", "n\x00l", "x" * 300])
def test_a_manifest_that_names_what_is_no_file_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "q.manifest.json").write_text(of(name))
    assert read_manifest(tmp_path / "q.jsonl") is not None


def test_a_release_keeps_the_vocabulary_that_people_wrote() -> None:
    first = FIRST.model_copy(update={"vocabulary": {"tag": ("a",)}})
    second = released(benchmark(a="one!"), first, "2", "", "2026-11-02")
    assert json.loads(manifest_text(second))["vocabulary"] == {"tag": ["a"]}
    assert "vocabulary" not in json.loads(manifest_text(FIRST))
