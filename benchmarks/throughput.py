"""How close a run comes to the provider's own speed: ``python -m benchmarks.throughput``.

Starts a loopback server and asks it the same questions in several ways, in turn: by a hand-written asyncio loop on the
openai SDK, which is what the others are compared to; by pytest with the plugin, in one process and in two; by plain
pytest, which waits for each answer; and by other eval harnesses, in an environment of their own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.environment import SILENT, Peers
from benchmarks.side_by_side import ALONE, OURS, PYTEST, Contender, compare, verdict
from benchmarks.workloads import WORKLOADS, Workload

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(__file__).with_name("peers")
PEERS = {"pydantic-evals": "by_pydantic_evals.py", "inspect-ai": "by_inspect.py", "deepeval": "by_deepeval.py"}
SERIAL = 50
"""Entries that plain pytest gets in one process; its time is multiplied."""
PROCESSES = 8
"""Of plain pytest under xdist, which gets all."""


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

    def contenders(self, peers: Peers | None) -> list[Contender]:
        """Return who takes part: the hand-written loop first, ours second."""
        by_hand = self._script(sys.executable, "asyncio loop by hand, openai SDK", "by_hand.py")
        found = [by_hand, *self._ours(), *self._plain()]
        return [*found, *(self._peer(peers, package) for package in PEERS)] if peers is not None else found

    def _ours(self) -> list[Contender]:
        command = [*OURS, "test_speed.py", "--llm-model=openai:m", f"--llm-base-url={self.base_url}"]
        command += [f"--llm-concurrency={self.concurrency}"]
        command += ["--llm-judge-model=openai:judge"] if self.workload.judged else []
        two = [*command, "-p", "xdist", "-n2", "--dist=worksteal"]
        environ = {**SILENT, **ALONE}
        return [
            Contender("pytest with the plugin", command, self.place, environ),
            Contender("the same, -n 2 --dist worksteal", two, self.place, environ),
        ]

    def _plain(self) -> list[Contender]:
        asked = min(SERIAL, self.entries)
        times = self.entries / asked
        at_once = ["-p", "xdist", f"-n{PROCESSES}"]
        return [
            self._plain_test(f"plain pytest ({asked} entries, x {times:g})", asked, [], scale=times),
            self._plain_test(f"plain pytest -n {PROCESSES}", self.entries, at_once),
        ]

    def _plain_test(self, name: str, asked: int, flags: Sequence[str], *, scale: float = 1.0) -> Contender:
        file = self.place / f"test_plain_{asked}.py"
        self.workload.write_plain(file, asked, self.base_url)
        environ = {**SILENT, **ALONE}
        command = [*PYTEST, file.name, *flags]
        return Contender(name, command, self.place, environ, scale=scale, rounds=1, warm_up=False)

    def _peer(self, peers: Peers, package: str) -> Contender:
        found = peers.find(package)
        made = self._script(str(peers.python), f"{package} {found.version or ''}", PEERS[package])
        made.may_fail, made.failed = True, None if found.version else found.reason
        made.rounds = 1
        return made

    def _script(self, python: str, name: str, script: str) -> Contender:
        told = ["questions.jsonl", self.base_url, str(self.concurrency), str(self.workload.calls)]
        return Contender(name, [python, str(SCRIPTS / script), *told], self.place, SILENT)


def measure(workload: Workload, given: argparse.Namespace) -> list[str]:
    """Run one workload and return what to print of it."""
    with tempfile.TemporaryDirectory() as folder, loopback(given.latency, workload.sigma) as base_url:
        workload.write(Path(folder), given.entries)
        course = Course(workload, Path(folder), base_url, given.entries, given.concurrency)
        contenders = course.contenders(None if given.no_peers or workload.functions > 1 else Peers(given.peers))
        contenders = contenders[:2] if given.pair else contenders
        lines = compare(contenders, rounds=given.rounds)
    ideal = workload.ideal(given.entries, given.latency, given.concurrency)
    asked = f"{given.entries:,} entries, {given.latency * 1000:.0f} ms, {given.concurrency} in flight"
    by_hand, ours = contenders[:2]
    return [
        f"{workload.told}: {asked}; ideal {ideal:.1f} s; load {os.getloadavg()[0]:.1f}",
        *lines,
        verdict("ours / by hand", ours.ratio(by_hand), workload.wanted),
        verdict("the same, shortest run by shortest run", ours.best_ratio(by_hand), workload.wanted),
    ]


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare how to measure."""
    parser.add_argument("--latency", type=float, default=0.2, help="seconds (default: %(default)s)")
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="of an environment that has the other harnesses")
    parser.add_argument("--no-peers", action="store_true", help="leave the other harnesses out")
    parser.add_argument("--pair", action="store_true", help="only the hand-written loop and ours")


def run(workloads: Sequence[str], given: argparse.Namespace) -> None:
    """Measure and print, one workload after the other."""
    for name in workloads:
        sys.stdout.write("\n".join(measure(WORKLOADS[name], given)) + "\n\n")
        sys.stdout.flush()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WORKLOADS, nargs="*", default=list(WORKLOADS), help="workloads to run")
    add_flags(parser)
    given = parser.parse_args()
    run(given.only, given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
