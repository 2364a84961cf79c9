"""Ending a run whose answers are far worse than the baseline's: the rule ``stop_at_drop``."""

from __future__ import annotations

import pytest

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.gating.drop_alarm import DropAlarm
from pytest_llmeval.plugin.baseline import match_baseline
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.ending import end_run
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.runs.record import Record


class AlarmBell:
    """Lives where the desk lives, and hears of every record that is written.

    Args:
        config: Of the only process, or of the xdist controller.
        baseline: Its name or path.
        points: How large a drop ends the run.
        desk: Knows which models are asked.
        counts_flagged: Whether contaminated entries count all the same.
    """

    def __init__(
        self, config: pytest.Config, baseline: str, points: float, desk: Desk, *, counts_flagged: bool = False
    ) -> None:
        self._counts_flagged = counts_flagged
        self._config, self._baseline, self._points, self._desk = config, baseline, points, desk
        self._alarm: DropAlarm | None = None

    @property
    def reason(self) -> str | None:
        """Why the run was ended; None where it was not."""
        return None if self._alarm is None else self._alarm.reason

    def hear(self, record: Record) -> None:
        """Take in one more record; end the run where the alarm rings."""
        if self._alarm is None:  # the baseline is read once there is something to hold against it
            self._alarm = DropAlarm(
                self._bases(),
                self._points,
                functions=self._desk.collected.functions,
                counts_flagged=self._counts_flagged,
            )
        if self._alarm.add(record):
            end_run(self._config, f"stop_at_drop: {self._alarm.reason}")

    def _bases(self) -> dict[str, Side]:
        new = {model: Side(self._desk.path, model) for model in self._desk.collected.models}
        matches = match_baseline(self._config, self._baseline, new, self._desk.shown_path)
        return {model: base for model, (base, _) in matches.sides.items()}


def alarm_bell(config: pytest.Config, settings: Settings, desk: Desk) -> AlarmBell | None:
    """Hang the bell up where a rule asks for it."""
    points = next((rule.limit for rule in settings.rules if rule.kind == "stop_at_drop"), None)
    if points is None or settings.baseline is None:
        return None
    bell = AlarmBell(config, settings.baseline, points, desk, counts_flagged=settings.counts_flagged)
    desk.listeners.append(bell.hear)
    return bell
