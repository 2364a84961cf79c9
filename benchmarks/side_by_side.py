"""Run commands in turn, several rounds, and tell medians and ratios: on a shared machine only ratios count."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "side-by-side-pycache"),
}
"""Everybody's modules are compiled once, as on a user's machine, whatever this shell says; the warm-up run does it."""
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_LLM_MODEL": ""}
"""The plugins that this project's tests need would be measured along with ours."""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "anyio")
"""anyio's plugin comes with the SDKs, so whoever can ask a model has that one, with our plugin and without."""
OURS = (*PYTEST, "-p", "llm_eval")


class RunFailed(RuntimeError):
    """A run ended in another way than expected, and is no measurement."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run took."""

    seconds: float
    """Wall time, from start to end of the process."""
    cpu_s: float
    """User and system time, of its children too."""
    megabytes: float
    """Resident memory at its peak."""


@dataclass
class Contender:
    """One command, and what its runs took."""

    name: str
    command: Sequence[str]
    cwd: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    expected_exit: tuple[int, ...] = (0,)
    scale: float = 1.0
    """How many times as much work the others do; its seconds are multiplied by that."""
    rounds: int = sys.maxsize
    """In how many rounds it takes part, at most: the slow ones, whose ratio is far from 1, need few."""
    warm_up: bool = True
    """Whether it is run before that too; without, where others have compiled all its modules."""
    may_fail: bool = False
    """Whether a failed run takes it out of the comparison, and does not end that."""
    failed: str | None = None
    """Why it is out."""
    runs: list[Taken] = field(default_factory=list)

    @property
    def wall(self) -> list[float]:
        """Return the wall time of each round in seconds."""
        return [one.seconds for one in self.runs]

    def ratio(self, base: Contender) -> float:
        """Return how much longer this one took than another, the median over the rounds they ran in turn."""
        return statistics.median(a / b for a, b in zip(self.wall, base.wall, strict=False))

    def best_ratio(self, base: Contender) -> float:
        """Return how much longer this one took where both were disturbed least: shortest run by shortest run."""
        return min(self.wall) / min(base.wall)

    def cpu_ratio(self, base: Contender) -> float:
        """Return how much more CPU time this one took, which other work on the machine disturbs least."""
        return _median(self, "cpu_s") / _median(base, "cpu_s")

    def memory_ratio(self, base: Contender) -> float:
        """Return how much more memory this one took at its peak."""
        return _median(self, "megabytes") / _median(base, "megabytes")

    def run(self) -> None:
        """Run once, and keep what it took.

        Raises:
            RunFailed: Where it ended in another way than expected.
        """
        begun = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            cwd=self.cwd,
            env={**os.environ, **BYTECODE, **self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, cpu = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime
        # A command that crashes ends with 1 as well, and a crash is quick.
        if process.returncode not in self.expected_exit or "Traceback (most recent call last)" in output:
            raise RunFailed(f"{self.name} ended with {process.returncode}:\n{output[-3000:]}")
        self.runs.append(Taken(seconds * self.scale, cpu * self.scale, usage.ru_maxrss / 1024))


def _median(contender: Contender, name: str) -> float:
    values: list[float] = [getattr(one, name) for one in contender.runs]
    return statistics.median(values)


def compare(contenders: Sequence[Contender], *, rounds: int, warm_up: int = 1) -> list[str]:
    """Run all in turn, round by round, and return a table; ratios are to the first, pair by pair.

    Args:
        contenders: The first is what the others are compared to.
        rounds: How many runs of each count.
        warm_up: How many come before that and do not.
    """
    for _ in range(warm_up):
        for one in contenders:
            if one.warm_up:
                _run(one)
            one.runs.clear()
    for number in range(rounds):
        for one in contenders:
            if number < one.rounds:
                _run(one)
    lines = [f"{'':<46}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}{'CPU':>9}{'ratio':>8}{'MB':>7}"]
    return [*lines, *(_row(one, contenders[0]) for one in contenders)]


def _run(one: Contender) -> None:
    if one.failed is not None:
        return
    try:
        one.run()
    except RunFailed as error:
        if not one.may_fail:
            raise
        one.failed = " ".join(str(error).split())[-160:]


def _row(one: Contender, base: Contender) -> str:
    if one.failed is not None:
        return f"{one.name:<46} not measured: {one.failed}"
    return (
        f"{one.name:<46}{_median(one, 'seconds'):>8.2f}s{min(one.wall):>8.2f}s{max(one.wall):>8.2f}s"
        f"{one.ratio(base):>8.2f}{_median(one, 'cpu_s'):>8.2f}s{one.cpu_ratio(base):>8.2f}"
        f"{_median(one, 'megabytes'):>7.0f}"
    )


def verdict(name: str, ratio: float, wanted: float) -> str:
    """Hold a ratio against what is wanted."""
    return f"  {name:<44}{ratio:>6.2f}  (wanted: {wanted:g} at most){'' if ratio <= wanted else '  MISSED'}"
