"""What is kept of those who graded a run: calibrations of its judges, and checks of its graders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pytest_llmeval.analysis.judges.judge_trust import JudgesInRun, Trust, trust_in
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.baselines import folder_near
from pytest_llmeval.runs.calibrations import read_calibrations
from pytest_llmeval.runs.grader_checks import KeptCheck, read_checks
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.record import Record


@dataclass(frozen=True, slots=True)
class KnownGraders:
    """Whether those who graded may be believed."""

    judges: tuple[Trust, ...] = ()
    over_limit: tuple[KeptCheck, ...] = ()
    """Checks of graders that had a part in the run and get too much wrong."""
    fault: str | None = None
    """Why what is kept cannot be read; then nothing else is known."""


@dataclass(slots=True)
class _Seen:
    """Who graded one model in one run."""

    judges: JudgesInRun = field(default_factory=JudgesInRun)
    graders: set[str | None] = field(default_factory=set)


class GradersSeen:
    """Who graded what, by run and model; fed record by record."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str | None, str | None], _Seen] = {}
        self._models: dict[tuple[str, str | None, str | None], str] = {}

    def add(self, record: Record) -> None:
        """Take in one more record of any run."""
        place = (record.run_id, record.provider, record.model)
        seen = self._seen.get(place)
        if seen is None:
            seen, self._models[place] = self._seen.setdefault(place, _Seen()), model_of(record)
        seen.graders.add(record.grader)
        for score in record.scores:
            seen.graders.add(score.grader)
        if record.judge is not None:
            seen.judges.add(record)

    def known(self, run_id: str, log: Path) -> dict[str, KnownGraders]:
        """Look up, for each model of a run, what is kept near its log of those who graded it.

        Args:
            run_id: The run.
            log: Kept is what lies in the nearest folder upward that has something of judges and graders.
        """
        folder = folder_near(log.resolve().parent, FOLDER)
        return {self._models[place]: _known(seen, folder) for place, seen in self._seen.items() if place[0] == run_id}


def _known(seen: _Seen, folder: Path) -> KnownGraders:
    try:
        calibrations = read_calibrations(folder, [use.hash for use in seen.judges])
        checks = read_checks(folder)
    except RunLogError as error:
        return KnownGraders(fault=str(error))
    bad = tuple(check for name, check in checks.items() if name in seen.graders and not check.holds)
    return KnownGraders(trust_in(seen.judges, calibrations), bad)
