"""Evals that the suite skips by itself are nothing that is missing from a run."""

from __future__ import annotations

import json

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_gate import WAYS, many, run_anew

ONE_MORE = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(grade):
    assert_grade(grade)

{mark}
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_other(request{fixtures}):
    {body}
"""
SKIPS = {
    "mark": ('@pytest.mark.skipif(True, reason="no GPU")', "", "pass"),
    "body, nothing asked": ("", "", 'pytest.skip("no")'),
    "body, after asking": ("", ", answer", 'pytest.skip("no")'),
    "fixture": ("", ", absent", "pass"),
}
NOT_RUN = '@pytest.mark.xfail(run=False, reason="crashes")'


def beside_skipped(project: Project, how: str) -> None:
    mark, fixtures, body = SKIPS[how]
    many(project, 6)
    project.evals(ONE_MORE.format(mark=mark, fixtures=fixtures, body=body))
    (project.path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef absent():\n    pytest.skip('absent')\n"
    )


@WAYS
@pytest.mark.parametrize("how", SKIPS)
def test_a_run_with_skipped_evals_is_whole_and_decided_on_the_others(
    project: Project, how: str, way: tuple[str, ...]
) -> None:
    beside_skipped(project, how)
    result = project.run("--llm-fail-under=90", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "  passed         fail under 90 % · 6 of 6 = 100.0 %*",
            "  skipped        6 trials, by the suite's own choice",
            "gate: passed",
        ]
    )
    told = project.sidecar()
    assert (told["complete"], told["totals"]["skipped"], told["gate"]) == (True, 6, "passed")


def test_a_run_with_skipped_evals_is_blessed_and_says_how_many(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    beside_skipped(project, "mark")
    project.run()
    (log,) = project.logs()
    capsys.readouterr()
    assert main(["bless", str(log), "--into", str(project.path / "llm-baselines")]) == 0
    assert "skipped by the suite, so without a verdict: 6 trials" in capsys.readouterr().err
    assert run_anew(project, "--llm-baseline=main").ret == 0


def test_entries_of_the_baseline_that_are_skipped_now_are_missing_as_ever(project: Project) -> None:
    many(project, 12)
    project.run("--llm-log=first.jsonl")
    assert main(["bless", str(project.path / "first.jsonl"), "--into", str(project.path / "llm-baselines")]) == 0
    (project.path / "conftest.py").write_text(
        "import pytest\n\ndef pytest_collection_modifyitems(items):\n    items[3].add_marker(pytest.mark.skip('no'))\n"
    )
    result = run_anew(project, "--llm-baseline=main")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["  cannot decide  at most 0 % of the entries of the baseline missing · 1 of 12*", "*missing: q3*"]
    )
    assert run_anew(project, "--llm-baseline=main", "--llm-gates=max_missing=10").ret == 0


def test_what_must_pass_and_is_skipped_cannot_be_decided_on(project: Project) -> None:
    many(project, q3={"must_pass": True})
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source.replace("(grade):", "(entry, grade):\n    entry.id == 'q3' and pytest.skip('no')")
    )
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  cannot decide  must pass: q3 · no verdict: q3", "gate: cannot decide"])


def test_an_eval_that_is_expected_to_fail_and_not_run_is_not_missing(project: Project) -> None:
    many(project, 6)
    project.evals(ONE_MORE.format(mark=NOT_RUN, fixtures=", answer", body="pass"))
    assert project.run("--llm-fail-under=90").ret == 0
    assert project.sidecar()["complete"]


@WAYS
def test_an_eval_whose_fixture_is_expected_to_fail_is_not_missing(project: Project, way: tuple[str, ...]) -> None:
    many(project, 6)
    mark = '@pytest.mark.xfail(reason="needs a database")'
    project.evals(ONE_MORE.format(mark=mark, fixtures=", broken", body="pass"))
    (project.path / "conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef broken():\n    raise OSError\n")
    result = project.run("--llm-fail-under=90", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["gate: passed"])
    assert project.sidecar()["complete"]


def test_a_fixture_that_fails_as_expected_beside_an_answer_is_no_failure_of_the_model(project: Project) -> None:
    many(project, 6)
    mark = '@pytest.mark.xfail(reason="needs a database")'
    project.evals(ONE_MORE.format(mark=mark, fixtures=", broken, answer", body="pass"))
    (project.path / "conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef broken():\n    raise OSError\n")
    result = project.run("--llm-fail-under=90")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  passed         fail under 90 % · 6 of 6 = 100.0 %*"])
    assert sorted(one["outcome"] for one in project.records()) == ["error"] * 6 + ["passed"] * 6


def test_a_run_of_which_all_is_skipped_says_so(project: Project) -> None:
    many(project, 6)
    project.evals(ONE_MORE.format(mark="", fixtures="", body="pytest.skip('no')"))
    result = project.run("--llm-fail-under=90", "test_evals.py::test_other")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gate: cannot decide, all 6 trials were skipped by the suite"])


def test_a_resumed_run_whose_rest_is_skipped_is_whole(project: Project) -> None:
    beside_skipped(project, "mark")
    stopped = project.run("--llm-max-calls=3", "--llm-log=a.jsonl")
    assert not json.loads((project.path / "a.run.json").read_text())["complete"], stopped.outlines
    project.run("--llm-resume=a.jsonl", "--llm-fail-under=90")
    told = json.loads((project.path / "a.run.json").read_text())
    assert (told["complete"], told["gate"], told["totals"]["skipped"]) == (True, "passed", 6)
