"""What a check for contamination found follows the numbers of every later run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.contamination import kept_check
from pytest_llmeval.benchmark.checking.contamination_file import (
    CorpusFile,
    contamination_path,
    contamination_text,
)
from pytest_llmeval.benchmark.checking.text_index import Match, Thresholds
from pytest_llmeval.benchmark.checking.words import holds, plain
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_gate import WAYS, many, run_anew

DAY = "2026-11-01"


def flag(project: Project, *questions: str, name: str = "questions.jsonl") -> None:
    """Keep a check of the benchmark as it is now, which finds these questions in its corpus."""
    benchmark = load_benchmark(project.path / name)
    bounds, found = Thresholds(), plain("; ".join(questions))
    made = kept_check(
        name,
        benchmark.current,
        {
            one.id: Match("train.txt", "word for word", 1.0)
            for one in benchmark.current
            if holds(found, plain(one.question))
        },
        against=[CorpusFile(name="train.txt", documents=1, sha256="0" * 64)],
        thresholds=bounds,
        checked=f"{DAY}T10:00:00+00:00",
    )
    contamination_path(project.path / name).write_text(contamination_text(made), encoding="utf-8")


def of(project: Project) -> dict[str, str | None]:
    return {one["question_id"]: one["contamination"] for one in project.records()}


ASKED: dict[str, Any] = {f"q{n}": {"question": f"say: yes {n}", "gold_answer": f"yes {n}"} for n in range(4)}


@WAYS
def test_each_record_tells_what_the_check_found(project: Project, way: tuple[str, ...]) -> None:
    many(project, count=4, **ASKED)
    flag(project, "Say yes 1!")
    many(project, count=5, **{**ASKED, "q2": {"question": "say: yes"}})
    result = project.run(*way)
    assert result.ret == 0
    assert of(project) == {"q0": "clean", "q1": "flagged", "q2": None, "q3": "clean", "q4": None}
    assert f"contamination checked {DAY}, 1 of 3 flagged, 2 not checked" in result.stdout.str()
    (told,) = project.sidecar()["benchmarks"]
    assert told["contamination"] == {
        "checked": f"{DAY}T10:00:00+00:00",
        "against": [{"name": "train.txt", "documents": 1, "sha256": "0" * 64}],
        "thresholds": {"run": 8, "contained": 0.8, "alike": 0.8},
        "flagged": 1,
        "not_checked": 2,
    }


@WAYS
def test_where_nobody_has_checked_a_run_says_nothing(project: Project, way: tuple[str, ...]) -> None:
    many(project, count=3)
    result = project.run(*way)
    assert "contamination" not in result.stdout.str()
    assert {*of(project).values()} == {None}
    assert project.sidecar()["benchmarks"][0]["contamination"] is None


def test_the_heading_counts_the_entries_that_are_asked_and_is_left_out_with_q(project: Project) -> None:
    many(project, count=4, **ASKED)
    flag(project, "Say yes 1!")
    assert f"contamination checked {DAY}, none of 1 flagged" in project.run("-k", "q0").stdout.str()
    assert DAY not in project.run("-q").stdout.str()


def test_the_heading_says_nothing_of_a_checked_file_that_is_not_asked(project: Project) -> None:
    many(project, count=4, **ASKED)
    flag(project, "Say yes 1!")
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source + '@pytest.mark.llm_eval(entries=[{"id": "c", "question": "say: yes 1"}])\ndef test_code(answer): ...\n'
    )
    assert "contamination" not in project.run("-k", "test_code").stdout.str()


def test_entries_of_code_are_not_checked_and_told_beside_those_of_a_file(project: Project) -> None:
    many(project, count=4, **ASKED)
    flag(project, "Say yes 1!")
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source + '@pytest.mark.llm_eval(entries=[{"id": "c", "question": "say: yes 1"}])\ndef test_code(answer): ...\n'
    )
    result = project.run()
    assert of(project)["c"] is None
    told = " ".join(result.stdout.str().split())
    assert f"contamination checked {DAY}, 1 of 4 flagged 1 of other benchmarks not checked" in told


def test_a_variant_is_as_contaminated_as_its_entry(project: Project) -> None:
    many(project, count=4, **ASKED)
    flag(project, "Say yes 1!")
    project.evals('@pytest.mark.llm_eval("questions.jsonl", perturb="distractors")\ndef test_it(answer): ...\n')
    project.run()
    found = {one["parent_id"]: one["contamination"] for one in project.records() if one["parent_id"]}
    assert found == {"q0": "clean", "q1": "flagged", "q2": "clean", "q3": "clean"}


def test_an_entry_that_names_a_schema_is_the_one_that_was_checked(project: Project) -> None:
    (project.path / "any.json").write_text("{}")
    many(project, count=2, q0={"response_schema": "any.json"})
    flag(project)
    project.run()
    assert of(project) == {"q0": "clean", "q1": "clean"}


def test_a_replayed_run_tells_what_the_check_of_today_found(project: Project) -> None:
    many(project, count=4, **ASKED)
    project.run("--llm-log=llm-runs/first.jsonl")
    flag(project, "Say yes 1!")
    project.run("--llm-replay=llm-runs/first.jsonl", "--llm-log=llm-runs/second.jsonl", model=None)
    lines = (project.path / "llm-runs/second.jsonl").read_text().splitlines()
    assert [json.loads(line)["contamination"] for line in lines] == ["clean", "flagged", "clean", "clean"]


@WAYS
def test_a_check_that_cannot_be_read_is_one_line(project: Project, way: tuple[str, ...]) -> None:
    many(project, count=2)
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_b(): ...\n', "test_more.py")
    (project.path / "questions.contamination.json").write_text("{}")
    result = project.run(*way)
    assert result.ret != 0
    result.stdout.fnmatch_lines(
        2 * ["*questions.contamination.json: is no check for contamination: /benchmark: Field required; remove it and*"]
    )
    assert project.logs() == []


def test_nothing_is_read_where_nothing_is_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    many(project, count=2)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("pytest_llmeval.benchmark.checking.beside.whole_text", refuse)
    assert project.run().ret == 0


GATED: dict[str, Any] = {f"q{n}": {"question": f"say: yes {n}", "gold_answer": f"yes {n}"} for n in range(12)}
ODD_ONE: dict[str, Any] = {"question": "say: no 5", "gold_answer": "yes 5"}


@WAYS
def test_a_gate_leaves_out_what_is_contaminated_and_names_it(project: Project, way: tuple[str, ...]) -> None:
    many(project, **{**GATED, "q5": ODD_ONE})
    flag(project, "Say: no 5", "Say: yes 6")
    result = project.run("--llm-fail-under=100", "-rx", *way)
    assert result.ret == 0
    result.assert_outcomes(passed=11, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "  passed         fail under 100 % · 10 of 10 = 100.0 %*",
            "  contaminated   * · in no figure; --llm-contaminated=count counts them",
            "gate: passed",
            "XFAIL*q5? - contaminated, so in no figure of the gate*",
        ]
    )


@WAYS
def test_what_is_contaminated_counts_on_demand(project: Project, way: tuple[str, ...]) -> None:
    many(project, **{**GATED, "q5": ODD_ONE})
    flag(project, "Say: no 5")
    result = project.run("--llm-fail-under=95", "--llm-contaminated=count", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "  failed         fail under 95 % · 11 of 12 = 91.7 %*",
            "  contaminated   q5 · counted all the same",
            "*11 passed, 1 counted in*",
        ]
    )


def test_contaminated_entries_count_by_the_ini_file_too(project: Project) -> None:
    many(project, **{**GATED, "q5": ODD_ONE})
    flag(project, "Say: no 5")
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=95\nllm_contaminated = count\n")
    assert project.run().ret == 1
    assert run_anew(project, "--llm-contaminated=aside").ret == 0


def test_without_a_gate_a_failed_assertion_fails_the_run_contaminated_or_not(project: Project) -> None:
    many(project, **{**GATED, "q5": ODD_ONE})
    flag(project, "Say: no 5")
    result = project.run()
    assert result.ret == 1
    result.assert_outcomes(passed=11, failed=1)


def test_what_must_pass_fails_the_run_though_it_is_contaminated(project: Project) -> None:
    many(project, **{**GATED, "q5": {**ODD_ONE, "must_pass": True}})
    flag(project, "Say: no 5")
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  failed         must pass: q5 · not right: q5", "*1 failed, 11 passed*"])


def test_a_gate_cannot_decide_where_all_is_contaminated(project: Project) -> None:
    many(project, count=2, **ASKED)
    flag(project, "Say yes 0! Say yes 1!")
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["  cannot decide  fail_under=50 · all 2 entries are contaminated", "gate: cannot decide"]
    )


def test_what_either_run_knows_to_be_contaminated_is_not_compared(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many(project, **GATED)
    source = (project.path / "test_evals.py").read_text().replace("exact_match()]", "exact_match()], task=answers")
    task = "def answers(entry, llm): return 'no' if entry.id == os.environ.get('BAD') else entry.gold_answer\n\n\n"
    (project.path / "test_evals.py").write_text("import os\n" + source.replace("@pytest", task + "@pytest"))
    project.run("--llm-log=base.jsonl")
    monkeypatch.setenv("BAD", "q5")
    flag(project, "Say: yes 5")
    result = project.run("--llm-baseline=base.jsonl", "--llm-max-regression=0", "--llm-log=new.jsonl")
    assert result.ret == 0
    named = "  contaminated         1: q5"
    result.stdout.fnmatch_lines(["*pairs 11 *", named, "  contaminated   q5 · in no figure; *", "gate: passed"])
    monkeypatch.chdir(project.path)
    for logs in (["base.jsonl", "new.jsonl"], ["new.jsonl", "base.jsonl"]):
        assert main(["compare", *logs]) == 0
        assert f"\n{named}\n" in capsys.readouterr().out


def test_a_value_that_is_none_is_told(project: Project) -> None:
    many(project)
    result = project.run("--llm-contaminated=drop")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --llm-contaminated must be one of aside, count, got drop"])
