"""`pytest-llmeval pairwise`: judges say which of two runs, or two models of one run, answers better."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from pytest_llmeval.analysis.judges.answer_pairs import answer_pairs
from pytest_llmeval.analysis.judges.judgement import judgement_of
from pytest_llmeval.cli.asking import declare_asking, judges_asked
from pytest_llmeval.cli.numbers import whole
from pytest_llmeval.cli.pairwise_session import judge_all, tasks_of
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.cli.run_entries import entries_of
from pytest_llmeval.grading.judge.families import self_preference_warning
from pytest_llmeval.redaction import secrets_in
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.preference_lines import preference_lines, preference_values
from pytest_llmeval.runs.log_names import log_stem
from pytest_llmeval.runs.preference_log import preference_log

NOT_WHOLE = 3

EPILOG = """\
Each judge is asked twice about each pair, every answer once in the first place; where the two
do not agree, it is a tie.
Each pair is written down as soon as it is judged: the same command goes on with what is missing.

exit status: 0 every pair was judged; 2 misuse; 3 some pairs have no verdict
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("base", metavar="BASE", type=Path, help="run log to compare against")
    parser.add_argument("new", metavar="NEW", type=Path, nargs="?", help="run log to judge; else two models of BASE")
    parser.add_argument(
        "--judge", metavar="PROVIDER:MODEL", action="append", required=True, help="who judges; repeat it for a panel"
    )
    parser.add_argument("--model", metavar="NAME", help="this model of NEW, where a log has several")
    parser.add_argument("--base-model", metavar="NAME", help="this model of BASE")
    parser.add_argument("--benchmark", metavar="FILE", type=Path, help="gold answers (default: as the sidecar says)")
    parser.add_argument("--sample", metavar="N", type=whole(), help="only so many pairs, the same every time")
    parser.add_argument("--output", metavar="FILE", type=Path, help="where opinions are kept (default: beside NEW)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="name every pair")
    declare_asking(parser)


def run(given: argparse.Namespace) -> int:
    """Judge what is not judged yet, print, and return 0 or 3."""
    pairs = answer_pairs(given.base, given.new, model=given.model, base_model=given.base_model)
    warning = self_preference_warning((pairs.base, pairs.new), given.judge)
    if warning:
        note(warning.replace("--llm-judge-model", "--judge"))
    output = given.output or _output_beside(given.base, given.new)
    with judges_asked(given, given.judge) as desk:
        entries = {entry.id: entry for entry in entries_of(given.base, given.benchmark)}
        with preference_log(output, secrets_in(os.environ)) as log:  # made last: what cannot be begun leaves none
            if not entries:
                note("no gold answers: name the benchmark with --benchmark FILE")
            tasks = list(tasks_of(pairs, entries, desk, given.sample))
            judge_all(tasks, pairs, desk, log)
            lines = [log.lines[task.key] for task in tasks if task.key in log.lines]
    judgement = judgement_of(pairs, lines, tasks=len(tasks))
    if given.json:
        write([json.dumps({**preference_values(judgement), "output": str(output)}, indent=2)])
    else:
        screen = screen_of(sys.stdout, verbosity=given.verbose)
        write_lines(preference_lines(judgement, screen, output), sys.stdout, ascii_only=screen.ascii_only)
    return 0 if judgement.is_whole else NOT_WHOLE


def _output_beside(base: Path, new: Path | None) -> Path:
    stems = [log_stem(path) for path in (base, new or base)]
    name = f"{stems[1]}-against-{stems[0]}" if new else stems[0]
    return (new or base).with_name(f"{name}.pairwise.ndjson")
