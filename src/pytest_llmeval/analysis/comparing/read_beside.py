"""Reading one side of a comparison on a second core, while this process reads the other.

The child is a fork: a `Trial` holds hashes of texts, which are numbers of one process and its forks. It hands the
trials over in a file, a block at a time, which takes a tenth of the time that reading them took.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from pytest_llmeval.analysis.comparing.sides import Side, read_sides
from pytest_llmeval.analysis.contested import VoteRules

WORTH_IT = 16_000_000
"""Bytes of a log from which on it pays: reading so many takes several times as long as a process needs to start."""
_BLOCK = 1000
"""Trials that are pickled at once. A pickler remembers all it met, and grows slow when that leaves the cache."""

Read = Callable[[], dict[str, Side]]


@contextmanager
def read_beside(path: Path, votes: VoteRules | None = None) -> Iterator[Read]:
    """Begin to read a log, to have it when the block has done something else.

    Where a second process does not pay, or does not come to its end for whatever reason, the log is read when its
    sides are asked for.

    Args:
        path: The log.
        votes: What votes must come to for a grade to decide.

    Yields:
        What returns the sides, as `read_sides` does, or raises what it raises.
    """
    read = partial(read_sides, path, votes)
    if not _pays(path):
        yield read
        return
    import multiprocessing  # takes 20 ms, which small logs need not pay

    with tempfile.TemporaryFile() as between:
        child = multiprocessing.get_context("fork").Process(target=_in_child, args=(read, between), daemon=True)

        def wait() -> dict[str, Side]:
            child.join()
            return taken_over(between) if child.exitcode == 0 else read()

        try:
            with _no_interrupt():
                child.start()
            yield wait
        finally:
            if child.pid is not None:
                child.kill()
                child.join()


def _pays(path: Path) -> bool:
    """Tell whether the log is large, a core is free, and a fork is safe, which takes along locks of other threads."""
    if sys.platform != "linux" or threading.active_count() > 1 or len(os.sched_getaffinity(0)) < 2:
        return False
    return path.is_file() and path.stat().st_size >= WORTH_IT


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let Ctrl-C wait: between a fork and what is known of it, it would leave a child that nobody ends."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_child(read: Read, between: IO[bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    try:
        hand_over(read(), between)
    except Exception:  # it comes up again, and is told, where the parent reads this log itself
        sys.exit(1)


def hand_over(sides: dict[str, Side], between: IO[bytes]) -> None:
    """Write sides to a file, for a process with the same seed of hashes."""
    pickle.dump([replace(side, trials={}) for side in sides.values()], between)
    for model, side in sides.items():
        trials = iter(side.trials.values())
        while block := list(islice(trials, _BLOCK)):
            pickle.dump((model, block), between)
    between.flush()


def taken_over(between: IO[bytes]) -> dict[str, Side]:
    """Read what `hand_over` wrote."""
    between.seek(0)
    sides: dict[str, Side] = {side.model: side for side in pickle.load(between)}  # noqa: S301 - our own child wrote it
    with suppress(EOFError):
        while True:
            model, block = pickle.load(between)  # noqa: S301 - as above
            sides[model].trials |= {trial.key: trial for trial in block}
    return sides
