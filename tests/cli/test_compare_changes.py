"""What `pytest-llmeval compare` tells of what changed between two runs, beside their grades."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from tests.cli.test_compare import log


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def changed(capsys: pytest.CaptureFixture[str], base: dict[str, Any], new: dict[str, Any]) -> list[str]:
    ours = {"harness_version": "1", "schema_version": 1, "entry_hash": "e", "request_hash": "a"}
    main(["compare", log("base.jsonl", "C" * 40, **{**ours, **base}), log("new.jsonl", "C" * 40, **{**ours, **new})])
    told = capsys.readouterr().out
    assert "nothing else on record changed" not in told
    return told.partition("  what changed between the runs\n")[2].splitlines()


def test_other_requests_to_the_same_entries_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert changed(capsys, {}, {"request_hash": "b"}) == [
        "  requests              – -> other in 40 of 40 entries (messages, tools, schema",
        "                        or endpoint)",
    ]


def test_a_system_prompt_that_only_one_run_has_is_told_and_says_why_requests_are_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert changed(capsys, {}, {"request_hash": "b", "prompt_hash": "p"}) == ["  system prompt         none -> p"]
