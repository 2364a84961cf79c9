from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.conditions import Change, Conditions, changes, incomparable
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.record_parts import JudgeInfo
from pytest_llmeval.runs.sidecar import RunInfo
from tests.analysis.two_runs import run_info
from tests.runs.samples import record


def conditions(*rows: dict[str, Any]) -> Conditions:
    made = Conditions()
    for row in rows:
        made.add(record(1, **row))
    return made


def changed(base: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    told = changes(conditions(base), conditions(new), None, None)
    return [(one.what, one.base, one.new) for one in told]


def call(served: str, role: str = "model", mark: str | None = None) -> Call:
    reply = Reply("", served_model=served, system_fingerprint=mark)
    return Call("openai", "m", (), reply, "h", role=role)  # type: ignore[arg-type]


def test_every_condition_of_a_record_that_changed_is_told() -> None:
    base = {
        "model": "a", "provider": "openai", "prompt_hash": "p1", "retrieval_method": "bm25", "repo_sha": "a" * 40,
        "harness_version": "1", "schema_version": 1, "params": {"temperature": 0.0, "seed": 1}, "grader": "g1",
        "judge": JudgeInfo(model="j", hash="1"), "calls": (call("a-01", mark="fp1"),),
    }  # fmt: skip
    new = {
        "model": "b", "provider": "openai", "prompt_hash": "p2", "retrieval_method": "dense", "repo_sha": "b" * 40,
        "harness_version": "2", "schema_version": 1, "params": {"seed": 1, "temperature": 1.0}, "grader": "g2",
        "judge": JudgeInfo(model="j", hash="2"), "calls": (call("b-01", mark="fp2"), call("j-01", "judge", "fp3")),
    }  # fmt: skip
    assert changed(base, new) == [
        ("model", "openai:a", "openai:b"),
        ("served model", "a-01", "b-01"),
        ("system fingerprint", "fp1", "fp2"),
        ("system prompt", "p1", "p2"),
        ("retrieval", "bm25", "dense"),
        ("repository", "aaaaaaaa", "bbbbbbbb"),
        ("harness", "1", "2"),
        ("parameters", "seed=1, temperature=0.0", "seed=1, temperature=1.0"),
        ("graders", "g1", "g2"),
        ("judge", "j 1", "j 2"),
        ("served judge", "none", "j-01"),
    ]


@pytest.mark.parametrize(
    ("base", "new", "told"),
    [
        (["m-2024-07-18"], ["m-2025-01-31"], [("served model", "m-2024-07-18", "m-2025-01-31")]),
        (["m"], ["m-2024-07-18"], []),
        (["m-2024-07-18", "m"], ["m-2024-07-18"], []),
        (["m"], ["m-mini-2024-07-18"], [("served model", "m", "m-mini-2024-07-18")]),
        (["m-2024-07-18"], ["m-2024-07-18", "n"], [("served model", "m-2024-07-18", "n, m-2024-07-18")]),
    ],
)
def test_an_alias_is_no_other_model_than_its_dated_version(
    base: list[str], new: list[str], told: list[tuple[str, str, str]]
) -> None:
    assert changed(*({"calls": tuple(map(call, names))} for names in (base, new))) == told


@pytest.mark.parametrize(
    ("what", "fields", "value"),
    [
        ("model", {"model": "b"}, "b"),
        ("model", {"provider": "openai"}, "openai:a"),
        ("served model", {"calls": (call("b-01"),)}, "b-01"),
        ("system fingerprint", {"calls": (call("b-01", mark="fp2"),)}, "fp2"),
        ("system prompt", {"prompt_hash": "p2"}, "p2"),
        ("retrieval", {"retrieval_method": "dense"}, "dense"),
        ("repository", {"repo_sha": "b" * 40}, "bbbbbbbb"),
        ("harness", {"harness_version": "2"}, "2"),
        ("parameters", {"params": {"temperature": 1.0}}, "temperature=1.0"),
        ("graders", {"grader": "g2"}, "g2"),
        ("graders", {"scores": (Score("a", 1.0, grader="h"),)}, "h"),
        ("judge", {"judge": JudgeInfo(model="j2")}, "j2"),
        ("judge", {"judge": JudgeInfo(model="j", hash="2")}, "j 2"),
    ],
)
def test_a_condition_that_changes_within_a_run_is_told(what: str, fields: dict[str, Any], value: str) -> None:
    row = {"model": "a", "grader": "g", "judge": JudgeInfo(model="j"), "params": {"temperature": 0.0}}
    assert conditions(row, {**row, **fields}).of(what)[-1] == value


def test_a_system_fingerprint_that_changes_while_the_same_model_is_served_is_told() -> None:
    rows = [{"calls": (call("a-01", mark=mark),)} for mark in ("fp1", "fp2")]
    assert conditions(*rows).of("system fingerprint") == ("fp1", "fp2")


def test_what_is_the_same_is_no_change() -> None:
    row = {"model": "a", "prompt_hash": "p", "grader": "g"}
    assert changed(row, row) == []


@pytest.mark.parametrize("plain", [{"model": "a"}, {"model": "a", "harness_version": "1"}])
def test_what_one_side_does_not_state_is_no_change_where_a_log_is_of_another_program(plain: dict[str, Any]) -> None:
    ours = {"model": "a", "harness_version": "1", "schema_version": 1, "params": {"seed": 1}, "grader": "exact"}
    assert [what for what, *_ in changed(plain, ours)] == []
    assert [what for what, *_ in changed(ours, plain)] == []


@pytest.mark.parametrize(
    ("what", "fields", "value"),
    [
        ("system prompt", {"prompt_hash": "p"}, "p"),
        ("parameters", {"params": {"seed": 1}}, "seed=1"),
        ("retrieval", {"retrieval_method": "bm25"}, "bm25"),
    ],
)
def test_between_logs_of_ours_a_condition_that_came_or_went_is_told(
    what: str, fields: dict[str, Any], value: str
) -> None:
    without = {"model": "a", "schema_version": 1}
    assert changed(without, {**without, **fields}) == [(what, "none", value)]
    assert changed({**without, **fields}, without) == [(what, value, "none")]


def test_of_many_values_those_that_only_one_side_has_come_first() -> None:
    shared = [{"prompt_hash": f"shared{number}"} for number in range(9)]
    (change,) = changes(conditions(*shared, {"prompt_hash": "z"}), conditions(*shared), None, None)
    assert change == Change(
        "system prompt", "z, shared0, shared1, shared2, 6 more", "shared0, shared1, shared2, shared3, 5 more"
    )


def test_other_graders_or_another_judge_make_runs_incomparable() -> None:
    told = incomparable(
        conditions({"grader": "g", "judge": JudgeInfo(model="j", hash="1")}),
        conditions({"grader": "h", "judge": JudgeInfo(model="j", hash="2")}),
    )
    assert [one.what for one in told] == ["graders", "judge"]


def test_all_graders_of_a_run_count_whichever_of_them_had_the_say() -> None:
    scores = (Score("a", 1.0, grader="g"), Score("b", 0.5, grader="h"))
    assert (
        incomparable(conditions({"grader": "g", "scores": scores}), conditions({"grader": "h", "scores": scores})) == []
    )


def test_an_unknown_grader_makes_nothing_incomparable() -> None:
    assert incomparable(conditions({"grader": "g"}), conditions({})) == []


def sidecar_changes(base: RunInfo, new: RunInfo) -> list[tuple[str, str, str]]:
    return [(one.what, one.base, one.new) for one in changes(Conditions(), Conditions(), base, new)]


def test_the_sidecars_tell_of_benchmarks_branches_and_versions() -> None:
    base = run_info(
        benchmarks=[{"name": "facts", "hash": "aaaaaaaaaaaa"}, {"name": "code", "hash": "c"}],
        git={"branch": "main", "dirty": False},
        versions={"python": "3.11", "openai": "2", "harness": "1", "gone": "1"},
    )
    new = run_info(
        benchmarks=[{"name": "facts", "hash": "bbbbbbbbbbbb"}, {"name": "other"}],
        git={"branch": "topic", "dirty": True},
        versions={"python": "3.12", "openai": "2", "harness": "2"},
    )
    assert sidecar_changes(base, new) == [
        ("benchmark facts", "aaaaaaaa", "bbbbbbbb"),
        ("benchmarks", "code, facts", "other, facts"),
        ("branch", "main", "topic"),
        ("work tree", "as committed", "uncommitted changes"),
        ("python", "3.11", "3.12"),
    ]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (("1.0", 0, "a"), ("1.1", 0, "b"), [("version 1.0", "version 1.1")]),
        (("1.0", 0, "a"), ("1.0", 2, "b"), [("version 1.0", "version 1.0 and 2 entries changed since")]),
        (("1.0", 3, "a"), ("1.1", 0, "a"), []),
        (("1.0", 1, "a"), ("1.0", 1, "b"), [("a", "b")]),
        ((None, None, "a"), ("1.0", 0, "b"), [("a", "b")]),
        ((None, None, "a"), ("1.0", 0, "a"), []),
        (("1.0", 0, "a"), ("1.0", 0, "a"), []),
    ],
)
def test_another_version_of_a_benchmark_is_told_in_place_of_its_hash(was: Any, now: Any, told: Any) -> None:
    base, new = (
        run_info(
            benchmarks=[{"name": "facts.v2.jsonl.gz", "version": version, "changed_since": changed, "hash": content}]
        )
        for version, changed, content in (was, now)
    )
    assert sidecar_changes(base, new) == [("benchmark facts.v2", *one) for one in told]


def test_equal_sidecars_tell_nothing() -> None:
    info = run_info(benchmarks=[{"name": "facts", "hash": "a"}], git={"branch": "main"}, versions={"python": "3.11"})
    assert sidecar_changes(info, info) == []
    assert sidecar_changes(info, run_info()) == []
