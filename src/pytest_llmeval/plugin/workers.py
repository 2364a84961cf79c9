"""Under pytest-xdist: workers compute, the controller writes; here is what passes between them besides reports."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from pytest_llmeval.plugin.state import BRIEFING, run_id

PAYLOAD = "llm_eval"
"""The attribute of a report that carries what the plugin has to say about a trial."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was collected, as the header tells it."""

    models: tuple[str, ...] = ()
    entries: int = 0
    trials: int = 0
    functions: tuple[str, ...] = ()
    """The test functions that ask, as pytest names them."""
    finished: int = 0
    """Trials of them that a resumed run has already."""
    benchmarks: tuple[dict[str, Any], ...] = ()
    deselected: int = 0
    """Evals that are not run though they were collected."""
    left_to_shards: int = 0
    """Those of them that are of other shards."""
    notes: tuple[str, ...] = ()
    """What the user should know before the run."""
    contamination: tuple[str, ...] = ()
    """What is known of its contamination; nothing where nobody has checked."""
    refusal: str = ""
    """Why the run must not begin."""


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process is an xdist worker."""
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Tell whether this process hands tests out to xdist workers."""
    return config.pluginmanager.has_plugin("dsession")


def briefing(config: pytest.Config) -> dict[str, Any]:
    """Return what the controller told this worker; empty in any other process."""
    told: dict[str, Any] = getattr(config, "workerinput", {}).get(BRIEFING, {})
    return told


class Listener(Protocol):
    """Who is told what the workers found: the eval session of the controller."""

    def workers_collected(self, collected: Collected | None) -> None:
        """Take note of it; None where the workers could not say and a report came first."""
        ...


def brief(node: Any, wake: Callable[[pytest.Config], Listener]) -> None:
    """Tell a worker which run it works for, and listen for what it finds.

    Args:
        node: The worker, as xdist describes it.
        wake: Makes the controller's eval session, or returns it.
    """
    config: pytest.Config = node.config
    listener = config.pluginmanager.get_plugin("llm_eval_controller")
    if listener is None:
        listener = Controller(config, wake)
        config.pluginmanager.register(listener, "llm_eval_controller")
    told = {"run_id": run_id(config), "notes": str(listener.notes), "started": listener.started}
    node.workerinput[BRIEFING] = told


def leave_note(config: pytest.Config, collected: Collected) -> None:
    """Let the controller know what this worker collected; all workers collect the same, so the last one counts."""
    folder = Path(briefing(config)["notes"])
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{config.workerinput['workerid']}.draft"  # type: ignore[attr-defined]
    draft.write_text(json.dumps(asdict(collected)), encoding="utf-8")
    draft.replace(folder / "collected.json")


class Controller:
    """Lives in the controller from the first worker on; wakes the eval session when a worker has found evals.

    Workers on other machines leave no note that can be read here; then the first report of a trial does it.
    """

    def __init__(self, config: pytest.Config, wake: Callable[[pytest.Config], Listener]) -> None:
        self._config = config
        self._wake = wake
        self.notes = Path(tempfile.gettempdir()) / f"pytest-llmeval-{run_id(config)}"
        self.started = time.time()
        self._told = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Print the header once a worker says what it collected."""
        note = self.notes / "collected.json"
        if not self._told and note.exists():
            self._told = True
            found = json.loads(note.read_text(encoding="utf-8"))
            told: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
            }
            self._wake(self._config).workers_collected(Collected(**told))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Have the eval session hear the first report of a trial, and so all."""
        if not self._told and getattr(report, PAYLOAD, None):
            self._told = True
            self._wake(self._config).workers_collected(None)

    def pytest_unconfigure(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.notes, ignore_errors=True)
