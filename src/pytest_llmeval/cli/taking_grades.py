"""Grades that come from a file: rows that a person or program wrote, or another copy of the run with its votes."""

from __future__ import annotations

import argparse

from pytest_llmeval.analysis.people.grading_queue import disagreed
from pytest_llmeval.cli.by_hand import rubric_in
from pytest_llmeval.cli.printing import only_torn
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.runs.graded_log import GradedLog
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.vote_file import counting_votes, new_votes, superseded, votes_in_file
from pytest_llmeval.runs.votes_of_log import is_run_log, votes_of_log
from pytest_llmeval.safe_text import one_line

_ASKING = ("sample", "order", "baseline", "blind", "seed", "benchmark", "again")
"""Options that say what a person is asked, and how."""
_OF_ROWS = ("rubric", "require_notes", "only")
"""Options that say how rows become votes; those of a log are votes already."""


def check_options(given: argparse.Namespace) -> None:
    """Refuse what has no effect where grades are taken from a file.

    Raises:
        ConfigurationError: Names the first such option.
    """
    for name in _ASKING:
        value = getattr(given, name)
        if value is not None and value is not False:
            raise ConfigurationError(f"--{name} is about what is asked, and --answers asks nothing; leave it out")
    if given.only not in (None, "disagreed"):
        raise ConfigurationError(f"--only {given.only} chooses what is asked, and --answers asks nothing; leave it out")


def take_grades(log: GradedLog, given: argparse.Namespace, rater: str) -> str:
    """Take the grades of a file into the log, and tell what came of it."""
    return _from_log(log, given, rater) if is_run_log(given.answers) else _from_rows(log, given, rater)


def _from_rows(log: GradedLog, given: argparse.Namespace, rater: str) -> str:
    told = votes_in_file(
        given.answers,
        log.trials,
        rater=rater,
        timestamp=utc_timestamp(),
        rubric=rubric_in(given.rubric),
        needs_notes=given.require_notes,
        settles=disagreed if given.only == "disagreed" else None,
    )
    found = new_votes(told, log.trials)
    for one in found:
        log.vote(one.number, one.vote)
    if found:
        log.save()
    taken = f"{counted(len(found), 'new grade')} taken from {given.answers} into {log.path}"
    return taken + superseded(len(told) - len(counting_votes(told)))


def _from_log(log: GradedLog, given: argparse.Namespace, rater: str) -> str:
    for name in _OF_ROWS:
        if getattr(given, name):
            flag = name.replace("_", "-")
            raise ConfigurationError(f"--{flag} is about rows of grades; {given.answers} is a run log: leave it out")
    if given.answers.resolve() == given.log.resolve():
        raise ConfigurationError(f"--answers {given.answers} is the run itself; name a copy that somebody graded")
    whose = None if given.rater is None else rater
    found = votes_of_log(given.answers, log.trials, rater=whose, timestamp=utc_timestamp(), on_torn=only_torn)
    for one in found.new:
        log.vote_in_its_time(one.number, one.vote)
    if found.new:
        log.save()
    raters = ", ".join(dict.fromkeys(one_line(one.vote.rater) for one in found.new))
    taken = counted(len(found.new), "new vote") + (f" of {raters}" if raters else "")
    left_out = f"; {counted(found.elsewhere, 'vote')} on answers it lacks left out" if found.elsewhere else ""
    return f"{taken} taken from {given.answers} into {log.path}{left_out}"
