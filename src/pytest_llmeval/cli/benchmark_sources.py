"""Where a command takes a benchmark from: a file, or a file as a revision of git has it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_llmeval.benchmark.loading import Benchmark, load_benchmark
from pytest_llmeval.bounded import LARGEST_WHOLE
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.runs.provenance import git_environment

TIMEOUT_S = 60.0


def benchmark_of(source: str) -> Benchmark:
    """Read a benchmark.

    Args:
        source: A file; or ``REV:PATH``, the path from the repository's root (with ``./`` before it: from the working
            folder), and nothing before the colon for what is staged. A file of that very name wins.

    Raises:
        BenchmarkError: Where it cannot be read, in one line; or with every fault of what was read.
    """
    revision, colon, path = source.partition(":")
    if not colon or not path or _is_there(Path(source)):
        return load_benchmark(Path(source))
    with tempfile.TemporaryDirectory(prefix="pytest-llmeval-") as folder:
        copy = Path(folder) / Path(path).name
        _Git(source).write(revision, path, copy)
        return replace(load_benchmark(copy, shown=source), path=None)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # longer than any name, or behind a folder that may not be read
        return False


class _Git:
    """Asks git for one file of one revision.

    Args:
        source: As the user wrote it; begins every message.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def write(self, revision: str, path: str, target: Path) -> None:
        """Write the file as the revision has it.

        Raises:
            BenchmarkError: Where there is no git, no repository, no such revision or no such file in it.
        """
        if self._ask("rev-parse", "--git-dir") is None:
            raise self._fault("no such file, and no git repository here to take it from")
        # A name that begins with a dash would be read as an option; no revision has one.
        sound = not revision.startswith("-")
        if revision and (not sound or self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}") is None):
            raise self._fault(f"no such file, and git knows no revision {revision!r}")
        kind = self._ask("cat-file", "-t", f"{revision}:{path}")
        if kind != "blob":
            there = f"revision {revision!r}" if revision else "what is staged"
            what = "is a directory" if kind == "tree" else "is not there"
            raise self._fault(f"{path!r} {what} in {there}; a path is from the repository's root, or begins with ./")
        if int(self._ask("cat-file", "-s", f"{revision}:{path}") or 0) > LARGEST_WHOLE:
            raise self._fault(f"is larger than {LARGEST_WHOLE >> 20:,} MiB; check the revision out and name the file")
        try:
            with target.open("wb") as file:
                self._run(["cat-file", "blob", f"{revision}:{path}"], file.fileno())
        except OSError as error:
            raise self._fault(f"cannot be copied to be read: {error.strerror or error}") from None

    def _ask(self, *arguments: str) -> str | None:
        """Return what git says; None where it refuses."""
        done = self._run(arguments, subprocess.PIPE)
        return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None

    def _run(self, arguments: Sequence[str], stdout: int) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  no shell; what the user wrote is never an option
                ["git", *arguments],  # noqa: S607  git is wherever the user's PATH has it
                stdout=stdout,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_S,
                check=False,
                env=git_environment(),
            )
        except FileNotFoundError:
            raise self._fault("no such file, and git is not installed to take it from a revision") from None
        except (OSError, ValueError) as error:
            raise self._fault(f"cannot be taken from git: {error}") from None
        except subprocess.TimeoutExpired:
            raise self._fault(
                f"git took longer than {TIMEOUT_S:.0f} s; check the revision out, name the file"
            ) from None

    def _fault(self, text: str) -> BenchmarkError:
        return BenchmarkError([f"{self._source}: {text}"])
