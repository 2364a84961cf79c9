"""``require="2/3"``: so many of an entry's samples must pass, and a sample that fails alone fails nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_llmeval.analysis.gating.quota import Quota
from pytest_llmeval.plugin.counting import Counting
from pytest_llmeval.plugin.items import test_case_of
from pytest_llmeval.plugin.screen import ascii_only
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.reports.lines import safe

SHOWN = 10
"""Entries below their quota that are listed."""


@dataclass(slots=True)
class _Count:
    quota: Quota
    planned: int
    passed: int = 0
    finished: int = 0


def quota_note(item: pytest.Item, trial: Trial, counting: Counting) -> dict[str, Any] | None:
    """Return what a sample's report tells of its quota; None where each sample stands for itself, or a rule decides."""
    quota, planned = trial.spec.require, trial.samples
    if quota is None or planned < 2 or counting.by(trial) is not None:
        return None
    return {"of": _first_sample(item, trial), "k": quota.k, "n": quota.n, "planned": planned}


def _first_sample(item: pytest.Item, trial: Trial) -> str:
    """Name what all samples share, as pytest names the first of them.

    Not cut out of the node id, where letters beyond ASCII are escaped.
    """
    function = getattr(item, "originalname", None) or item.name.partition("[")[0]
    label = trial.name.removesuffix(f"-s{trial.sample}") if trial.sample > 1 else trial.name
    case = test_case_of(item)
    return f"{item.parent.nodeid if item.parent else ''}::{function}[{label}{f'-{case}' if case else ''}]"


def allowance(note: dict[str, Any]) -> str:
    """Say why a failed sample does not fail the run."""
    return f"one of {note['planned']} samples, {note['k']} of {note['n']} must pass"


class Quotas:
    """Lives where the desk lives: counts samples by entry, and fails the session where too few passed."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a sample that came to its end."""
        told = (getattr(report, PAYLOAD, None) or {}).get("quota")
        if not told:
            return
        count = self._counts.setdefault(told["of"], _Count(Quota(told["k"], told["n"]), told["planned"]))
        if told["ended"]:
            count.finished += 1
            count.passed += told["passed"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail a session that has no other failure where an entry is below its quota, or cannot be told."""
        if exitstatus == pytest.ExitCode.OK and any(self._below()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _below(self) -> Iterator[str]:
        for name, count in self._counts.items():
            verdict = count.quota.verdict(count.passed, count.finished, count.planned)
            if verdict != "met":
                told = f"{count.passed} of {count.finished} passed, {count.quota.k}/{count.quota.n} required"
                yield f"{name}: {told}" + (" (cannot decide)" if verdict == "cannot decide" else "")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the entries below their quota."""
        below = list(self._below())
        if below:
            terminalreporter.write_sep("=", f"{len(below)} below their quota of samples", red=True)
        for line in below[:SHOWN]:
            shown = safe(line, ascii_only=ascii_only(terminalreporter.config), limit=1000)
            terminalreporter.write_line(shown)
        if len(below) > SHOWN:
            terminalreporter.write_line(f"… and {len(below) - SHOWN} more")
