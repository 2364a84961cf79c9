"""What a run says of its benchmarks: their version, and how far the entries have moved on since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.manifest import manifest_path, manifest_text, released
from pytest_llmeval.benchmark.loading import load_benchmark
from tests.plugin.conftest import CAPITALS, Project


def release(project: Project, version: str) -> Path:
    path = project.path / "questions.jsonl"
    manifest = released(load_benchmark(path), None, version, "", "2026-11-01")
    manifest_path(path).write_text(manifest_text(manifest))
    return manifest_path(path)


def versions(project: Project) -> list[tuple[Any, Any]]:
    return [(one["version"], one["changed_since"]) for one in project.sidecar()["benchmarks"]]


def test_the_version_is_in_the_header_and_in_the_sidecar(capitals: Project) -> None:
    release(capitals, "1.0")
    result = capitals.run()
    result.stdout.fnmatch_lines("llm-eval: stand-in:m · 3 entries · questions 1.0 · *")
    assert versions(capitals) == [("1.0", 0)]


@pytest.mark.parametrize("how", [(), ("-n2",)], ids=" ".join)
def test_entries_that_changed_since_are_counted(capitals: Project, how: tuple[str, ...]) -> None:
    release(capitals, "1.0")
    capitals.benchmark([{**CAPITALS[0], "gold_answer": "Lyon"}, *CAPITALS[2:], {"id": "x", "question": "say: x"}])
    result = capitals.run(*how)
    result.stdout.fnmatch_lines("llm-eval: *questions 1.0 and 3 entries changed since*")
    assert versions(capitals) == [("1.0", 3)]


def test_retired_entries_and_overdue_reviews_are_counted(capitals: Project) -> None:
    old = {"reviewed": "2020-01-31"}
    capitals.benchmark([{**CAPITALS[0], **old}, CAPITALS[1], {**CAPITALS[2], **old, "status": "retired"}])
    result = capitals.run()
    (told,) = capitals.sidecar()["benchmarks"]
    assert (told["entries"], told["retired"], told["stale"]) == (2, 1, 1)
    assert "look" not in result.stdout.str(), "it is told where the run is summed up, not while it runs"


def test_without_a_manifest_nothing_is_said_of_a_version(capitals: Project) -> None:
    capitals.run().stdout.fnmatch_lines("llm-eval: stand-in:m · 3 entries · no repository")
    assert versions(capitals) == [(None, None)]


@pytest.mark.parametrize("how", [(), ("-n2",)], ids=" ".join)
def test_a_broken_manifest_is_noted_once_and_breaks_no_run(capitals: Project, how: tuple[str, ...]) -> None:
    path = release(capitals, "1.0")
    path.write_text("{")
    result = capitals.run(*how)
    (note,) = [line for line in result.outlines if line.startswith("llm-note:")]
    assert note.startswith(f"llm-note: {path}: is no manifest: ")
    assert note.endswith("; the run goes on without the version of questions.jsonl")
    assert versions(capitals) == [(None, None)]
    assert len(capitals.records()) == 3
