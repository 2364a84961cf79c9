"""The sandbox from outside: starts the process behind the walls, and makes an outcome of what it tells."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code.limits import MEGABYTE, Limits
from pytest_llmeval.grading.code.outcome import Outcome, Visibility, read_outcome
from pytest_llmeval.safe_text import one_line

Isolation: TypeAlias = Literal["namespaces", "process"]
"""``namespaces``: no network, files or other processes. ``process``: limits, an empty environment and a watch alone."""

_PACKAGE = str(Path(__file__).parents[3])
_START = "import sys; sys.path.append(sys.argv[1]); from pytest_llmeval.grading.code.inside.main import main; main()"
_GRACE_S = 15.0
"""How much later than the sandbox itself its end is enforced from here."""


class NotIsolated(GraderError):
    """This machine does not let the sandbox raise its walls."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is taken from an answer and its entry; see `inside.program.Program`."""

    code: str
    prompt: str = ""
    earlier: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    fenced: bool = True


@dataclass(frozen=True, slots=True)
class Exam:
    """The tests of one entry; they come from the benchmark, and the program never sees them."""

    suites: tuple[tuple[Visibility, str | tuple[str, ...]], ...]
    entry_point: str | None = None
    prompt: str = ""
    setup: tuple[str, ...] = ()


@dataclass
class Sandbox:
    """Runs programs, one for each processor at once; there is one for all trials of a process.

    Args:
        isolation: How far programs are kept from this machine.
        watched: Whether forbidden acts end a program at once; off only to try whether the walls alone hold.
    """

    isolation: Isolation = "namespaces"
    watched: bool = True
    _numbers: itertools.count[int] = field(default_factory=itertools.count, repr=False)
    at_once: int = field(default_factory=lambda: processors())
    """Programs that run side by side; more would only wait for each other, and run out of time doing so."""

    def __post_init__(self) -> None:
        self._free = threading.Semaphore(self.at_once)

    def run(self, program: Program, exam: Exam, limits: Limits) -> Outcome:
        """Run a program against tests, and wait for it.

        Raises:
            GraderError: Where the benchmark's tests cannot be run, or the sandbox broke.
            NotIsolated: Where this machine does not let it be.
        """
        with self._free, tempfile.TemporaryDirectory(prefix="llm-eval-", ignore_cleanup_errors=True) as work:
            told = _told(self._messages(program, exam, limits, work), limits.wall_s + _GRACE_S)
        if "setup" in told:
            raise NotIsolated(f"code cannot be isolated on this machine ({one_line(told['setup'], 100)})")
        if "fault" in told:
            raise GraderError(one_line(told["fault"], 300))
        return read_outcome(told, exam.suites)

    def _messages(self, program: Program, exam: Exam, limits: Limits, work: str) -> bytes:
        plan = {
            "mode": self.isolation,
            "watched": self.watched,
            "work": work,
            "package": _PACKAGE,
            "number": next(self._numbers) % 1000 + 1000 * (os.getpid() % (1 << 16)),
            "cpu_s": limits.cpu_s,
            "wall_s": limits.wall_s,
            "memory_bytes": limits.memory_mb * MEGABYTE,
            "file_bytes": limits.output_kb * 1024,
            "processes": limits.processes,
            "program": _plain(program),
        }
        return _framed(plan) + _framed(_plain(exam))

    def check(self) -> None:
        """Try whether programs can be run here.

        Raises:
            NotIsolated: Where they cannot be, in the isolation that was asked for.
        """
        outcome = self.run(Program("def one():\n    return 1\n"), Exam((("hidden", ("assert one() == 1",)),)), Limits())
        if not outcome.passed:
            raise NotIsolated(f"code cannot be run on this machine ({outcome.ended or outcome.tests[0].error})")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _plain(value: Program | Exam) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _framed(message: Mapping[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return b"%08x" % len(body) + body


def _told(messages: bytes, patience_s: float) -> Mapping[str, Any]:
    # No environment, folder or descriptor goes along; the session is one of its own, so that it can be ended whole.
    process = subprocess.Popen(  # noqa: S603  our own code, isolated
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START, _PACKAGE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(messages, timeout=patience_s)
    except subprocess.TimeoutExpired:
        _end(process)
        raise GraderError("the sandbox did not come to its end; nothing is known of the answer") from None
    except BaseException:
        _end(process)
        raise
    return _verdict(output.splitlines(), errors, process.returncode)


def _verdict(lines: Sequence[bytes], errors: bytes, status: int) -> Mapping[str, Any]:
    if not lines:
        if status in (0, -signal.SIGKILL):  # the examiner itself was ended: out of memory, or by the candidate
            return {"cut": "the tests were ended from outside"}
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or [f"exit status {status}"]
        raise GraderError(f"the sandbox broke: {one_line(last[0], 200)}")
    told: Mapping[str, Any] = json.loads(lines[0])
    return told


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
