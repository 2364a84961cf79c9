"""What the terminal shows of baseline and gate."""

from __future__ import annotations

import pytest

from pytest_llmeval.analysis.gating.gate_report import GateReport
from pytest_llmeval.plugin.screen import ascii_only, width, write
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.reports.gate_lines import compared_lines, gate_lines
from pytest_llmeval.reports.lines import in_ascii, shortened
from pytest_llmeval.reports.one_model import Screen

TITLE = "LLM evals: "
SHOWN = 10
"""Counted failures that are listed."""
NARROWEST, WIDEST = 76, 120
"""Columns used at least and at most, as by the command."""


class GateScreen:
    """Belongs to the gate and shows what it came to.

    Args:
        config: Says how wide and how much.
        settings: Name the baseline.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings

    def show(self, terminal: pytest.TerminalReporter, report: GateReport, log: str) -> None:
        """Show comparison, counted failures and verdicts, the last thing last."""
        brief = self._config.option.verbose < 0 or self._config.getoption("no_summary", False)
        if not brief:
            self._compared(terminal, report)
            self._counted(terminal)
        if not self._settings.rules:
            return
        if not brief:
            terminal.write_sep("=", f"{TITLE}gate")
        screen = self._screen(brief=brief)
        lines = list(gate_lines(report, screen, log=log, baseline=self._settings.baseline))
        write(terminal, in_ascii(lines) if screen.ascii_only else lines)

    def show_passed_over(self, terminal: pytest.TerminalReporter, why: str) -> None:
        """Say that there was nothing to decide on."""
        terminal.write_line(f"{TITLE}the gate cannot decide, {why}", red=True)

    def _screen(self, *, brief: bool = False) -> Screen:
        columns = max(NARROWEST, min(width(self._config), WIDEST))
        return Screen(columns, -1 if brief else self._config.option.verbose, ascii_only(self._config))

    def _compared(self, terminal: pytest.TerminalReporter, report: GateReport) -> None:
        screen = self._screen()
        lines = list(compared_lines(report, screen))
        if lines:
            terminal.write_sep("=", f"{TITLE}compared with {self._settings.baseline}")
            write(terminal, in_ascii(lines) if screen.ascii_only else lines)

    def _counted(self, terminal: pytest.TerminalReporter) -> None:
        counted = [*terminal.stats.get("counted", ()), *terminal.stats.get("unscored", ())]
        if not counted:
            return
        terminal.write_sep("=", f"{TITLE}{len(counted):,} failed, for the gate to decide")
        if self._config.option.verbose > 0:
            for report in counted:
                terminal.write_sep("_", report.nodeid)
                report.toterminal(terminal._tw)
            return
        for report in counted[:SHOWN]:
            terminal.write_line(shortened(f"{report.nodeid} - {_first_line(report)}", self._screen().width))
        if len(counted) > SHOWN:
            terminal.write_line(f"… and {len(counted) - SHOWN:,} more with -v")


def _first_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    told = crash.message if crash is not None else report.longreprtext
    return next(iter(told.strip().splitlines()), "")
