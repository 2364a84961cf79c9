"""What is left of a run that is killed, and what resuming it costs: ``python -m benchmarks.kill``.

Kills the process group of a run with SIGKILL at a random moment, resumes it, and holds the result against a run that
was left alone; again and again, in one process and in two. A trial counts as reported once pytest has told every
plugin that it is finished with the item (``pytest_runtest_logfinish``), after setup, call and teardown; under xdist
the line that shows its outcome comes before that, with the report of the call.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.plugin.watching import finished_in

ROOT = Path(__file__).parents[1]
WAYS: dict[str, Sequence[str]] = {"plain": (), "-n 2": ("-n2",)}
VARIES = frozenset({"run_id", "timestamp", "latency_s", "calls"})
"""Fields of a record that hold times and ids."""

EVAL = """
import pytest
from pytest_llmeval import assert_grade, graders

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_question(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""


@dataclass(frozen=True)
class Moment:
    """When a run is killed; counted in trials, so that it is in the middle however fast the machine is."""

    finished: int
    """So many trials pytest has finished with; at 0 the log is just there."""
    later_s: float
    """Seconds after that."""

    @classmethod
    def draw(cls, random: Random, entries: int) -> Moment:
        """Choose any moment of the first nine tenths of a run; every tenth one is at its very beginning."""
        return cls(random.randrange(entries * 9 // 10) if random.random() < 0.9 else 0, random.uniform(0, 0.03))


class Watch(threading.Thread):
    """Kills a run at its moment; ends with the run."""

    def __init__(self, group: int, place: Path, moment: Moment) -> None:
        super().__init__()
        self._group = group
        self._place = place
        self._moment = moment

    def run(self) -> None:
        """Look every few milliseconds."""
        while _lives(self._group) and not self._has_come():
            time.sleep(0.002)
        time.sleep(self._moment.later_s)
        _kill(self._group)

    def _has_come(self) -> bool:
        there = any(self._place.glob("llm-runs/*.jsonl"))
        return there and len(finished_in(self._place)) >= self._moment.finished


@dataclass(frozen=True)
class Trial:
    """One folder with evals, in which a run is killed and resumed."""

    place: Path
    way: Sequence[str]

    def write(self, entries: int) -> None:
        """Write the evals; every tenth answer is wrong, every twenty-fifth call breaks."""
        self.place.mkdir()
        rows = [{"id": f"q{n}", "question": _question(n), "gold_answer": str(n)} for n in range(entries)]
        (self.place / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (self.place / "test_killed.py").write_text(EVAL)

    def run(self, *args: str, killed_at: Moment | None = None) -> bool:
        """Run pytest, and kill it at that moment; tell whether it was in time for that."""
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        pytest += ["-p", "tests.plugin.stand_in", "-p", "tests.plugin.watching"]
        with subprocess.Popen(
            [*pytest, "--llm-model=stand-in:m", "--llm-concurrency=8", *self.way, *args],
            cwd=self.place,
            env={**os.environ, "PYTHONPATH": str(ROOT), "STAND_IN_DELAY": "0.03"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            if killed_at is not None:
                Watch(process.pid, self.place, killed_at).start()
            shown = process.stdout.read() if process.stdout else ""
        if process.returncode not in (0, 1, -signal.SIGKILL):
            raise RuntimeError(f"ended with {process.returncode}:\n{shown[-3000:]}")
        return process.returncode == -signal.SIGKILL

    def records(self) -> list[dict[str, Any]]:
        """Read the whole lines of the log, as a reader of a live log does."""
        lines = [line for log in self.place.glob("llm-runs/*.jsonl") for line in log.read_text().splitlines(True)]
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def asked(self) -> Counter[str]:
        """Count the calls of each question."""
        notes = self.place / "asked.txt"
        return Counter(line.split("\t")[2] for line in notes.read_text().splitlines()) if notes.exists() else Counter()


@dataclass
class Counts:
    """What was seen over all kills of one way."""

    kills: int = 0
    reported: int = 0
    lost: int = 0
    """Trials that were reported and have no record."""
    recorded: int = 0
    asked_twice: int = 0
    """Trials asked again although they had a record."""
    repeated: int = 0
    """Records beyond the one that a trial has."""
    unequal: int = 0
    """Logs that differ from an uninterrupted run's in more than times and ids."""
    moments: list[int] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether nothing was lost, paid twice or different."""
        return not (self.lost or self.asked_twice or self.repeated or self.unequal)

    def line(self, way: str) -> str:
        """Tell it in one line."""
        return (
            f"{way:<6} {self.kills} kills after {min(self.moments)} to {max(self.moments)} reported trials"
            f" · {self.reported} reported, {self.lost} of them lost · {self.recorded} with a record,"
            f" {self.asked_twice} of them asked again · {self.repeated} records too many · {self.unequal} logs unequal"
        )


def kill_once(trial: Trial, counts: Counts, whole: Sequence[dict[str, Any]], entries: int, moment: Moment) -> None:
    """Run, kill, resume, compare, and count."""
    trial.write(entries)
    if not trial.run(killed_at=moment):
        raise RuntimeError("the run ended before it was killed; give it more entries")
    reported = set(finished_in(trial.place))
    records = trial.records()
    have = {record["question_id"] for record in records}
    before = trial.asked()
    counts.kills += 1
    counts.moments.append(len(reported))
    counts.reported += len(reported)
    counts.lost += len(reported - {record["nodeid"] for record in records})
    counts.recorded += len(have)
    trial.run("--llm-resume")
    missing = Counter(_question(n) for n in range(entries) if f"q{n}" not in have)
    counts.asked_twice += (trial.asked() - before - missing).total()
    final = trial.records()
    counts.repeated += len(final) - len({record["nodeid"] for record in final})
    counts.unequal += comparable(final) != comparable(whole)


def comparable(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave times and ids out, and bring records into one order."""
    told = [{name: value for name, value in record.items() if name not in VARIES} for record in records]
    return sorted(told, key=lambda record: str(record["nodeid"]))


def _question(number: int) -> str:
    if number % 25 == 24:
        return "fail: 400"
    return f"say: {number}x" if number % 10 == 9 else f"say: {number}"


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> int:
    """Kill, resume, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="of each way (default: %(default)s)")
    parser.add_argument("--entries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random = Random(given.seed)
    all_clean = True
    with tempfile.TemporaryDirectory() as folder:
        for way, flags in WAYS.items():
            counts = Counts()
            alone = Trial(Path(folder) / f"alone{way}", flags)
            alone.write(given.entries)
            alone.run()
            for number in range(given.kills):
                trial = Trial(Path(folder) / f"{way}-{number}", flags)
                kill_once(trial, counts, alone.records(), given.entries, Moment.draw(random, given.entries))
            sys.stdout.write(counts.line(way) + "\n")
            sys.stdout.flush()
            all_clean &= counts.clean
    return 0 if all_clean else 1


if __name__ == "__main__":
    sys.exit(main())
