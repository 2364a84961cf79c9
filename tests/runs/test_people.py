from __future__ import annotations

import getpass
import subprocess
from pathlib import Path

import pytest

from pytest_llmeval.runs.people import NOBODY, who


@pytest.fixture
def _no_git_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def test_a_ci_system_names_for_whom_it_works(tmp_path: Path) -> None:
    assert who(tmp_path, {"GITLAB_USER_LOGIN": "ada"}) == "ada (GITLAB_USER_LOGIN)"


@pytest.mark.usefixtures("_no_git_user")
def test_git_is_asked_next(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        subprocess.run(["git", "-C", str(tmp_path), "config", key, value], check=True)
    assert who(tmp_path, {"GITHUB_ACTOR": " "}) == "Ada <ada@example.org>"


@pytest.mark.usefixtures("_no_git_user")
def test_the_login_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    assert who(tmp_path, {}) == "ada"


def test_nobody_is_named_where_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setenv("PATH", "")
    assert who(tmp_path, {}) == NOBODY
