"""How failed evals are shown: the verdict and the user's own line, built without reading sources over and over.

Pytest's long tracebacks parse the test file anew for every failure, which costs milliseconds each; in evals failures
are the normal case. An explicit ``--tb=long``, ``--tb=native``, ``--showlocals`` or ``--full-trace`` gets pytest's own.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterator
from types import FrameType, TracebackType

import pytest
from _pytest._code.code import ReprEntry, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from pytest_llmeval.errors import (
    BudgetExhausted,
    CacheMiss,
    ConfigurationError,
    NotReplayable,
    OverBudget,
    ProviderError,
    UnscoredError,
    UnsupportedByProvider,
)
from pytest_llmeval.grading.assertions import EvalAssertionError

ONE_LINE = (ProviderError, UnsupportedByProvider, UnscoredError, CacheMiss, ConfigurationError)
"""Errors that say all there is to say; a traceback through our own code would say less."""
NOT_ASKED = (BudgetExhausted, NotReplayable)
"""What keeps a trial from being asked at all; its test is skipped with that reason, and no traceback is shown."""
OWN_STYLES = ("auto", "short", "line", "no")


class ShortFailures:
    """Makes the reports of failed assertion helpers and of broken providers; every other report is pytest's."""

    def __init__(self, config: pytest.Config) -> None:
        style = config.getoption("tbstyle", "auto")  # declared by pytest's terminal, which can be switched off
        more = config.getoption("showlocals", False) or config.getoption("fulltrace", False)
        self._on = style in OWN_STYLES and not more
        self._style = "short" if style == "short" else "long"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Make the report where the failure is of our kind."""
        if call.excinfo is None or item.config.getoption("usepdb", False):
            return None
        error = call.excinfo.value
        if isinstance(error, NOT_ASKED):  # a budget that is used up may leave thousands of them
            return _report(item, call, _one_line(error, item))
        if isinstance(error, OverBudget):
            return _report(item, call, _one_line(error, item), when="call")
        if not self._on:
            return None
        if isinstance(error, EvalAssertionError):
            lines = _user_lines(error.__traceback__, str(item.path))
            return _report(item, call, _with_lines(error, lines, item, self._style))
        if isinstance(error, ONE_LINE):
            return _report(item, call, _one_line(error, item))
        return None


def _report(
    item: pytest.Item, call: pytest.CallInfo[None], shown: ReprExceptionInfo, when: str | None = None
) -> pytest.TestReport:
    """Make a report; of a failure in the answer's fixture one that pytest does not take for an error.

    Args:
        item: Whose it is.
        call: The phase.
        shown: What to show.
        when: The phase to name in place of the call's own.
    """
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome="failed",
        longrepr=shown,
        when=when or call.when,  # type: ignore[arg-type]  # items have no phase "collect"
        sections=[(f"Captured {key} {when}", text) for when, key, text in item._report_sections],
        duration=call.duration,
        start=call.start,
        stop=call.stop,
        user_properties=item.user_properties,
    )


def _user_lines(trace: TracebackType | None, test_file: str) -> list[tuple[FrameType, int]]:
    """Return the frames from the test down to our helper: the test itself, and helpers of the user's own."""
    frames = [(one.tb_frame, one.tb_lineno) for one in _links(trace)]
    while len(frames) > 1 and frames[0][0].f_code.co_filename != test_file:
        del frames[0]
    return [frame for frame in frames if not _is_ours(frame[0])]


def _links(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("pytest_llmeval.")


def _with_lines(
    error: Exception, lines: list[tuple[FrameType, int]], item: pytest.Item, style: str
) -> ReprExceptionInfo:
    said = str(error).splitlines() or [""]
    shown = [f"E   {line}" if line else "E" for line in said]
    entries = []
    for number, (frame, line) in enumerate(lines, 1):
        path = frame.f_code.co_filename
        source = [("    " if style == "short" else ">       ") + linecache.getline(path, line).strip()]
        place = ReprFileLocation(_relative(path, item), line, "AssertionError" if number == len(lines) else "")
        entries.append(ReprEntry([*source, *(shown if number == len(lines) else [])], None, None, place, style))  # type: ignore[arg-type]
    crash_path, crash_line = (lines[-1][0].f_code.co_filename, lines[-1][1]) if lines else (str(item.path), 0)
    crash = ReprFileLocation(str(crash_path), crash_line, said[0])
    return ReprExceptionInfo(ReprTraceback(entries, None, style), crash)  # type: ignore[arg-type]


def _one_line(error: Exception, item: pytest.Item) -> ReprExceptionInfo:
    said = " ".join(str(error).split())
    entry = ReprEntry([f"E   {said}"], None, None, None, "long")
    return ReprExceptionInfo(ReprTraceback([entry], None, "long"), ReprFileLocation(str(item.path), 0, said))


def _relative(path: str, item: pytest.Item) -> str:
    try:
        return os.path.relpath(path, item.config.invocation_params.dir)
    except ValueError:  # another drive
        return path
