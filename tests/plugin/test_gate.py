"""Gates: what they decide in place of assertions, and what never passes them."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project

WAYS = pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
BAD = {"question": "say: no"}


def many(project: Project, count: int = 12, **changed: dict[str, Any]) -> None:
    """Entries q0, q1, ... that are answered right, but for what is changed by their id."""
    rows = [
        {"id": f"q{n}", "question": "say: yes", "gold_answer": "yes", "category": "even" if n % 2 == 0 else "odd"}
        for n in range(count)
    ]
    project.benchmark([{**row, **changed.get(str(row["id"]), {})} for row in rows])
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'
        "def test_it(grade):\n    assert_grade(grade)\n"
    )


def run_anew(project: Project, *flags: str) -> pytest.RunResult:
    """Run without the logs of earlier runs."""
    shutil.rmtree(project.path / "llm-runs", ignore_errors=True)
    return project.run(*flags)


def gate_of(project: Project) -> tuple[str, dict[str, str]]:
    told = project.sidecar()
    return told["gate"], {one["rule"]: one["decision"] for one in told["gates"]}


@WAYS
def test_with_a_gate_failed_assertions_are_counted_and_only_the_gate_decides(
    project: Project, way: tuple[str, ...]
) -> None:
    many(project, q3=BAD, q5=BAD)
    result = project.run("--llm-fail-under=80", *way)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*LLM evals: 2 failed, for the gate to decide*",
            "test_evals.py::test_it?q?? - graded wrong, wanted at least fully_correct",
            "*LLM evals: gate*",
            "  passed         fail under 80 % · 10 of 12 = 83.3 % [[]55.2–95.3[]]",
            "gate: passed",
            "*10 passed, 2 counted in*",
        ]
    )
    assert "FAILURES" not in result.stdout.str()
    assert gate_of(project) == ("passed", {"fail under 80 %": "passed"})
    assert [record["outcome"] for record in project.records()].count("failed") == 2


@WAYS
def test_a_gate_that_does_not_hold_ends_with_1_and_the_reason(project: Project, way: tuple[str, ...]) -> None:
    many(project, q3=BAD, q5=BAD)
    result = project.run("--llm-fail-under=90", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  failed         fail under 90 % · 10 of 12 = 83.3 %*", "gate: failed"])
    assert gate_of(project)[0] == "failed"
    assert project.sidecar()["exit_status"] == 1


def test_without_a_gate_a_failed_assertion_fails_the_run(project: Project) -> None:
    many(project, q3=BAD)
    result = project.run()
    assert result.ret == 1
    result.assert_outcomes(passed=11, failed=1)
    assert (project.sidecar()["gate"], project.sidecar()["gates"]) == (None, [])


@pytest.mark.parametrize(("most", "decision"), [(5, "passed"), (4, "failed")])
def test_answers_that_take_more_tokens_than_allowed_fail(project: Project, most: int, decision: str) -> None:
    many(project)
    assert project.run(f"--llm-gates=output_tokens_per_trial={most}").ret == (decision == "failed")
    assert gate_of(project)[1] == {f"output tokens per trial at most {most}": decision}


def test_a_category_of_failures_fails_a_run_whose_whole_is_good(project: Project) -> None:
    bad = {f"q{number}": BAD for number in range(1, 24, 2)}
    many(project, 48, **bad)
    assert project.run("--llm-fail-under=70", "--llm-gates=worst_slice=60").ret == 1
    assert gate_of(project)[1] == {"fail under 70 %": "passed", "each category at least 60 %": "failed"}


@WAYS
@pytest.mark.parametrize(("most", "decision"), [(1, "passed"), (0, "failed")])
def test_failures_of_a_tag_are_counted_and_only_the_gate_decides(
    project: Project, way: tuple[str, ...], most: int, decision: str
) -> None:
    many(project, q3={**BAD, "tags": ["critical"]}, q4={"tags": ["critical"]})
    result = project.run(f"--llm-gates=failures:critical={most}", *way)
    assert result.ret == (decision == "failed")
    told = f"at most {most} {'failure' if most == 1 else 'failures'} in critical"
    result.stdout.fnmatch_lines([f"  {decision}         {told} · 1 of 2 trials", "*11 passed, 1 counted in*"])
    assert gate_of(project) == (decision, {told: decision})


def test_a_slice_with_a_blank_is_named_in_quotes_in_the_ini(project: Project) -> None:
    many(project, 2, q0={"category": "very even"})
    project.pytester.makeini('[pytest]\nllm_gates = "fail_under:very even=95" max_unscored=0\n')
    assert project.run().ret == 0
    assert gate_of(project)[1] == {"fail under 95 % in very even": "passed", "at most 0 % unscored": "passed"}


def test_a_rule_on_the_command_line_is_held_beside_those_of_the_ini(project: Project) -> None:
    many(project, q3=BAD)
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=95 max_unscored=0\n")
    assert run_anew(project, "--llm-gates=latency_p95=20").ret == 1
    assert gate_of(project)[1] == {
        "fail under 95 %": "failed",
        "at most 0 % unscored": "passed",
        "latency p95 at most 20 s": "passed",
    }
    assert run_anew(project, "--llm-gates=fail_under=90").ret == 0
    assert (
        run_anew(project, "--llm-gates=none", "--llm-gates=latency_p95=20").ret == 1
    )  # the assertion itself fails again
    assert gate_of(project)[1] == {"latency p95 at most 20 s": "passed"}


STAGES = "[pytest]\nllm_gates =\n  max_unscored=0\n  fail_under=50\n  release/fail_under=95\n  nightly/latency_p95=20\n"


def test_rules_of_a_stage_hold_in_that_stage_alone(project: Project) -> None:
    many(project, q3=BAD)
    project.pytester.makeini(STAGES)
    assert run_anew(project).ret == 0
    assert gate_of(project)[1] == {"at most 0 % unscored": "passed", "fail under 50 %": "passed"}
    assert run_anew(project, "--llm-gate-stage=release").ret == 1
    assert gate_of(project)[1] == {"at most 0 % unscored": "passed", "fail under 95 %": "failed"}
    assert project.sidecar()["gate_stage"] == "release"
    assert run_anew(project, "--llm-gate-stage=nightly").ret == 0
    assert "latency p95 at most 20 s" in gate_of(project)[1]


def test_a_rule_of_the_stage_wins_wherever_it_stands(project: Project) -> None:
    many(project, q3=BAD)
    for rules in (["fail_under=50", "release/fail_under=95"], ["release/fail_under=95", "fail_under=50"]):
        project.pytester.makeini("[pytest]\nllm_gates =" + "".join(f"\n  {rule}" for rule in rules))
        assert run_anew(project, "--llm-gate-stage=release").ret == 1
        assert run_anew(project, "--llm-gate-stage=release", "--llm-gates=fail_under=60").ret == 0


def test_a_stage_without_rules_is_told_with_those_there_are(project: Project) -> None:
    many(project)
    project.pytester.makeini(STAGES)
    result = project.run("--llm-gate-stage=realese")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --llm-gate-stage: no rule of llm_gates is of stage realese; there is nightly, release"]
    )


def test_rules_in_ini_hold_and_a_flag_takes_the_place_of_its_own(project: Project) -> None:
    many(project, q3=BAD)
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=95\n  max_unscored=0\n")
    assert project.run().ret == 1
    result = project.run("--llm-fail-under=90")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  passed         fail under 90 %*", "  passed         at most 0 % unscored*"])
    assert "fail under 95 %" not in result.stdout.str()


def test_none_switches_the_rules_of_the_ini_file_off(project: Project) -> None:
    many(project, q3=BAD)
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=10\n")
    result = project.run("--llm-gates=none")
    result.assert_outcomes(passed=11, failed=1)
    assert result.ret == 1
    assert "LLM evals: gate" not in result.stdout.str()


def test_a_rule_of_a_slice_covers_that_slice_alone(project: Project) -> None:
    many(project, q2=BAD, q3=BAD)
    result = project.run("--llm-fail-under=even=80")
    assert result.ret == 1
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(["FAILED*test_it?q3?*", "*1 failed, 10 passed, 1 counted in*"])
    assert gate_of(project) == ("passed", {"fail under 80 % in even": "passed"})


def test_a_slice_that_no_entry_is_of_cannot_be_decided_on(project: Project) -> None:
    many(project)
    result = project.run("--llm-fail-under=evne=80")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  cannot decide  fail_under:evne=80 · no trial is of category or tag evne"])


def test_rules_about_time_and_cost_cover_no_assertion(project: Project) -> None:
    many(project, q3=BAD)
    result = project.run("--llm-gates=latency_p95=100")
    assert result.ret == 1
    result.assert_outcomes(passed=11, failed=1)
    assert gate_of(project)[0] == "passed"


def test_an_assertion_that_no_figure_counts_still_fails_the_run(project: Project) -> None:
    many(project)
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'
        "def test_it(grade, entry):\n    assert entry.id != 'q3'\n"
    )
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.assert_outcomes(passed=11, failed=1)


def test_evals_of_plain_asserts_are_counted_as_passed_or_not(project: Project) -> None:
    many(project, q3=BAD)
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer):\n    assert answer.text == "yes"\n')
    result = project.run("--llm-fail-under=90")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  passed         fail under 90 % · 11 of 12 = 91.7 %*", "*11 passed, 1 counted in*"])


def test_tests_that_are_no_evals_still_fail_the_run(project: Project) -> None:
    many(project)
    (project.path / "test_plain.py").write_text("def test_plain():\n    assert False\n")
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.assert_outcomes(passed=12, failed=1)
    assert gate_of(project)[0] == "passed"


def test_counted_failures_do_not_stop_a_run_at_the_first(project: Project) -> None:
    many(project, q0=BAD, q1=BAD)
    result = project.run("--llm-fail-under=50", "-x")
    assert result.ret == 0
    assert len(project.records()) == 12


def test_verbose_shows_counted_failures_whole(project: Project) -> None:
    many(project, q3=BAD)
    project.run("--llm-fail-under=50", "-v").stdout.fnmatch_lines(
        ["*test_it?q3? COUNTED wrong*", "*_ test_evals.py::test_it?q3? _*", "E   answer:   no", "*LLM evals: gate*"]
    )


def test_more_counted_failures_than_are_listed_are_counted(project: Project) -> None:
    many(project, 12, **{f"q{n}": BAD for n in range(12)})
    project.run("--llm-fail-under=0").stdout.fnmatch_lines(["… and 2 more with -v"])


def test_junit_shows_a_counted_failure_as_one_that_was_allowed(project: Project) -> None:
    many(project, q3=BAD)
    project.run("--llm-fail-under=50", "--junit-xml=out.xml", "-rA")
    (skipped,) = ET.parse(project.path / "out.xml").getroot().iter("skipped")
    assert skipped.get("message") == "counted by the gate fail_under=50"
    assert not list(ET.parse(project.path / "out.xml").getroot().iter("failure"))


def test_quiet_run_tells_only_what_did_not_pass(project: Project) -> None:
    many(project, q3=BAD)
    shown = project.run("--llm-fail-under=99", "--llm-gates=max_unscored=0", "-q").stdout.str()
    assert "  failed         fail under 99 %" in shown
    assert "at most 0 % unscored" not in shown
    assert "gate: failed" in shown


def test_a_broken_provider_fails_a_run_unless_some_may_be_unscored(project: Project) -> None:
    many(project, q3={"question": "fail: 400"})
    strict = project.run("--llm-fail-under=50")
    assert strict.ret == 1
    strict.assert_outcomes(passed=11, errors=1)
    for log in project.logs():
        log.unlink()
        log.with_suffix(".run.json").unlink()
    tolerant = project.run("--llm-fail-under=50", "--llm-gates=max_unscored=10")
    assert tolerant.ret == 0
    tolerant.stdout.fnmatch_lines(
        ["  passed         at most 10 % unscored · 1 of 12 = 8.3 %", "*11 passed, 1 unscored in*"]
    )
    assert [one["outcome"] for one in project.records()].count("error") == 1


def test_more_unscored_than_allowed_fail(project: Project) -> None:
    many(project, q3={"question": "fail: 400"}, q4={"question": "fail: 400"})
    result = project.run("--llm-gates=max_unscored=10")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  failed         at most 10 % unscored · 2 of 12 = 16.7 %"])


@pytest.mark.parametrize(
    "part",
    [("-k", "q1"), ("--llm-sample=3",), ("--llm-shard=1/3",), ("--llm-sample=3", "-n2")],
    ids=" ".join,
)
def test_a_part_of_the_evals_never_passes(project: Project, part: tuple[str, ...]) -> None:
    many(project)
    result = project.run("--llm-fail-under=10", *part)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  cannot decide  at most 0 % of the evals missing*", "gate: cannot decide"])
    result.stdout.fnmatch_lines(["  mend what is missing, or switch the gate off with --llm-gates=none"])
    assert project.sidecar()["deselected"] > 0


def test_a_part_passes_where_the_gate_allows_it(project: Project) -> None:
    many(project)
    assert project.run("--llm-fail-under=10", "--llm-gates=max_missing=90", "-k", "q1").ret == 0


def test_last_failed_alone_is_a_part(project: Project) -> None:
    many(project, q3=BAD)
    (project.path / "test_other.py").write_text(
        (project.path / "test_evals.py").read_text().replace("test_it", "test_b")
    )
    cached = ("-p", "llm_eval", "-p", "tests.plugin.stand_in", "--llm-model=stand-in:m")
    project.pytester.runpytest_inprocess(*cached, "test_evals.py")
    result = project.pytester.runpytest_inprocess(*cached, "--llm-fail-under=0", "--lf", "--llm-log=lf.jsonl")
    assert result.ret == 1
    assert json.loads((project.path / "lf.run.json").read_text())["gate"] == "cannot decide"


def test_a_run_that_a_budget_stopped_never_passes(project: Project) -> None:
    many(project)
    result = project.run("--llm-fail-under=10", "--llm-max-calls=5")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "gate: cannot decide, the run is not whole: 5 of 12 trials have a record; 7 not asked, --llm-max-" in shown
    assert "finish it with --llm-resume" in shown


def test_a_run_that_was_interrupted_keeps_its_exit_status(project: Project) -> None:
    many(project, q3={"question": "fail: 401"})
    result = project.run("--llm-fail-under=10", "--llm-concurrency=1")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert project.sidecar()["gate"] == "cannot decide"


def test_a_resumed_run_is_decided_as_a_whole(project: Project) -> None:
    many(project, q3=BAD)
    project.run("--llm-max-calls=5", "--llm-fail-under=90", "--llm-log=a.jsonl")
    result = project.run("--llm-resume=a.jsonl", "--llm-fail-under=90", model=None)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  passed         fail under 90 % · 11 of 12*", "*11 passed, 1 counted in*"])


def test_each_model_must_pass(project: Project) -> None:
    many(project)
    project.evals(
        "async def task(entry, llm):\n"
        "    return await llm.acomplete('say: no' if llm.model == 'b' else entry.question)\n\n"
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)\n'
        "def test_it(grade):\n    assert_grade(grade)\n"
    )
    result = project.run("--llm-model=stand-in:a", "--llm-model=stand-in:b", "--llm-fail-under=50", model=None)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["stand-in:a", "  passed  *", "stand-in:b", "  failed  *", "gate: failed"], consecutive=False
    )


def test_accepting_a_failed_gate_passes_it_and_says_who_when_and_why(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    many(project, q3=BAD)
    result = project.run("--llm-fail-under=99", "--llm-accept=the judge was replaced")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["gate: failed", "accepted by ada (GITHUB_ACTOR): the judge was replaced"])
    told = project.sidecar()
    assert told["gate"] == "accepted"
    assert {"by": told["accepted"]["by"], "reason": told["accepted"]["reason"]} == {
        "by": "ada (GITHUB_ACTOR)",
        "reason": "the judge was replaced",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", told["accepted"]["at"])


def test_what_cannot_be_decided_cannot_be_accepted(project: Project) -> None:
    many(project)
    result = project.run("--llm-fail-under=99", "--llm-accept=I know better", "-k", "q1")
    assert result.ret == 1
    assert project.sidecar()["accepted"] is None


def test_accepting_a_gate_that_passed_is_not_kept(project: Project) -> None:
    many(project)
    assert project.run("--llm-fail-under=99", "--llm-accept=to be sure").ret == 0
    assert (project.sidecar()["gate"], project.sidecar()["accepted"]) == ("passed", None)


def test_accepting_does_not_pass_failed_tests(project: Project) -> None:
    many(project, q3={**BAD, "must_pass": True})
    assert project.run("--llm-fail-under=50", "--llm-accept=so what").ret == 1


def test_without_a_model_a_gate_on_the_command_line_does_not_pass(project: Project) -> None:
    many(project)
    result = project.run("--llm-fail-under=50", model=None)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["LLM evals: the gate cannot decide, no model under test; name one, *"])


def test_without_a_model_a_gate_in_ini_leaves_other_tests_alone(project: Project) -> None:
    many(project)
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=95\n")
    assert project.run(model=None).ret == 0


def test_where_every_eval_is_left_out_a_gate_that_was_typed_does_not_pass(project: Project) -> None:
    many(project)
    project.path.joinpath("test_plain.py").write_text("def test_plain():\n    pass\n")
    result = project.run("-k", "plain", "--llm-fail-under=70")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*LLM evals: the gate cannot decide, all 12 evals were left out"])
    project.pytester.makeini("[pytest]\naddopts = --llm-fail-under=70\n")
    assert project.run("-k", "plain").ret == 0


def test_a_model_whose_trials_are_all_skipped_cannot_be_decided_on(project: Project) -> None:
    many(project, count=2)
    project.path.joinpath("conftest.py").write_text(
        "import pytest\n\ndef pytest_collection_modifyitems(items):\n    for item in items:\n"
        "        if 'closed-book' in item.nodeid:\n            item.add_marker(pytest.mark.skip)\n"
    )
    result = project.run("--llm-gates=fail_under=0", "--llm-model=offline:closed-book")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*cannot decide*every rule · all its trials were skipped by the suite", "gate: cannot decide"]
    )


def test_gates_say_nothing_where_there_are_no_evals(project: Project) -> None:
    project.pytester.makeini("[pytest]\nllm_gates = fail_under=95\n")
    (project.path / "test_plain.py").write_text("def test_plain(): ...\n")
    result = project.run()
    assert result.ret == 0
    assert "LLM evals" not in result.stdout.str()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--llm-gates=fail_undr=3"], "llm_gates takes KIND=LIMIT or KIND:SLICE=LIMIT, KIND one of fail_under, *"),
        (["--llm-fail-under=120"], "--llm-fail-under: fail_under takes from 0 to 100 percent, got '120'"),
        (["--llm-gates=stop_at_drop=9"], "stop_at_drop needs a run to compare with; add --llm-baseline=NAME or *"),
        (["--llm-max-regression=2"], "max_regression needs a run to compare with; add --llm-baseline=NAME or *"),
        (["--llm-accept=x"], "--llm-accept lets a failed gate pass, and there is no gate; add one, *"),
        (["--llm-fail-under=50", "--llm-accept= "], "--llm-accept needs a reason, such as *"),
        (["--llm-baseline-force"], "--llm-baseline-force belongs to --llm-baseline; add it"),
        (["--llm-baseline=.."], "--llm-baseline: a baseline's name is made of letters, digits, *"),
        (["--llm-baseline=no/such.jsonl"], "--llm-baseline: *no/such.jsonl: cannot be read (No such file *"),
    ],
)
def test_flags_that_cannot_be_used_are_one_line(project: Project, flags: list[str], said: str) -> None:
    many(project)
    result = project.run(*flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert project.asked() == []


def test_what_the_gate_found_can_be_compared_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log keeps who must pass and what was in quarantine, so the command sees what the run saw."""
    many(project, q1={"must_pass": True}, q2={"status": "quarantined", "expires": "2999-01-01", **BAD})
    project.run("--llm-log=a.jsonl")
    kept = [json.loads(line) for line in (project.path / "a.jsonl").read_text().splitlines()]
    assert {one["question_id"]: one["guard"] for one in kept if one["guard"]} == {"q1": "must_pass"}
    assert [one["question_id"] for one in kept if one["quarantined_until"]] == ["q2"]
    monkeypatch.chdir(project.path)
    assert main(["compare", "a.jsonl", "a.jsonl"]) == 0


@WAYS
def test_canary_stop_ends_the_run_at_the_first_failure_of_what_must_pass(
    project: Project, way: tuple[str, ...]
) -> None:
    many(project, count=60, q30={**BAD, "tags": ["canary"]}, q2=BAD)
    result = project.run("--llm-canary-stop", "--llm-fail-under=50", "--llm-concurrency=2", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*q30 must pass (canary), and did not*"])
    assert len(project.records()) < 30
    assert gate_of(project)[0] != "passed"


@WAYS
def test_canary_stop_ends_the_run_where_no_assertion_says_that_an_answer_is_wrong(
    project: Project, way: tuple[str, ...]
) -> None:
    many(project, count=60, q30={**BAD, "tags": ["canary"]})
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\ndef test_it(grade): ...\n'
    )
    result = project.run("--llm-canary-stop", "--llm-concurrency=2", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*q30 must pass (canary), and did not*"])
    assert len(project.records()) < (60 if way else 5)  # the other worker goes on until it is told
    assert (project.sidecar()["exit_status"], project.sidecar()["complete"]) == (1, False)


@WAYS
def test_canary_stop_ends_the_run_where_the_setup_of_what_must_pass_breaks(
    project: Project, way: tuple[str, ...]
) -> None:
    many(project, count=60, q30={"tags": ["canary"]})
    source = (project.path / "test_evals.py").read_text()
    broken = "@pytest.fixture\ndef broken(entry):\n    assert entry.id != 'q30'\n\n"
    (project.path / "test_evals.py").write_text(
        source.replace("@pytest.mark", broken + "@pytest.mark").replace("(grade)", "(broken, grade)", 1)
    )
    result = project.run("--llm-canary-stop", "--llm-concurrency=2", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*q30 must pass (canary), and did not*"])
    assert len(project.records()) < (60 if way else 5)


def test_canary_stop_leaves_other_failures_alone(project: Project) -> None:
    many(project, q3={"tags": ["canary"]}, q5=BAD)
    project.run("--llm-canary-stop").assert_outcomes(passed=11, failed=1)
