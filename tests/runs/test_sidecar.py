from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.provenance import GitState
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, read_sidecar, sidecar_path, write_sidecar

INFO = RunInfo(
    run_id="r-1",
    started="2026-11-21T04:31:03.000Z",
    command=("pytest", "evals"),
    versions={"python": "3.11.7"},
    git=GitState(sha="a" * 40, dirty=True, branch="main"),
    models=("offline:bm25",),
    params={"temperature": 0.0},
    benchmarks=(BenchmarkInfo(name="facts", path="facts.jsonl", hash="h", entries=36, retired=2),),
    totals={"records": 36},
)


@pytest.mark.parametrize(
    ("log", "beside"),
    [
        ("run-2026.jsonl", "run-2026.run.json"),
        ("a.b.jsonl.gz", "a.b.run.json"),
        ("notes.log", "notes.log.run.json"),
    ],
)
def test_the_sidecar_lies_beside_the_log(log: str, beside: str) -> None:
    assert sidecar_path(Path("llm-runs") / log) == Path("llm-runs") / beside


def test_what_was_written_is_read(tmp_path: Path) -> None:
    log = tmp_path / "r.jsonl"
    assert write_sidecar(log, INFO) == tmp_path / "r.run.json"
    assert read_sidecar(log) == INFO
    assert (INFO.complete, INFO.gates, INFO.finished) == (False, (), None)


def test_those_may_read_it_who_may_read_the_log(tmp_path: Path) -> None:
    log = tmp_path / "r.jsonl"
    log.touch(0o600)
    assert write_sidecar(log, INFO).stat().st_mode & 0o777 == 0o600


def test_unknown_keys_survive(tmp_path: Path) -> None:
    log = tmp_path / "r.jsonl"
    sidecar_path(log).write_text('{"run_id": "r", "started": "t", "host": {"cpus": 2}, "git": {"tag": "v1"}}')
    write_sidecar(log, read_sidecar(log))
    read = json.loads(sidecar_path(log).read_text())
    assert (read["host"], read["git"]["tag"]) == ({"cpus": 2}, "v1")


def test_writing_again_replaces_the_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "r.jsonl"
    write_sidecar(log, INFO)
    write_sidecar(log, INFO.model_copy(update={"complete": True}))
    assert read_sidecar(log).complete
    assert [path.name for path in tmp_path.iterdir()] == ["r.run.json"]


def test_a_failed_write_leaves_the_earlier_sidecar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "r.jsonl"
    write_sidecar(log, INFO)

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunLogError, match=r"r.run.json: cannot be written \(No space left on device\)"):
        write_sidecar(log, INFO.model_copy(update={"complete": True}))
    assert not read_sidecar(log).complete
    assert [path.name for path in tmp_path.iterdir()] == ["r.run.json"]


def test_a_missing_sidecar_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match=r"r.run.json: cannot be read \(No such file or directory\); the log r.jsonl"):
        read_sidecar(tmp_path / "r.jsonl")


@pytest.mark.parametrize("content", ["{", "[]", '{"run_id": 3}'])
def test_what_is_no_sidecar_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "r.run.json").write_text(content)
    with pytest.raises(RunLogError, match="is no sidecar of a run: ") as caught:
        read_sidecar(tmp_path / "r.jsonl")
    assert "\n" not in str(caught.value)


def test_a_name_that_is_no_text_is_no_reason_to_lose_the_sidecar(tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    write_sidecar(log, RunInfo(run_id="r", started="2026", merged_from=("odd\udcff.jsonl",)))
    assert read_sidecar(log).merged_from == ("odd?.jsonl",)
