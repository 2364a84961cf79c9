"""The sandbox from outside: what it starts, and what it makes of an end that was not planned."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.code import sandbox
from pytest_llmeval.grading.code.sandbox import Exam, NotIsolated, Program, Sandbox
from tests.grading.code.rig import CHECK, SOON, isolation, needs_namespaces, run

RIGHT = Program("def f(x): return x + 1", names=("f",))
EXAM = Exam((("hidden", CHECK),), "f")


def started(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(sandbox, "_START", code)


def test_a_sandbox_that_breaks_says_so_and_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    started(monkeypatch, "raise RuntimeError('out of luck')")
    with pytest.raises(GraderError, match=r"^the sandbox broke: RuntimeError: out of luck$"):
        Sandbox().run(RIGHT, EXAM, SOON)
    started(monkeypatch, "import sys; sys.exit(7)")
    with pytest.raises(GraderError, match=r"^the sandbox broke: exit status 7$"):
        Sandbox().run(RIGHT, EXAM, SOON)


def test_an_examiner_that_is_killed_has_given_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    started(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    outcome = Sandbox().run(RIGHT, EXAM, SOON)
    assert (outcome.passed, outcome.rate(), outcome.ended) == (False, 0.0, "the tests were ended from outside")


def test_a_sandbox_that_hangs_is_ended_with_all_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started(monkeypatch, "import os, time; os.fork(); time.sleep(1000)")
    monkeypatch.setattr(sandbox, "_GRACE_S", -SOON.wall_s + 0.2)
    with pytest.raises(GraderError, match="did not come to its end"):
        Sandbox().run(RIGHT, EXAM, SOON)


def test_ctrl_c_ends_the_sandbox_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    started(monkeypatch, "import time; time.sleep(1000)")
    ended: list[int] = []

    def end(process: subprocess.Popen[bytes]) -> None:
        ended.append(process.pid)
        process.kill()
        process.__exit__(None, None, None)

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupt)
    monkeypatch.setattr(sandbox, "_end", end)
    with pytest.raises(KeyboardInterrupt):
        Sandbox().run(RIGHT, EXAM, SOON)
    assert len(ended) == 1


def test_walls_that_cannot_be_raised_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    started(
        monkeypatch, 'import os; os.read(0, 1 << 20); os.write(1, b\'{"setup": "unshare: Operation not permitted"}\')'
    )
    with pytest.raises(NotIsolated, match=r"cannot be isolated on this machine \(unshare: Operation not permitted\)"):
        Sandbox().check()


def test_a_sandbox_that_fails_its_own_trial_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "Exam", lambda suites: Exam((("hidden", ("assert one() == 2",)),)))
    with pytest.raises(NotIsolated, match=r"cannot be run on this machine \(got 1\)"):
        Sandbox(isolation()).check()


def test_no_more_run_at_once_than_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2)

    def told(_: bytes, __: float) -> dict[str, object]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        both.wait(60)
        with lock:
            inside -= 1
        return {"tests": [], "broken": None, "end": None, "flooded": False}

    monkeypatch.setattr(sandbox, "_told", told)
    shared = Sandbox(at_once=2)
    threads = [threading.Thread(target=shared.run, args=(RIGHT, EXAM, SOON)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_the_working_folder_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = "import os\ndef f(x):\n    os.makedirs('a/b', exist_ok=True)\n    open('a/b/c', 'w').write('x')\n"
    code += "    return x + 1\n"
    for kind in ("process", isolation()):
        assert run(code, isolation=kind).passed
    assert list(tmp_path.iterdir()) == []


def test_programs_see_neither_packages_nor_this_repository() -> None:
    for module in ("pytest", "pydantic", "site"):
        outcome = run(
            f"import sys\ndef f(x):\n    return {module!r} in sys.modules\n", ["assert f(1) is False"], entry_point=None
        )
        assert outcome.passed, outcome
    outcome = run("def f(x):\n    import pydantic\n    return x + 1\n")
    assert "ModuleNotFoundError" in str(outcome.tests[0].error)
    assert run("import json, re, heapq, itertools, typing, hashlib\ndef f(x):\n    return x + 1\n").passed


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_gets_walls_too() -> None:
    needs_namespaces()
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    here = str(Path(sandbox.__file__).parents[3])
    script = "import sys; sys.path.insert(0, sys.argv[1]); import pytest_llmeval.grading.code.inside.main"
    if python is None or subprocess.run([python, "-I", "-S", "-c", script, here], user=65534, check=False).returncode:
        pytest.skip("an ordinary user can read neither Python nor this package here")
    with tempfile.TemporaryDirectory(dir="/tmp") as work:
        shutil.chown(work, 65534)
        said = said_to_an_ordinary_user(python, here, work)
    if b'"setup"' in said:
        pytest.skip(f"an ordinary user gets no namespaces here: {said!r}")
    assert b"65534" in said
    assert b"etc" not in said


def said_to_an_ordinary_user(python: str, here: str, work: str) -> bytes:
    code = "import os\ndef f(x):\n    return os.listdir('/'), os.getuid()\n"
    messages = Sandbox(watched=False)._messages(
        Program(code, names=("f",)), Exam((("hidden", ("assert f(1) == (1, 2)",)),)), SOON, work
    )
    command = [python, "-I", "-S", "-B", "-X", "utf8", "-c", sandbox._START, here]
    ran = subprocess.run(
        command, input=messages, capture_output=True, user=65534, group=65534, extra_groups=[], check=True
    )
    return ran.stdout
