"""What `pytest-llmeval calibrate` tells of a judge that likes long answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.calibrations import read_calibration
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.cli.test_calibrate import H, agreeing, judged_log, labels

Command = Callable[..., Told]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


def long_winded_log(path: str = "llm-runs/run.jsonl") -> Path:
    """Of every two answers that people grade alike the judge prefers the one with four times the words."""
    Path(path).parent.mkdir(exist_ok=True)
    records = []
    for number in range(40):
        level = LEVELS[2 - number % 2]
        told = {"model": "openai:judge", "hash": H, "verdicts": [{"hash": H, "level": level}]}
        words = ("word " * (40 if number % 2 else 10)) + "more " * (number % 5)
        records.append(trial(number, level, judge=told, answer=words))
    return write_log(Path(path), records)


def test_judge_that_prefers_long_answers_is_told_as_a_signal_and_kept(command: Command) -> None:
    shown = command("calibrate", long_winded_log(), "--labels", labels(["unsupported"] * 20 + ["wrong"] * 20))
    (row,) = (line for line in shown.out.splitlines() if line.startswith("  length bias"))
    assert row == "  length bias               +0.54 levels per doubling [+0.52 to +0.57], n 40, p <0.001"
    told = command("calibrate", long_winded_log(), "--labels", "human.jsonl", "--json")
    (found,) = json.loads(told.out)["judges"]
    bias = found["length_bias"]
    assert (bias["n"], bias["reason"]) == (40, "")
    assert 0.5 < bias["low"] < bias["value"] < bias["high"] < 0.6
    assert bias["p_value"] < 0.001
    kept = read_calibration(Path("llm-judges"), H)
    assert kept is not None
    assert kept.length_bias.model_dump() == bias


@pytest.mark.parametrize(
    ("log", "grades", "reason"),
    [
        (judged_log, 9, "9 answers are judged and labelled, 10 are needed"),
        (judged_log, 40, "all answers are equally long"),
    ],
)
def test_length_bias_that_cannot_be_told_is_unknown_with_the_reason(
    command: Command, log: Callable[[], Path], grades: int, reason: str
) -> None:
    told = command("calibrate", log(), "--labels", labels(agreeing(grades)))
    assert f"  length bias               unknown: {reason}" in told.out.splitlines()
