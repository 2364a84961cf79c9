"""`pytest-llmeval grade`: a person grades the answers of a run."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Collection
from pathlib import Path

from pytest_llmeval.analysis.people.grading_queue import ONLY, ORDERS
from pytest_llmeval.analysis.people.known_grades import check_rater
from pytest_llmeval.analysis.people.ratings import MACHINE
from pytest_llmeval.analysis.summaries import summaries_by_model
from pytest_llmeval.cli.by_hand import in_session, on_a_sheet
from pytest_llmeval.cli.known_grades import check_told, known_grades
from pytest_llmeval.cli.numbers import whole
from pytest_llmeval.cli.printing import note, only_torn
from pytest_llmeval.cli.taking_grades import check_options, take_grades
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.runs.graded_log import GradedLog, being_graded, check_there
from pytest_llmeval.safe_text import one_line

EPILOG = """\
Every grade is saved at once, and a session goes on where the last one ended. Keys are told on the screen.

examples:
  pytest-llmeval grade llm-runs/RUN.jsonl --blind --sample 50
  pytest-llmeval grade llm-runs/RUN.jsonl --only disagreed
  pytest-llmeval grade llm-runs/RUN.jsonl --export to-grade.html --blind
  pytest-llmeval grade llm-runs/RUN.jsonl --answers bens-copy-graded.jsonl
  pytest-llmeval grade llm-runs/RUN.jsonl --side-by-side gpt-4o-mini gpt-4o
  pytest-llmeval grade --side-by-side main.jsonl branch.jsonl
  pytest-llmeval grade --side-by-side main.jsonl branch.jsonl --result

exit status: 0 whenever the rater ends, 2 misuse, or a file cannot be used
"""


NO_TERMINAL = "grade needs a terminal; without one --export FILE writes a sheet, and --answers FILE takes the grades"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "log", metavar="RUN", type=Path, nargs="?", help="run log; grades go to RUN-graded.jsonl beside it"
    )
    parser.add_argument("--rater", metavar="NAME", help="who grades (default: the user)")
    parser.add_argument(
        "--benchmark", metavar="FILE", type=Path, help="gold answers (default: as the run's sidecar says)"
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="write the grades here instead")
    _declare_choice(parser.add_argument_group("which answers, and in what order"))
    _declare_grades(parser.add_argument_group("how they are graded"))
    _declare_files(parser.add_argument_group("without a terminal"))
    _declare_pairs(parser.add_argument_group("two answers beside each other"))


def _declare_choice(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--only", choices=ONLY, help="without any grade; with grades that differ; graded by a judge")
    group.add_argument(
        "--again",
        metavar="ID",
        action="append",
        help="this entry alone, though you have graded it: the new grade counts; may be repeated",
    )
    group.add_argument("--sample", metavar="N", type=whole(), help="so many, evenly over the grades the machine gave")
    group.add_argument(
        "--order",
        choices=ORDERS,
        help="as in the log; by lot; or the most doubtful first: what got worse since --baseline, what must pass, what "
        "people or judges differ on, what has no grade, then what scored closest to the middle "
        "(default: log, with --blind shuffled)",
    )
    group.add_argument(
        "--baseline", metavar="BASE", type=Path, help="run log, or name of a baseline, for --order doubtful"
    )
    group.add_argument("--seed", type=int, help="of sample and order (default: 0)")


def _declare_grades(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--blind", action="store_true", help="hide the models and shuffle")
    group.add_argument(
        "--rubric",
        metavar="FILE",
        type=Path,
        help="a rubric with dimensions (YAML or JSON): rate by its numbers, from which the grade follows",
    )
    group.add_argument(
        "--require-notes", action="store_true", help="take no grade below fully_correct without a note that says why"
    )
    group.add_argument(
        "--known",
        metavar="FILE",
        type=Path,
        help="right grades of some answers, as for --answers: those are asked among the others, unmarked, and the end "
        "tells how many the rater graded so",
    )


def _declare_files(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--export",
        metavar="FILE",
        type=Path,
        help="write what is left to grade as a table or page to fill in (.csv, .jsonl, .html), and ask nothing",
    )
    group.add_argument(
        "--answers",
        metavar="FILE",
        type=Path,
        help="take the grades from a JSONL or CSV file, such as a sheet that was filled in, with --only disagreed to "
        "settle what differs; or the votes from another graded copy of the run",
    )


def _declare_pairs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--side-by-side",
        metavar=("A", "B"),
        nargs=2,
        help="say which answer is better: of two models of RUN, or of two logs; blind",
    )
    group.add_argument("--result", action="store_true", help="with --side-by-side: what was chosen; ask nothing")
    group.add_argument("--json", action="store_true", help="with --side-by-side: the result as JSON")


def run(given: argparse.Namespace) -> int:
    """Grade; 0 whenever the rater ends, 2 where a file cannot be used."""
    rater = _rater(given.rater)
    if given.answers is not None:
        check_options(given)
    if given.side_by_side:
        return _side_by_side(given, rater)
    if given.result or given.json:
        raise ConfigurationError("--result and --json go with --side-by-side; summarize tells what grades come to")
    if given.log is None:
        raise ConfigurationError("grade needs a run log: pytest-llmeval grade RUN")
    check_there(given.log)
    if given.answers is not None and given.export is not None:
        raise ConfigurationError("--export writes a sheet, --answers reads one; name one of them")
    if given.answers is None and given.export is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(NO_TERMINAL)
    with being_graded(given.log, given.output, on_torn=only_torn, on_replaced=note, on_asked_again=note) as log:
        known = known_grades(given.known, log)
        told = _graded(log, given, rater, known)
        checked = check_rater(known, log.trials, rater)
        note(told)
        if given.known is not None and given.export is None:
            note(check_told(checked, rater))
        _save_sidecar(log)
    return 0


def _save_sidecar(log: GradedLog) -> None:
    """Write the sidecar beside the grades; they are saved, so that a fault of it is no more than a remark."""
    if not log.lacks_sidecar:  # of a large log its totals take longer than all the rest
        return
    try:
        log.save_sidecar(summaries_by_model(log.records()).totals())
    except RunLogError as error:
        note(f"no sidecar beside the grades: {error}")


def _graded(log: GradedLog, given: argparse.Namespace, rater: str, known: Collection[int]) -> str:
    if given.answers is not None:
        return take_grades(log, given, rater)
    return on_a_sheet(log, given, rater, known) if given.export is not None else in_session(log, given, rater, known)


def _side_by_side(given: argparse.Namespace, rater: str) -> int:
    from pytest_llmeval.cli.side_by_side import side_by_side

    if given.known is not None:
        raise ConfigurationError("--known are grades of answers one by one; leave it out with --side-by-side")
    if given.only is not None:
        raise ConfigurationError("--only chooses answers to grade one by one; leave it out with --side-by-side")
    if given.again:
        raise ConfigurationError("--again asks for grades again; leave it out with --side-by-side")
    if given.require_notes:
        raise ConfigurationError("--require-notes is about grades; leave it out with --side-by-side")
    return side_by_side(given, rater)


def _rater(name: str | None) -> str:
    try:
        rater = one_line(getpass.getuser() if name is None else name)
    except (KeyError, OSError):
        raise ConfigurationError("the user has no name here; say who grades with --rater NAME") from None
    if rater in ("", MACHINE):
        raise ConfigurationError(f"--rater must be the name of a person, got {rater!r}")
    return rater
