"""How often a comparison is wrong, and how often it finds what it says it can find: ``python -m benchmarks.power``.

Simulates pairs of runs, gives each to the same code as ``pytest-llmeval compare``, and counts the verdicts: first runs
between which nothing changed (a regression is then a false alarm), then runs that truly got worse by the size that the
first ones printed as the smallest they can detect.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial, trial_of
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.statistics.power import ALPHA, POWER
from pytest_llmeval.reports.figures import share_of
from pytest_llmeval.runs.record import Record

CATEGORIES = 4
LOWER = ("partially_correct", "unsupported", "wrong")

Column = Sequence[bool]


def columns(random: Random, entries: int, noise: float, drop: float) -> tuple[Column, Column]:
    """Draw who is right in two runs that differ in a share of their entries, the second being worse by ``drop``."""
    lost = (max(noise, drop) + drop) / 2
    gained = lost - drop
    base, new = [], []
    for _ in range(entries):
        draw = random.random()
        right = random.random() < 0.8
        base.append(draw < lost or (draw >= lost + gained and right))
        new.append(lost <= draw < lost + gained or (draw >= lost + gained and right))
    return base, new


def side(random: Random, right: Column, *, graded: bool) -> Side:
    """Make a run of these verdicts, in a few categories."""
    made = Side(Path("simulated.jsonl"), "simulated")
    for number, correct in enumerate(right):
        level = "fully_correct" if correct else random.choice(LOWER)
        made.trials["", str(number), 1] = trial(number, level if graded else None, correct)
    return made


@cache
def trial(number: int, level: str | None, correct: bool) -> Trial:
    """Make the trial of an entry."""
    verdict = {"grade": level, "grader": "g"} if level else {"outcome": "passed" if correct else "failed"}
    fields = {"run_id": "r", "question_id": str(number), "question": "?", "timestamp": "", **verdict}
    return trial_of(Record.model_validate({**fields, "category": f"category {number % CATEGORIES}"}))


@dataclass(frozen=True)
class Simulated:
    """One kind of pairs of runs, compared so many times."""

    runs: int
    entries: int
    noise: float
    drop: float
    graded: bool

    def comparisons(self) -> Iterator[Comparison]:
        """Compare them one by one."""
        random = Random(f"{self.drop} {self.graded}")
        for _ in range(self.runs):
            base, new = columns(random, self.entries, self.noise, self.drop)
            yield compare(side(random, base, graded=self.graded), side(random, new, graded=self.graded))


def outcomes(simulated: Simulated) -> tuple[Counter[str], float]:
    """Count the verdicts, and tell the smallest detectable change that was printed in the middle of all cases."""
    counted: Counter[str] = Counter()
    printed = []
    for one in simulated.comparisons():
        counted[one.outcome] += 1
        if one.figures and one.figures.rate.detectable:
            printed.append(one.figures.rate.detectable)
    return counted, statistics.median(printed)


def lines(pool: Executor, unchanged: Simulated) -> Iterator[str]:
    """Simulate runs without a change, graded and not, then with the drop that the first ones printed."""
    nothing = [replace(unchanged, graded=graded) for graded in (False, True)]
    counted = list(pool.map(outcomes, nothing))
    for one, (found, _) in zip(nothing, counted, strict=True):
        kind = "graded          " if one.graded else "passed or failed"
        for called, wanted in (("worse", f"at most {ALPHA:.0%}"), ("better", f"at most {ALPHA:.0%}")):
            told = share_of(Proportion(found[called], one.runs))
            yield f"{kind}  no true change              called {called:<6}  {told:<30} {wanted}"
    size = counted[0][1]
    worse = [replace(unchanged, drop=size, graded=graded) for graded in (False, True)]
    for one, (found, _) in zip(worse, pool.map(outcomes, worse), strict=True):
        kind = "graded          " if one.graded else "passed or failed"
        told = share_of(Proportion(found["worse"], one.runs))
        yield f"{kind}  true drop of {100 * size:.1f} points     called worse   {told:<30} about {POWER:.0%}"


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2000, help="pairs of runs per line (default: %(default)s)")
    parser.add_argument("--entries", type=int, default=150)
    parser.add_argument("--noise", type=float, default=0.1, help="share of entries that differ (default: %(default)s)")
    given = parser.parse_args()
    begun = time.perf_counter()
    unchanged = Simulated(given.runs, given.entries, given.noise, drop=0.0, graded=False)
    sys.stdout.write(f"{given.runs:,} pairs of runs of {given.entries} entries, {given.noise:.0%} of them differ\n")
    with ProcessPoolExecutor() as pool:
        for text in lines(pool, unchanged):
            sys.stdout.write(text + "\n")
    sys.stdout.write(f"{time.perf_counter() - begun:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
