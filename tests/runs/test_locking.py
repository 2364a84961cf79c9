from __future__ import annotations

import errno
import fcntl
from pathlib import Path
from typing import IO

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.locking import alone

LOCK = fcntl.flock


def test_a_second_session_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with alone(path, "is taken"), pytest.raises(RunLogError, match=r"a.jsonl: is taken"), alone(path, "is taken"):
        pass
    with alone(path, "is taken"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_was_taken_away_while_it_was_opened_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, ends = tmp_path / "a.jsonl", [True]

    def lock_as_the_session_before_ends(file: IO[str], how: int) -> None:
        if ends and ends.pop():
            (tmp_path / ".a.jsonl.lock").unlink()
        LOCK(file, how)

    monkeypatch.setattr(fcntl, "flock", lock_as_the_session_before_ends)
    with alone(path, "is taken"), pytest.raises(RunLogError, match="is taken"), alone(path, "is taken"):
        pass


def test_a_lock_file_that_another_session_made_anew_meanwhile_is_the_one_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "a.jsonl", tmp_path / ".a.jsonl.lock"
    others: list[IO[str]] = []

    def lock_while_another_comes_first(file: IO[str], how: int) -> None:
        if not others:
            lock.unlink()
            others.append(lock.open("w"))
            LOCK(others[0], how)
        LOCK(file, how)

    monkeypatch.setattr(fcntl, "flock", lock_while_another_comes_first)
    with pytest.raises(RunLogError, match="is taken"), alone(path, "is taken"):
        pass
    others[0].close()
    assert lock.exists(), "the other session's lock stays"


@pytest.mark.parametrize("held", ["a.jsonl", "link.jsonl"])
def test_a_file_and_a_link_to_it_are_one(tmp_path: Path, held: str) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "far" / ".." / "a.jsonl")
    other = {"a.jsonl": "link.jsonl", "link.jsonl": "a.jsonl"}[held]
    with (
        alone(tmp_path / held, "is taken"),
        pytest.raises(RunLogError, match=f"{other}: is taken"),
        alone(tmp_path / other, "is taken"),
    ):
        pass


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with alone(tmp_path / "a.jsonl", "is taken"):
        (tmp_path / "a.jsonl").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
