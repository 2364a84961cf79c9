"""``--llm-baseline``: the comparison that a run ends with, and what it says where there is nothing to compare with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_gate import BAD, WAYS, gate_of, many


@pytest.fixture
def blessed(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """Twelve entries that were all answered right, blessed as ``main``; no log is left in the usual folder."""
    monkeypatch.chdir(project.path)
    bless_first(project)
    capsys.readouterr()
    return project


def bless_first(project: Project, count: int = 12) -> None:
    many(project, count)
    Path("first.jsonl").unlink(missing_ok=True)
    assert project.run("--llm-log=first.jsonl").ret == 0
    assert main(["bless", "first.jsonl"]) == 0


def of_comparison(text: str) -> list[str]:
    """What is told from the verdict to what changed, without the lines that name the logs and break where they end."""
    lines = [line.rstrip() for line in text.splitlines()]
    begin = lines.index("worse")
    logs = next(at for at in range(begin, len(lines)) if lines[at].startswith("  base  "))
    pairs = next(at for at in range(logs, len(lines)) if lines[at].startswith("  pairs "))
    end = next(at for at in range(pairs, len(lines)) if "between the runs" in lines[at])
    return [*lines[begin:logs], *lines[pairs : end + 1]]


@WAYS
def test_a_regression_fails_and_is_told_as_the_command_tells_it(
    blessed: Project, way: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    bless_first(blessed, 24)
    blessed.evals(
        "async def task(entry, llm):\n"
        "    return await llm.acomplete('say: no' if entry.category == 'even' else entry.question)\n\n"
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)\n'
        "def test_it(grade):\n    assert_grade(grade)\n"
    )
    result = blessed.run("--llm-baseline=main", "--llm-log=new.jsonl", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*LLM evals: compared with main*",
            "worse",
            "  fully correct down 50.0 points · mean grade down 1.50 of 3",
            "  category even down 100.0 points",
            "*LLM evals: gate*",
            "  failed         max regression 0 points · fully correct -50.0 points*",
            "gate: failed",
        ]
    )
    capsys.readouterr()
    assert main(["compare", "main", "new.jsonl"]) == 1
    assert of_comparison(capsys.readouterr().out) == of_comparison(result.stdout.str())
    kept = json.loads(Path("new.run.json").read_text())
    assert (kept["gate"], kept["gates"][0]["rule"]) == ("failed", "max regression 0 points")


STYLES = """
STYLES = {styles}

@pytest.mark.parametrize("style", STYLES)
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, answer, style):
    assert style != {broken!r}
"""


@pytest.mark.parametrize("broken", ["short", "long"])
def test_a_regression_of_one_case_of_a_parametrized_eval_fails(blessed: Project, broken: str) -> None:
    blessed.evals(STYLES.format(styles=["short", "long"], broken="none"))
    assert blessed.run("--llm-log=cases.jsonl").ret == 0
    assert main(["bless", "cases.jsonl", "--name=cases"]) == 0
    blessed.evals(STYLES.format(styles=["short", "long"], broken=broken))
    result = blessed.run("--llm-baseline=cases")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["worse: passed down 50.0 points", "  pairs 24 of 12 entries*", "gate: failed"])
    assert f"    test_it[q1-{broken}] · " in result.stdout.str()


def test_the_same_answers_pass(blessed: Project) -> None:
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["the same: no verdict differs in 12 pairs", "gate: passed"])


def test_a_loss_that_chance_may_give_passes(blessed: Project) -> None:
    many_lost(blessed, 1)
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["can't tell: fully correct down 8.3 points, *", "*11 passed, 1 counted in*"])


def many_lost(project: Project, lost: int) -> None:
    project.evals(
        "async def task(entry, llm):\n"
        f"    return await llm.acomplete('say: no' if int(entry.id[1:]) < {lost} else entry.question)\n\n"
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)\n'
        "def test_it(grade):\n    assert_grade(grade)\n"
    )


def test_a_drop_within_what_is_allowed_passes(blessed: Project) -> None:
    many_lost(blessed, 7)
    assert blessed.run("--llm-baseline=main", "--llm-max-regression=50").ret == 1
    result = blessed.run("--llm-baseline=main", "--llm-max-regression=60")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["worse", "  allowed: no figure dropped by more than 60 points"])


def test_a_category_has_its_own_limit(blessed: Project) -> None:
    bless_first(blessed, 24)
    many_lost(blessed, 24)
    result = blessed.run("--llm-baseline=main", "--llm-max-regression=100", "--llm-max-regression=odd=10")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "  passed         max regression 100 points*",
            "  failed         max regression 10 points in odd · odd -100.0*",
        ]
    )


def test_without_rules_the_comparison_is_shown_and_decides_nothing(blessed: Project) -> None:
    many_lost(blessed, 12)
    result = blessed.run("--llm-baseline=main", "--llm-gates=none")
    result.stdout.fnmatch_lines(["*LLM evals: compared with main*", "worse"])
    result.assert_outcomes(failed=12)
    assert "LLM evals: gate" not in result.stdout.str()
    assert blessed.sidecar()["gate"] is None


def test_a_baseline_may_be_a_log(blessed: Project) -> None:
    result = blessed.run("--llm-baseline=first.jsonl")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*LLM evals: compared with first.jsonl*", "  base  first.jsonl · stand-in:m*"])


def test_baseline_in_ini_is_found_from_any_folder(blessed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    blessed.pytester.makeini("[pytest]\nllm_baseline = first.jsonl\n")
    (blessed.path / "below").mkdir()
    monkeypatch.chdir(blessed.path / "below")
    result = blessed.run("..", "--rootdir=..")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*compared with first.jsonl*"])


def test_no_baseline_yet_is_named_before_and_after_with_the_next_command(project: Project) -> None:
    many(project)
    result = project.run("--llm-baseline=main", "--llm-log=a.jsonl")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "llm-note: no baseline main yet for stand-in:m" in shown
    assert "cannot decide max regression 0 points · no baseline main yet; when this run is good: " in shown
    assert "pytest-llmeval bless a.jsonl" in shown


def test_a_slip_in_the_name_is_told_with_the_names_there_are(blessed: Project) -> None:
    blessed.run("--llm-baseline=mian").stdout.fnmatch_lines(
        ["llm-note: no baseline mian yet for stand-in:m; there is main"]
    )


def test_each_model_has_its_own_baseline(blessed: Project) -> None:
    result = blessed.run("--llm-baseline=main", "--llm-model=stand-in:m", "--llm-model=stand-in:n", model=None)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["llm-note: no baseline main yet for stand-in:n", "stand-in:m", "  passed  *"])
    result.stdout.fnmatch_lines(["stand-in:n", "  cannot decide  max regression 0 points · no baseline main yet;*"])


def test_a_baseline_of_another_version_of_the_benchmark_is_named(blessed: Project) -> None:
    many(blessed, count=13, q0={"gold_answer": "YES", "question": "say: YES"})
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 0
    shown = " ".join(result.stdout.str().split())
    assert "baseline: it is of another version of the benchmark: 1 changed, 1 new entries; when this run is" in shown


def test_entries_that_went_missing_are_named_and_cannot_be_decided_on(blessed: Project) -> None:
    many(blessed, count=11)
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "cannot decide at most 0 % of the entries of the baseline missing · 1 of 12 missing: q11" in shown
    assert blessed.run("--llm-baseline=main", "--llm-gates=max_missing=10").ret == 0


PART = ("--llm-baseline=main", "-m", "even")


def test_a_part_is_compared_where_so_much_may_be_missing(blessed: Project) -> None:
    result = blessed.run(*PART, "--llm-gates=max_missing=50", "--llm-log=llm-runs/a.jsonl")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["  passed         max regression 0 points · fully correct +0.0 points*", "gate: passed"]
    )
    result = blessed.run(*PART, "--llm-gates=max_missing=49", "--llm-log=llm-runs/b.jsonl")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "6 of 12 entries of BASE can be paired, 51 % are needed; run the others too; max_missing=50 or" in shown


def test_a_part_still_fails_for_what_it_lost(blessed: Project) -> None:
    many_lost(blessed, 12)
    result = blessed.run(*PART, "--llm-gates=max_missing=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  failed         max regression 0 points · fully correct -100.0 points*"])


def test_a_baseline_that_lost_records_is_nothing_to_compare_with(blessed: Project) -> None:
    (log,) = (blessed.path / "llm-baselines" / "main").glob("*.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:8]))
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "BASE is not complete: its log has 8 of its 12 records; bless again, or restore it" in shown
    log.write_bytes(b"".join([*lines, lines[0]]))
    assert blessed.run("--llm-baseline=main", "--llm-log=again.jsonl").ret == 0


def test_each_of_several_models_has_all_the_records_it_was_blessed_with(project: Project) -> None:
    many(project)
    both = ("--llm-model=stand-in:a", "--llm-model=stand-in:b")
    assert project.run(*both, "--llm-log=first.jsonl", model=None).ret == 0
    assert main(["bless", str(project.path / "first.jsonl"), "--into", str(project.path / "llm-baselines")]) == 0
    assert project.run(*both, "--llm-baseline=main", model=None).ret == 0


def test_a_path_whose_log_lost_records_is_nothing_to_compare_with(blessed: Project) -> None:
    lines = Path("first.jsonl").read_bytes().splitlines(keepends=True)
    Path("first.jsonl").write_bytes(b"".join(lines[:10]))
    result = blessed.run("--llm-baseline=first.jsonl")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "BASE is not complete: its log has 10 of its 12 records; restore it" in shown


def test_other_graders_refuse_unless_forced(blessed: Project) -> None:
    source = (blessed.path / "test_evals.py").read_text()
    (blessed.path / "test_evals.py").write_text(source.replace("exact_match", "contains"))
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["cannot decide: other graders: *", "  cannot decide  max regression 0 points*"])
    forced = blessed.run("--llm-baseline=main", "--llm-baseline-force")
    assert forced.ret == 0
    forced.stdout.fnmatch_lines(["  forced in spite of: other graders: *"])


def test_a_baseline_that_is_not_complete_is_named_with_the_way_out(blessed: Project) -> None:
    blessed.run("--llm-max-calls=8", "--llm-log=cut.jsonl")
    result = blessed.run("--llm-baseline=cut.jsonl")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "baseline: it is not complete; finish it with --llm-resume=cut.jsonl, or take it as it is: " in shown
    assert main(["bless", "cut.jsonl", "--name=cut", "--force"]) == 0
    told = blessed.run("--llm-baseline=cut")
    assert told.ret == 0
    assert "baseline: it was blessed although it is not whole" in told.stdout.str()


def test_an_old_baseline_is_named_with_its_age(blessed: Project) -> None:
    (sidecar,) = blessed.path.glob("llm-baselines/main/*.run.json")
    kept = json.loads(sidecar.read_text())
    kept["blessed"] = {"by": "ada", "at": "2020-01-01T00:00:00.000Z", "reason": None}
    sidecar.write_text(json.dumps(kept))
    shown = " ".join(blessed.run("--llm-baseline=main").stdout.str().split())
    assert "days ago by ada; when this run is good: pytest-llmeval bless llm-runs/" in shown


@pytest.mark.parametrize("broken", ["{", '{"id": 1}\n', ""])
def test_a_baseline_that_cannot_be_read_is_one_line_and_loses_no_run(blessed: Project, broken: str) -> None:
    (log,) = blessed.path.glob("llm-baselines/main/*.jsonl")
    log.write_text(broken)
    result = blessed.run("--llm-baseline=main")
    assert result.ret == 1
    assert len(blessed.records()) == 12
    assert gate_of(blessed)[0] == "cannot decide"
    assert "Traceback" not in result.stdout.str()


def test_a_baseline_file_of_another_model_is_told(blessed: Project) -> None:
    (log,) = blessed.path.glob("llm-baselines/main/*.jsonl")
    for path in (log, log.with_suffix(".run.json")):
        shutil.copy(path, path.with_name(path.name.replace("stand-in__m", "stand-in__n")))
    result = blessed.run("--llm-baseline=main", model="stand-in:n")
    shown = " ".join(result.stdout.str().split())
    assert "stand-in__n.jsonl of baseline main holds no record of stand-in:n; bless a run again" in shown


def test_a_log_without_a_model_in_common_cannot_be_compared_with(blessed: Project) -> None:
    blessed.run("--llm-model=stand-in:a", "--llm-model=stand-in:b", "--llm-log=two.jsonl", model=None)
    result = blessed.run("--llm-baseline=two.jsonl", model="stand-in:c")
    assert result.ret == 1
    shown = " ".join(result.stdout.str().split())
    assert "cannot decide max regression 0 points · BASE and NEW have no model in common" in shown


def test_a_path_that_only_ini_names_is_told_before_anything_is_asked(project: Project) -> None:
    many(project)
    project.pytester.makeini("[pytest]\nllm_baseline = gone.jsonl\n")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "gone.jsonl: cannot be read" in result.stdout.str() + result.stderr.str()
    assert project.asked() == []


def test_lost_entries_stand_in_the_report_with_both_answers(blessed: Project) -> None:
    many_lost(blessed, 6)
    blessed.run("--llm-baseline=main").stdout.fnmatch_lines(
        ["    q0 · even · fully correct -> wrong", "      base   yes", "      new    no", "*between the runs*"]
    )


def test_bad_question_of_before_is_no_regression(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.path)
    many(project, q3=BAD)
    project.run("--llm-log=first.jsonl")
    assert main(["bless", "first.jsonl"]) == 0
    assert project.run("--llm-baseline=main").ret == 0


@WAYS
def test_a_run_far_worse_than_the_baseline_is_ended_before_the_rest_is_asked(
    blessed: Project, way: tuple[str, ...]
) -> None:
    bless_first(blessed, 80)
    many(blessed, 80)
    blessed.evals(
        "async def task(entry, llm):\n    return await llm.acomplete('say: no')\n\n"
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()], task=task)\n'
        "def test_it(grade):\n    assert_grade(grade)\n"
    )
    result = blessed.run("--llm-baseline=main", "--llm-gates=stop_at_drop=20", "--llm-concurrency=2", *way)
    assert result.ret == 1
    told = "a drop of more than 20 points: 0 of 16 right so far, 16 in the baseline"
    result.stdout.fnmatch_lines([f"*stop_at_drop: {told}*"])
    assert len(blessed.records()) < 40
    decision, verdicts = gate_of(blessed)
    assert (decision, verdicts["stop at a drop of 20 points"]) == ("failed", "failed")


def test_the_alarm_stays_silent_where_the_answers_are_as_good(blessed: Project) -> None:
    bless_first(blessed, 40)
    result = blessed.run("--llm-baseline=main", "--llm-gates=stop_at_drop=20")
    assert result.ret == 0
    assert gate_of(blessed)[1]["stop at a drop of 20 points"] == "passed"


def test_without_a_baseline_of_that_name_the_alarm_has_nothing_to_hold_answers_against(blessed: Project) -> None:
    result = blessed.run("--llm-baseline=other", "--llm-gates=stop_at_drop=20")
    assert gate_of(blessed) == (
        "cannot decide",
        {"stop at a drop of 20 points": "passed", "max regression 0 points": "cannot decide"},
    )
    assert result.ret == 1


def test_what_is_contested_in_the_baseline_is_no_ground_for_a_decision(blessed: Project, tmp_path: Path) -> None:
    votes = tmp_path / "votes.jsonl"
    for rater, level in (("anna", "wrong"), ("ben", "fully_correct")):
        votes.write_text(f'{{"question_id": "q0", "grade": "{level}"}}\n')
        main(["grade", "first.jsonl", "--answers", str(votes), "--rater", rater])
    rules = ("--llm-gates=max_disagreement=40", "--llm-gates=max_missing=100")
    result = blessed.run("--llm-baseline=first-graded.jsonl", "--llm-baseline-force", *rules)
    result.stdout.fnmatch_lines(["*no two verdicts * q0 (over 40 % of its votes differ -> fully_correct)"])
