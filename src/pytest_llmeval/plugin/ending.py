"""Ending a run before its time, with the same exit status in one process and with xdist."""

from __future__ import annotations

import pytest


class EndsAsFailed:
    """Lives in an xdist controller once a run is ended: xdist calls that an interruption, pytest alone a failure."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the session the exit status that it has in one process."""
        if session.exitstatus == pytest.ExitCode.INTERRUPTED:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def end_run(config: pytest.Config, reason: str) -> None:
    """Let no further test begin.

    Args:
        config: Of the only process, or of the xdist controller.
        reason: Why, as the last line tells it.
    """
    plugins = config.pluginmanager
    controller = plugins.getplugin("dsession")
    if controller is None:
        plugins.getplugin("session").shouldfail = reason
        return
    controller.shouldstop = reason  # xdist's own loop looks at this alone
    if not plugins.has_plugin("llm_eval_ends_as_failed"):
        plugins.register(EndsAsFailed(), "llm_eval_ends_as_failed")


def end_at_once(config: pytest.Config) -> None:
    """Let not even the test that is about to run begin, where the run was ended; xdist's own loop does so by itself.

    Args:
        config: Of the only process, or of the xdist controller.

    Raises:
        pytest.Session.Failed: Where it was ended.
    """
    session = config.pluginmanager.getplugin("session")
    if session is not None and session.shouldfail:
        raise session.Failed(session.shouldfail)
