"""The sandbox from inside: walls first, then a process that tests and a process that is tested.

Three processes, so that nobody judges itself. This one stays behind the walls' outer side, waits, and clears up. Its
child, the examiner, holds the tests and gives the verdict. The examiner's child, the candidate, was forked before the
tests arrived, sees neither of the two, and is asked over a wire.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pytest_llmeval.grading.code.inside import kernel, walls
from pytest_llmeval.grading.code.inside.candidate import Servant
from pytest_llmeval.grading.code.inside.examiner import Examiner
from pytest_llmeval.grading.code.inside.program import Program
from pytest_llmeval.grading.code.inside.remote import Link
from pytest_llmeval.grading.code.inside.suites import BadTests
from pytest_llmeval.grading.code.inside.watch import stand_watch
from pytest_llmeval.grading.code.inside.wire import Broken, Wire

NAMESPACES = "namespaces"
OPEN_FILES = 64
CLEARING_UP_S = 5.0


def main() -> None:
    """Read what to do from stdin, do it, and write one line of JSON to stdout."""
    kernel.die_with_parent()
    plan = json.loads(_frame(0))
    verdict = os.dup(1)
    walled = plan["mode"] == NAMESPACES
    try:
        if walled:
            walls.raise_walls(plan["work"], plan["file_bytes"] * 8)
        else:
            os.chdir(plan["work"])
            kernel.adopt_orphans()
    except OSError as error:
        _write(verdict, {"setup": str(error)})
        return
    child = os.fork()
    if child == 0:
        _to_its_end(lambda: _examine(plan, verdict, walled))
    late = _wait(child, plan["wall_s"] + 1.0)
    if not walled:
        _clear_up()
    if late:
        _write(verdict, {"cut": "the tests did not come to their end in time"})


def _examine(plan: Mapping[str, Any], verdict: int, walled: bool) -> None:
    """Fork the candidate, and only then read the tests and run them."""
    kernel.die_with_parent()
    if walled:
        kernel.unshare(kernel.NEW_PIDS)  # the candidate cannot even name this process
    mine, its = socket.socketpair()
    output = os.open("output", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o600)
    os.unlink("output")
    number = 2 * plan["number"]
    candidate = os.fork()
    if candidate == 0:
        mine.close()
        _to_its_end(lambda: _be_tested(plan, its, output, number + 1 if walled else None))
    its.close()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    if walled:
        walls.become_nobody(number)
        kernel.die_with_parent()
    kernel.set_dumpable(False)
    kernel.limit(resource.RLIMIT_AS, 2 * plan["memory_bytes"] + (256 << 20))
    wire = Wire(mine, time.monotonic() + plan["wall_s"])
    link = Link(wire)
    try:
        results = Examiner(link, json.loads(_frame(0))).results()
    except BadTests as fault:
        _write(verdict, {"fault": str(fault)})
        return
    told = {"tests": [[one.suite, one.name, one.error] for one in results], "broken": link.broken}
    told["end"] = _end_of(candidate, plan) if link.broken == "it ended" else None
    told["flooded"] = os.fstat(output).st_size >= plan["file_bytes"]
    _write(verdict, told)


def _be_tested(plan: Mapping[str, Any], end: socket.socket, output: int, number: int | None) -> None:
    """Give up everything, then load the candidate's code and answer."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor, source in ((0, null), (1, output), (2, output)):
        os.dup2(source, descriptor)
    kept = os.dup2(end.fileno(), 3, inheritable=False)
    end.detach()
    os.closerange(4, 1 << 16)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(n, mode, closefd=False) for n, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    if number is not None:
        walls.become_nobody(number)
    else:
        kernel.drop_privileges()
    kernel.die_with_parent()
    _limit(plan, walled=number is not None)
    sys.path[:] = [path for path in sys.path if path != plan["package"]]
    wire = Wire(socket.socket(fileno=kept))
    servant = Servant(wire, Program(**plan["program"]))
    wire.handle = servant.handle
    if plan["watched"]:
        stand_watch(os.getcwd(), _library(), lambda what: wire.tell("violation", what))
    with suppress(Broken):
        wire.serve()


def _limit(plan: Mapping[str, Any], *, walled: bool) -> None:
    kernel.limit(resource.RLIMIT_CPU, plan["cpu_s"])
    kernel.limit(resource.RLIMIT_AS, plan["memory_bytes"])
    kernel.limit(resource.RLIMIT_FSIZE, plan["file_bytes"])
    kernel.limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    kernel.limit(resource.RLIMIT_CORE, 0)
    if walled:  # outside of walls the limit would count everything the user runs
        kernel.limit(resource.RLIMIT_NPROC, plan["processes"])


def _library() -> list[str]:
    return [os.path.dirname(os.__file__), os.path.join(sys.base_prefix, "lib"), *walls.SYSTEM]


def _end_of(candidate: int, plan: Mapping[str, Any]) -> str:
    """Say how the candidate ended."""
    if _wait(candidate, 1.0, reap=False):
        return "it hung up"
    _, status, usage = os.wait4(candidate, 0)
    if os.WIFEXITED(status):
        return f"it ended itself with exit status {os.WEXITSTATUS(status)}"
    if usage.ru_utime + usage.ru_stime >= plan["cpu_s"] - 0.1:
        return f"it used up its {plan['cpu_s']} s of processor time"
    return f"it was ended by {signal.Signals(os.WTERMSIG(status)).name}"


def _wait(child: int, seconds: float, *, reap: bool = True) -> bool:
    """Wait for a child, and kill it where it does not end in time; tell whether that was so."""
    poll = select.poll()
    descriptor = os.pidfd_open(child)
    poll.register(descriptor, select.POLLIN)
    late = not poll.poll(seconds * 1000)
    os.close(descriptor)
    if late and reap:
        os.kill(child, signal.SIGKILL)
    if reap:
        os.waitpid(child, 0)
    return late


def _clear_up() -> None:
    """Kill whatever is left of the candidate: orphans are this process's children now."""
    until = time.monotonic() + CLEARING_UP_S
    while time.monotonic() < until:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                left = file.read().split()
            for child in left:
                os.kill(int(child), signal.SIGKILL)
            os.waitpid(-1, 0)
        except (ChildProcessError, FileNotFoundError):
            return
        except ProcessLookupError:
            continue


def _to_its_end(work: Any) -> None:
    """Do a forked process's work and end it there and then: nothing of the parent's is run twice."""
    try:
        work()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _frame(descriptor: int) -> bytes:
    """Read one message, and not a byte more: what follows is not for the processes forked meanwhile."""
    return _exactly(descriptor, int(_exactly(descriptor, 8), 16))


def _exactly(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 16))
        if not part:
            raise EOFError("the message is cut off")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _write(descriptor: int, message: Mapping[str, Any]) -> None:
    left = memoryview(json.dumps(message).encode() + b"\n")
    while left:
        left = left[os.write(descriptor, left) :]
