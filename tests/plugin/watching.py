"""A pytest plugin that notes each item pytest has finished with, in ``finished.txt``: ``-p tests.plugin.watching``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NOTES = "finished.txt"


class Watch:
    """Registered in the only process, or in the xdist controller."""

    def __init__(self) -> None:
        self._file = os.open(Path(NOTES), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Take note of it with one write, which no kill can tear."""
        os.write(self._file, f"{nodeid}\n".encode())


def finished_in(place: Path) -> list[str]:
    """Return the node ids of the items that pytest finished with."""
    notes = place / NOTES
    return notes.read_text().splitlines() if notes.exists() else []


def pytest_configure(config: pytest.Config) -> None:
    """Watch where reports come together."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch(), "watching")
