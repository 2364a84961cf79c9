"""`pytest-llmeval check-judge`: try a judge with answers of known worth before it is believed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.judges.dressed_answers import cases_of_run
from pytest_llmeval.analysis.judges.judge_checks import JudgeCheck, Tried, judge_check
from pytest_llmeval.cli.asking import JudgeDesk, declare_asking, judges_asked, tell_spent
from pytest_llmeval.cli.numbers import share, whole
from pytest_llmeval.cli.printing import write
from pytest_llmeval.cli.progress import Progress
from pytest_llmeval.cli.run_entries import entries_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.judge.asking import ask_judges, side_by_side
from pytest_llmeval.grading.judge.battery import Case, builtin_cases, cases_in
from pytest_llmeval.grading.judge.pairwise import Text, ask_both_orders, pairwise_hash
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import make_prompt
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.rubric_file import read_rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.models.answer import Answer, Call
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.judge_check_lines import judge_check_lines, judge_check_values
from pytest_llmeval.reports.lines import line

WEAK = 1
Trying = Callable[[Judge, Case, dict[str, Any]], Coroutine[Any, Any, Tried]]

EPILOG = """\
The judge grades both answers of each case by the default rubric, or by that of --rubric, whose examples it sees and
whose hash is told, as in a run; with --pairwise, which takes no rubric, it says which is better, in both orders. The
kinds: confident_wrong, non_proof, fake_citations, length, formatting and injection try its biases; close_call has
answers that fail one key requirement only; easy is what any judge gets right. With --run the kind is same_content.

exit status: 0 each kind reaches --min-passed; 1 one does not; 2 misuse
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("judge", metavar="PROVIDER:MODEL", nargs="+", help="who is tried")
    parser.add_argument("--cases", metavar="FILE", type=Path, help="JSONL cases of your own in place of the built-in")
    parser.add_argument(
        "--run",
        metavar="LOG",
        type=Path,
        dest="log",
        help="its answers that have markup, each against itself as prose",
    )
    parser.add_argument("--benchmark", metavar="FILE", type=Path, help="gold answers (default: as the sidecar says)")
    parser.add_argument(
        "--rubric", metavar="FILE", type=Path, help="what it grades by (YAML or JSON; default: four levels)"
    )
    parser.add_argument("--pairwise", action="store_true", help="try it as a pairwise judge")
    parser.add_argument("--repeats", metavar="N", type=whole(), default=1, help="ask so often (default: 1)")
    parser.add_argument("--min-passed", metavar="X", type=share, default=0.8, help="of each kind (default: 0.8)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="name every case that was not passed")
    declare_asking(parser)


def run(given: argparse.Namespace) -> int:
    """Try the judges; 0 where each kind reaches the share that is wanted, else 1."""
    cases, rubric = _cases(given), _rubric(given)
    with judges_asked(given, given.judge) as desk:
        found = _tried(cases, desk, repeats=given.repeats, rubric=rubric)
    if given.json:
        write([json.dumps({"judges": [judge_check_values(one) for one in found]}, indent=2)])
    else:
        _print(found, given)
    return WEAK if any(one.weak(given.min_passed) for one in found) else 0


def _cases(given: argparse.Namespace) -> tuple[Case, ...]:
    if given.log is None:
        if given.benchmark is not None:
            raise ConfigurationError("--benchmark gives the gold answers of a run; name it with --run")
        return builtin_cases() if given.cases is None else cases_in(given.cases)
    if given.cases is not None:
        raise ConfigurationError("--run and --cases cannot go together; try the judge twice")
    return cases_of_run(given.log, {entry.id: entry for entry in entries_of(given.log, given.benchmark)})


def _rubric(given: argparse.Namespace) -> Rubric | None:
    """Return what single answers are graded by; None where pairs are compared."""
    if given.pairwise and given.rubric is not None:
        raise ConfigurationError("--rubric grades answers one by one, --pairwise compares two; leave one of them out")
    if given.pairwise:
        return None
    return Rubric() if given.rubric is None else read_rubric(given.rubric)


def _print(found: Sequence[JudgeCheck], given: argparse.Namespace) -> None:
    screen = screen_of(sys.stdout, verbosity=given.verbose)
    for number, one in enumerate(found):
        lines = [*([line()] if number else []), *judge_check_lines(one, screen, given.min_passed)]
        write_lines(lines, sys.stdout, ascii_only=screen.ascii_only)


def _tried(cases: Sequence[Case], desk: JudgeDesk, *, repeats: int, rubric: Rubric | None) -> list[JudgeCheck]:
    progress = Progress("check-judge", len(cases) * repeats * len(desk.models))
    calls: list[Call] = []
    trying: Trying = _in_pairs if rubric is None else partial(_by_levels, rubric)

    async def one(model: ModelName, case: Case, sample: int) -> Tried:
        found = await trying(desk.judge(model, calls.append, sample=sample), case, desk.params)
        progress.step()
        return found

    async def all_of(model: ModelName) -> list[Tried]:
        return await side_by_side([one(model, case, sample) for sample in range(1, repeats + 1) for case in cases])

    async def work() -> list[list[Tried]]:
        return await side_by_side([all_of(model) for model in desk.models])

    try:
        found = desk.loop.run(work())
    finally:
        progress.end()
    tell_spent(calls)
    hashes = [_hash(desk, model, rubric) for model in desk.models]
    return [judge_check(str(model), h, tried) for model, h, tried in zip(desk.models, hashes, found, strict=True)]


def _hash(desk: JudgeDesk, model: ModelName, rubric: Rubric | None) -> str:
    judge = desk.judge(model, lambda _: None)
    if rubric is None:
        return pairwise_hash(judge, desk.params)
    return RubricJudge(rubric, params=desk.params).signature([judge]).hash


async def _by_levels(rubric: Rubric, judge: Judge, case: Case, params: dict[str, Any]) -> Tried:
    prompts = [make_prompt(case.entry, Answer(text), rubric) for text in (case.better, case.worse)]
    votes = await side_by_side([ask_judges([judge], prompt, rubric, params) for prompt in prompts])
    better, worse = (vote.verdict.level if vote.verdict else None for (vote,) in votes)
    fault = next((vote.fault for (vote,) in votes if vote.fault), "")
    return Tried(case, case.passed_by_levels(better, worse), (better, worse), fault)


async def _in_pairs(judge: Judge, case: Case, params: dict[str, Any]) -> Tried:
    said = await ask_both_orders(judge, case.entry, Text(case.better), Text(case.worse), params=params)
    first, second = (one.verdict.better if one.verdict else None for one in (said.a_first, said.b_first))
    return Tried(case, case.passed_in_pairs(first, second), (first, second), said.a_first.fault or said.b_first.fault)
