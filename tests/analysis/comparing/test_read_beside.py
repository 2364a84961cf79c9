from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.analysis.comparing import read_beside as module
from pytest_llmeval.analysis.comparing.read_beside import WORTH_IT, hand_over, taken_over
from pytest_llmeval.analysis.comparing.sides import read_sides
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record_parts import PerturbationInfo
from pytest_llmeval.runs.sidecar import write_sidecar
from tests.analysis.two_runs import records, run_info

COMMAND = """
import multiprocessing, os, signal, sys, time
from pytest_llmeval.analysis.comparing import read_beside
from pytest_llmeval.cli.main import main

parent, read, take = os.getpid(), read_beside.read_sides, read_beside.taken_over

def read_sides(path, votes):
    if os.getpid() != parent:
        {in_child}
    return read(path, votes)

read_beside.read_sides = read_sides
read_beside.taken_over = lambda between: sys.stderr.write("taken over\\n") and take(between)
read_beside.WORTH_IT = {worth_it}
status = main(["compare", "base.jsonl", "new.jsonl"])
sys.exit(99 if multiprocessing.active_children() else status)
"""
"""The command in a process of its own, which has one thread, as users' have and that of a test has not."""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "base.jsonl").write_bytes(b"".join(map(record_line, records("C" * 40))))
    (tmp_path / "new.jsonl").write_bytes(b"".join(map(record_line, records("C" * 25 + "W" * 15))))
    return tmp_path


def compare(here: Path, in_child: str = "pass", worth_it: int = 0) -> tuple[int, str, str]:
    code = COMMAND.format(in_child=in_child, worth_it=worth_it)
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_all_that_sides_hold_is_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    variant = records("W", question_id="q0-typos", parent_id="q0", perturbation=PerturbationInfo(kind="typos"))
    tries = [*records("CWPU+-E?", nodeid="test_a.py::test_q"), *records("C", nodeid="test_a.py::test_q")]
    made = [*tries, *records("CC", model="other"), *variant]
    path.write_bytes(b"".join(map(record_line, made)) + b'{"run_id": ')
    write_sidecar(path, run_info(run_id="r-7"))
    read = read_sides(path, VoteRules(most_apart=20.0))
    for block in (1, 3, 1000):
        monkeypatch.setattr(module, "_BLOCK", block)
        between = io.BytesIO()
        hand_over(read, between)
        assert taken_over(between) == read
    assert [len(side.trials) for side in read.values()] == [8, 2]  # handing over has taken nothing


def test_a_large_log_is_read_in_a_second_process_and_the_outcome_is_the_same(here: Path) -> None:
    status, shown, told = compare(here)
    assert (status, told) == (1, "taken over\n")
    assert shown.startswith("worse\n  fully correct down 37.5 points")
    assert compare(here, worth_it=10**9) == (status, shown, "")


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), signal.SIGKILL)", "raise MemoryError", "raise OSError"])
def test_where_the_second_process_fails_the_first_one_reads_the_log(here: Path, fault: str) -> None:
    status, shown, told = compare(here, fault)
    assert (status, told) == (1, "")
    assert shown.startswith("worse")


def test_a_broken_log_is_told_once(here: Path) -> None:
    (here / "new.jsonl").write_text("{}\n" + (here / "new.jsonl").read_text())
    status, shown, told = compare(here)
    assert (status, shown) == (2, "")
    assert told.count("\n") == 1
    assert "new.jsonl:1: no record" in told


def test_nobody_waits_for_a_log_whose_other_side_cannot_be_read(here: Path) -> None:
    (here / "base.jsonl").write_text("")
    status, _, told = compare(here, "time.sleep(600)")
    assert (status, told.count("\n")) == (2, 1)  # 99 where the process was still there
    assert "base.jsonl: is empty" in told


def test_ctrl_c_ends_both_in_silence(here: Path) -> None:
    # Both of one terminal get the signal, the child a moment before its parent.
    interrupt = "os.killpg(0, signal.SIGINT); time.sleep(600)"
    code = COMMAND.format(in_child=interrupt, worth_it=0)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        shown, told = running.communicate(timeout=60)
    assert (running.returncode, shown, told) == (130, b"", b"")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path, patch: patch.setattr(sys, "platform", "darwin"),
        lambda path, patch: patch.setattr(threading, "active_count", lambda: 2),
        lambda path, patch: patch.setattr(os, "sched_getaffinity", lambda pid: {0}),
        lambda path, patch: os.truncate(path, WORTH_IT - 1),
        lambda path, patch: path.unlink(),
    ],
    ids=["not Linux", "threads", "one core", "small", "missing"],
)
def test_a_second_process_must_be_safe_and_pay(
    spoil: Callable[[Path, pytest.MonkeyPatch], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.touch()
    os.truncate(path, WORTH_IT)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    assert module._pays(path)
    spoil(path, monkeypatch)
    assert not module._pays(path)
