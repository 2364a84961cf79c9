"""What counts as left out of a run, whoever left it out; a gate never passes without it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project

BAD = {"question": "say: no"}
TWO_FUNCTIONS = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(grade):
    assert_grade(grade)

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_b(grade):
    pass
"""
OF_CLASS = """
@pytest.mark.parametrize("style", ["short", "long"])
class TestAll:
    @pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
    def test_it(self, grade, style):
        assert_grade(grade)
"""


def ten(project: Project, source: str = TWO_FUNCTIONS, **changed: dict[str, Any]) -> None:
    """Entries q0 to q9 that are answered right, but for what is changed by their id."""
    rows = [{"id": f"q{n}", "question": "say: yes", "gold_answer": "yes"} for n in range(10)]
    project.benchmark([{**row, **changed.get(row["id"], {})} for row in rows])
    project.evals(source)


def run_cached(project: Project, *flags: str) -> pytest.RunResult:
    """Run with pytest's own cache, which ``--lf`` lives on."""
    plugins = ("-p", "llm_eval", "-p", "tests.plugin.stand_in", *(("-p", "xdist") if "-n2" in flags else ()))
    return project.pytester.runpytest_inprocess(*plugins, "--llm-model=stand-in:m", *flags)


@pytest.mark.parametrize(
    ("named", "left_out"),
    [
        (("test_evals.py::test_it[q0]",), 9),
        (("test_evals.py::test_it[q0]", "test_evals.py::test_it[q1]", "-n2"), 8),
        (("test_evals.py::test_it[q0]", "test_evals.py::test_b"), 9),
        (("test_evals.py::test_it[q0]", "test_evals.py::test_it[q1]", "-k", "q1"), 9),
        (("test_evals.py::test_it", "-k", "q1"), 9),
        (("test_evals.py::test_it", "--llm-sample=3"), 7),
        (("test_evals.py", "--deselect=test_evals.py::test_b"), 10),
        (("test_evals.py", "test_evals.py", "-k", "q1"), 18),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_items_that_no_node_id_names_are_left_out(project: Project, named: tuple[str, ...], left_out: int) -> None:
    ten(project)
    assert project.run(*named, "--llm-gates=failures=10").ret == 1
    told = project.sidecar()
    assert (told["deselected"], told["gate"]) == (left_out, "cannot decide")


@pytest.mark.parametrize("named", [(), ("test_evals.py::test_it",), ("test_evals.py::test_b", "-n2")], ids=" ".join)
def test_functions_that_are_not_named_are_the_suites_own_choice(project: Project, named: tuple[str, ...]) -> None:
    ten(project)
    assert project.run(*named, "--llm-fail-under=10").ret == 0
    assert project.sidecar()["deselected"] == 0


def test_items_of_a_class_and_of_other_parameters_are_counted_each(project: Project) -> None:
    ten(project, OF_CLASS)
    project.run("test_evals.py::TestAll::test_it[q0-short]")
    assert project.sidecar()["deselected"] == 19


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_what_last_failed_leaves_out_of_a_file_is_left_out(project: Project, way: tuple[str, ...]) -> None:
    ten(project, q3=BAD, q4=BAD)
    run_cached(project, "--llm-log=first.jsonl")
    result = run_cached(project, "--lf", "--llm-fail-under=0", "--llm-log=llm-runs/second.jsonl", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  cannot decide  at most 0 % of the evals missing · 18 of 20 missing;*"])
    assert project.sidecar()["deselected"] == 18


def test_a_run_of_what_last_failed_is_not_blessed(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    ten(project, q3=BAD)
    run_cached(project, "--llm-log=first.jsonl")
    run_cached(project, "--lf", "--llm-log=second.jsonl")
    capsys.readouterr()
    assert main(["bless", str(project.path / "second.jsonl")]) == 1
    assert "second.jsonl: not whole: 19 evals were deselected" in capsys.readouterr().err


@pytest.mark.parametrize("part", [(), ("-k", "not q1"), ("--llm-sample=5",), ("-n2",)], ids=" ".join)
def test_merged_shards_leave_out_what_none_of_them_has_run(project: Project, part: tuple[str, ...]) -> None:
    ten(project)
    logs = [str(project.path / f"shard-{number}.jsonl") for number in (1, 2)]
    for number, log in enumerate(logs, 1):
        project.run(f"--llm-shard={number}/2", f"--llm-log={log}", *part)
    whole = project.path / "whole.jsonl"
    assert main(["merge", str(whole), *logs]) == 0
    told = json.loads((project.path / "whole.run.json").read_text())
    run = len(whole.read_text().splitlines())
    assert (told["deselected"], told["complete"]) == (20 - run, True)
    assert main(["bless", str(whole), "--into", str(project.path / "kept")]) == (1 if told["deselected"] else 0)
