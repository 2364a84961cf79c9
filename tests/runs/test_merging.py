from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.merging import Merging, plan_merge
from pytest_llmeval.runs.provenance import GitState
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, write_sidecar
from tests.runs.samples import record


def info(**fields: Any) -> RunInfo:
    told: dict[str, Any] = {
        "run_id": "r-1",
        "started": "2026-11-21T04:00:00.000Z",
        "finished": "2026-11-21T05:00:00.000Z",
        "complete": True,
        "exit_status": 0,
        "models": ("openai:small",),
        "params": {"temperature": 0.0},
        "versions": {"harness": "1.0", "platform": "Linux-a"},
        "git": GitState(sha="a" * 40, dirty=False),
        "benchmarks": (BenchmarkInfo(name="facts", hash="h"),),
    }
    return RunInfo(**{**told, **fields})


def shard(path: Path, records: Sequence[Record], sidecar: RunInfo | None = None) -> Path:
    path.write_bytes(b"".join(map(record_line, records)))
    if sidecar is not None:
        write_sidecar(path, sidecar)
    return path


def merged(folder: Path, *shards: Sequence[Record]) -> Merging:
    logs = [shard(folder / f"{number}.jsonl", records) for number, records in enumerate(shards)]
    return plan_merge("all", logs)


def test_the_records_of_all_shards_are_one_run(tmp_path: Path) -> None:
    merging = merged(tmp_path, [record(1), record(2)], [record(3)])
    assert [one.question_id for one in merging.records()] == ["q1", "q2", "q3"]
    assert merging.run_id == "r-1"


def test_shards_with_ids_of_their_own_get_that_of_the_merged_log(tmp_path: Path) -> None:
    merging = merged(tmp_path, [record(1, run_id="a")], [record(2, run_id="b")])
    assert [one.run_id for one in merging.records()] == ["all", "all"]


def test_identical_records_count_once(tmp_path: Path) -> None:
    merging = merged(tmp_path, [record(1), record(2)], [record(2, run_id="r-2"), record(3)])
    assert [one.question_id for one in merging.records()] == ["q1", "q2", "q3"]
    assert merging.repeated == 1


def test_samples_and_models_are_trials_of_their_own(tmp_path: Path) -> None:
    found = [record(1, model="a"), record(1, model="b"), record(1, model="a", sample=2)]
    assert len(list(merged(tmp_path, found[:1], found[1:]).records())) == 3


def test_the_same_entry_is_asked_by_several_evals_and_with_several_parameters(tmp_path: Path) -> None:
    names = ("a.py::test_a[q1]", "a.py::test_b[q1]", "a.py::test_b[q1-long]")
    found = [record(1, nodeid=name, entry_hash=name[:12]) for name in names]
    assert len(list(merged(tmp_path, found[:2], found[2:]).records())) == 3


def test_two_different_records_of_one_trial_are_refused(tmp_path: Path) -> None:
    merging = merged(tmp_path, [record(1, answer="a", model="m")], [record(1, answer="b", model="m")])
    with pytest.raises(RunLogError, match=r"'q1' \(sample 1 of m\) is in .*0.jsonl and in .*1.jsonl, with different"):
        list(merging.records())


@pytest.mark.parametrize("answers", ["xy", "xx", "xyx"])
def test_lines_of_one_question_that_no_test_item_tells_apart_all_count(tmp_path: Path, answers: str) -> None:
    merging = merged(tmp_path, [record(1, answer=one) for one in answers], [record(2)])
    assert [one.answer for one in merging.records()] == [*answers, None]
    assert merging.repeated == 0


def test_lines_without_a_test_item_are_held_against_those_of_other_shards_in_their_turn(tmp_path: Path) -> None:
    first = [record(1, answer="x"), record(1, answer="y")]
    merging = merged(tmp_path, first, [*first, record(1, answer="x")])
    assert [one.answer for one in merging.records()] == ["x", "y", "x"]
    assert merging.repeated == 2
    with pytest.raises(RunLogError, match=r"is in .*0.jsonl and in .*1.jsonl, with different contents"):
        list(merged(tmp_path, first, first[::-1]).records())


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ({"entry_hash": "a"}, {"entry_hash": "b"}, "entry 'q1' was another question or had another gold answer"),
        ({"repo_sha": "a"}, {"repo_sha": "b"}, "repo_sha differs"),
        ({"harness_version": "1"}, {"harness_version": "2"}, "harness_version differs"),
    ],
)
def test_records_that_contradict_each_other_are_refused(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], fault: str
) -> None:
    merging = merged(tmp_path, [record(1, **first)], [record(1, sample=2, **second)])
    with pytest.raises(RunLogError, match=f"0.jsonl and .*1.jsonl are not of one run: {fault}; compare them instead"):
        list(merging.records())


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"models": ("openai:large",)}, r'models differ \(\["openai:small"\] and \["openai:large"\]\)'),
        ({"params": {"temperature": 1.0}}, r'params differ \({"temperature": 0.0} and {"temperature": 1.0}\)'),
        ({"versions": {"harness": "2.0"}}, r'versions differ \({"harness": "1.0"} and {"harness": "2.0"}\)'),
        ({"git": GitState(sha="b" * 40)}, "commits differ"),
        ({"benchmarks": (BenchmarkInfo(name="facts", hash="x"),)}, "benchmarks differ"),
    ],
)
def test_runs_under_other_conditions_are_refused(tmp_path: Path, other: dict[str, Any], fault: str) -> None:
    logs = [shard(tmp_path / "a.jsonl", [record(1)], info()), shard(tmp_path / "b.jsonl", [record(2)], info(**other))]
    with pytest.raises(RunLogError, match=f"a.jsonl and .*b.jsonl are not of one run: {fault}"):
        plan_merge("all", logs)


def test_machines_may_differ(tmp_path: Path) -> None:
    other = info(versions={"harness": "1.0", "platform": "Linux-b"})
    logs = [shard(tmp_path / "a.jsonl", [record(1)], info()), shard(tmp_path / "b.jsonl", [record(2)], other)]
    assert len(list(plan_merge("all", logs).records())) == 2


def test_missing_shards_are_named_and_make_the_run_incomplete(tmp_path: Path) -> None:
    logs = [
        shard(tmp_path / "a.jsonl", [record(1)], info(shard="2/4")),
        shard(tmp_path / "b.jsonl", [record(2)], info(shard="3/4")),
    ]
    merging = plan_merge("all", logs)
    assert merging.missing == ("1/4", "4/4")
    assert not merging.complete


def test_all_shards_make_the_run_complete(tmp_path: Path) -> None:
    parts = [info(shard="1/2", started="2026-11-21T03:00:00.000Z"), info(shard="2/2", exit_status=1)]
    logs = [shard(tmp_path / f"{n}.jsonl", [record(n)], part) for n, part in enumerate(parts)]
    merging = plan_merge("all", logs)
    assert merging.missing == ()
    found = merging.info({"records": 2})
    assert found is not None
    assert (found.complete, found.exit_status, found.started) == (True, 1, "2026-11-21T03:00:00.000Z")
    assert found.finished == "2026-11-21T05:00:00.000Z"
    assert found.totals == {"records": 2}
    assert (found.merged_from, found.merged_runs) == (("0.jsonl", "1.jsonl"), ("r-1",))


def test_only_what_no_shard_has_run_is_left_out_of_the_whole(tmp_path: Path) -> None:
    parts = [info(shard="1/2", deselected=7, left_to_shards=6), info(shard="2/2", deselected=5, left_to_shards=4)]
    logs = [shard(tmp_path / f"{n}.jsonl", [record(n)], part) for n, part in enumerate(parts)]
    found = plan_merge("all", logs).info({})
    assert found is not None
    assert (found.deselected, found.left_to_shards) == (2, 0)


def test_what_a_gate_said_of_a_shard_is_not_said_of_the_whole(tmp_path: Path) -> None:
    log = shard(tmp_path / "a.jsonl", [record(1)], info(gate="failed", gate_stage="work", gates=({"rule": "r"},)))
    found = plan_merge("all", [log]).info({})
    assert found is not None
    assert (found.gate, found.gate_stage, found.gates) == (None, None, ())


def test_a_shard_that_was_killed_makes_the_run_incomplete(tmp_path: Path) -> None:
    logs = [
        shard(tmp_path / "a.jsonl", [record(1)], info(finished=None, complete=False, exit_status=None)),
        shard(tmp_path / "b.jsonl", [record(2)], info()),
    ]
    found = plan_merge("all", logs).info({})
    assert found is not None
    assert (found.complete, found.finished, found.exit_status) == (False, None, 0)


def test_a_torn_shard_makes_the_run_incomplete(tmp_path: Path) -> None:
    path = shard(tmp_path / "a.jsonl", [record(1)], info())
    path.write_bytes(path.read_bytes() + b'{"run_id": "r')
    merging = plan_merge("all", [path])
    assert len(list(merging.records())) == 1
    assert [fault.line for fault in merging.torn] == [2]
    assert not merging.complete


def test_a_broken_line_is_refused(tmp_path: Path) -> None:
    path = shard(tmp_path / "a.jsonl", [record(1)])
    path.write_bytes(path.read_bytes() + b"nonsense\n")
    with pytest.raises(RunLogError, match=r"a.jsonl:2: no record"):
        list(plan_merge("all", [path]).records())


@pytest.mark.parametrize("told", ["2", "3/2", "0/2", "a/b"])
def test_a_shard_must_say_which_of_how_many(tmp_path: Path, told: str) -> None:
    path = shard(tmp_path / "a.jsonl", [record(1)], info(shard=told))
    with pytest.raises(RunLogError, match=r"a.run.json: shard must read like 2/5, got"):
        plan_merge("all", [path])


def test_shards_of_another_split_are_refused(tmp_path: Path) -> None:
    logs = [
        shard(tmp_path / "a.jsonl", [record(1)], info(shard="1/2")),
        shard(tmp_path / "b.jsonl", [record(2)], info(shard="2/3")),
    ]
    with pytest.raises(RunLogError, match="one of 2 shards, and one of 3"):
        plan_merge("all", logs)


def test_without_sidecars_there_is_none(tmp_path: Path) -> None:
    merging = merged(tmp_path, [record(1)])
    assert merging.info({}) is None
    assert merging.missing == ()
