"""What the watch forbids, and what it lets pass."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.code.inside import watch
from pytest_llmeval.grading.code.inside.watch import Judge

READ, WRITE = os.O_RDONLY | os.O_CLOEXEC, os.O_WRONLY | os.O_CREAT


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.chdir(tmp_path)
    return Judge(str(tmp_path), ["/usr/lib"])


@pytest.mark.parametrize(
    ("event", "args", "tried"),
    [
        ("open", ("/etc/passwd", "r", READ), "read /etc/passwd"),
        ("open", (b"/etc/passwd", "r", READ), "read /etc/passwd"),
        ("open", (Path("/etc/passwd"), "r", READ), "read /etc/passwd"),
        ("open", ("../outside", "w", WRITE), "write to ../outside"),
        ("open", ("/usr/lib/x.py", "w", WRITE), "write to /usr/lib/x.py"),
        ("open", ("/usr/library", "r", READ), "read /usr/library"),
        ("os.remove", ("/etc/passwd", -1), "change /etc/passwd"),
        ("os.rename", ("inside", "/outside", -1, -1), "change /outside"),
        ("socket.__new__", (None, 2, 1, 0), "open a network connection"),
        ("os.fork", (), "start a process"),
        ("subprocess.Popen", ("ls",), "start a process"),
        ("os.kill", (1, 9), "send a signal"),
        ("ctypes.dlopen", ("libc",), "call into C"),
    ],
)
def test_what_no_answer_needs_is_named(judge: Judge, event: str, args: tuple[Any, ...], tried: str) -> None:
    assert judge.tried(event, args) == tried


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("open", ("inside", "w", WRITE)),
        ("open", ("sub/inside", "r", READ)),
        ("open", ("/usr/lib/x.py", "r", READ)),
        ("open", ("/dev/null", "w", WRITE)),
        ("open", ("/dev/urandom", "r", READ)),
        ("open", (3, "w", WRITE)),
        ("os.remove", ("inside", -1)),
        ("os.mkdir", ("inside", 0o777, -1)),
        ("import", ("json", None, None, None, None)),
        ("compile", ("x", "y")),
    ],
)
def test_what_harms_nobody_passes(judge: Judge, event: str, args: tuple[Any, ...]) -> None:
    assert judge.tried(event, args) is None


def test_whoever_tries_is_told_of_and_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Any] = []
    told: list[str] = []
    left: list[int] = []
    monkeypatch.setattr("sys.addaudithook", hooks.append)
    watch.stand_watch(str(tmp_path), [], told.append)
    (hook,) = hooks
    hook("os.fork", (), left.append)
    hook("import", (), left.append)
    assert (told, left) == (["start a process"], [1])
