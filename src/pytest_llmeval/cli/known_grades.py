"""The known answers of a grading session: read from a file, and told at the end."""

from __future__ import annotations

from pathlib import Path

from pytest_llmeval.analysis.people.known_grades import RaterCheck
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.reports.figures import share_of
from pytest_llmeval.runs.graded_log import GradedLog
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.vote_file import votes_in_file
from pytest_llmeval.runs.votes_of_log import is_run_log

SHOWN = 5
"""Entries that are named."""


def known_grades(path: Path | None, log: GradedLog) -> dict[int, Level]:
    """Read the known grades, by the place of the trial in the log.

    Raises:
        RunLogError: With every fault of the file, such as a grade of no answer of the log; and for a run log.
    """
    if path is None:
        return {}
    if is_run_log(path):
        raise RunLogError(
            f"--known {path}: is a run log, whose grades may be a machine's; name lines of question_id, grade"
        )
    found = votes_in_file(path, log.trials, rater="known", timestamp=utc_timestamp())
    return {one.number: one.vote.grade for one in found}


def check_told(check: RaterCheck, rater: str) -> str:
    """Say in one line how a rater did on the known answers."""
    if not check.alike.n:
        return f"{rater} has graded no answer of known worth yet"
    named = ", ".join(check.otherwise[:SHOWN]) + (" and more" if len(check.otherwise) > SHOWN else "")
    told = f"of answers of known worth {rater} graded {share_of(check.alike)} as known"
    told += f"; otherwise: {named}" if named else ""
    return f"{told}; look at this rater's recent grades again" if check.is_doubtful else told
