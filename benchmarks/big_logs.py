"""What the commands take that read logs of 100,000 records: ``python -m benchmarks.big_logs``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.side_by_side import Contender, compare
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import Record

PLAIN = "import json\nfor line in open('new.jsonl', 'rb'): json.loads(line)"
"""The least that reading one log takes a plain script: how much more than that we take tells of no machine."""
COMMAND = "import sys; from pytest_llmeval.cli.main import main; sys.exit(main())"
RECORDS = 100_000
LEVELS = ("fully_correct", "fully_correct", "fully_correct", "partially_correct", "unsupported", "wrong")


def record(number: int, sample: int, random: Random, run_id: str) -> dict[str, Any]:
    """Make a record as a run of ours has it, its call with all that was sent and said."""
    question = f"Where is function number {number} defined, and which module calls it first? " * 2
    answer = f"It is defined in src/package/module_{number}.py, called by the loader. " * random.randrange(4, 12)
    level = random.choice(LEVELS)
    usage = {"input_tokens": 1200, "output_tokens": len(answer) // 4}
    reply = {"text": answer, "usage": usage, "served_model": "gpt-4o-mini-2024-07-18"}
    call = {"provider": "openai", "model": "gpt-4o-mini", "request_hash": "0123456789abcdef", "reply": reply}
    return {
        "run_id": run_id,
        "question_id": f"q{number}",
        "question": question,
        "category": f"category {number % 12}",
        "answer": answer,
        "model": "gpt-4o-mini",
        "provider": "openai",
        "evidence_files": [f"src/package/module_{number}.py", "src/package/loader.py"],
        "tools_called": [],
        "retrieval_method": "bm25",
        "grade": level,
        "failure_label": None if level == "fully_correct" else "hallucination",
        "grading_notes": None,
        "repo_sha": "c0ffee" * 6,
        "timestamp": "2026-11-21T04:31:03.000Z",
        "harness_version": "0.1.0",
        "schema_version": 1,
        "nodeid": f"evals/test_code.py::test_question[q{number}-{sample}]",
        "outcome": "passed" if level == "fully_correct" else "failed",
        "sample": sample,
        "scores": [{"name": "evidence", "value": 1.0, "passed": True, "grader": "evidence"}],
        "grader": "evidence",
        "usage": usage,
        "cost_usd": 0.0012,
        "latency_s": random.uniform(0.5, 4),
        "finish_reason": "stop",
        "entry_hash": f"{number:016x}",
        "params": {"temperature": 0.0, "max_tokens": 1000},
        "calls": [{**call, "messages": [{"role": "user", "content": question}], "latency_s": 1.0}],
    }


MOST_SECONDS, MOST_MEGABYTES = 10.0, 1000.0
"""What summarize and compare may take of 100,000 records."""


def commands(place: Path) -> list[Contender]:
    """Return what reads the logs in a folder: a plain script, the two that are held to a limit, and the others."""
    lines = {
        "summarize": ["summarize", "new.jsonl"],
        "compare": ["compare", "base.jsonl", "new.jsonl"],
        "history": ["history", "base.jsonl", "new.jsonl"],
        "frontier": ["frontier", "base.jsonl", "new.jsonl"],
        "validate": ["validate", "new.jsonl"],
        "export": ["export", "new.jsonl", "--csv", "-"],
    }
    python = [sys.executable, "-c", COMMAND]
    plain = Contender("json.loads", [sys.executable, "-c", PLAIN], place)
    return [plain, *(Contender(name, [*python, *line], place, {}, (0, 1)) for name, line in lines.items())]


def write_log(path: Path, records: int, samples: int, seed: int) -> None:
    """Write a log of so many records."""
    random = Random(seed)
    with path.open("wb") as log:
        for number in range(records):
            made = record(number // samples, number % samples + 1, random, path.stem)
            log.write(record_line(Record.model_validate(made)))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--samples", type=int, default=1, help="of each entry (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--all", action="store_true", help="further commands beside summarize and compare")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for seed, name in enumerate(("base.jsonl", "new.jsonl")):
            write_log(place / name, given.records, given.samples, seed)
        size = (place / "base.jsonl").stat().st_size / 1e6
        sys.stdout.write(f"{given.records:,} records a log, {size:.0f} MB each\n")
        told = commands(place) if given.all else commands(place)[:3]
        sys.stdout.write("\n".join(compare(told, rounds=given.rounds, warm_up=0)) + "\n")
    if given.records == RECORDS:
        sys.stdout.write("\n".join(map(verdict, told[1:3])) + "\n")
    return 0


def verdict(one: Contender) -> str:
    """Hold what a command took where it was disturbed least against what it may take."""
    seconds, megabytes = min(one.wall), max(run.megabytes for run in one.runs)
    missed = "" if seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES else "  MISSED"
    return f"  {one.name:<12}{seconds:5.1f} s of {MOST_SECONDS:g}, {megabytes:4.0f} MB of {MOST_MEGABYTES:,.0f}{missed}"


if __name__ == "__main__":
    sys.exit(main())
