"""The assertion that a run is calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval import assert_calibrated
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial, write_log


def run(confidence: float, rights: int, n: int = 40, **fields: Any) -> list[Record]:
    grades = ["fully_correct"] * rights + ["wrong"] * (n - rights)
    return [trial(i, grade, confidence={"stated": confidence}, **fields) for i, grade in enumerate(grades)]


def test_a_calibrated_run_passes_as_log_and_as_records(tmp_path: Path) -> None:
    """Passing is raising nothing; that the log is read shows in one that does not pass."""
    records = run(0.75, 30)
    assert_calibrated(write_log(tmp_path / "run.jsonl", records), 0.05)
    assert_calibrated(records, 0.05, binning="mass", bins=5)
    with pytest.raises(AssertionError, match=r"ECE is 0\.700"):
        assert_calibrated(write_log(tmp_path / "too-sure.jsonl", run(0.95, 10)), 0.05)


def test_every_model_that_is_too_sure_is_named_with_its_error() -> None:
    records = run(0.95, 10) + run(0.75, 30, model="fine") + run(0.9, 0, model="bad")
    with pytest.raises(AssertionError) as told:
        assert_calibrated(records, max_ece=0.1)
    assert str(told.value).startswith(
        "not calibrated by its stated confidence: openai:small: ECE is 0.700 in 10 bins of equal width, wanted at most "
        "0.1 (n 40; by chance up to 0."
    )
    assert "openai:bad: ECE is 0.900" in str(told.value)
    assert "fine" not in str(told.value)


def test_too_few_answers_are_no_proof() -> None:
    with pytest.raises(AssertionError, match="only 3 judged answers have it, wanted at least 30"):
        assert_calibrated(run(1.0, 3, 3), 0.1)
    with pytest.raises(AssertionError, match="only 0 judged answers"):
        assert_calibrated(run(1.0, 40), 0.1, signal="logprob")
    with pytest.raises(AssertionError, match="the run has no record"):
        assert_calibrated([], 0.1)
    assert_calibrated(run(1.0, 3, 3), 0.1, at_least=3)


@pytest.mark.parametrize("settings", [{"max_ece": 2.0}, {"max_ece": 0.1, "bins": 0}, {"max_ece": 0.1, "binning": "x"}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="assert_calibrated"):
        assert_calibrated([], **settings)
