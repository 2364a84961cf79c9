from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.analysis.judges.known_graders import GradersSeen, KnownGraders
from pytest_llmeval.runs.calibrations import Calibration, calibration_path, write_calibration
from pytest_llmeval.runs.grader_checks import write_check
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.record import Record
from tests.analysis.judges.test_judge_trust import GOOD, H, judged
from tests.cli.logs import trial
from tests.reports.test_caveats import check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / FOLDER
    made.mkdir()
    return made


def known(folder: Path, records: list[Record], *, deep: str = "llm-runs/a.jsonl") -> dict[str, KnownGraders]:
    seen = GradersSeen()
    for record in records:
        seen.add(record)
    return seen.known("run-1", folder.parent / deep)


@pytest.mark.parametrize("deep", ["a.jsonl", "llm-runs/a.jsonl", "llm-runs/old/a.jsonl"])
def test_a_calibration_is_found_from_where_the_log_is(folder: Path, deep: str) -> None:
    write_calibration(folder, GOOD)
    found = known(folder, [judged(2), judged(4)], deep=deep)["openai:small"]
    assert [(one.state, one.calibration) for one in found.judges] == [("calibrated", GOOD)]


def test_a_judge_nobody_calibrated_is_uncalibrated(folder: Path) -> None:
    found = known(folder, [judged(2)])["openai:small"]
    assert [one.state for one in found.judges] == ["uncalibrated"]
    assert found.fault is None


def test_graders_are_held_against_their_checks_where_they_had_a_part(folder: Path) -> None:
    for name in ("mine", "other"):
        write_check(folder, check(name))
    write_check(folder, check("good").model_copy(update={"holds": True}))
    scored = trial(1, "wrong", grader="good", scores=[{"name": "s", "value": 1.0, "grader": "mine"}])
    assert [one.grader for one in known(folder, [scored])["openai:small"].over_limit] == ["mine"]


def test_models_and_runs_are_apart(folder: Path) -> None:
    others = [judged(2, model="large"), judged(4, run_id="run-2")]
    found = known(folder, [trial(1, "wrong"), *others])
    assert {model: len(one.judges) for model, one in found.items()} == {"openai:small": 0, "openai:large": 1}


def test_a_calibration_that_cannot_be_read_is_a_fault_and_no_crash(folder: Path) -> None:
    calibration_path(folder, H).write_text("{}")
    found = known(folder, [judged(2)])["openai:small"]
    assert found.judges == ()
    assert "is no calibration" in str(found.fault)


def test_calibration_of_another_judge_says_nothing_of_this_one(folder: Path) -> None:
    write_calibration(folder, Calibration(**{**GOOD.model_dump(), "hash": "fedcba9876543210"}))
    assert [one.state for one in known(folder, [judged(2)])["openai:small"].judges] == ["uncalibrated"]
