"""What an eval costs that asks nobody, against bare pytest: ``python -m benchmarks.overhead``.

The same entries are test items of three suites: of plain pytest, parametrized with the same ids and category marks; of
evals that only look at their entry; and of evals whose task answers at once. Evals write a record each. A fourth suite
has every fifth answer fail an assertion helper, and a fifth does so with a bare assert in plain pytest.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.side_by_side import ALONE, OURS, PYTEST, Contender, compare, verdict

BARE = """
import json
import pathlib
import pytest

LINES = pathlib.Path(__file__).with_name("questions.jsonl").read_text().splitlines()
ROWS = [
    pytest.param(row, id=row["id"], marks=getattr(pytest.mark, row["category"])) for row in map(json.loads, LINES)
]

@pytest.mark.parametrize("entry", ROWS)
def test_entry(entry):
    assert entry["question"]
"""

ENTRY_ONLY = """
import pytest

@pytest.mark.llm_eval("questions.jsonl")
def test_entry(entry):
    assert entry.question
"""

ANSWERED = """
import pytest
from pytest_llmeval import assert_contains

async def task(entry, llm):
    return "ok"

@pytest.mark.llm_eval("questions.jsonl", task=task)
def test_entry(answer):
    assert_contains(answer, "ok")
"""

BARE_FIFTH_FAILS = BARE.replace('assert entry["question"]', 'assert int(entry["id"][1:]) % 5')

FIFTH_FAILS = ANSWERED.replace('return "ok"', 'return "no" if int(entry.id[1:]) % 5 == 0 else "ok"')

SUITES = {
    "bare": BARE,
    "entry": ENTRY_ONLY,
    "answered": ANSWERED,
    "failing": FIFTH_FAILS,
    "bare-failing": BARE_FIFTH_FAILS,
}
SIZES = (1_000, 10_000, 100_000)
LARGE = 100_000
JUDGED_FROM = 10_000
"""With fewer entries most of the time is start-up, which does not grow with them."""
WANTED_TIME = 1.5
WANTED_MEMORY = 2.0


def write_suites(place: Path, entries: int) -> dict[str, Path]:
    """Write each suite into a folder of its own, with the same questions."""
    rows = "".join(
        json.dumps({"id": f"q{n}", "question": f"What is number {n}?", "gold_answer": "ok", "category": f"c{n % 7}"})
        + "\n"
        for n in range(entries)
    )
    folders = {name: place / f"{name}-{entries}" for name in SUITES}
    for name, folder in folders.items():
        folder.mkdir()
        (folder / "questions.jsonl").write_text(rows)
        (folder / "test_suite.py").write_text(SUITES[name])
        (folder / "pytest.ini").write_text(
            "[pytest]\nmarkers =\n" + "".join(f"    c{n}: a category\n" for n in range(7))
        )
    return folders


def contenders(folders: dict[str, Path]) -> list[Contender]:
    """Return the suites as they are run; the first is what the others are compared to."""
    ours = [*OURS, "--llm-model=offline:bm25"]
    return [
        Contender("bare pytest, parametrized", PYTEST, folders["bare"], ALONE),
        Contender("evals that look at their entry", ours, folders["entry"], ALONE),
        Contender("evals with a task that answers at once", ours, folders["answered"], ALONE),
        Contender("the same, one in five failing", ours, folders["failing"], ALONE, expected_exit=(1,)),
        Contender("bare pytest, one in five failing", PYTEST, folders["bare-failing"], ALONE, expected_exit=(1,)),
    ]


def verdicts(measured: Sequence[Contender]) -> list[str]:
    """Hold the ratios against what is wanted."""
    bare, looking, answered, failing = measured[:4]
    return [
        verdict("wall, entry only / bare", looking.ratio(bare), WANTED_TIME),
        verdict("wall, answered at once / bare", answered.ratio(bare), WANTED_TIME),
        verdict("memory, entry only / bare", looking.memory_ratio(bare), WANTED_MEMORY),
        verdict("memory, answered at once / bare", answered.memory_ratio(bare), WANTED_MEMORY),
        verdict("wall, one in five failing / all passing", failing.ratio(answered), WANTED_TIME),
    ]


def run(sizes: Sequence[int], rounds: int) -> None:
    """Measure and print, one size after the other; the largest once and without a warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        for entries in sizes:
            large = entries >= LARGE
            measured = contenders(write_suites(Path(folder), entries))
            # Bare pytest looks through all reports for each failure it shows: of 100,000 entries that takes hours.
            measured = measured[:-1] if large else measured
            lines = compare(measured, rounds=1 if large else rounds, warm_up=0 if large else 1)
            said = verdicts(measured) if entries >= JUDGED_FROM else []
            head = f"{entries:,} entries that ask nobody; load {os.getloadavg()[0]:.1f}"
            sys.stdout.write("\n".join([head, *lines, *said]) + "\n\n")
            sys.stdout.flush()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, nargs="*", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    run(given.entries, given.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
