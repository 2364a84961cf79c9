"""What is kept of those who graded a run: calibrations of its judges, and checks of its graders."""

from __future__ import annotations

from dataclasses import dataclass
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


class GradersSeen:
    """Who graded what, by run and model; fed record by record."""

    def __init__(self) -> None:
        self._judges: dict[tuple[str, str], JudgesInRun] = {}
        self._graders: dict[tuple[str, str], set[str]] = {}

    def add(self, record: Record) -> None:
        """Take in one more record of any run."""
        place = (record.run_id, model_of(record))
        graders = self._graders.get(place)
        if graders is None:
            graders, self._judges[place] = self._graders.setdefault(place, set()), JudgesInRun()
        if record.grader is not None:
            graders.add(record.grader)
        graders.update([score.grader for score in record.scores])
        self._judges[place].add(record)

    def known(self, run_id: str, log: Path) -> dict[str, KnownGraders]:
        """Look up, for each model of a run, what is kept near its log of those who graded it.

        Args:
            run_id: The run.
            log: Kept is what lies in the nearest folder upward that has something of judges and graders.
        """
        folder = folder_near(log.resolve().parent, FOLDER)
        return {model: self._of(place, folder) for place in self._judges for run, model in [place] if run == run_id}

    def _of(self, place: tuple[str, str], folder: Path) -> KnownGraders:
        judges, graders = self._judges[place], self._graders[place]
        try:
            calibrations = read_calibrations(folder, [use.hash for use in judges])
            checks = read_checks(folder)
        except RunLogError as error:
            return KnownGraders(fault=str(error))
        bad = tuple(check for name, check in checks.items() if name in graders and not check.holds)
        return KnownGraders(trust_in(judges, calibrations), bad)
