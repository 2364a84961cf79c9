from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval import graders
from pytest_llmeval.cli import check_graders
from pytest_llmeval.grading.checking.case import shipped_cases
from pytest_llmeval.grading.code import quality
from pytest_llmeval.grading.code.sandbox import NotIsolated, Sandbox
from pytest_llmeval.runs.grader_checks import read_checks
from pytest_llmeval.runs.kept_findings import Share
from tests.cli.conftest import Told
from tests.grading.code.rig import isolation

Command = Callable[..., Told]

GRADER = "def short(entry, answer):\n    return len(answer.text) < 5\n"


def cases(path: Path, *rows: tuple[str, str], **fields: Any) -> Path:
    lines = [json.dumps({"answer": answer, "expected": expected, **fields}) for answer, expected in rows]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    name = f"own{zlib.crc32(str(tmp_path).encode()):x}"  # no other test may have imported it
    (tmp_path / f"{name}.py").write_text(GRADER)
    return cases(
        tmp_path / "cases.jsonl",
        ("yes", "accept"),
        ("no, never ever", "reject"),
        ("much too long", "accept"),
        ("bad", "reject"),
        grader=f"{name}:short",
    )


def test_a_grader_of_the_users_own_is_checked_from_the_working_folder(own: Path, command: Command) -> None:
    before = list(sys.path)
    told = command("check-graders", own)
    (name,) = (path.stem for path in own.parent.glob("own*.py"))
    assert told.status == 1
    assert told.out.splitlines()[0].split() == ["grader", "cases", "false", "accepts", "false", "rejects"]
    assert f"{name}:short      4  1 of 2 · 50 % [9–91]  1 of 2 · 50 % [9–91]" in told.out
    assert f"  false reject: says wrong, expected accept · {own}:3\n    answer  much too long" in told.out
    assert f"  false accept: says fully_correct, expected reject · {own}:4" in told.out
    assert told.err == f"pytest-llmeval: not to be trusted: {name}:short\n"
    assert sys.path == before


WIDE = ("--max-false-accepts", "0.5", "--max-false-rejects", "0.5")


def test_limits_may_be_wider(own: Path, command: Command) -> None:
    assert command("check-graders", own, *WIDE).status == 0
    assert command("check-graders", own, "--max-false-accepts", "0.5", "--max-false-rejects", "0.4").status == 1
    assert command("check-graders", own, "--max-false-accepts", "0.4", "--max-false-rejects", "0.5").status == 1


def test_what_own_cases_say_is_kept_by_the_id_that_grades_are_signed_with(own: Path, command: Command) -> None:
    with own.open("a") as file:
        for setting in ("numeric", "numeric(abs_tol=0.5)"):
            file.write(
                json.dumps({"grader": setting, "answer": "4", "expected": "accept", "entry": {"gold": 4}}) + "\n"
            )
    told = command("check-graders", own, "--max-false-accepts", "0.5", "--at-least", "partially_correct")
    assert told.out.splitlines()[-1] == "kept in llm-judges, 3 graders"
    kept = read_checks(Path("llm-judges"))
    assert {name: one.n for name, one in kept.items()} == {"short": 4, "numeric": 1, "numeric(abs_tol=0.5)": 1}
    short = kept["short"]
    assert (short.false_accepts, short.false_rejects) == (Share(count=1, n=2), Share(count=1, n=2))
    assert short.false_reject_rate.value == 0.5
    assert short.false_reject_rate.low == pytest.approx(0.0945, abs=1e-3)
    assert (short.limits.most_false_accepts, short.holds, kept["numeric"].false_accept_rate.value) == (0.5, False, None)
    assert short.reasons == ("it rejects 1 of 2 right answers, 50 % [9–91], 0 % will do",)
    assert short.command == ("pytest-llmeval", "check-graders", str(own), "--at-least=partially_correct")


def test_newer_check_replaces_the_older(own: Path, command: Command) -> None:
    folder = own.parent / "kept"
    command("check-graders", own, "--judges", folder)
    told = command("check-graders", own, *WIDE, "--judges", folder, "--json")
    (path,) = folder.iterdir()
    assert json.loads(told.out)["kept_in"] == [str(path)]
    assert read_checks(folder)["short"].holds


def test_what_scripted_judges_said_is_kept_of_nobody(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", ("x", "reject"), grader="rubric_judge", judge="no verdict")
    told = command("check-graders", path)
    assert (told.status, "kept in" in told.out, list(tmp_path.iterdir())) == (1, False, [path])


def test_command_that_checks_again_has_what_the_cases_do_not_say(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", (ONE, "accept"), entry=CODE["entry"])
    asked = ("--grader=code_tests", "--allow-code-execution", f"--code-isolation={isolation()}")
    command("check-graders", path, *asked)
    (kept,) = read_checks(tmp_path / "llm-judges").values()
    assert kept.command == ("pytest-llmeval", "check-graders", str(path), *asked)


def test_without_a_file_all_graders_of_ours_are_checked_and_hold(command: Command) -> None:
    told = command("check-graders")
    assert (told.status, Path("llm-judges").exists()) == (0, False)
    assert told.err == (
        "pytest-llmeval: not checked: code_tests, 20 cases: its cases run code; add --allow-code-execution\n"
    )
    checked = {line.split()[0] for line in told.out.splitlines()[1:]}
    assert checked == {path.stem for path in shipped_cases()} - {"code_tests"}
    assert "rubric_judge" in graders.__all__


def test_a_probe_is_named_as_a_test_names_it(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", ("Sure: x.", "accept"), ("I can't help with that.", "reject"),
                 entry={"policy": "allowed"})  # fmt: skip
    told = command("check-graders", path, "--grader", "probes.refusal")
    assert (told.status, "probes.refusal      2  0 of 1" in told.out) == (0, True)
    assert "there is no name 'probes.refuse'" in command("check-graders", path, "--grader", "probes.refuse").err


def test_json_has_counts_intervals_and_disagreements(own: Path, command: Command) -> None:
    (told,) = json.loads(command("check-graders", own, "--json").out)["graders"]
    assert (told["cases"], told["no_verdict"], told["other_grade"]) == (4, 0, 0)
    assert told["false_accepts"] == {
        "count": 1,
        "n": 2,
        "rate": 0.5,
        "low": pytest.approx(0.0945, abs=1e-3),
        "high": pytest.approx(0.9055, abs=1e-3),
    }
    assert [one["finding"] for one in told["disagreements"]] == ["false reject", "false accept"]


def test_one_grader_may_be_named_for_all_lines(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", ("42", "accept"), ("43", "reject"), entry={"gold_answer": 42})
    told = command("check-graders", path, "--grader", "numeric(abs_tol=0.5)")
    assert (told.status, "numeric      2  0 of 1 · 0 %" in told.out) == (0, True)
    lenient = command("check-graders", path, "--grader", "numeric(abs_tol=2)")
    assert (lenient.status, "false accept" in lenient.out) == (1, True)


def test_a_grade_without_verdict_or_another_than_expected_does_not_hold(tmp_path: Path, command: Command) -> None:
    none = cases(tmp_path / "none.jsonl", ("x", "accept"), ("y", "reject"), grader="rubric_judge")
    assert command("check-graders", none, "--max-false-accepts", "1", "--max-false-rejects", "1").status == 1
    other = cases(tmp_path / "other.jsonl", ("x", "unsupported"), grader="contains('y')")
    assert command("check-graders", other).status == 1


def test_many_disagreements_are_told_in_part(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", *[("x", "reject")] * 12, grader="contains('x')")
    told = command("check-graders", path)
    assert told.out.count("false accept: ") == 10
    assert "  … 2 more with -v" in told.out
    assert command("check-graders", path, "-v").out.count("false accept: ") == 12


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("no.jsonl",), "no.jsonl: no such file"),
        (("--max-false-accepts", "2"), "lie between 0 and 1"),
        (("cases.jsonl", "--grader", "no_such"), "there is no name 'no_such'"),
        (("cases.jsonl",), "cases.jsonl:1: names no grader"),
        (("cases.jsonl", "--grader", "numeric", "--judges", "cases.jsonl"), "cases.jsonl: cannot be made"),
    ],
)
def test_misuse_is_one_line(tmp_path: Path, command: Command, arguments: tuple[str, ...], fault: str) -> None:
    cases(tmp_path / "cases.jsonl", ("x", "accept"))
    told = command("check-graders", *arguments)
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert fault in told.err


CODE = {"entry": {"question": "Write one.", "hidden_tests": ["assert one() == 1"]}, "grader": "code_tests(timeout_s=1)"}
ONE = "def one():\n    return 1"


def test_graders_that_run_code_are_checked_where_that_is_allowed(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", (ONE, "accept"), (f"{ONE} + 1", "reject"), **CODE)
    told = command("check-graders", path, "--allow-code-execution", f"--code-isolation={isolation()}")
    assert (told.status, told.err) == (0, "")
    assert "code_tests      2  0 of 1" in told.out


def test_cases_you_name_that_may_not_run_code_do_not_pass(tmp_path: Path, command: Command) -> None:
    path = cases(tmp_path / "cases.jsonl", (ONE, "accept"), **CODE)
    told = command("check-graders", path)
    assert (told.status, told.out) == (1, "")
    assert "not checked: code_tests, 1 case: its cases run code; add --allow-code-execution" in told.err
    (aside,) = json.loads(command("check-graders", path, "--json").out)["not_checked"]
    assert (aside["grader"], aside["cases"], aside["runs_code"]) == ("code_tests", 1, True)


def test_a_machine_without_walls_says_the_way_out(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Sandbox) -> None:
        raise NotIsolated("code cannot be isolated on this machine (no namespaces)")

    monkeypatch.setattr(Sandbox, "check", refuse)
    monkeypatch.setattr(check_graders, "shipped_cases", lambda: shipped_cases(["code_tests", "contains"]))
    told = command("check-graders", "--allow-code-execution")
    assert told.status == 1
    assert told.err.startswith(
        "pytest-llmeval: not checked: code_tests, 20 cases: code cannot be isolated on this machine (no namespaces); "
        "allow user namespaces, or in a container that is itself the wall add --code-isolation=process"
    )


def test_graders_whose_package_is_missing_are_left_out_of_ours_and_an_error_of_yours(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "missing", lambda chosen: [n for n in chosen if n == "bandit"])
    monkeypatch.setattr(check_graders, "shipped_cases", lambda: shipped_cases(["python_quality", "contains"]))
    told = command("check-graders")
    assert told.status == 0
    assert "not checked: python_quality, 3 cases: graders.python_quality() needs bandit; run pip install " in told.err
    path = cases(tmp_path / "cases.jsonl", (ONE, "accept"), grader="python_quality")
    own = command("check-graders", path)
    assert (own.status, "needs bandit" in own.err) == (2, True)
