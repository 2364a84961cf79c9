"""What a person is asked to grade, on a terminal or on a sheet to fill in."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from pytest_llmeval.analysis.people.doubt import RightBefore
from pytest_llmeval.analysis.people.grading_queue import Only, Order, Queue, grading_queue
from pytest_llmeval.cli.base_sides import base_sides
from pytest_llmeval.cli.printing import note
from pytest_llmeval.cli.run_entries import entries_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.rubric_file import read_rubric
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.rating_sheet import SAVED, SHEETS, Sheet
from pytest_llmeval.runs.graded_log import GradedLog
from pytest_llmeval.runs.trial_places import trial_ids
from pytest_llmeval.runs.whole_file import create_whole

NO_GOLD = "no gold answers: name the benchmark with --benchmark FILE"
_LACKS: Mapping[Only | None, str] = MappingProxyType(
    {
        None: "holds no answer",
        "ungraded": "holds no answer without a grade",
        "disagreed": "holds no answer with grades that differ",
        "judged": "holds no answer that a judge graded",
    }
)


def rubric_in(path: Path | None) -> Rubric | None:
    """Read the rubric that people rate by.

    Raises:
        ConfigurationError: Where it cannot be read, or has no dimensions: then the four levels are all there is to say.
    """
    if path is None:
        return None
    rubric = read_rubric(path)
    if not rubric.dimensions:
        raise ConfigurationError(f"{path}: has no dimensions to rate; without them leave --rubric out")
    return rubric


def in_session(log: GradedLog, given: argparse.Namespace, rater: str, known: Collection[int]) -> str:
    """Let a person grade on the terminal, and tell what came of it."""
    queue, rubric = _queue(log, given, rater, known), rubric_in(given.rubric)
    if not queue.todo:
        return _nothing_left(log, given, rater, queue)
    from pytest_llmeval.cli.grading_session import GradingSession
    from pytest_llmeval.cli.grading_terminal import grading_terminal

    entries = {entry.id: entry for entry in entries_of(given.log, given.benchmark)}
    with grading_terminal() as terminal:
        session = GradingSession(
            log,
            queue,
            terminal,
            rater=rater,
            entries=entries,
            blind=given.blind,
            settling=given.only == "disagreed",
            needs_notes=given.require_notes,
            rubric=rubric,
            message="" if entries else NO_GOLD,
        )
        with suppress(KeyboardInterrupt):  # as good as quitting: every grade is saved
            session.run()
    return f"{session.decided} graded, {session.left} left, in {log.path}"


def on_a_sheet(log: GradedLog, given: argparse.Namespace, rater: str, known: Collection[int]) -> str:
    """Write what is left to grade as a sheet to fill in, and tell the next command."""
    path: Path = given.export
    if path.suffix not in SHEETS:
        raise ConfigurationError(f"--export writes {', '.join(SHEETS)}; got {str(path)!r}")
    queue, rubric = _queue(log, given, rater, known), rubric_in(given.rubric)
    if not queue.todo:
        return _nothing_left(log, given, rater, queue)
    entries = {entry.id: entry for entry in entries_of(given.log, given.benchmark)}
    ids = trial_ids(trial.record for trial in log.trials)
    trials = {ids[number]: log.trials[number] for number in queue.todo}
    settling = given.only == "disagreed"
    sheet = Sheet.of(trials, entries, rubric, blind=given.blind, needs_notes=given.require_notes, shows_votes=settling)
    create_whole(path, sheet.written(path.suffix), like=[given.log])
    if not entries:
        note(NO_GOLD)
    return f"{figures.counted(len(queue.todo), 'answer')} to grade in {path}; once that is done: {_way_back(given)}"


def _way_back(given: argparse.Namespace) -> str:
    """Return the command that takes a filled sheet."""
    filled = SAVED if given.export.suffix == ".html" else given.export
    words = ["pytest-llmeval", "grade", given.log, "--answers", filled, "--rater", "NAME"]
    words += ["--only", "disagreed"] if given.only == "disagreed" else []
    words += ["--rubric", given.rubric] if given.rubric else []
    words += ["--require-notes"] if given.require_notes else []
    words += ["--output", given.output] if given.output else []
    return shlex.join(map(str, words))


def _nothing_left(log: GradedLog, given: argparse.Namespace, rater: str, queue: Queue) -> str:
    if queue.done:
        return f"nothing is left to grade for {rater} in {log.path}: {queue.done:,} graded"
    return f"nothing to grade: {given.log} {_LACKS[given.only]}"


def _queue(log: GradedLog, given: argparse.Namespace, rater: str, known: Collection[int]) -> Queue:
    again = given.again or ()
    unknown = set(again) - {trial.record.question_id for trial in log.trials}
    if unknown:
        raise ConfigurationError(f"--again {min(unknown)}: {given.log} has no such entry; name the id on its card")
    order: Order = given.order or ("shuffled" if given.blind else "log")
    return grading_queue(
        log.trials,
        rater=rater,
        only=given.only,
        sample=given.sample,
        seed=given.seed or 0,
        order=order,
        right_before=_right_before(given),
        also=known,
        again=again,
    )


def _right_before(given: argparse.Namespace) -> RightBefore | None:
    if given.baseline is None:
        return None
    if given.order != "doubtful":
        raise ConfigurationError("--baseline tells what got worse, for --order doubtful; add that")
    return RightBefore.in_sides(base_sides(given.baseline, near=given.log.parent).values())
