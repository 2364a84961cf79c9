"""What a resumed run has already is told again as it was: also what did not fail the run."""

from __future__ import annotations

import json

import pytest

from tests.plugin.conftest import Project
from tests.plugin.test_again import cut
from tests.plugin.test_gate import BAD, many
from tests.plugin.test_samples import flaky

LOG = "a.jsonl"


def resumed(project: Project, records: int, *flags: str) -> pytest.RunResult:
    """Run, as if it had been stopped after so many records, and go on."""
    whole = project.run(f"--llm-log={LOG}", *flags)
    assert whole.ret == 0, whole.outlines
    cut(project.path / LOG, records, "")
    return project.run(f"--llm-resume={LOG}", *flags)


EXPECTED = {
    "mark": ('@pytest.mark.xfail(reason="known")', ""),
    "mark with raises": ('@pytest.mark.xfail(raises=AssertionError, reason="known")', ""),
    "call": ("", "    entry.id == 'q1' and pytest.xfail('known')\n"),
    "call in a fixture": ("", ""),
}


@pytest.mark.parametrize("how", EXPECTED)
def test_a_failure_that_was_expected_is_expected_when_resumed(project: Project, how: str) -> None:
    mark, call = EXPECTED[how]
    many(project, 6, q1=BAD)
    fixture = "@pytest.fixture\ndef known(answer, entry):\n    entry.id == 'q1' and pytest.xfail('known')\n\n"
    asked = "known, entry, grade" if "fixture" in how else "entry, grade"
    project.evals(
        f'{fixture}{mark}\n@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'
        f"def test_it({asked}):\n{call}    assert_grade(grade)\n"
    )
    result = resumed(project, 4)
    assert result.ret == 0
    assert result.parseoutcomes()["xfailed"] == 1
    assert [one["xfail"] for one in read_log(project) if one["question_id"] == "q1"] == ["known"]


BROKEN = {
    "task": ('task=lambda entry, llm: {}["none"] if entry.id == "q1" else "yes"', "grade", 1),
    "fixture": ('task=lambda entry, llm: "yes"', "grade, fragile", 1),
    "provider": ("", "grade", 0),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_gate_allows_for_errors_of_providers_alone_also_when_resumed(project: Project, broken: str) -> None:
    argument, asked, status = BROKEN[broken]
    many(project, 6, q1={"question": "fail: 400"})
    project.evals(
        '@pytest.fixture\ndef fragile(entry):\n    assert entry.id != "q1"\n\n'
        f'@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], {argument})\n'
        f"def test_it({asked}):\n    assert_grade(grade)\n"
    )
    gates = ("--llm-gates=max_unscored=50", "--llm-fail-under=10")
    assert project.run(f"--llm-log={LOG}", *gates).ret == status
    result = project.run(f"--llm-resume={LOG}", *gates)
    assert result.ret == status
    assert result.parseoutcomes() == {"passed": 5, "errors" if status else "unscored": 1}
    assert [one["question_id"] for one in read_log(project) if one["unmeasured"]] == ([] if status else ["q1"])


def test_a_failure_that_nobody_expected_fails_the_resumed_run_as_ever(project: Project) -> None:
    many(project, 4, q1=BAD)
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source.replace("@pytest.mark", "@pytest.mark.xfail(raises=KeyError, reason='known')\n@pytest.mark", 1)
    )
    project.run(f"--llm-log={LOG}")
    cut(project.path / LOG, 3, "")
    result = project.run(f"--llm-resume={LOG}")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["failed before this run was resumed"])
    assert not any(one["xfail"] for one in read_log(project))


@pytest.mark.parametrize(("kept", "way"), [(1, ()), (4, ()), (4, ("-n2",))])
def test_samples_of_before_count_towards_their_quota(project: Project, kept: int, way: tuple[str, ...]) -> None:
    flaky(project, [2, 3], ', samples=3, require="2/3"')
    result = resumed(project, kept, *way)
    assert result.ret == 0
    result.assert_outcomes(passed=5, xfailed=1)


def test_a_quota_that_was_missed_before_is_missed_when_resumed(project: Project) -> None:
    flaky(project, [1, 3], ', samples=3, require="2/3"')
    project.run(f"--llm-log={LOG}")
    cut(project.path / LOG, 4, "")
    result = project.run(f"--llm-resume={LOG}")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["test_evals.py::test_it?q0?: 1 of 3 passed, 2/3 required"])


def test_what_was_skipped_before_is_skipped_when_resumed(project: Project) -> None:
    many(project, 6)
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source.replace("(grade):", "(entry, grade):\n    entry.id == 'q1' and pytest.skip('no')")
    )
    result = resumed(project, 4, "--llm-fail-under=90")
    assert result.ret == 0
    result.assert_outcomes(passed=5, skipped=1)
    told = json.loads((project.path / "a.run.json").read_text())
    assert (told["complete"], told["totals"]["skipped"]) == (True, 1)


def test_what_must_pass_and_was_skipped_before_is_not_decided_on_when_resumed(project: Project) -> None:
    many(project, q3={"must_pass": True})
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source.replace("(grade):", "(entry, grade):\n    entry.id == 'q3' and pytest.skip('no')")
    )
    project.run(f"--llm-log={LOG}", "--llm-fail-under=50")
    cut(project.path / LOG, 5, "")
    result = project.run(f"--llm-resume={LOG}", "--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  cannot decide  must pass: q3 · no verdict: q3"])


def read_log(project: Project) -> list[dict[str, object]]:
    return [json.loads(line) for line in (project.path / LOG).read_text().splitlines()]


TWO_FILES = """
from pathlib import Path

@pytest.fixture(scope="module")
def shared():
    with open("events.txt", "a") as events:
        events.write("up {name}\\n")
    yield
    with open("events.txt", "a") as events:
        events.write("down {name}\\n")
    assert not Path("{name}-breaks").exists(), "cannot be taken down"

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])
def test_it(grade, shared):
    assert_grade(grade)
"""


@pytest.mark.parametrize("way", [(), ("-n1",)], ids=["plain", "-n 1"])
@pytest.mark.parametrize("breaks", [False, True])
def test_what_a_file_shares_is_taken_down_behind_trials_of_before(
    project: Project, breaks: bool, way: tuple[str, ...]
) -> None:
    many(project, 3)
    (project.path / "test_evals.py").unlink()
    for name in "ab":
        project.evals(TWO_FILES.format(name=name), f"test_{name}.py")
    project.run(f"--llm-log={LOG}")
    (project.path / "events.txt").unlink()
    if breaks:
        (project.path / "a-breaks").touch()
    keep = [json.dumps(one) for one in read_log(project) if one["question_id"] != "q0"]
    (project.path / LOG).write_text("\n".join(keep) + "\n")
    cut(project.path / LOG, 4, "")
    result = project.run(f"--llm-resume={LOG}", *way)
    result.assert_outcomes(passed=6, errors=int(breaks))
    if breaks:
        result.stdout.fnmatch_lines(["E * cannot be taken down*", "ERROR test_a.py::test_it[[]q2[]] - *"])
    assert (project.path / "events.txt").read_text().split("\n")[:-1] == ["up a", "down a", "up b", "down b"]
    assert {one["outcome"] for one in read_log(project)} == {"passed"}
