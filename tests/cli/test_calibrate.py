"""`pytest-llmeval calibrate` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.calibrations import read_calibration
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]
H = "0123456789abcdef"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


def judged_log(count: int = 40, *, name: str = "llm-runs/run.jsonl", judge_hash: str = H) -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    records = []
    for number in range(count):
        level = LEVELS[number % 4]
        told = {"model": "openai:judge", "hash": judge_hash, "verdicts": [{"hash": judge_hash, "level": level}]}
        records.append(trial(number, level, judge=told))
    return write_log(path, records)


def labels(grades: Iterable[str], name: str = "human.jsonl", **fields: Any) -> Path:
    path = Path(name)
    rows = [{"question_id": f"q{n}", "grade": grade, **fields} for n, grade in enumerate(grades)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def kept_as_calibrated() -> bool:
    found = read_calibration(Path("llm-judges"), H)
    assert found is not None
    return found.calibrated


def agreeing(count: int = 40) -> list[str]:
    return [LEVELS[n % 4] for n in range(count)]


def test_judge_that_agrees_is_calibrated_and_kept_beside_the_runs(command: Command) -> None:
    told = command("calibrate", judged_log(), "--labels", labels([*agreeing(39), "fully_correct"]))
    assert told.status == 0, told.err
    for line in (
        f"openai:judge  {H}",
        "40 answers, labelled by people",
        "  agreement                 39 of 40 · 98 % [87–100]",
        "  passes what is not        0 of 29 · 0 % [0–12]",
        "  fails what is right       1 of 11 · 9 % [2–38]",
        "  rows judge, columns people",
        "    wrong       1           ·           ·           9",
        "  calibrated: its grades may gate",
    ):
        assert line in told.out.splitlines()
    assert f"llm-judges/{H}.json" in told.out
    assert kept_as_calibrated()


def test_judge_that_does_not_reach_the_limits_is_kept_as_such(command: Command) -> None:
    told = command("calibrate", judged_log(), "--labels", labels(["wrong"] * 40), "--json")
    assert told.status == 1
    (found,) = json.loads(told.out)["judges"]
    assert (found["calibrated"], found["same"]) == (False, {"count": 10, "n": 40})
    assert found["reasons"] == ["it agrees on 25 %, 80 % are needed", "its weighted kappa is 0.00, 0.60 is needed"]
    assert not kept_as_calibrated()
    shown = command("calibrate", judged_log(), "--labels", labels(["wrong"] * 40)).out
    assert "  signal only: it agrees on 25 %, 80 % are needed" in shown


def test_limits_can_be_set(command: Command) -> None:
    log, few = judged_log(), labels(agreeing(8))
    assert command("calibrate", log, "--labels", few).status == 1
    assert command("calibrate", log, "--labels", few, "--min-n", 8).status == 0


def test_votes_given_by_hand_are_labels(command: Command) -> None:
    log = judged_log()
    assert command("grade", log, "--answers", labels(agreeing()), "--rater", "ann").status == 0
    told = command("calibrate", "llm-runs/run-graded.jsonl")
    assert told.status == 0
    assert "40 answers, labelled by ann" in told.out


def test_each_judge_of_a_run_has_its_own_file(command: Command) -> None:
    one, other = judged_log(40), judged_log(40, name="llm-runs/b.jsonl", judge_hash="ff")
    both = Path("llm-runs/both.jsonl")
    both.write_bytes(one.read_bytes() + other.read_bytes().replace(b'_id":"q', b'_id":"r'))
    rows = labels(agreeing()).read_text()
    Path("human.jsonl").write_text(rows + rows.replace('": "q', '": "r'))
    told = command("calibrate", both, "--labels", "human.jsonl", "--judges", "kept")
    assert told.status == 0, told.err
    assert sorted(path.name for path in Path("kept").iterdir()) == [f"{H}.json", "ff.json"]


def test_labels_without_a_verdict_and_split_people_are_told(command: Command) -> None:
    log = judged_log()
    plain = Path("llm-runs/more.jsonl")
    nothing = {"model": "openai:judge", "hash": H, "verdicts": [{"hash": H, "level": None}]}
    plain.write_bytes(log.read_bytes() + write_log(Path("x"), [trial(40), trial(41, judge=nothing)]).read_bytes())
    rows = labels([*agreeing(), "wrong", "wrong"]).read_text()
    split = json.dumps({"question_id": "q0", "grade": "wrong", "rater": "bob"}) + "\n"
    Path("human.jsonl").write_text(rows + split)
    told = command("calibrate", plain, "--labels", "human.jsonl")
    assert "1 · the judge gave no verdict" in told.out
    assert "1 · people are split evenly" in told.out
    assert "1 label is on an answer that no judge was asked about" in told.err


JUDGE = {"model": "openai:judge", "hash": H, "verdicts": [{"hash": H, "level": "wrong"}]}
RULE = {"name": "exact_match", "value": 1.0, "passed": True}


def solver_log(name: str, judge: str, candidate: str) -> Path:
    """Write what judge and candidate solved of the entries q0, q1 and so on, a letter for each; even ones are easy."""
    made = [
        trial(n, "fully_correct" if said == "C" else "wrong", model=model, scores=[RULE | {"passed": said == "C"}])
        for model, letters in (("judge", judge), ("small", candidate))
        for n, said in enumerate(letters)
    ]
    return write_log(Path(name), made)


def test_categories_the_judge_solves_less_of_are_beyond_it(command: Command) -> None:
    solver = solver_log("solver.jsonl", "CW" * 8, "C" * 16)
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--solver", solver)
    assert told.status == 0, told.err
    lines = told.out.splitlines()
    at = lines.index("  solves as well as openai:small? · run.jsonl, solver.jsonl")
    assert [" ".join(line.split()) for line in lines[at + 2 : at + 4]] == [
        "even 100 % [68–100] 100 % [68–100] +0 [-32 to +32] · 8 entries, paired",
        "odd 0 % [0–32] 100 % [68–100] -100 [-100 to -54] · 8 entries, paired · beyond judge",
    ]
    assert "  signal only in odd: beyond judge" in lines
    kept = read_calibration(Path("llm-judges"), H)
    assert kept is not None
    assert [sorted(kept.beyond(f"openai:{name}")) for name in ("small", "newer")] == [["odd"], ["odd"]]


def test_ceiling_stays_where_a_judge_is_calibrated_anew_without_it(command: Command) -> None:
    solver = solver_log("solver.jsonl", "CW" * 8, "C" * 16)
    command("calibrate", judged_log(), "--labels", labels(agreeing()), "--solver", solver)
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()))
    assert "  signal only in odd: beyond judge" in told.out.splitlines()
    (Path("llm-judges") / f"{H}.json").write_text("{")
    assert command("calibrate", judged_log(), "--labels", labels(agreeing())).status == 0


def test_model_that_was_held_against_the_judge_has_its_own_ceiling(command: Command) -> None:
    first = solver_log("first.jsonl", "CW" * 8, "C" * 16)
    weak = [trial(n, "wrong", model="weak", scores=[RULE | {"passed": False}]) for n in range(16)]
    second = write_log(Path("second.jsonl"), weak)
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--solver", first, "--solver", second)
    kept = read_calibration(Path("llm-judges"), H)
    assert kept is not None, told.err
    assert [sorted(kept.beyond(f"openai:{name}")) for name in ("weak", "small")] == [[], ["odd"]]


def replay(name: str, said: list[str], **fields: Any) -> Path:
    """Write a replay of `judged_log` in which the judge said these."""
    records = []
    for number, level in enumerate(said):
        verdict = {"hash": H, "level": level or None}
        told = {"model": "openai:judge", "hash": H, "verdicts": [verdict]}
        records.append(trial(number, level or None, judge=told, **{"run_id": name, **fields}))
    Path("llm-runs").mkdir(exist_ok=True)
    return write_log(Path(f"llm-runs/{name}.jsonl"), records)


def test_replays_tell_how_often_the_judge_says_another_level(command: Command) -> None:
    second = replay("second", ["wrong", *agreeing()[1:]])
    third = replay("third", ["wrong", "", *agreeing()[2:]])
    again = ("--again", second, "--again", third)
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), *again)
    assert told.status == 0, told.err
    lines = told.out.splitlines()
    at = lines.index("  says another level        1 of 40 · 2 % [0–13] when asked 3 times")
    assert lines[at + 1 : at + 3] == [
        "  spread                    0.27 levels (standard deviation within an answer, n 40)",
        "                            1 of these gradings came to no verdict",
    ]
    kept = read_calibration(Path("llm-judges"), H)
    assert kept is not None
    assert kept.repeatability is not None
    assert (kept.repeatability.gradings, kept.repeatability.n, kept.repeatability.without_verdict) == (3, 40, 1)
    assert kept.repeatability.runs == ("run.jsonl", "second.jsonl", "third.jsonl")
    assert kept.repeatability.correct_variance == pytest.approx(1 / 3 / 40)
    assert kept.repeatability.step_variance == pytest.approx(9 / 3 / 40)


def test_repeatability_stays_where_a_judge_is_calibrated_anew_without_it(command: Command) -> None:
    command("calibrate", judged_log(), "--labels", labels(agreeing()), "--again", replay("second", agreeing()))
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()))
    assert "  says another level        0 of 40 · 0 % [0–9] when asked 2 times" in told.out.splitlines()


def test_judge_that_reached_no_second_verdict_is_of_unknown_steadiness(command: Command) -> None:
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--again", replay("none", [""] * 40))
    at = told.out.splitlines().index("  says another level        – when asked 2 times")
    assert told.out.splitlines()[at + 1] == "                            40 of these gradings came to no verdict"


def test_verdicts_out_of_the_cache_are_no_second_opinion(command: Command) -> None:
    cached = Call("openai", "judge", (), Reply("x"), "h", role="judge", cached=True)
    log = replay("cached", agreeing(), calls=(cached,))
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--again", log)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "its verdicts came from the cache, so they say the same by nature; replay the run again with" in told.err
    fresh = replay("fresh", agreeing(), calls=(replace(cached, cached=False), replace(cached, role="model")))
    assert command("calibrate", judged_log(), "--labels", labels(agreeing()), "--again", fresh).status == 0


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"run_id": "run-1"}, "is the same run as llm-runs/run.jsonl; name replays of it"),
        (
            {"answer": "Something else."},
            f"holds no verdict of judge {H} on an answer of llm-runs/run.jsonl; make it with",
        ),
        ({"judge": None}, f"holds no verdict of judge {H} on an answer of llm-runs/run.jsonl; make it with"),
    ],
    ids=["the same run", "other answers", "no judge"],
)
def test_what_is_no_replay_is_refused(command: Command, fields: dict[str, Any], fault: str) -> None:
    made = write_log(
        Path("odd.jsonl"), [trial(n, "wrong", **{"run_id": "odd", "judge": JUDGE, **fields}) for n in (0, 1)]
    )
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--again", made)
    assert (told.status, fault in told.err, told.err.count("\n")) == (2, True, 1)
    assert not Path("llm-judges").exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["llm-runs/none.jsonl", "--labels", "human.jsonl"], "cannot be read"),
        (["llm-runs/run.jsonl"], "nobody has graded it by hand; name a file with --labels"),
        (["llm-runs/run.jsonl", "--labels", "none.jsonl"], "none.jsonl: cannot be read"),
        (["llm-runs/run.jsonl", "--labels", "llm-runs/run.jsonl"], "is a run log, no file of labels"),
        (["llm-runs/run.jsonl", "--labels", "bad.jsonl"], "bad.jsonl:1: grade"),
        (["llm-runs/plain.jsonl", "--labels", "human.jsonl"], "no answer that people labelled was judged by a model"),
        (["llm-runs/run.jsonl", "--labels", "human.jsonl", "--min-n", "0"], "--min-n: must be a whole number"),
        (
            ["llm-runs/run.jsonl", "--labels", "human.jsonl", "--min-kappa", "2"],
            "--min-kappa: must lie between",
        ),
        (["llm-runs/run.jsonl", "--labels", "human.jsonl", "--judges", "human.jsonl"], "human.jsonl: cannot be made"),
        (["llm-runs/run.jsonl", "--labels", "human.jsonl", "--solver", "none.jsonl"], "none.jsonl: cannot be read"),
        (
            ["llm-runs/run.jsonl", "--labels", "human.jsonl", "--solver", "llm-runs/plain.jsonl"],
            "run the evals with rule graders: pytest --llm-model=openai:judge",
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(command: Command, arguments: list[str], fault: str) -> None:
    judged_log(8)
    labels(agreeing(8))
    labels(["perfect"], "bad.jsonl")
    write_log(Path("llm-runs/plain.jsonl"), (trial(n) for n in range(8)))
    told = command("calibrate", *arguments)
    assert (told.status, told.out) == (2, "")
    assert fault in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_log_of_a_solver_that_is_a_link_to_itself_is_one_line(command: Command) -> None:
    Path("loop.jsonl").symlink_to("loop.jsonl")
    told = command("calibrate", judged_log(), "--labels", labels(agreeing()), "--solver", "loop.jsonl")
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "loop.jsonl: cannot be read (" in told.err
