"""Calibrations are kept by the judge's hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.calibrations import (
    Calibration,
    read_calibration,
    read_calibrations,
    write_calibration,
)
from pytest_llmeval.runs.kept_findings import Figure, Share

H = "0123456789abcdef"


def calibration(judge_hash: str = H, *, calibrated: bool = True) -> Calibration:
    share = Share(count=9, n=10)
    return Calibration(
        judge="j:k", hash=judge_hash, run="r.jsonl", timestamp="t", n=10, same=share, agreement=Figure(value=0.9),
        false_passes=share, false_failures=share, calibrated=calibrated,
    )  # fmt: skip


def test_what_was_written_is_read_by_its_hash(tmp_path: Path) -> None:
    path = write_calibration(tmp_path / "llm-judges", calibration())
    assert path == tmp_path / "llm-judges" / f"{H}.json"
    assert read_calibration(tmp_path / "llm-judges", H) == calibration()
    assert read_calibrations(tmp_path / "llm-judges", [H, "ff"]) == {H: calibration()}


def test_newer_calibration_replaces_the_older(tmp_path: Path) -> None:
    write_calibration(tmp_path, calibration())
    write_calibration(tmp_path, calibration(calibrated=False))
    assert read_calibration(tmp_path, H) == calibration(calibrated=False)


@pytest.mark.parametrize("name", ["ffff", "../secret", "", "x/y"])
def test_judge_without_a_file_has_no_calibration(tmp_path: Path, name: str) -> None:
    write_calibration(tmp_path, calibration())
    assert read_calibration(tmp_path, name) is None
    assert read_calibration(tmp_path, H) == calibration()


def test_unknown_keys_survive(tmp_path: Path) -> None:
    path = write_calibration(tmp_path, calibration())
    path.write_text(json.dumps({**json.loads(path.read_text()), "note": "kept"}))
    found = read_calibration(tmp_path, H)
    assert found is not None
    assert json.loads(found.model_dump_json())["note"] == "kept"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "is no calibration"),
        ("{}", "is no calibration"),
        (calibration("ff").model_dump_json(), "is the calibration of judge ff"),
    ],
)
def test_file_that_is_something_else_is_an_error(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / f"{H}.json").write_text(text)
    with pytest.raises(RunLogError, match=fault):
        read_calibration(tmp_path, H)


def test_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunLogError, match="cannot be made"):
        write_calibration(tmp_path / "file" / "x", calibration())
    (tmp_path / f"{H}.json").mkdir()
    with pytest.raises(RunLogError, match="cannot be read"):
        read_calibration(tmp_path, H)
