"""What is known of contamination stays with the records, whatever a command makes of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.sidecar import BenchmarkInfo, ContaminationInfo, RunInfo, read_sidecar, write_sidecar
from tests.cli.logs import trial, write_log
from tests.cli.test_check import Command

KNOWN = ("clean", "flagged", None, "flagged")
CHECK = ContaminationInfo(checked="2026-11-01", flagged=2, not_checked=1)


def run(folder: Path, name: str = "run", *, count: int = 4, start: int = 0, shard: str | None = None) -> Path:
    made = [trial(n, "wrong", run_id="run", contamination=KNOWN[n]) for n in range(start, start + count)]
    log = write_log(folder / f"{name}.jsonl", made)
    benchmark = BenchmarkInfo(name="questions", hash="h", contamination=CHECK)
    info = RunInfo(run_id="run", started="2026-11-01", complete=True, benchmarks=(benchmark,), shard=shard)
    write_sidecar(log, info)
    return log


def known(log: Path) -> tuple[str | None, ...]:
    return tuple(one.contamination for one in iter_records(log))


def test_merging_keeps_it(tmp_path: Path, command: Command) -> None:
    parts = [run(tmp_path, f"p{n}", count=2, start=2 * n, shard=f"{n + 1}/2") for n in range(2)]
    assert command("merge", tmp_path / "all.jsonl", *parts).status == 0
    assert known(tmp_path / "all.jsonl") == KNOWN
    assert read_sidecar(tmp_path / "all.jsonl").benchmarks[0].contamination == CHECK


def test_a_table_has_a_column_of_it(tmp_path: Path, command: Command) -> None:
    rows = csv.DictReader(io.StringIO(command("export", run(tmp_path), "--csv", "-").out))
    assert [row["contamination"] for row in rows] == ["clean", "flagged", "", "flagged"]


def test_grading_by_hand_keeps_it(tmp_path: Path, command: Command) -> None:
    log, sheet = run(tmp_path), tmp_path / "sheet.csv"
    command("grade", log, "--export", sheet, "--rater", "ada")
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    with sheet.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "grade": "fully_correct"} for row in rows)
    told = command("grade", log, "--answers", sheet, "--rater", "ada")
    assert told.status == 0
    (graded,) = tmp_path.glob("run-graded*.jsonl")
    assert known(graded) == KNOWN
    assert {one.grade for one in iter_records(graded)} == {"fully_correct"}


def test_a_baseline_keeps_it(tmp_path: Path, command: Command) -> None:
    assert command("bless", run(tmp_path), "--into", tmp_path / "kept").status == 0
    (log,) = (tmp_path / "kept").rglob("*.jsonl")
    assert known(log) == KNOWN


def test_a_history_says_in_how_many_runs_contaminated_entries_count(tmp_path: Path, command: Command) -> None:
    told = command("history", run(tmp_path))
    assert "\n  flagged   contaminated entries count in the rates of 1 of 1 runs\n" in told.out
    (series,) = json.loads(command("history", run(tmp_path), "--json").out)["series"]
    assert series["runs"][0]["contaminated_trials"] == 2
    clean = write_log(tmp_path / "clean.jsonl", [trial(1, "wrong")])
    assert "contaminated" not in command("history", clean).out
