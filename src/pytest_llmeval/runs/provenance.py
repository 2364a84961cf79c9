"""Where a run comes from: its time, the commit and the versions it ran on."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

DISTRIBUTION = "pytest-llmeval-harness"
GIT_TIMEOUT_S = 10.0


class GitState(BaseModel):
    """What git says of a folder; None wherever it cannot say."""

    model_config = ConfigDict(frozen=True, extra="allow")

    sha: str | None = None
    """The commit, all forty digits."""
    dirty: bool | None = None
    """Whether tracked files differ from the commit; new files do not count, the run's own log is one."""
    branch: str | None = None
    """None on a detached head."""

    @property
    def short_sha(self) -> str | None:
        """Return the first eight digits of the commit."""
        return self.sha and self.sha[:8]


def git_state(root: Path, *, timeout_s: float = GIT_TIMEOUT_S) -> GitState:
    """Ask git for the state of the work tree a folder lies in.

    Never raises: without git, outside a repository, or when git takes too long, all is None.
    """
    try:
        told = subprocess.run(  # noqa: S603  fixed arguments, no shell
            ["git", "-C", str(root), "status", "--porcelain=v2", "--branch", "--untracked-files=no"],  # noqa: S607  git is wherever the user's PATH has it
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=True,
            env=git_environment(),
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return GitState()
    return _read_status(told.decode("utf-8", "replace").splitlines())


def git_environment() -> dict[str, str]:
    """Return the environment that git is asked in: English, without locks, in the working folder's repository."""
    # Inside a git hook these point at the hook's repository, which need not be the one that is evaluated.
    located = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
    kept = {name: value for name, value in os.environ.items() if name not in located}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def _read_status(lines: Sequence[str]) -> GitState:
    headers = dict(line[2:].partition(" ")[::2] for line in lines if line.startswith("# "))
    sha, branch = headers.get("branch.oid"), headers.get("branch.head")
    return GitState(
        sha=None if sha == "(initial)" else sha,
        dirty=any(not line.startswith("#") for line in lines),
        branch=None if branch == "(detached)" else branch,
    )


def utc_timestamp(now: datetime | None = None) -> str:
    """Write a time down as logs have it: ISO 8601, UTC, milliseconds.

    Example:
        >>> utc_timestamp(datetime(2026, 11, 21, 4, 31, 3, tzinfo=UTC))
        '2026-11-21T04:31:03.000Z'
    """
    at = datetime.now(UTC) if now is None else now.astimezone(UTC)
    told = at.isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


@cache
def harness_version(distribution: str = DISTRIBUTION) -> str:
    """Return our own version; ``unknown`` where we run from a folder that was never installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def versions(
    distributions: Iterable[str] = ("pytest", "pydantic", "openai", "anthropic", "genai-prices"),
) -> dict[str, str]:
    """Return the versions a run stands on, by name; packages that are not installed are left out."""
    told = {"python": platform.python_version(), "harness": harness_version(), "platform": platform.platform()}
    for name in distributions:
        found = harness_version(name)
        if found != "unknown":
            told[name] = found
    return told
