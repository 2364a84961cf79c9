from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pytest_llmeval.runs.provenance import GitState, git_state, harness_version, utc_timestamp, versions
from pytest_llmeval.runs.run_id import new_run_id

NOON = datetime(2026, 11, 21, 12, 0, 0, 5000, tzinfo=UTC)


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    shown = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return shown.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "a.py").write_text("1\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_commit_and_branch_are_told_from_any_folder_of_the_repository(repository: Path) -> None:
    (repository / "sub").mkdir()
    sha = git(repository, "rev-parse", "HEAD")
    assert git_state(repository / "sub") == GitState(sha=sha, dirty=False, branch="trunk")
    assert git_state(repository).short_sha == sha[:8]


def test_a_changed_file_makes_it_dirty_and_a_new_one_does_not(repository: Path) -> None:
    (repository / "new.jsonl").write_text("{}\n")
    assert git_state(repository).dirty is False
    (repository / "a.py").write_text("2\n")
    assert git_state(repository).dirty is True


def test_a_detached_head_has_no_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert git_state(repository).branch is None
    assert git_state(repository).sha is not None


def test_a_repository_without_commits_has_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk")
    assert git_state(tmp_path) == GitState(sha=None, dirty=False, branch="trunk")


def test_a_git_hook_does_not_lead_astray(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    assert git_state(repository).branch == "trunk"


def test_no_repository_no_git_and_no_time_leave_all_unknown(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_state(repository, timeout_s=0) == GitState()
    assert git_state(repository / "missing") == GitState()
    monkeypatch.setenv("PATH", "")
    assert git_state(repository) == GitState()
    assert git_state(repository).short_sha is None


def test_run_ids_sort_by_time_and_differ_within_a_second() -> None:
    first = new_run_id(NOON, lambda count: "ab" * count)
    assert first == "20261121T120000Z-ababab"
    assert first < new_run_id(NOON + timedelta(seconds=1), lambda count: "00" * count)
    assert new_run_id(NOON) != new_run_id(NOON)


def test_times_of_other_zones_are_written_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-8)))
    assert new_run_id(there, lambda count: "00" * count).startswith("20261121T120000Z")
    assert utc_timestamp(there) == "2026-11-21T12:00:00.005Z"


def test_the_time_is_now_where_none_is_given() -> None:
    told = datetime.fromisoformat(utc_timestamp())
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)
    assert new_run_id()[:8].isdigit()


def test_a_package_that_is_not_installed_has_an_unknown_version() -> None:
    assert harness_version("no-such-distribution-at-all") == "unknown"
    assert harness_version("pytest") == pytest.__version__


def test_versions_leave_out_what_is_not_installed() -> None:
    told = versions(("pytest", "no-such-distribution-at-all"))
    assert told["pytest"] == pytest.__version__
    assert set(told) == {"python", "harness", "platform", "pytest"}
