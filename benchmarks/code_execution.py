"""What running answers' code costs: ``python -m benchmarks.code_execution``.

Grades 164 answers, as many as HumanEval has, by ``graders.code_tests()`` on all processors, and sets the time for each
against that of a bare ``python -c pass``, which anything that runs code in a process of its own has to pay.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.grading.code.code_tests import CodeTests
from pytest_llmeval.grading.code.sandbox import Isolation, Sandbox
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.models.answer import Answer

PROBLEMS = Path(__file__).parents[1] / "tests" / "grading" / "code" / "problems.jsonl"
AT_ONCE = 16
"""Threads, as many as answers a run asks for at once; the sandbox itself lets in one for each processor."""


def bare(_: Entry) -> None:
    """Start Python and end it."""
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def grader(isolation: Isolation) -> Callable[[Entry], None]:
    """Make a function that grades an entry's own solution."""
    sandbox, grade = Sandbox(isolation), CodeTests()

    def run(entry: Entry) -> None:
        context = TrialContext(entry, sandbox=sandbox)
        level = grade(entry, Answer(entry.gold_answer, context=context)).level
        if level != "fully_correct":
            raise RuntimeError(f"{entry.id} was graded {level}")

    return run


def seconds(work: Callable[[Entry], None], entries: list[Entry], at_once: int) -> float:
    """Return what doing all took, for each entry."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(work, entries))
    return (time.perf_counter() - begun) / len(entries)


def main() -> int:
    """Measure in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=164)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    entries = list(islice(cycle(load_benchmark(PROBLEMS).entries), given.entries))
    processors = Sandbox().at_once
    works = {
        "python -c pass": (bare, processors),
        "code_tests, --llm-code-isolation=process": (grader("process"), AT_ONCE),
        "code_tests": (grader("namespaces"), AT_ONCE),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(given.rounds):
        for name, (work, at_once) in works.items():
            taken[name].append(seconds(work, entries, at_once))
    lines = [f"{given.entries} entries on {processors} processors, {given.rounds} rounds, time for each entry"]
    lines.append(f"{'':<44}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}{'all':>8}")
    base = taken["python -c pass"]
    for name, times in taken.items():
        ratio = statistics.median(a / b for a, b in zip(times, base, strict=True))
        middle = statistics.median(times)
        lines.append(
            f"{name:<44}{middle * 1000:>7.1f}ms{min(times) * 1000:>7.1f}ms{max(times) * 1000:>7.1f}ms{ratio:>8.2f}"
            f"{middle * given.entries:>7.1f}s"
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
