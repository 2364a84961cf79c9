"""`pytest-llmeval calibrate`: hold the judges of a run against people, and keep what came of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_llmeval.analysis.judges.calibrating import calibration_of
from pytest_llmeval.analysis.judges.judge_ceiling import Solvers, ceilings_of
from pytest_llmeval.analysis.judges.judge_labels import Labels, labels_of
from pytest_llmeval.analysis.judges.judge_repeats import GradingsOfRun, repeatability_of
from pytest_llmeval.cli.numbers import share, whole
from pytest_llmeval.cli.printing import note, only_torn, write
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.calibration_lines import calibration_lines
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.lines import line
from pytest_llmeval.runs.calibrations import (
    Calibration,
    Ceiling,
    Limits,
    Repeatability,
    read_calibration,
    write_calibration,
)
from pytest_llmeval.runs.graded_trial import GradedTrial, read_trials
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.kept_findings import FOLDER
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.vote_file import votes_in_file
from pytest_llmeval.runs.votes_of_log import is_run_log

NOT_CALIBRATED = 1
DEFAULTS = Limits()

EPILOG = """\
Labels are lines of question_id and grade (JSONL or CSV; model and sample where one id has several answers), or the
grades given with pytest-llmeval grade. Each judge of the run gets a file named after its hash: models, parameters,
rubric and prompt together. Another hash is another judge. With --solver each category is marked in which the judge
solves fewer entries than the model it grades, on the same entries where both answered them. For --again grade the same
answers anew: pytest --llm-replay=RUN --llm-cache=off.

exit status: 0 every judge reaches the limits; 1 one does not; 2 misuse
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("log", metavar="RUN", type=Path, help="a log whose answers were judged")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="what people said (default: the votes in RUN)")
    parser.add_argument("--rater", metavar="NAME", default="people", help="who labelled, where the file does not say")
    parser.add_argument("--judges", metavar="DIR", type=Path, help=f"where it is kept (default: {FOLDER})")
    parser.add_argument(
        "--solver",
        metavar="RUN",
        type=Path,
        action="append",
        default=[],
        help="a log in which the judge itself answered and rules graded: what it solves less of than the model it "
        "grades is beyond it, and gates nothing (repeatable)",
    )
    parser.add_argument(
        "--again",
        metavar="RUN",
        type=Path,
        action="append",
        default=[],
        help="a replay of RUN, in which the judge graded the same answers once more: how often it says another level "
        "is noise, and no gate calls less a drop (repeatable)",
    )
    for name, kind, least, what in (
        ("n", whole(), DEFAULTS.least_n, "answers"),
        ("agreement", share, DEFAULTS.least_agreement, "share of the same level"),
        ("kappa", share, DEFAULTS.least_kappa, "weighted kappa"),
    ):
        parser.add_argument(f"--min-{name}", metavar="X", type=kind, default=least, help=f"{what} (default: {least:g})")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (default: 0)")
    parser.add_argument("--json", action="store_true", help="all figures, unrounded")


def run(given: argparse.Namespace) -> int:
    """Calibrate; 0 where every judge may be believed, 1 where one may not."""
    limits = Limits(least_n=given.min_n, least_agreement=given.min_agreement, least_kappa=given.min_kappa)
    trials = list(read_trials(given.log, on_torn=only_torn, on_replaced=note))
    labels = _labels(given, trials)
    folder = given.judges or default_folder(given.log)
    known = {judge.hash: _before(folder, judge.hash) for judge in labels.judges}
    ceilings, repeats = _ceilings(given, labels, known), _repeats(given, labels, known)
    found = [
        calibration_of(
            judge, labels, run=given.log.name, timestamp=utc_timestamp(), limits=limits, seed=given.seed
        ).model_copy(update={"ceilings": ceilings[judge.hash], "repeatability": repeats[judge.hash]})
        for judge in labels.judges
    ]
    _print(found, [write_calibration(folder, one) for one in found], as_json=given.json)
    if labels.unjudged:
        told = counted(labels.unjudged, "label is on an answer", "labels are on answers")
        note(f"{told} that no judge was asked about")
    return 0 if all(one.calibrated for one in found) else NOT_CALIBRATED


def default_folder(log: Path) -> Path:
    """Return the folder of the project a log belongs to: beside ``llm-runs``, else in the working folder."""
    here = log.resolve().parent
    return (here.parent if here.name == "llm-runs" else Path.cwd()) / FOLDER


def _ceilings(
    given: argparse.Namespace, labels: Labels, known: Mapping[str, Calibration | None]
) -> dict[str, tuple[Ceiling, ...]]:
    """Hold each judge against the models it grades; without new logs what was found before stays true."""
    if not given.solver:
        return {name: () if one is None else one.ceilings for name, one in known.items()}
    paths = {os.path.realpath(path): path for path in (given.log, *given.solver)}
    solvers = Solvers()
    for path in paths.values():
        for record in iter_records(path):
            solvers.add(record)
    names = [path.name for path in paths.values()]
    return {
        judge.hash: ceilings_of(judge.model, solvers, runs=names, timestamp=utc_timestamp()) for judge in labels.judges
    }


def _repeats(
    given: argparse.Namespace, labels: Labels, known: Mapping[str, Calibration | None]
) -> dict[str, Repeatability | None]:
    """Hold each judge against itself; without replays what was found before stays true."""
    if not given.again:
        return {name: None if one is None else one.repeatability for name, one in known.items()}
    first, again = _gradings(given.log), [_gradings(path, again=True) for path in given.again]
    return {
        judge.hash: repeatability_of(judge.hash, first, again, timestamp=utc_timestamp()) for judge in labels.judges
    }


def _gradings(path: Path, *, again: bool = False) -> GradingsOfRun:
    found = GradingsOfRun(path, again=again)
    for record in iter_records(path, on_fault=only_torn):
        found.add(record)
    return found


def _before(folder: Path, judge_hash: str) -> Calibration | None:
    try:
        return read_calibration(folder, judge_hash)
    except RunLogError:
        return None  # what cannot be read is being replaced


def _labels(given: argparse.Namespace, trials: Sequence[GradedTrial]) -> Labels:
    votes = _votes(given, trials)
    if not votes:
        raise RunLogError(
            f"{given.log}: nobody has graded it by hand; name a file with --labels, or use pytest-llmeval grade"
        )
    labels = labels_of(trials, votes)
    if not labels.judges:
        raise RunLogError(f"{given.log}: no answer that people labelled was judged by a model; is this the right run?")
    return labels


def _votes(given: argparse.Namespace, trials: Sequence[GradedTrial]) -> Mapping[int, Sequence[Vote]]:
    if given.labels is None:
        return {number: trial.votes for number, trial in enumerate(trials) if trial.votes}
    # A log's own grades are the machine's: as labels they would agree with the judge on everything.
    if is_run_log(given.labels):
        told = f"is a run log, no file of labels; to use its grades by hand: calibrate {given.labels}"
        raise RunLogError(f"{given.labels}: {told}")
    found: dict[int, list[Vote]] = {}
    for one in votes_in_file(given.labels, trials, rater=given.rater, timestamp=utc_timestamp()):
        found.setdefault(one.number, []).append(one.vote)
    return found


def _print(found: Sequence[Calibration], paths: Sequence[Path], *, as_json: bool) -> None:
    if as_json:
        write([json.dumps({"judges": [one.model_dump(mode="json") for one in found]}, indent=2)])
        return
    screen = screen_of(sys.stdout)
    for number, (one, path) in enumerate(zip(found, paths, strict=True)):
        lines = [*([line()] if number else []), *calibration_lines(one, screen, path)]
        write_lines(lines, sys.stdout, ascii_only=screen.ascii_only)
