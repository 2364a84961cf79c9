"""Grading by the numbers of a rubric: on the terminal, from a sheet, and what raters agree on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval import Dimension, Rubric
from pytest_llmeval.analysis.people.grading_queue import grading_queue
from pytest_llmeval.cli.grading_session import GradingSession
from pytest_llmeval.runs.graded_log import GradedLog, graded_path
from pytest_llmeval.runs.hand_grading import votes_of
from pytest_llmeval.runs.reading import iter_records
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.cli.test_grading_session import ScriptedTerminal

Command = Callable[..., Told]
RUBRIC = Rubric(
    [
        Dimension("accuracy", weight=3, anchors={1: "mostly false", 5: "all true"}, asks="Is all of it true?"),
        Dimension("tone", (0, 20), floor=5),
    ]
)
TEXT = """\
dimensions:
  - {name: accuracy, weight: 3, anchors: {1: mostly false, 5: all true}, asks: "Is all of it true?"}
  - {name: tone, scale: [0, 20], floor: 5}
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    path = tmp_path / "rubric.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def rated(run: Path, *script: str) -> tuple[GradedLog, ScriptedTerminal]:
    log, terminal = GradedLog(run, graded_path(run)), ScriptedTerminal(*script)
    queue = grading_queue(log.trials, rater="anna")
    GradingSession(log, queue, terminal, rater="anna", entries={}, rubric=RUBRIC, now=lambda: "t").run()
    return log, terminal


def test_a_person_gives_numbers_and_the_grade_follows_from_them(run: Path) -> None:
    log, terminal = rated(
        run, "r", "[5]", "[18]", "[]", "r", "[3]", "[20]", "1", "[thin]", "r", "[5]", "[4]", "0", "[]"
    )
    votes = [vote for one in log.trials for vote in one.votes]
    assert [(vote.grade, dict(vote.scores)) for vote in votes] == [
        ("fully_correct", {"accuracy": 5, "tone": 18}),
        ("partially_correct", {"accuracy": 3, "tone": 20}),
        ("wrong", {"accuracy": 5, "tone": 4}),  # below its floor
    ]
    assert {vote.rubric_hash for vote in votes} == {RUBRIC.hash}
    assert (votes[1].failure_label, votes[1].notes) == ("missing_evidence", "thin")
    assert "r rate accuracy, tone" in terminal.screens[0]
    assert "Is all of it true?" in terminal.screens[1]
    assert "5 all true" in terminal.screens[1]
    assert "accuracy, 1 to 5 (Enter goes back): " in terminal.screens[1]
    assert "accuracy 5" in terminal.screens[2]


def test_a_number_off_the_scale_is_asked_again(run: Path) -> None:
    log, terminal = rated(run, "r", "[6]", "[good]", "[5]", "[20]", "[]", "q")
    assert [dict(vote.scores) for vote in log.trials[0].votes] == [{"accuracy": 5, "tone": 20}]
    assert "accuracy takes a whole number, 1 to 5" in terminal.screens[2]
    assert "accuracy takes a whole number, 1 to 5" in terminal.screens[3]
    assert "takes a whole number" not in terminal.screens[4]


@pytest.mark.parametrize("script", [("r", "[]"), ("r", "[5]", "[]", "[]"), ("r", "[^D]"), ("c",)])
def test_an_empty_line_goes_back_and_in_the_end_grades_nothing(run: Path, script: tuple[str, ...]) -> None:
    log, terminal = rated(run, *script, "q")
    assert not log.path.exists()
    assert "q1" in terminal.screens[-1]


def test_a_table_is_written_filled_in_and_taken_back(run: Path, rubric: Path, command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    told = command("grade", run, "--rater", "anna", "--export", sheet, "--rubric", rubric)
    assert told.err == (
        "pytest-llmeval: no gold answers: name the benchmark with --benchmark FILE\n"
        f"pytest-llmeval: 3 answers to grade in {sheet}; once that is done: "
        f"pytest-llmeval grade {run} --answers {sheet} --rater NAME --rubric {rubric}\n"
    )
    with sheet.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["answer"] for row in rows] == ["It is 1.", "It is 2.", "It is 3."]
    rows[1] |= {"accuracy": "5", "tone": "20"}
    with sheet.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    told = command("grade", run, "--rater", "anna", "--answers", sheet, "--rubric", rubric)
    assert told.err.startswith("pytest-llmeval: 1 new grade taken")  # the others await theirs
    records = list(iter_records(tmp_path / "a-graded.jsonl"))
    assert [record.grade for record in records] == [None, "fully_correct", None]
    assert [dict(vote.scores) for vote in votes_of(records[1])] == [{"accuracy": 5, "tone": 20}]


def test_a_blind_sheet_names_no_model_and_its_rows_are_found_again(command: Command, tmp_path: Path) -> None:
    run = write_log(tmp_path / "a.jsonl", [trial(1), trial(1, model="large", answer="It is one.")])
    sheet = tmp_path / "sheet.jsonl"
    command("grade", run, "--rater", "anna", "--export", sheet, "--blind")
    text = sheet.read_text()
    assert "large" not in text
    assert "small" not in text
    rows = [json.loads(line) for line in text.splitlines()]
    other = next(row for row in rows if row["answer"] == "It is one.")
    sheet.write_text(json.dumps({**other, "grade": "wrong"}) + "\n")
    assert command("grade", run, "--rater", "anna", "--answers", sheet).status == 0
    assert [record.grade for record in iter_records(tmp_path / "a-graded.jsonl")] == [None, "wrong"]


def test_a_page_cannot_be_broken_out_of_by_an_answer(command: Command, tmp_path: Path) -> None:
    run = write_log(tmp_path / "a.jsonl", [trial(1, answer="</script><script>alert(1)</script>")])
    told = command("grade", run, "--rater", "anna", "--export", tmp_path / "sheet.html")
    assert "--answers grades.jsonl" in told.err
    page = (tmp_path / "sheet.html").read_text()
    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    assert "{{ data }}" not in page
    assert "innerHTML" not in page


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--export", "sheet.xml"), "--export writes .csv, .jsonl, .html; got 'sheet.xml'"),
        (("--export", "s.csv", "--answers", "s.csv"), "--export writes a sheet, --answers reads one; name one of them"),
        (("--export", "a.csv", "--baseline", "b"), "--baseline tells what got worse, for --order doubtful; add that"),
        (
            ("--export", "a.csv", "--rubric", "levels.yaml"),
            "has no dimensions to rate; without them leave --rubric out",
        ),
    ],
)
def test_what_cannot_be_done_is_told(
    run: Path, command: Command, flags: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    Path("levels.yaml").write_text("guidance: Be strict.\n")
    told = command("grade", run, "--rater", "anna", *flags)
    assert told.status == 2
    assert said in told.err
    assert not Path("s.csv").exists()


def test_a_sheet_is_not_written_over_and_none_is_written_where_all_is_graded(
    run: Path, command: Command, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text('{"question_id": "q1", "grade": "wrong"}\n')
    assert "exists already" in command("grade", run, "--rater", "anna", "--export", sheet).err
    sheet.write_text("".join(f'{{"question_id": "q{n}", "grade": "wrong"}}\n' for n in (1, 2, 3)))
    command("grade", run, "--rater", "anna", "--answers", sheet)
    told = command("grade", run, "--rater", "anna", "--export", tmp_path / "more.csv")
    assert told.err.startswith("pytest-llmeval: nothing is left to grade for anna")


def test_a_variant_is_graded_against_the_gold_answer_of_what_it_was_made_of(command: Command, tmp_path: Path) -> None:
    """Where the perturbation leaves the answer as it is; else nothing is known of it."""
    benchmark, sheet = tmp_path / "b.jsonl", tmp_path / "s.csv"
    benchmark.write_text('{"id": "q1", "question": "Capital of France?", "gold_answer": "Paris"}\n')
    kept, lost = ({"kind": "typos", "same_gold": same} for same in (True, False))
    variants = [
        trial(2, question_id="q1-typos", parent_id="q1", perturbation=kept),
        trial(3, question_id="q1-template", parent_id="q1", perturbation=lost),
    ]
    log = write_log(tmp_path / "v.jsonl", [trial(1, question_id="q1"), *variants])
    command("grade", log, "--rater", "anna", "--benchmark", benchmark, "--export", sheet)
    with sheet.open(newline="") as file:
        assert [row["gold_answer"] for row in csv.DictReader(file)] == ["Paris", "Paris", ""]


def test_an_error_mode_has_room_on_the_sheet(run: Path, command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    command("grade", run, "--rater", "anna", "--export", sheet)
    with sheet.open(newline="") as file:
        first, *_ = csv.DictReader(file)
    with sheet.open("w", newline="") as file:
        table = csv.DictWriter(file, list(first))
        table.writeheader()
        table.writerow({**first, "grade": "wrong", "error_mode": "omission"})
    assert command("grade", run, "--rater", "anna", "--answers", sheet).status == 0
    vote = GradedLog(run, graded_path(run)).trials[0].votes[-1]
    assert (vote.grade, vote.error_mode) == ("wrong", "omission")


def test_a_dimension_named_like_a_column_has_no_place_on_a_sheet(run: Path, command: Command, tmp_path: Path) -> None:
    rubric = tmp_path / "odd.yaml"
    rubric.write_text(TEXT.replace("name: tone", "name: notes"), encoding="utf-8")
    told = command("grade", run, "--rater", "anna", "--rubric", rubric, "--export", tmp_path / "s.csv")
    assert told.err == "pytest-llmeval: a sheet has a column 'notes' already; give that dimension another name\n"
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ('"scores": {"accuracy": 9, "tone": 20}', "accuracy must be a whole number from 1 to 5, got 9"),
        ('"scores": {"accuracy": 5}', "tone must be a whole number from 0 to 20, got None"),
        ('"scores": {"accuracy": 5, "tone": 20, "wit": 1}', "the rubric has no dimension wit"),
        ('"grade": "wrong", "scores": {"accuracy": 5, "tone": 20}', "is wrong, but its scores come to fully_correct"),
        ('"grade": "wrong", "trial": "0123"', "the log has no trial '0123' of 'q1'; is the sheet of this run?"),
        ('"notes": "fine"', "'q1' has no grade"),
    ],
)
def test_a_row_that_cannot_be_a_grade_is_told(
    run: Path, rubric: Path, command: Command, tmp_path: Path, row: str, fault: str
) -> None:
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text(f'{{"question_id": "q1", {row}}}\n')
    told = command("grade", run, "--rater", "anna", "--answers", sheet, "--rubric", rubric)
    assert told.status == 2
    assert f"{sheet}:1: " in told.err
    assert fault in told.err


def test_scores_without_a_rubric_are_told(run: Path, command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text('{"question_id": "q1", "scores": {"accuracy": 5}}\n')
    told = command("grade", run, "--rater", "anna", "--answers", sheet)
    assert "'q1' has scores; name the rubric with --rubric FILE" in told.err


def test_raters_are_compared_dimension_by_dimension(run: Path, rubric: Path, command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.jsonl"
    for rater, numbers in (("anna", (5, 1, 4)), ("ben", (5, 2, 4))):
        rows = [
            {"question_id": f"q{n}", "scores": {"accuracy": number, "tone": 20}} for n, number in enumerate(numbers, 1)
        ]
        sheet.write_text("".join(json.dumps(row) + "\n" for row in rows))
        command("grade", run, "--rater", rater, "--answers", sheet, "--rubric", rubric)
    graded = tmp_path / "a-graded.jsonl"
    told = command("agreement", graded, "--field", "accuracy", "--json")
    found = json.loads(told.out)
    assert found["field"] == "accuracy"
    assert found["pairs"][0]["same"] == 2
    assert found["disagreed"][0]["said"] == {"anna": "1", "ben": "2"}
    assert found["alpha"]["ordinal"]["value"] > 0.8
    told = command("agreement", graded, "--field", "wit")
    assert told.status == 2
    assert (
        f"nobody gave a number for 'wit' in {graded}; there is grade, failure_label, error_mode, accuracy, tone"
        in told.err
    )
