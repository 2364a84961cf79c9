from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.analysis.summaries import summaries_by_model
from pytest_llmeval.reports.terminal import summary_lines
from pytest_llmeval.runs.calibrations import write_calibration
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.reading import iter_records
from tests.analysis.judges.test_judge_trust import GOOD, judged
from tests.cli.conftest import Told
from tests.cli.logs import every_grade, trial, write_log

Command = Callable[..., Told]


def test_the_figures_are_those_of_the_end_of_a_run(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(8))
    told = command("summarize", log)
    at_the_end = "\n".join(line.text for line in summary_lines(summaries_by_model(iter_records(log))))
    assert told.status == 0
    assert at_the_end in told.out
    assert told.out.startswith(
        f"run run-1 · repo abcdef01 · 2026-11-21 04:31\nlog {log}\n\nopenai:small · 2 of 8 fully"
    )


def test_several_models_stand_side_by_side_each_with_its_details(tmp_path: Path, command: Command) -> None:
    records = [*every_grade(4), *every_grade(4, model="large")]
    told = command("summarize", write_log(tmp_path / "a.jsonl", records)).out
    assert told.splitlines()[3].split() == ["openai:small", "openai:large"]
    assert told.count("read with care") == 2


def test_several_runs_follow_each_other(tmp_path: Path, command: Command) -> None:
    one = write_log(tmp_path / "a.jsonl", every_grade(4))
    two = write_log(tmp_path / "b.jsonl", every_grade(4, run_id="run-2"))
    told = command("summarize", one, two).out
    assert told.index("run run-1") < told.index("run run-2")


def test_a_field_slices(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4, params={"temperature": 0.5}))
    assert (
        "  by params.temperature\n    0.5  1 of 4 · 25 % [5–70]\n"
        in command("summarize", log, "--by", "params.temperature").out
    )


@pytest.mark.parametrize("shape", [[], ["--json"], ["--markdown"], ["--csv"]])
def test_a_field_that_no_record_has_is_refused_before_anything_is_printed(
    shape: list[str], tmp_path: Path, command: Command
) -> None:
    log = write_log(tmp_path / "run.jsonl", [trial(1, "wrong")])
    told = command("summarize", log, "--by", "nope", *shape)
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("pytest-llmeval: --by nope: no record has that field or tag")


def test_json_has_all_figures(tmp_path: Path, command: Command) -> None:
    told = command("summarize", write_log(tmp_path / "a.jsonl", every_grade(8)), "--json")
    (run,) = json.loads(told.out)["runs"]
    assert run["models"][0]["accuracy"]["rate"] == 0.25


def test_a_calibration_beside_the_log_is_told_with_what_is_read_with_care(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [judged(2), judged(4)])

    def said(*flags: str) -> str:
        return " ".join(command("summarize", log, *flags).out.split())

    assert "judge j:k (01234567) is uncalibrated: nobody has held it against people" in said()
    write_calibration(tmp_path / FOLDER, GOOD)
    told = "judge j:k (01234567) graded, and is calibrated: agrees with people on 4 of 4 · 100 % [51–100], kappa 1.00"
    assert told in said()
    assert told in json.loads(said("--json"))["runs"][0]["models"][0]["caveats"]
    assert told.replace("[", r"\[").replace("]", r"\]") in said("--markdown")


def test_csv_is_a_table_without_formulas(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "wrong", category="=1+1"), trial(2, "fully_correct")])
    rows = list(csv.DictReader(io.StringIO(command("summarize", log, "--csv").out)))
    assert [(row["by"], row["slice"], row["accuracy"]) for row in rows] == [
        ("all", "all", "0.5"),
        ("category", "'=1+1", "0.0"),
        ("category", "even", "1.0"),
    ]


def test_markdown_and_memo_are_ready_to_paste(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    assert command("summarize", log, "--markdown").out.startswith("### Run run-1\n\n**openai:small**: 1 of 4")
    memo = command("summarize", log, "--memo").out
    assert memo.startswith("openai:small (run run-1, repository abcdef01): 1 of 4 answers fully correct")
    assert memo.count("\n") == 1


def test_one_shape_at_a_time(tmp_path: Path, command: Command) -> None:
    told = command("summarize", tmp_path, "--json", "--csv")
    assert (told.status, told.out) == (2, "")
    assert "not allowed with argument" in told.err


def test_weights_come_from_a_benchmark(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "fully_correct"), trial(2, "wrong")])
    benchmark = tmp_path / "b.jsonl"
    benchmark.write_text('{"id": "q1", "question": "?", "weight": 3}\n{"id": "q2", "question": "?"}\n')
    assert "by weight           75 %, unweighted 50 %" in command("summarize", log, "--benchmark", benchmark).out


def test_a_packed_log_is_read_too(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert "1 of 4 fully correct" in command("summarize", packed).out


def test_a_torn_last_line_is_told_beside_the_figures(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", every_grade(4))
    log.write_bytes(log.read_bytes() + b'{"run')
    told = command("summarize", log)
    assert told.status == 0
    assert "1 of 4 fully correct" in told.out
    assert told.err.startswith(f"pytest-llmeval: {log}:5: the last line was cut off and is passed over")
    assert told.err.count("\n") == 1
