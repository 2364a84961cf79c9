"""Where the other eval harnesses live: a virtual environment of their own, made when they are first measured."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

SILENT = {"OPENAI_API_KEY": "key", "DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
VERSION = "import sys; from importlib.metadata import version; __import__({0!r}); sys.stdout.write(version({1!r}))"


def cache_folder() -> Path:
    """Return where the environment is kept from one measurement to the next."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pytest-llmeval" / "peers"


@dataclass(frozen=True)
class Harness:
    """A harness as it was found."""

    package: str
    version: str | None = None
    """None where it cannot be used."""
    reason: str = ""
    """Why not."""


class Peers:
    """The Python that has the other harnesses.

    Args:
        python: The Python of an environment that somebody else made; None for one of our own.
        install: Whether what is missing may be installed there.
    """

    def __init__(self, python: Path | None = None, *, install: bool = True) -> None:
        self._install = install and python is None
        self.python = python or cache_folder() / "bin" / "python"

    def find(self, package: str) -> Harness:
        """Return a harness, installed where it was missing."""
        found = self._look(package)
        if found.version is None and self._install:
            failure = self._make(package)
            found = Harness(package, reason=failure) if failure else self._look(package)
        return found

    def _look(self, package: str) -> Harness:
        if not self.python.exists():
            return Harness(package, reason=f"there is no {self.python}")
        code = VERSION.format(package.replace("-", "_"), package)
        done = self._run("-c", code)
        if done.returncode:
            return Harness(package, reason=f"cannot be imported ({_last_line(done.stderr)})")
        return Harness(package, done.stdout.split()[-1])

    def _make(self, package: str) -> str:
        """Install a harness, and return what went wrong."""
        sys.stderr.write(f"installing {package} into {self.python.parents[1]}\n")
        try:
            if not self.python.exists():
                venv.create(self.python.parents[1], with_pip=True)
            # All in one environment, and one by one: that one cannot be had keeps no other away.
            done = self._run("-m", "pip", "install", "--quiet", "openai", package)
        except (OSError, subprocess.SubprocessError) as error:
            return f"cannot be installed ({error})"
        return f"cannot be installed ({_last_line(done.stderr)})" if done.returncode else ""

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **SILENT}, timeout=1200)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1][:120]
