"""Who takes a decision that is written down with a run."""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

CI_USERS = (
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILDKITE_BUILD_CREATOR",
    "BITBUCKET_STEP_TRIGGERER_UUID",
    "BUILD_USER",
)
"""Where CI systems say for whom they work; git there knows but a robot."""
GIT_TIMEOUT_S = 10.0
NOBODY = "unknown"


def who(root: Path, environ: Mapping[str, str] | None = None) -> str:
    """Name the person at work: as the CI system says, else git, else the login. Never raises.

    Args:
        root: A folder of the repository.
        environ: The environment; this process's unless given.
    """
    told = os.environ if environ is None else environ
    for name in CI_USERS:
        if told.get(name, "").strip():
            return f"{told[name].strip()} ({name})"
    return _git_user(root) or _login()


def _git_user(root: Path) -> str | None:
    name, mail = (_git_value(root, key) for key in ("user.name", "user.email"))
    return f"{name or ''}{f' <{mail}>' if mail else ''}".strip() or None


def _git_value(root: Path, key: str) -> str | None:
    try:
        told = subprocess.run(  # noqa: S603  fixed arguments, no shell
            ["git", "-C", str(root), "config", "--get", key],  # noqa: S607  git is wherever the user's PATH has it
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=GIT_TIMEOUT_S,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return told.decode("utf-8", "replace").strip() or None


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login name, and no entry in the password database
        return NOBODY
