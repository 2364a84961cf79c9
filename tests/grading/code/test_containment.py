"""Code that means harm: each kind is held, graded wrong, and the next program runs as if nothing had been."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from pytest_llmeval.grading.code import sandbox
from pytest_llmeval.grading.code.limits import Limits
from pytest_llmeval.grading.code.outcome import Outcome
from tests.grading.code.rig import SOON, needs_namespaces, run

RIGHT = "\n    return x + 1\n"
"""What a function ends with that does harm and yet gives the right answer."""


def errors(outcome: Outcome) -> str:
    return " | ".join(test.error or "passed" for test in outcome.tests)


def test_what_does_no_harm_passes() -> None:
    outcome = run("def f(x):" + RIGHT)
    assert (outcome.passed, outcome.rate(), outcome.ended) == (True, 1.0, None)


def test_an_endless_loop_uses_up_its_processor_time() -> None:
    outcome = run("def f(x):\n    while True:\n        pass\n")
    assert (outcome.rate(), outcome.ended) == (0.0, "it used up its 1 s of processor time")


def test_an_endless_loop_that_cannot_be_interrupted_ends_too() -> None:
    outcome = run(
        "import signal\nfor n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\ndef f(x):\n    return 10 ** 10 ** 10\n"
    )
    assert (outcome.rate(), outcome.passed) == (0.0, False)


def test_sleeping_runs_out_of_patience() -> None:
    limits = Limits(timeout_s=0.1, patience_s=0.01)
    outcome = run("import time\ndef f(x):\n    time.sleep(1000)\n", limits=limits)
    assert (outcome.rate(), outcome.ended) == (0.0, "it did not answer in time")


def test_ten_gigabytes_of_memory_are_not_there() -> None:
    outcome = run("def f(x):\n    hoard = bytearray(10 << 30)" + RIGHT)
    assert "MemoryError" in errors(outcome)
    assert outcome.rate() == 0.0


def test_a_gigabyte_of_output_is_cut_off_and_counts_against_it() -> None:
    outcome = run("def f(x):\n    for _ in range(1024):\n        print('x' * (1 << 20))" + RIGHT)
    assert (outcome.passed, outcome.ended) == (False, "it printed more than it may")


def test_a_gigabyte_of_output_counts_even_where_the_failure_is_swallowed() -> None:
    code = "import os\ndef f(x):\n    for _ in range(1024):\n        try:\n            os.write(1, b'x' * (1 << 20))\n"
    code += "        except OSError:\n            pass"
    outcome = run(code + RIGHT)
    assert (outcome.passed, outcome.rate(), outcome.ended) == (False, 1.0, "it printed more than it may")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("open('/etc/llm-eval-probe', 'w')", "write to /etc/llm-eval-probe"),
        ("open('/etc/passwd').read()", "read /etc/passwd"),
        ("__import__('os').mkdir('/var/llm-eval-probe')", "change /var/llm-eval-probe"),
        ("__import__('os').remove('/etc/passwd')", "change /etc/passwd"),
        ("__import__('socket').socket()", "open a network connection"),
        ("__import__('socket').getaddrinfo('example.org', 80)", "open a network connection"),
        ("__import__('os').kill(__import__('os').getppid(), 9)", "send a signal"),
        ("__import__('os').killpg(0, 9)", "send a signal"),
        ("__import__('os').fork()", "start a process"),
        ("__import__('os').system('true')", "start a process"),
        ("__import__('subprocess').run(['true'])", "start a process"),
        ("__import__('ctypes').CDLL(None)", "call into C"),
    ],
)
def test_what_an_answer_has_no_need_of_ends_it_and_is_told(act: str, told: str) -> None:
    outcome = run(f"def f(x):\n    try:\n        {act}\n    except BaseException:\n        pass" + RIGHT)
    assert (outcome.rate(), outcome.ended) == (0.0, f"it tried to {told}")


@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/llm-eval-probe', 'w')",
        "open('/usr/lib/llm-eval-probe', 'w')",
        "open('/llm-eval-probe', 'w')",
        "open('/etc/passwd').read()",
        "open('/proc/1/environ').read()",
        f"open({str(Path(__file__))!r}).read()",
        "__import__('socket').create_connection(('127.0.0.1', 9), 2)",
        "__import__('os').kill(2, 9)",
        "__import__('os').execv('/bin/sh', ['sh'])",
    ],
)
def test_the_walls_hold_without_the_watch(act: str) -> None:
    needs_namespaces()
    outcome = run(f"def f(x):\n    {act}" + RIGHT, watched=False)
    assert outcome.rate() == 0.0
    assert "Error" in errors(outcome), errors(outcome)


def test_a_signal_to_everybody_reaches_nobody_without_the_watch() -> None:
    needs_namespaces()
    code = (
        "import os\ndef f(x):\n    for target in (os.getppid(), 0, -1):\n        try:\n            os.kill(target, 9)\n"
    )
    code += "        except OSError:\n            pass"
    assert run(code + RIGHT, watched=False).rate() == 1.0  # not even itself: it is the first of its own namespace


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch) -> str:
    """Sign the command line of the sandboxes that this test starts, and of all processes that come of them."""
    signature = f"# {uuid4()}"
    monkeypatch.setattr(sandbox, "_START", f"{sandbox._START}  {signature}")
    return signature


def processes(signature: str) -> list[str]:
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [line.parent.name] if signature in line.read_text() else []
    return found


def test_a_fork_storm_meets_the_limit_and_leaves_nothing_behind(sign: str) -> None:
    needs_namespaces()
    code = (
        "import os, time\ndef f(x):\n    born = 0\n    for _ in range(200):\n        try:\n"
        "            if os.fork() == 0:\n                time.sleep(1000)\n            born += 1\n"
        "        except OSError:\n            break\n    return born\n"
    )
    outcome = run(code, ["assert 0 < f(1) < 16"], watched=False, entry_point=None)
    assert outcome.passed, errors(outcome)
    assert processes(sign) == []


def test_strays_of_a_weak_sandbox_are_cleared_up(sign: str) -> None:
    code = (
        "import os, time\ndef f(x):\n    for _ in range(20):\n        if os.fork() == 0:\n            os.setsid()\n"
        "            if os.fork() == 0:\n                time.sleep(1000)\n            os._exit(0)"
    )
    assert run(code + RIGHT, watched=False, isolation="process").rate() == 1.0
    assert processes(sign) == []


def test_the_environment_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    outcome = run("import os\ndef f(x):\n    return sorted(os.environ)\n", ["assert f(1) in ([], ['LC_CTYPE'])"])
    assert outcome.passed, errors(outcome)
    outcome = run("import os\ndef f(x):\n    return x + len(os.environ['OPENAI_API_KEY'])\n")
    assert (outcome.rate(), "KeyError" in errors(outcome)) == (0.0, True)


def test_a_candidate_may_write_in_its_own_folder_and_nothing_of_it_is_left() -> None:
    code = (
        "import os\ndef f(x):\n    with open('note', 'w') as note:\n        note.write(str(x + 1))\n"
        "    with open('note') as note:\n        return int(note.read())\n"
    )
    before = set(Path("/tmp").iterdir())
    assert run(code).passed
    assert not [one for one in set(Path("/tmp").iterdir()) - before if (one / "note").exists()]


def test_a_file_has_a_largest_size() -> None:
    grown = "import os\ndef f(x):\n    big = open('big', 'wb', buffering=0)\n    big.write(b'x' * (1 << 20))\n"
    outcome = run(grown + "    return os.stat('big').st_size\n", [f"assert f(1) <= {SOON.output_kb * 1024}"])
    assert outcome.passed, errors(outcome)


def test_this_process_takes_no_harm() -> None:
    received: list[int] = []
    old = signal.signal(signal.SIGUSR1, lambda number, _: received.append(number))
    try:
        outcome = run("import os\ndef f(x):\n    os.kill(os.getppid(), 10)" + RIGHT, watched=False)
    finally:
        signal.signal(signal.SIGUSR1, old)
    assert outcome.passed
    assert received == []
