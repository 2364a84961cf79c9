"""Of a trial that was run again the last line counts, whoever reads the log."""

from __future__ import annotations

import gzip
import json
import os
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.sides import read_sides
from pytest_llmeval.analysis.history import read_history
from pytest_llmeval.analysis.run_figures import read_figures
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.graded_log import being_graded
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.replaced import Replaced
from tests.runs.samples import record

TRIAL: dict[str, Any] = {"nodeid": "test_a.py::test_it[q1]", "provider": "p", "model": "m", "grade": "wrong"}


def write(path: Path, *told: dict[str, Any]) -> Path:
    lines = (record_line(record(1, answer=str(number), **{**TRIAL, **one})) for number, one in enumerate(told))
    path.write_bytes(b"".join(lines))
    return path


def answers(path: Path, told: list[Replaced] | None = None) -> list[str | None]:
    return [one.answer for one in iter_records(path, on_replaced=(told if told is not None else []).append)]


def test_the_last_line_of_a_trial_counts_and_the_others_are_told(tmp_path: Path) -> None:
    other = {"nodeid": "test_a.py::test_it[q2]", "question_id": "q2"}
    path = write(tmp_path / "a.jsonl", {}, other, {}, {})
    told: list[Replaced] = []
    assert answers(path, told) == ["1", "3"]
    assert list(map(str, told)) == [
        f"{path}: 2 of 4 records were replaced by a later try of the same trial; the last one counts"
    ]
    assert [one.answer for one in iter_records(path, every_try=True)] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "other",
    [{"model": "n"}, {"provider": "o"}, {"sample": 2}, {"question_id": "q2"}, {"nodeid": "test_a.py::test_other[q1]"}],
)
def test_what_differs_in_anything_else_is_another_trial(tmp_path: Path, other: dict[str, Any]) -> None:
    assert answers(write(tmp_path / "a.jsonl", {}, other)) == ["0", "1"]


@pytest.mark.parametrize("nodeid", [None, ""])
def test_lines_of_plain_scripts_all_count(tmp_path: Path, nodeid: str | None) -> None:
    assert answers(write(tmp_path / "a.jsonl", {"nodeid": nodeid}, {"nodeid": nodeid})) == ["0", "1"]


def test_a_test_item_that_an_answer_or_a_call_speaks_of_is_not_the_lines_own(tmp_path: Path) -> None:
    said = json.dumps({"nodeid": TRIAL["nodeid"]})
    path = write(tmp_path / "a.jsonl", {"grading_notes": said}, {"nodeid": "x", "params": {"nodeid": TRIAL["nodeid"]}})
    assert answers(path) == ["0", "1"]


def test_other_programs_may_write_the_item_in_other_letters(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"nodeid": "t[ü]"}, {})
    told = json.loads(record_line(record(1, answer="last", **{**TRIAL, "nodeid": "t[ü]"})))
    with path.open("a") as file:
        file.write(json.dumps(told, indent=None, separators=(" , ", " : ")) + "\n")
    assert answers(path) == ["1", "last"]


def test_a_broken_line_replaces_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {}, {"nodeid": "x"})
    with path.open("a") as file:
        file.write(json.dumps({"nodeid": TRIAL["nodeid"], "question_id": "q1"}))
    assert answers(path) == ["0", "1"]


def test_a_packed_log_is_gone_through_as_well(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.jsonl", {}, {})
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert answers(packed) == ["1"]


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    content = write(tmp_path / "a.jsonl", {}, {}).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[content])
    writer.start()
    assert answers(pipe) == ["0", "1"]
    writer.join()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("mn"), st.integers(1, 2)), min_size=1, max_size=12))
def test_as_many_count_as_there_are_trials(tmp_path_factory: pytest.TempPathFactory, tries: list[Any]) -> None:
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    write(path, *({"nodeid": nodeid, "model": model, "sample": sample} for nodeid, model, sample in tries))
    last = {one: str(number) for number, one in enumerate(tries)}
    assert sorted(answers(path), key=str) == sorted(last.values())


def test_all_that_count_records_agree(tmp_path: Path) -> None:
    right = {"grade": "fully_correct", "outcome": "passed"}
    path = write(tmp_path / "a.jsonl", {}, {}, right)
    (run,) = read_figures([path])
    (series,) = read_history([path])
    (side,) = read_sides(path).values()
    with being_graded(path, tmp_path / "g.jsonl") as log:
        graded = [one.record.answer for one in log.trials]
    assert next(iter(run.summaries)).records == 1
    assert (series.points[0].share.count, series.points[0].share.n) == (1, 1)
    assert ([one.correct for one in side.trials.values()], side.repeated) == ([True], 2)
    assert graded == ["2"]


def test_a_graded_log_keeps_the_lines_that_do_not_count(tmp_path: Path) -> None:
    path = write(tmp_path / "a-graded.jsonl", {}, {"nodeid": "x"}, {})
    before = path.read_bytes().splitlines()
    with being_graded(path) as log:
        log.save()
    assert sorted(path.read_bytes().splitlines()) == sorted(before)
    assert answers(path) == ["1", "2"]


def test_a_line_longer_than_what_is_read_at_once_is_held_whole(tmp_path: Path) -> None:
    long = "x" * (3 << 20)
    path = write(tmp_path / "a.jsonl", {"grading_notes": long}, {"nodeid": "y"}, {"params": {"a": long}}, {})
    assert answers(path) == ["1", "3"]


def test_a_line_that_is_too_long_is_not_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bounded", "runs.replaced"):
        monkeypatch.setattr(f"pytest_llmeval.{module}.LONGEST_LINE", 1 << 20)
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(RunLogError, match=r"a\.jsonl:1: the line is longer than 1 MiB"):
            list(iter_records(path))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
