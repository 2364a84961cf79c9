"""What checks of graders came to: one JSON file for each grader's id, beside the calibrations of judges."""

from __future__ import annotations

import shlex
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.runs.kept_findings import FORMAT_VERSION, Figure, Share, read_kept, write_kept

PREFIX = "grader-"


class GraderLimits(BaseModel):
    """What a grader may get wrong and still decide something."""

    model_config = ConfigDict(frozen=True, extra="allow")

    most_false_accepts: float = 0.0
    """Share of the wrong answers that it may accept, from 0 to 1."""
    most_false_rejects: float = 0.0
    """Share of the right answers that it may reject, from 0 to 1."""


class KeptCheck(BaseModel):
    """One grader, in one setting, over cases whose grade is known."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format_version: int = FORMAT_VERSION
    grader: str
    """Its id, as grades are signed with it; another id is another grader."""
    command: tuple[str, ...]
    """What checks it again."""
    timestamp: str
    n: int
    """Cases."""
    at_least: Level
    """The level from which an answer counted as accepted."""
    false_accepts: Share
    """Answers it accepts, of those that are wrong."""
    false_accept_rate: Figure
    false_rejects: Share
    """Answers it rejects, of those that are right."""
    false_reject_rate: Figure
    no_verdict: int = 0
    other_grade: int = 0
    limits: GraderLimits
    holds: bool
    """Whether it keeps to the limits, so that its grades may decide something."""
    reasons: tuple[str, ...] = ()
    """Why it does not."""

    @property
    def objection(self) -> str:
        """Say why its grades decide nothing, and what to do."""
        again = shlex.join(self.command)
        return f"{over_limit(self.grader)}: {'; '.join(self.reasons)}; mend it, or state another limit, with {again}"


def over_limit(grader: str) -> str:
    """Say in short why grades of a grader decide nothing."""
    return f"grader {grader} is over its limit"


def check_path(folder: Path, grader: str) -> Path:
    """Return where the check of a grader lies."""
    return folder / f"{PREFIX}{fingerprint(grader)}.json"


def write_check(folder: Path, check: KeptCheck) -> Path:
    """Write what a check came to, in place of an older one of the same grader, whole or not at all.

    Raises:
        RunLogError: Where it cannot be written.
    """
    return write_kept(check_path(folder, check.grader), check)


def read_checks(folder: Path) -> dict[str, KeptCheck]:
    """Return what is known of graders, by their id.

    Raises:
        RunLogError: Where a file cannot be read.
    """
    files = sorted(folder.glob(f"{PREFIX}*.json"))
    found = (read_kept(path, KeptCheck, "check of a grader", "check the grader anew") for path in files)
    return {one.grader: one for one in found if one is not None}
