"""Going on with a run: which of its trials are finished, and whether what is run now is still that run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pytest_llmeval.errors import NotReplayable
from pytest_llmeval.plugin.items import FINISHED, name_of, trial_of
from pytest_llmeval.plugin.past import Past
from pytest_llmeval.seen_from import seen_from

SHOWN = 5
"""Trials that a refusal names."""


class Resuming:
    """Told what collectors made; finds once all is collected the items whose record the resumed run has already.

    Args:
        config: Says where the files are.
        past: The resumed run; with none there is nothing to find.
    """

    def __init__(self, config: pytest.Config, past: Past) -> None:
        self._config = config
        self._past = past
        self._collectors: set[str] = set()
        self._made: set[str] = set()
        self.refusal = ""
        """Why the run must not be gone on with."""
        self.finished = 0
        """How many of the trials that are run have their record."""

    def note_made(self, collector: pytest.Collector, nodes: Iterable[pytest.Item | pytest.Collector]) -> None:
        """Take note of what a file or class holds; one that seems empty was passed over by ``--lf``."""
        made = [node.nodeid for node in nodes] if self._past.resumed is not None else []
        if made:
            self._collectors.add(collector.nodeid)
            self._made.update(made)

    def find(self, items: Iterable[pytest.Item]) -> list[str]:
        """Mark the items that are finished; return what the user should know of the others."""
        if self._past.resumed is None:
            return []
        changed: list[str] = []
        for item in items:
            trial = trial_of(item)
            try:
                record = self._past.finished(name_of(item), trial) if trial is not None else None
            except NotReplayable as error:
                changed.append(str(error))
                continue
            if record is not None:
                item.stash[FINISHED] = record
                self.finished += 1
        gone = self._gone()
        if changed:
            self.refusal = _listed(list(dict.fromkeys(changed)), "\n")
        elif gone:
            self.refusal = self._refused(gone)
        beside = len(self._past.kept()) - self.finished
        if beside == 1:
            return ["1 record of this run is of a trial that is left out now; it counts all the same"]
        told = f"{beside:,} records of this run are of trials that are left out now; they count all the same"
        return [told] if beside else []

    def _gone(self) -> list[str]:
        """Name the trials that are not there any more, which is other than that nobody looked at or chose them."""
        told = [record.nodeid for record in self._past.kept() if record.nodeid]
        files = {one.partition("::")[0] for one in told}
        deleted = {file for file in files if not Path(self._config.rootpath, file).exists()}
        return [one for one in told if one.partition("::")[0] in deleted or self._is_not_made(one)]

    def _is_not_made(self, nodeid: str) -> bool:
        links = pairwise(_nodes_down_to(nodeid))
        return any(parent in self._collectors and node not in self._made for parent, node in links)

    def _refused(self, gone: list[str]) -> str:
        log = seen_from(self._config.invocation_params.dir, self._past.resumed.path) if self._past.resumed else ""
        return (
            "the run that is resumed has records of trials that are no more, and would count them: "
            f"{_listed(gone, ', ')}; start a new run, "
            f"--llm-replay={log} --llm-replay-changed=ask takes the other answers from it"
        )


def _listed(told: list[str], between: str) -> str:
    more = [f"and {len(told) - SHOWN:,} more"] if len(told) > SHOWN else []
    return between.join([*told[:SHOWN], *more])


def _nodes_down_to(nodeid: str) -> Iterator[str]:
    """Return the ids of a test's file, of its classes, and its own.

    Example:
        >>> list(_nodes_down_to("evals/test_a.py::TestA::test_x[q::1]"))
        ['evals/test_a.py', 'evals/test_a.py::TestA', 'evals/test_a.py::TestA::test_x[q::1]']
    """
    file, _, test = nodeid.partition("::")
    yield file
    *classes, _ = test.partition("[")[0].split("::")
    for number in range(1, len(classes) + 1):
        yield "::".join([file, *classes[:number]])
    yield nodeid
