"""Run commands in turn, several rounds, and tell medians and ratios: on a shared machine only ratios count."""

from __future__ import annotations

import os
import statistics
import subprocess
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
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Return the median wall time in seconds."""
        return statistics.median(self.seconds)

    def ratio(self, base: Contender) -> float:
        """Return how much longer this one took than another, the median over the rounds they ran in turn."""
        return statistics.median(a / b for a, b in zip(self.seconds, base.seconds, strict=True))

    def memory_ratio(self, base: Contender) -> float:
        """Return how much more memory this one took at its peak."""
        return statistics.median(self.megabytes) / statistics.median(base.megabytes)

    def run(self) -> None:
        """Run once, and keep wall time and peak memory.

        Raises:
            RuntimeError: Where it ended in another way than expected; a failed run is no measurement.
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
        self.seconds.append((time.perf_counter() - begun) * self.scale)
        self.megabytes.append(usage.ru_maxrss / 1024)
        if process.returncode not in self.expected_exit:
            raise RuntimeError(f"{self.name} ended with {process.returncode}:\n{output[-3000:]}")


def compare(contenders: Sequence[Contender], *, rounds: int, warm_up: int = 1) -> list[str]:
    """Run all in turn, round by round, and return a table; ratios are to the first, pair by pair.

    Args:
        contenders: The first is what the others are compared to.
        rounds: How many runs of each count.
        warm_up: How many come before that and do not.
    """
    for number in range(warm_up + rounds):
        for one in contenders:
            one.run()
            if number < warm_up:
                one.seconds.clear()
                one.megabytes.clear()
    base = contenders[0]
    lines = [f"{'':<44}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}{'MB':>8}"]
    for one in contenders:
        lines.append(
            f"{one.name:<44}{one.median:>8.2f}s{min(one.seconds):>8.2f}s{max(one.seconds):>8.2f}s"
            f"{one.ratio(base):>8.2f}{statistics.median(one.megabytes):>8.0f}"
        )
    return lines
