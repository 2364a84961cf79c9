"""How close a run comes to the provider's own speed: ``python -m benchmarks.throughput --peers PYTHON``.

Starts a loopback server and asks it the same questions in several ways, in turn: by a hand-written asyncio loop on the
openai SDK, which is what the others are compared to; by pytest with the plugin, in one process and in two; by plain
pytest, which waits for each answer; and by other eval harnesses. These are looked for in the environment whose Python
is named with ``--peers``, made by ``pip install openai pydantic-evals inspect-ai deepeval``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.loopback.scenario import drawn_latency

from benchmarks.side_by_side import Contender, compare

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(__file__).with_name("peers")
PEERS = {"pydantic-evals": "by_pydantic_evals.py", "inspect-ai": "by_inspect.py", "deepeval": "by_deepeval.py"}
KEYS = {"OPENAI_API_KEY": "key", "DEEPEVAL_TELEMETRY_OPT_OUT": "YES"}
SERIAL = 50
"""Entries that plain pytest gets; its time is multiplied."""
PROCESSES = 8
"""Of plain pytest under xdist, with as many times more entries."""

ONE_CALL = """
import pytest
from pytest_llmeval import assert_grade, graders

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_question(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""

TWO_CALLS = """
import pytest
from pytest_llmeval import assert_grade, graders

async def ask_twice(entry, llm):
    await llm.acomplete(entry.question)
    return await llm.acomplete(entry.question)

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=ask_twice)
def test_question(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""

FUNCTION = """
@pytest.mark.llm_eval("questions-{number}.jsonl", graders=[graders.exact_match()])
def test_question_{number}(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""

PLAIN = """
import json, openai, pathlib, pytest

LINES = pathlib.Path(__file__).with_name("questions.jsonl").read_text().splitlines()[:{entries}]
CLIENT = openai.OpenAI(api_key="key", base_url="{base_url}", max_retries=0)

@pytest.mark.parametrize("entry", [pytest.param(row, id=row["id"]) for row in map(json.loads, LINES)])
def test_question(entry):
    for _ in range({calls}):
        reply = CLIENT.chat.completions.create(
            model="m", temperature=0, messages=[{{"role": "user", "content": entry["question"]}}]
        )
    assert reply.choices[0].message.content == entry["gold_answer"]
"""


@dataclass(frozen=True)
class Workload:
    """What is asked."""

    told: str
    wanted: float
    """How many times the hand-written loop's time it may take."""
    calls: int = 1
    sigma: float = 0.0
    functions: int = 1

    def ideal(self, entries: int, latency: float, concurrency: int) -> float:
        """Return how long it takes where nothing but the provider takes time."""
        each = [self.calls * drawn_latency(latency, self.sigma, _question(n)) for n in range(entries)]
        lanes = [0.0] * concurrency
        for seconds in each:
            first = min(range(concurrency), key=lanes.__getitem__)
            lanes[first] += seconds
        return max(lanes)

    def write(self, place: Path, entries: int) -> None:
        """Write the questions and the evals about them."""
        rows = [json.dumps({"id": f"q{n}", "question": _question(n), "gold_answer": "ok"}) for n in range(entries)]
        (place / "questions.jsonl").write_text("\n".join(rows) + "\n")
        source = TWO_CALLS if self.calls == 2 else ONE_CALL
        if self.functions > 1:
            share = math.ceil(entries / self.functions)
            for number in range(self.functions):
                part = rows[number * share : (number + 1) * share]
                (place / f"questions-{number}.jsonl").write_text("\n".join(part) + "\n")
            head = source.partition("@pytest")[0]
            source = head + "".join(FUNCTION.format(number=number) for number in range(self.functions))
        (place / "test_speed.py").write_text(source)


WORKLOADS = {
    "one": Workload("one call for each entry", 1.15),
    "two": Workload("two calls for each entry, one after the other", 1.2, calls=2),
    "tail": Workload("one call for each entry, log-normal latency with a heavy tail", 1.3, sigma=1.0),
    "functions": Workload("20 test functions that share the entries", 1.15, functions=20),
}


def _question(number: int) -> str:
    return f"Question {number}?"


@contextmanager
def loopback(latency_s: float, sigma: float) -> Iterator[str]:
    """Run the server in a process of its own and give its base URL."""
    command = [sys.executable, "-m", "tests.loopback", "--latency", str(latency_s), "--latency-sigma", str(sigma)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip() if server.stdout else ""
        finally:
            server.terminate()


@dataclass(frozen=True)
class Course:
    """A folder with one workload, and a server that answers it."""

    workload: Workload
    place: Path
    base_url: str
    entries: int
    concurrency: int

    def contenders(self, peers: str | None) -> tuple[list[Contender], list[str]]:
        """Return who takes part, the hand-written loop first, and a line for each who cannot."""
        found = [self._script(sys.executable, "asyncio loop by hand, openai SDK", "by_hand.py"), *self._ours()]
        absent = []
        if self.workload.functions == 1:
            found += self._plain()
            for name, script in PEERS.items():
                reason = why_not(peers, name)
                if reason is None:
                    found.append(self._script(str(peers), name, script))
                else:
                    absent.append(f"{name:<44} not measured: {reason}")
        return found, absent

    def _script(self, python: str, name: str, script: str) -> Contender:
        told = [
            str(SCRIPTS / script),
            "questions.jsonl",
            self.base_url,
            str(self.concurrency),
            str(self.workload.calls),
        ]
        return Contender(name, [python, *told], self.place, KEYS)

    def _ours(self) -> list[Contender]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_speed.py"]
        command += ["--llm-model=openai:m", f"--llm-base-url={self.base_url}", f"--llm-concurrency={self.concurrency}"]
        two = [*command, "-n2", "--dist=worksteal"]
        return [
            Contender("pytest with the plugin", command, self.place, KEYS),
            Contender("the same, -n 2 --dist worksteal", two, self.place, KEYS),
        ]

    def _plain(self) -> list[Contender]:
        made = []
        for processes in (1, PROCESSES):
            asked = min(SERIAL * processes, self.entries)
            name = f"plain pytest{f' -n {processes}' if processes > 1 else ''}"
            file = self.place / f"test_plain_{processes}.py"
            file.write_text(PLAIN.format(entries=asked, base_url=self.base_url, calls=self.workload.calls))
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:llm_eval", file.name]
            command += [f"-n{processes}"] if processes > 1 else []
            times = self.entries / asked
            made.append(Contender(f"{name} ({asked} entries, x {times:g})", command, self.place, KEYS, scale=times))
        return made


def why_not(peers: str | None, package: str) -> str | None:
    """Return why a harness cannot be measured; None where it can."""
    if peers is None:
        return "no --peers PYTHON was named"
    module = package.replace("-", "_")
    done = subprocess.run([peers, "-c", f"import {module}"], capture_output=True, text=True, env={**os.environ, **KEYS})
    last = done.stderr.strip().splitlines()[-1:] if done.returncode else []
    return f"cannot be imported there ({last[0] if last else 'no reason given'})" if done.returncode else None


def measure(workload: Workload, given: argparse.Namespace) -> list[str]:
    """Run one workload and return what to print of it."""
    with tempfile.TemporaryDirectory() as folder, loopback(given.latency, workload.sigma) as base_url:
        workload.write(Path(folder), given.entries)
        course = Course(workload, Path(folder), base_url, given.entries, given.concurrency)
        contenders, absent = course.contenders(given.peers)
        lines = compare(contenders, rounds=given.rounds)
    ideal = workload.ideal(given.entries, given.latency, given.concurrency)
    asked = f"{given.entries:,} entries, {given.latency * 1000:.0f} ms, {given.concurrency} in flight"
    ratio = contenders[1].ratio(contenders[0])
    verdict = f"wanted: {workload.wanted} at most{'' if ratio <= workload.wanted else ', MISSED'}"
    told = [f"{workload.told}: {asked}; ideal {ideal:.1f} s", *lines, *absent]
    return [*told, f"  ours / by hand {ratio:.2f} ({verdict})"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds (default: %(default)s)")
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", metavar="PYTHON", help="the Python of an environment with the other harnesses")
    parser.add_argument("--only", choices=WORKLOADS, nargs="*", default=list(WORKLOADS), help="workloads to run")
    given = parser.parse_args(arguments)
    for name in given.only:
        sys.stdout.write("\n".join(measure(WORKLOADS[name], given)) + "\n\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
