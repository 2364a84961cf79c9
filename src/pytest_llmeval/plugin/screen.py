"""What the terminal shows of evals: a header, a letter for each grade, a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pytest

from pytest_llmeval.analysis.served import ServedModels
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.plugin.counting import COUNTED
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.parametrize import NO_MODEL
from pytest_llmeval.plugin.state import SETTINGS
from pytest_llmeval.plugin.workers import PAYLOAD
from pytest_llmeval.reports.judge_trust_lines import favour_lines, trust_lines
from pytest_llmeval.reports.lines import Line, Segment, in_ascii, line, safe
from pytest_llmeval.reports.served_lines import served_sentences
from pytest_llmeval.reports.terminal import RunHeader, header_lines, summary_lines
from pytest_llmeval.reports.versions import versions_told
from pytest_llmeval.runs.sidecar import BenchmarkInfo
from pytest_llmeval.safe_text import named

TITLE = "LLM evals"
MOST_REASONS = 5
"""Reasons for not asking that are listed."""
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "fully_correct": "C",
        "partially_correct": "P",
        "unsupported": "U",
        "wrong": "W",
        "unextractable": "X",
        "truncated": "T",
        "filtered": "T",
        "over_budget": "B",
    }
)
"""The progress line's letter for a grade; green where the test passed, red where it failed."""

UNCOUNTED = (None, "", "")
"""The status of a setup or teardown that has nothing to show.

Pytest files them under the category "" and searches all of them for each failure it shows, so that thousands of
failures among tens of thousands of tests take minutes; under no name at all they are not searched.
"""


class Screen:
    """Lives where the desk lives and shows what lies on it."""

    def __init__(self, config: pytest.Config, desk: Desk) -> None:
        self._config = config
        self._desk = desk

    def pytest_report_collectionfinish(self) -> list[str]:
        """Say what is about to run."""
        return self._header() if self._config.option.verbose >= 0 else []

    def print_header(self) -> None:
        """Say it where no collection is reported: in an xdist controller."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and self._config.option.verbose >= 0:
            terminal.ensure_newline()
            for line in self._header():
                terminal.write_line(line)

    def _header(self) -> list[str]:
        desk, found = self._desk, self._desk.collected
        if not found.trials:
            return []
        header = RunHeader(
            run_id=desk.facts.run_id,
            models=found.models,
            entries=found.entries,
            trials=found.trials,
            git=desk.git,
            log=desk.shown_path,
            versions=versions_told(BenchmarkInfo(**told) for told in found.benchmarks),
            contamination=found.contamination,
        )
        lines = header_lines(header, width=width(self._config), ascii_only=ascii_only(self._config))
        return [*lines, *(f"llm-note: {note}" for note in found.notes)]

    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> tuple[str | None, str, str | tuple[str, Mapping[str, bool]]] | None:
        """Show an eval's grade in place of pytest's dot, and a broken provider as an error."""
        told = getattr(report, PAYLOAD, None)
        if told and told.get(COUNTED):
            return _counted(told)
        if not told or hasattr(report, "wasxfail"):
            return None
        if report.when != "call":
            return UNCOUNTED if report.passed and not report.sections else None
        if report.failed and told.get("outcome") in ("error", "unscored"):
            return "error", "E", "ERROR"
        grade = told.get("grade")
        if grade not in LETTERS or not (report.passed or report.failed):  # others have outcomes of their own: "rerun"
            return None
        outcome, colour = ("passed", "green") if report.passed else ("failed", "red")
        return outcome, LETTERS[grade], (f"{outcome.upper()} {grade}", {colour: True})

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Sum up the run; one or two lines with ``-q`` and ``--no-summary``."""
        if not self._desk.is_open:
            self._tell_of_skipped(terminalreporter)
            return
        verbosity = self._config.option.verbose
        brief = verbosity < 0 or self._config.getoption("no_summary", False)
        if not brief:
            terminalreporter.write_sep("=", TITLE)
        lines = summary_lines(
            self._in_order(),
            width=width(self._config),
            verbosity=-1 if brief else verbosity,
            wall_s=self._desk.seconds,
            log=self._desk.shown_path,
            ascii_only=ascii_only(self._config),
        )
        write(terminalreporter, lines)
        self._tell_of_judges(terminalreporter, brief=brief)
        self._tell_of_served(terminalreporter, brief=brief)
        self._tell_of_not_asked(terminalreporter, brief=brief)
        self._tell_of_recovered(terminalreporter)

    def _in_order(self) -> list[Summary]:
        """Return the summaries in the order in which the user named the models, whoever was done first."""
        named = self._desk.collected.models
        return sorted(
            self._desk.summaries, key=lambda one: named.index(one.model) if one.model in named else len(named)
        )

    def _tell_of_judges(self, terminal: pytest.TerminalReporter, *, brief: bool) -> None:
        allowed = self._config.stash[SETTINGS].allow_uncalibrated_judge
        try:
            told = trust_lines(self._desk.trust, log=self._desk.shown_path, brief=brief, allowed=allowed)
        except RunLogError as error:
            told = [line(Segment(f"  judges              {error}", ("red",)))]
        if not brief:
            told += favour_lines(self._desk.judges.favours.figures(), ascii_only=ascii_only(self._config))
        write(terminal, in_ascii(told) if ascii_only(self._config) else told)

    def _tell_of_served(self, terminal: pytest.TerminalReporter, *, brief: bool) -> None:
        """Tell where one model was asked for and several answered; of fingerprints alone only where there is room."""
        mixes = ServedModels.of_all(summary.served for summary in self._desk.summaries).mixes()
        for told in served_sentences(mix for mix in mixes if mix.what == "served model" or not brief):
            shown = safe(f"llm-note: {told}", ascii_only=ascii_only(self._config), limit=1000)
            terminal.write_line(shown, yellow=True)

    def _tell_of_not_asked(self, terminal: pytest.TerminalReporter, *, brief: bool) -> None:
        for reason, times in self._desk.not_asked.most_common(MOST_REASONS):
            label = "not asked: " if brief else "  not asked           "
            terminal.write_line(f"{label}{times:,} of {self._desk.collected.trials:,}, {reason}", yellow=True)
        more = self._desk.not_asked.total() - sum(n for _, n in self._desk.not_asked.most_common(MOST_REASONS))
        if more:
            terminal.write_line(f"{'' if brief else '  '}… {more:,} more for other reasons, see -rs", yellow=True)

    def _tell_of_recovered(self, terminal: pytest.TerminalReporter) -> None:
        """Name the known failures that no longer fail, unless a gate does so for each model."""
        found = self._desk.quarantine.recovered
        if found and not self._config.pluginmanager.has_plugin("llm_eval_gate"):
            told = safe(named(found), ascii_only=ascii_only(self._config), limit=1000)
            terminal.write_line(f"llm-note: {told}: right again, take it out of quarantine", yellow=True)

    def _tell_of_skipped(self, terminal: pytest.TerminalReporter) -> None:
        skipped = sum(NO_MODEL in str(report.longrepr) for report in terminal.stats.get("skipped", ()))
        if skipped:
            terminal.write_line(f"{TITLE}: {skipped} skipped, {NO_MODEL}", yellow=True)


def _counted(told: Mapping[str, str]) -> tuple[str, str, tuple[str, Mapping[str, bool]]]:
    """Return the status of a failure that a gate decides about."""
    if told.get("outcome") in ("error", "unscored"):
        return "unscored", "E", ("UNSCORED", {"yellow": True})
    grade = told.get("grade") or "failed"
    return "counted", LETTERS.get(grade, "F"), (f"COUNTED {grade}", {"red": True})


def write(terminal: pytest.TerminalReporter, lines: Iterable[Line]) -> None:
    """Print lines in their styles."""
    for one in lines:
        for segment in one.segments:
            terminal.write(segment.text, **dict.fromkeys(segment.styles, True))
        terminal.write_line("")


def width(config: pytest.Config) -> int:
    """Return the columns of the terminal."""
    return config.get_terminal_writer().fullwidth


def ascii_only(config: pytest.Config) -> bool:
    """Tell whether the terminal's encoding has no more than ASCII for sure."""
    encoding = getattr(config.get_terminal_writer()._file, "encoding", None) or "utf-8"
    return "utf" not in encoding.lower()
