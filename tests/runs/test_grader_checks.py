"""Checks of graders are kept by the grader's id, beside the calibrations of judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.grader_checks import GraderLimits, KeptCheck, check_path, read_checks, write_check
from pytest_llmeval.runs.kept_findings import Figure, Share


def check(grader: str = "contains", *, holds: bool = True) -> KeptCheck:
    share = Share(count=0, n=10)
    return KeptCheck(
        grader=grader, command=("pytest-llmeval", "check-graders"), timestamp="t", n=20, at_least="fully_correct",
        false_accepts=share, false_accept_rate=Figure(value=0.0), false_rejects=share,
        false_reject_rate=Figure(value=0.0), limits=GraderLimits(), holds=holds,
    )  # fmt: skip


def test_what_was_written_is_read_by_the_graders_id(tmp_path: Path) -> None:
    write_check(tmp_path / "llm-judges", check())
    write_check(tmp_path / "llm-judges", check("regex('x')", holds=False))
    write_check(tmp_path / "llm-judges", check(holds=False))
    found = read_checks(tmp_path / "llm-judges")
    assert found == {"contains": check(holds=False), "regex('x')": check("regex('x')", holds=False)}


def test_file_that_is_something_else_is_an_error(tmp_path: Path) -> None:
    check_path(tmp_path, "contains").write_text("{}")
    with pytest.raises(RunLogError, match=r"is no check of a grader: .*; check the grader anew"):
        read_checks(tmp_path)


def test_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    check_path(tmp_path, "contains").mkdir()
    with pytest.raises(RunLogError, match="cannot be read"):
        read_checks(tmp_path)


def test_file_that_is_gone_by_the_time_it_is_read_is_no_check(tmp_path: Path) -> None:
    check_path(tmp_path, "contains").symlink_to(tmp_path / "gone")
    assert read_checks(tmp_path) == {}
