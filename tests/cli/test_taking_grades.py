from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_llmeval.cli.by_hand import NO_GOLD
from pytest_llmeval.runs.hand_grading import votes_of
from pytest_llmeval.runs.reading import iter_records
from tests.cli.conftest import Told
from tests.cli.logs import plain_lines, trial, write_log, write_plain

Command = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_log(tmp_path / "a.jsonl", [trial(n) for n in (1, 2, 3)])


@pytest.fixture
def differing(run: Path, tmp_path: Path, command: Command) -> Path:
    """A graded log in which anna and ben differ on q1 alone."""
    rows(tmp_path / "votes.csv", "q1,w,anna", "q1,u,ben", "q2,c,anna", "q2,c,ben")
    assert command("grade", run, "--answers", tmp_path / "votes.csv").status == 0
    return tmp_path / "a-graded.jsonl"


def rows(path: Path, *lines: str, columns: str = "question_id,grade,rater") -> Path:
    path.write_text("\n".join([columns, *lines]) + "\n")
    return path


def votes(path: Path) -> list[list[tuple[str, str, bool]]]:
    return [[(v.rater, v.grade, v.adjudication) for v in votes_of(one)] for one in iter_records(path)]


def test_rows_settle_what_differs_and_so_again_change_nothing(
    run: Path, differing: Path, tmp_path: Path, command: Command
) -> None:
    settled = rows(tmp_path / "settled.csv", "q1,p,")
    told = command("grade", run, "--only", "disagreed", "--answers", settled, "--rater", "cleo")
    assert told.err.startswith("pytest-llmeval: 1 new grade taken from ")
    assert votes(differing)[0] == [
        ("anna", "wrong", False),
        ("ben", "unsupported", False),
        ("cleo", "partially_correct", True),
    ]
    assert next(iter_records(differing)).grade == "partially_correct"
    before = differing.read_bytes()
    command("grade", run, "--only", "disagreed", "--answers", settled, "--rater", "cleo")
    assert differing.read_bytes() == before


def test_a_row_on_what_nobody_differs_on_settles_nothing(
    run: Path, differing: Path, tmp_path: Path, command: Command
) -> None:
    settled = rows(tmp_path / "settled.csv", "q1,p,", "q2,p,")
    told = command("grade", run, "--only", "disagreed", "--answers", settled, "--rater", "cleo")
    assert (told.status, told.err) == (
        2,
        f"pytest-llmeval: {settled}:3: nobody differs on 'q2', so there is nothing to settle\n",
    )


def test_a_row_may_say_itself_that_it_settles(run: Path, differing: Path, tmp_path: Path, command: Command) -> None:
    one = {"question_id": "q1", "grade": "c", "rater": "cleo", "adjudication": True}
    path = write_plain(tmp_path / "settled.jsonl", [one])
    command("grade", run, "--answers", path)
    assert votes(differing)[0][-1] == ("cleo", "fully_correct", True)


@pytest.mark.parametrize("blind", [False, True])
def test_a_sheet_of_what_differs_shows_the_votes_and_its_way_back_settles_them(
    blind: bool, run: Path, differing: Path, tmp_path: Path, command: Command
) -> None:
    sheet = tmp_path / "my sheet.csv"
    told = command("grade", run, "--rater", "cleo", "--only", "disagreed", "--export", sheet, *["--blind"] * blind)
    assert told.err.startswith(f"pytest-llmeval: {NO_GOLD}\npytest-llmeval: 1 answer to grade in ")
    (row,) = csv.DictReader(sheet.read_text().splitlines(keepends=True))
    names = ("grader 1", "grader 2") if blind else ("anna", "ben")
    assert row["votes"] == f"{names[0]}: wrong\n{names[1]}: unsupported"
    sheet.write_text(sheet.read_text().replace('",,,,', '",p,,,'))
    _, *back = shlex.split(told.err[told.err.index("pytest-llmeval grade ") :])
    assert back[-2:] == ["--only", "disagreed"]
    assert command(*back).status == 0
    assert votes(differing)[0][-1] == ("NAME", "partially_correct", True)


def test_sheets_of_what_is_graded_alone_show_no_votes(run: Path, tmp_path: Path, command: Command) -> None:
    command("grade", run, "--export", tmp_path / "sheet.jsonl", "--rater", "cleo")
    assert "votes" not in json.loads((tmp_path / "sheet.jsonl").read_text().splitlines()[0])


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        (["--sample", "3"], "--sample is about what is asked, and --answers asks nothing; leave it out"),
        (["--order", "log"], "--order is about what is asked"),
        (["--seed", "0"], "--seed is about what is asked"),
        (["--blind"], "--blind is about what is asked"),
        (["--only", "judged"], "--only judged chooses what is asked, and --answers asks nothing"),
    ],
)
def test_what_has_no_effect_beside_a_file_is_refused(
    run: Path, tmp_path: Path, command: Command, option: list[str], fault: str
) -> None:
    told = command("grade", run, "--answers", rows(tmp_path / "v.csv", "q1,w,anna"), *option)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert fault in told.err
    assert not (tmp_path / "a-graded.jsonl").exists()


@pytest.fixture
def bens(run: Path, tmp_path: Path, command: Command) -> Path:
    """A copy in which ben graded one answer of three; the machine graded all of them."""
    write_log(run, [trial(n, "fully_correct", grader="contains@1") for n in (1, 2, 3)])
    path = tmp_path / "ben.jsonl"
    command("grade", run, "--answers", rows(tmp_path / "b.csv", "q1,w,ben"), "--output", path)
    return path


def test_a_graded_copy_gives_its_votes_and_no_more(run: Path, bens: Path, tmp_path: Path, command: Command) -> None:
    command("grade", run, "--answers", rows(tmp_path / "a.csv", "q1,u,anna", "q2,c,anna"))
    graded = tmp_path / "a-graded.jsonl"
    told = command("grade", run, "--answers", bens)
    assert told.err == f"pytest-llmeval: 1 new vote of ben taken from {bens} into {graded}\n"
    # Ben graded before Anna, so hers stay the last; his keep their time.
    assert votes(graded) == [
        [("ben", "wrong", False), ("anna", "unsupported", False)],
        [("anna", "fully_correct", False)],
        [],
    ]
    assert votes_of(next(iter_records(graded)))[0] == votes_of(next(iter_records(bens)))[0]
    before = graded.read_bytes()
    assert "0 new votes taken from" in command("grade", run, "--answers", bens).err
    assert graded.read_bytes() == before
    assert "anna, ben" in command("agreement", graded).out.splitlines()[0].replace("ben, anna", "anna, ben")


def test_raters_of_a_copy_are_named_safely(run: Path, tmp_path: Path, command: Command) -> None:
    row = {"question_id": "q1", "grade": "w", "rater": "\x1b[31mben\n" + "x" * 500}
    command("grade", run, "--answers", write_plain(tmp_path / "v.jsonl", [row]), "--output", tmp_path / "ben.jsonl")
    told = command("grade", run, "--answers", tmp_path / "ben.jsonl")
    assert told.err.startswith(f"pytest-llmeval: 1 new vote of ben {'x' * 75}… taken from ")
    assert told.err.count("\n") == 1


def test_the_votes_of_one_rater_can_be_taken_alone(run: Path, bens: Path, command: Command) -> None:
    told = command("grade", run, "--answers", bens, "--rater", "dan")
    assert (told.status, told.err) == (
        2,
        f"pytest-llmeval: {bens}: nobody named 'dan' graded in it; there are 'ben': leave --rater out\n",
    )
    assert "1 new vote of ben" in command("grade", run, "--answers", bens, "--rater", "ben").err


def test_a_copy_without_votes_gives_its_plain_grades_under_a_name(run: Path, tmp_path: Path, command: Command) -> None:
    plain = write_plain(tmp_path / "plain.jsonl", plain_lines([trial(1, "wrong"), trial(2), trial(9, "wrong")]))
    told = command("grade", run, "--answers", plain)
    assert (told.status, told.err) == (
        2,
        f"pytest-llmeval: {plain}: does not say who graded in it; add --rater NAME\n",
    )
    told = command("grade", run, "--answers", plain, "--rater", "ben")
    assert "1 new vote of ben taken" in told.err
    assert told.err.endswith("; 1 vote on answers it lacks left out\n")
    assert votes(tmp_path / "a-graded.jsonl") == [[("ben", "wrong", False)], [], []]
    assert "0 new votes" in command("grade", run, "--answers", plain, "--rater", "ben").err


def test_grades_of_a_machine_become_nobodys(run: Path, tmp_path: Path, command: Command) -> None:
    copy = write_log(tmp_path / "copy.jsonl", [trial(1, "wrong", grader="contains@1")])
    told = command("grade", run, "--answers", copy, "--rater", "ben")
    assert (told.status, told.err) == (2, f"pytest-llmeval: {copy}: holds no grade that a person gave\n")


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (trial(1, "wrong", answer="else"), "has another answer to 'q1'; name a copy of the run"),
        (trial(1, "wrong", run_id="r2"), "has no trial in common with the run; name a copy of it"),
    ],
)
def test_a_copy_of_another_run_is_refused(
    run: Path, tmp_path: Path, command: Command, other: object, fault: str
) -> None:
    copy = write_log(tmp_path / "copy.jsonl", [other])  # type: ignore[list-item]
    assert command("grade", run, "--answers", copy, "--rater", "ben").err == f"pytest-llmeval: {copy}: {fault}\n"


def test_a_broken_sidecar_is_told_after_what_was_taken(run: Path, tmp_path: Path, command: Command) -> None:
    run.with_suffix(".run.json").write_text('{"bad":')
    told = command("grade", run, "--answers", rows(tmp_path / "v.csv", "q1,w,anna"))
    taken, fault = told.err.splitlines()
    assert told.status == 0
    assert taken == f"pytest-llmeval: 1 new grade taken from {tmp_path / 'v.csv'} into {tmp_path / 'a-graded.jsonl'}"
    assert fault.startswith(f"pytest-llmeval: no sidecar beside the grades: {tmp_path / 'a.run.json'}: is no sidecar")
    assert votes(tmp_path / "a-graded.jsonl")[0] == [("anna", "wrong", False)]


def test_options_about_rows_are_refused_beside_a_copy(run: Path, bens: Path, command: Command) -> None:
    told = command("grade", run, "--answers", bens, "--require-notes")
    assert f"--require-notes is about rows of grades; {bens} is a run log: leave it out" in told.err


def test_the_run_gives_no_grades_to_itself(tmp_path: Path, command: Command) -> None:
    run = write_plain(tmp_path / "plain.jsonl", plain_lines([trial(1, "wrong")]))
    told = command("grade", run, "--answers", run, "--rater", "ben")
    assert f"--answers {run} is the run itself; name a copy that somebody graded" in told.err


def test_rows_that_name_their_run_are_rows_all_the_same(run: Path, tmp_path: Path, command: Command) -> None:
    path = write_plain(tmp_path / "v.jsonl", [{"run_id": "run-1", "question_id": "q1", "grade": "w"}])
    assert "1 new grade taken from" in command("grade", run, "--answers", path, "--rater", "ben").err


def test_the_grades_of_a_log_are_not_known_to_be_right(run: Path, bens: Path, tmp_path: Path, command: Command) -> None:
    told = command("grade", run, "--answers", rows(tmp_path / "v.csv", "q1,w,anna"), "--known", bens)
    assert told.status == 2
    assert told.err.startswith(f"pytest-llmeval: --known {bens}: is a run log, whose grades may be a machine's; name ")


def test_a_missing_run_is_told_before_a_missing_terminal(tmp_path: Path, command: Command) -> None:
    told = command("grade", tmp_path / "no.jsonl")
    assert told.err == f"pytest-llmeval: {tmp_path / 'no.jsonl'}: cannot be read (No such file or directory)\n"


@pytest.mark.parametrize(
    ("only", "fault"),
    [
        ("judged", "holds no answer that a judge graded"),
        ("disagreed", "holds no answer with grades that differ"),
    ],
)
def test_where_nothing_is_to_be_graded_it_says_why(
    run: Path, tmp_path: Path, command: Command, only: str, fault: str
) -> None:
    told = command("grade", run, "--only", only, "--export", tmp_path / "s.csv", "--rater", "k")
    assert told.err == f"pytest-llmeval: nothing to grade: {run} {fault}\n"
