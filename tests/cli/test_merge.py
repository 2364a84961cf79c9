from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path, write_sidecar
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]


def shards(folder: Path, *parts: str | None) -> list[Path]:
    logs = []
    for number, part in enumerate(parts):
        log = write_log(folder / f"part{number}.jsonl", [trial(2 * number, "wrong"), trial(2 * number + 1, "wrong")])
        write_sidecar(log, RunInfo(run_id=f"run-{number}", started=f"2026-0{number + 1}", complete=True, shard=part))
        logs.append(log)
    return logs


def test_shards_become_one_log_with_one_sidecar(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "all.jsonl"
    told = command("merge", out, *shards(tmp_path, "1/2", "2/2"))
    assert told == Told(0, "", f"pytest-llmeval: 4 records of 2 shards merged into {out}\n")
    assert [one.question_id for one in iter_records(out)] == ["q0", "q1", "q2", "q3"]
    info = read_sidecar(out)
    assert (info.complete, info.shard, info.started) == (True, None, "2026-01")
    assert info.totals["grades"] == {"wrong": 4}


def test_a_name_that_ends_in_gz_is_a_packed_log_that_can_be_read(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "all.jsonl.gz"
    parts = shards(tmp_path, "1/2", "2/2")
    write_log(parts[1], [trial(2, "wrong", run_id="run-2")])
    assert command("merge", out, *parts).status == 0
    assert [(one.run_id, one.question_id) for one in iter_records(out)] == [("all", "q0"), ("all", "q1"), ("all", "q2")]
    assert read_sidecar(out).run_id == "all"


def test_a_merged_log_may_be_read_by_those_who_may_read_every_shard(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "all.jsonl"
    parts = shards(tmp_path, "1/2", "2/2")
    parts[1].chmod(0o600)
    command("merge", out, *parts)
    assert [one.stat().st_mode & 0o777 for one in (out, sidecar_path(out))] == [0o600, 0o600]


def test_missing_shards_are_named(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "all.jsonl"
    told = command("merge", out, *shards(tmp_path, "1/4", "3/4"))
    assert told.status == 1
    assert "missing shards: 2/4, 4/4; the run is marked incomplete until they are merged too" in told.err
    assert not read_sidecar(out).complete


def test_repeated_records_and_torn_lines_are_told(tmp_path: Path, command: Command) -> None:
    (one, two) = shards(tmp_path, None, None)
    two.write_bytes(two.read_bytes() + one.read_bytes() + b'{"run')
    told = command("merge", tmp_path / "all.jsonl", one, two)
    assert "part1.jsonl:5: the last line was cut off" in told.err
    assert "4 records of 2 shards merged into" in told.err
    assert "2 repeated ones left out" in told.err
    assert not read_sidecar(tmp_path / "all.jsonl").complete


def test_nothing_is_written_where_shards_do_not_belong_together(tmp_path: Path, command: Command) -> None:
    one = write_log(tmp_path / "a.jsonl", [trial(1, "wrong")])
    two = write_log(tmp_path / "b.jsonl", [trial(1, "unsupported")])
    told = command("merge", tmp_path / "all.jsonl", one, two)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert sorted(tmp_path.iterdir()) == [one, two]


def test_without_sidecars_none_is_made(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "all.jsonl"
    assert command("merge", out, write_log(tmp_path / "a.jsonl", [trial(1)])).status == 0
    assert not sidecar_path(out).exists()
