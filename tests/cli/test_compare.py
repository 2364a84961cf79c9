from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from pytest_llmeval.runs.hand_grading import Vote, graded_line
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from pytest_llmeval.runs.record_parts import JudgeInfo, JudgeVerdict
from pytest_llmeval.runs.sidecar import write_sidecar
from tests.analysis.two_runs import records, run_info
from tests.runs.samples import record

NO_VALUE = "Expecting value: line 1 column 1 (char 0)"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def log(name: str, letters: str, *, complete: bool | None = True, **fields: Any) -> str:
    path = Path(name)
    with path.open("ab") as file:
        file.writelines(map(record_line, records(letters, **fields)))
    if complete is not None:
        write_sidecar(path, run_info(complete=complete))
    return name


def test_better_the_same_and_cannot_tell_are_fine(capsys: pytest.CaptureFixture[str]) -> None:
    base = log("base.jsonl", "C" * 20 + "W" * 20)
    new = log("new.jsonl", "C" * 40)
    near = log("near.jsonl", "C" * 19 + "W" * 21)
    assert [main(["compare", base, other]) for other in (new, base, near)] == [0, 0, 0]
    told = capsys.readouterr().out
    assert told.startswith("better\n  fully correct up 50.0 points")
    assert "the same: no verdict differs in 40 pairs" in told
    assert "can't tell: fully correct down 2.5 points" in told
    assert "\x1b" not in told


def test_a_regression_is_1() -> None:
    assert main(["compare", log("base.jsonl", "C" * 40), log("new.jsonl", "C" * 25 + "W" * 15)]) == 1


def test_a_regression_that_is_allowed_is_fine() -> None:
    logs = [log("base.jsonl", "+" * 40), log("new.jsonl", "+" * 28 + "-" * 12)]
    assert main(["compare", *logs, "--max-regression=29"]) == 1
    assert main(["compare", *logs, "--max-regression=30"]) == 0


def judged(name: str, letters: str, run_id: str = "r") -> str:
    """Write a log whose grades a judge gave."""
    made = []
    for one in records(letters, run_id=run_id, answer="It is so."):
        verdicts = (JudgeVerdict(hash="ab", level=one.grade),)
        made.append(one.model_copy(update={"judge": JudgeInfo(model="j:k", hash="ab", verdicts=verdicts)}))
    Path(name).write_bytes(b"".join(map(record_line, made)))
    write_sidecar(Path(name), run_info())
    return name


def test_a_drop_that_the_judges_own_noise_may_give_is_no_regression() -> None:
    logs = [judged("base.jsonl", "C" * 40), judged("new.jsonl", "C" * 34 + "W" * 6)]
    assert main(["compare", *logs]) == 1
    labels = [{"question_id": f"q{n}", "grade": "fully_correct"} for n in range(40)]
    Path("human.jsonl").write_text("".join(json.dumps(one) + "\n" for one in labels))
    again = judged("again.jsonl", "C" * 28 + "W" * 12, run_id="again")
    assert main(["calibrate", "base.jsonl", "--labels", "human.jsonl", "--again", again]) == 1
    assert main(["compare", *logs]) == 0


def test_a_stricter_level_finds_less() -> None:
    logs = [log("base.jsonl", "+" * 40), log("new.jsonl", "+" * 33 + "-" * 7)]
    assert main(["compare", *logs]) == 1
    assert main(["compare", *logs, "--alpha", "0.01"]) == 0


def test_an_incomplete_run_cannot_be_decided_on_even_by_force(capsys: pytest.CaptureFixture[str]) -> None:
    logs = [log("base.jsonl", "C" * 9), log("new.jsonl", "C" * 9, complete=False)]
    assert main(["compare", *logs, "--force"]) == 3
    assert capsys.readouterr().out.startswith("cannot decide: NEW is not complete: it was stopped before its end\n")


def test_a_torn_log_is_read_and_not_complete(capsys: pytest.CaptureFixture[str]) -> None:
    base, new = log("base.jsonl", "C" * 9), log("new.jsonl", "C" * 9, complete=None)
    with Path(new).open("ab") as file:
        file.write(b'{"run_id": "r-1", "quest')
    assert main(["compare", base, new]) == 3
    assert capsys.readouterr().out.startswith("cannot decide: NEW is not complete: its last line is cut off\n")


def test_no_word_of_a_reason_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", log("base.jsonl", "C"), log("new.jsonl", "W")]) == 3
    told = capsys.readouterr().out.splitlines()
    reason = " ".join(line.strip() for line in told[1 : told.index("")])
    assert reason == "only 1 entry can be paired; not even a change of all could be told from chance"
    assert max(map(len, told[: told.index("")])) <= 80


def test_other_graders_refuse_unless_forced(capsys: pytest.CaptureFixture[str]) -> None:
    logs = [log("base.jsonl", "C" * 9), log("new.jsonl", "C" * 9, grader="rubric")]
    assert main(["compare", *logs]) == 3
    assert main(["compare", *logs, "--force"]) == 0
    assert "forced in spite of: other graders: evidence -> rubric" in capsys.readouterr().out


def test_foreign_logs_of_sixteen_fields_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    for name, wrong in (("base.jsonl", 2), ("new.jsonl", 12)):
        with Path(name).open("w", encoding="utf-8") as file:
            for number in range(30):
                row: dict[str, Any] = dict.fromkeys(DESIGNED_FIELDS) | {"evidence_files": [], "tools_called": []}
                row |= {"run_id": name, "question_id": number, "question": f"{number}?", "timestamp": "2026"}
                grade = "wrong" if number < wrong else "fully_correct"
                file.write(json.dumps({**row, "category": "c", "model": "m", "grade": grade}) + "\n")
    assert main(["compare", "base.jsonl", "new.jsonl"]) == 1
    assert "! fully correct              93.3 %  60.0 %  -33.3" in capsys.readouterr().out


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    logs = [log("base.jsonl", "C" * 40, answer="\x1b[31m\u202e"), log("new.jsonl", "C" * 25 + "W" * 15)]
    assert main(["compare", *logs, "--json"]) == 1
    out = capsys.readouterr().out
    told = json.loads(out)
    assert (told["format_version"], told["exit_status"], told["unmatched_models"]) == (1, 1, [])
    assert told["comparisons"][0]["outcome"] == "worse"
    assert out.isascii()
    assert "\x1b" not in out


def two_models(name: str, a: str, b: str) -> str:
    log(name, a, model="a")
    return log(name, b, model="b")


def test_models_of_the_same_name_are_compared_one_after_another(capsys: pytest.CaptureFixture[str]) -> None:
    base, new = two_models("base.jsonl", "C" * 9, "C" * 9), two_models("new.jsonl", "C" * 9, "W" * 9)
    log("base.jsonl", "C" * 9, model="old")
    assert main(["compare", base, new]) == 1
    told = capsys.readouterr().out
    assert told.index("the same: no verdict differs") < told.index("\n" + "-" * 80 + "\n") < told.index("worse\n")
    assert told.endswith("\nnot compared: openai:old (BASE only)\n")


def test_a_regression_of_one_model_counts_more_than_an_open_case_of_another() -> None:
    base, new = two_models("base.jsonl", "C" * 9, "C" * 9), two_models("new.jsonl", "E" * 9, "W" * 9)
    assert main(["compare", base, new]) == 1
    assert main(["compare", base, new, "--model=a"]) == 3


def test_two_models_of_one_run_can_be_compared() -> None:
    run = two_models("run.jsonl", "C" * 9, "W" * 9)
    assert main(["compare", run, run, "--base-model=a", "--model=b"]) == 1
    assert main(["compare", run, run, "--base-model=b", "--model=a"]) == 0


def test_a_model_that_no_run_has_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    run = two_models("run.jsonl", "C" * 9, "W" * 9)
    assert main(["compare", run, run, "--model=c"]) == 2
    assert capsys.readouterr().err == (
        "pytest-llmeval: BASE has no model 'c' (openai:a, openai:b); name one of them with --base-model\n"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "x.jsonl: cannot be read (No such file or directory)"),
        (b"", "x.jsonl: is empty; a run log has a record on each line"),
        (b'{"run_id": "r', "x.jsonl: holds no record; a run log has a record on each line"),
        (b'{"some": "thing"}\n', "x.jsonl:1: no record: run_id: is missing; question_id: is missing; *"),
        (b"not JSON\n", f"x.jsonl:1: no record: not JSON ({NO_VALUE}); is this a run log?"),
        (b'{"schema_version": 9}\n', "x.jsonl:1: schema_version 9 was written by a newer pytest-llmeval than *"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_log_is_one_line_and_misuse(
    content: bytes | None, told: str, first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    good = log("good.jsonl", "C" * 9)
    if content is not None:
        Path("x.jsonl").write_bytes(content)
    assert main(["compare", *(("x.jsonl", good) if first else (good, "x.jsonl"))]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"pytest-llmeval: {told.removesuffix('*')}")


def test_a_broken_sidecar_is_one_line_and_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    base = log("base.jsonl", "C" * 9)
    Path("base.run.json").write_text("[]")
    assert main(["compare", base, base]) == 2
    assert "base.run.json: is no sidecar of a run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--alpha=0", "argument --alpha: must lie between 0 and 1, both excluded, got '0'"),
        ("--alpha=1", "argument --alpha: must lie between 0 and 1, both excluded, got '1'"),
        ("--alpha=low", "argument --alpha: must lie between 0 and 1, both excluded, got 'low'"),
        ("--max-regression=-1", "argument --max-regression: must lie between 0 and 100, got '-1'"),
        ("--max-regression=nan", "argument --max-regression: must lie between 0 and 100, got 'nan'"),
    ],
)
def test_a_number_out_of_range_is_misuse(option: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "a", "b", option]) == 2
    assert told in capsys.readouterr().err


def test_the_help_states_the_rule_and_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "A figure changed where its test says p < alpha and its interval leaves out 0." in told
    assert "exit status: 0 better, the same, or can't tell; 1 a regression; 2 misuse; 3 cannot decide" in told


def voted(name: str, *pairs: str) -> str:
    """Write a log that two people graded; a pair of letters for each entry."""
    levels = {"C": "fully_correct", "W": "wrong"}
    path = Path(name)
    with path.open("ab") as file:
        for number, pair in enumerate(pairs):
            votes = [Vote(rater=rater, grade=levels[one], timestamp="t") for rater, one in zip("ab", pair, strict=True)]  # type: ignore[arg-type]  # letters of levels
            line = record(number, answer="yes").model_dump(mode="json")
            file.write(record_line(Record.model_validate(graded_line(line, votes))))
    return name


def test_answers_that_are_contested_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    base, new = voted("base.jsonl", *["CC"] * 30), voted("new.jsonl", *["CC"] * 20, *["CW"] * 10)
    assert main(["compare", base, new]) == 1
    capsys.readouterr()
    assert main(["compare", base, new, "--max-disagreement=49"]) == 0
    assert "decide nothing      10: q20, q21" in capsys.readouterr().out
    assert main(["compare", base, new, "--max-disagreement=49", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["comparisons"][0]["not_compared"]
    assert kept["set_aside_entries"] == [f"q{n}" for n in range(20, 30)]
    assert main(["compare", base, new, "--max-disagreement=50"]) == 1


def test_raters_who_do_not_agree_decide_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    base, new = voted("base.jsonl", *["CC"] * 20, *["WW"] * 10), voted("new.jsonl", *["CC"] * 10, *["CW", "WC"] * 10)
    assert main(["compare", base, new, "--min-alpha=0.6"]) == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "NEW: the raters agree to alpha -0.48 over 30 answers graded by two or more, 0.6 is wanted" in told
    assert main(["compare", base, base, "--min-alpha=0.6"]) == 0


def test_contaminated_entries_are_left_out_and_named_or_count(capsys: pytest.CaptureFixture[str]) -> None:
    base = log("base.jsonl", "C" * 40)
    new = log("new.jsonl", "C" * 28 + " " * 12)
    log("new.jsonl", " " * 28 + "W" * 12, contamination="flagged")
    assert main(["compare", base, new]) == 0
    told = capsys.readouterr().out
    assert "pairs 28 " in told
    assert "\n  contaminated        12  q28, q29, q30, q31, " in told.replace(": ", "  ", 99)
    assert main(["compare", base, new, "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["comparisons"][0]
    assert kept["not_compared"]["contaminated_entries"] == [f"q{n}" for n in range(28, 40)]
    assert main(["compare", base, new, "--contaminated=count"]) == 1
    told = capsys.readouterr().out
    assert "pairs 40 " in told
    assert "\n  12 contaminated, counted all the same: q28, q29, " in told
