from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.analysis.comparing.sides import read_sides, sides_of
from pytest_llmeval.analysis.comparing.trial import NOT_GRADED, TEXT_KEPT, trial_of
from pytest_llmeval.analysis.contested import VoteRules
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.hand_grading import Vote, graded_line
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import write_sidecar
from tests.analysis.two_runs import LETTERS, records, run_info, side
from tests.runs.samples import record


@pytest.mark.parametrize(
    ("letter", "kind", "verdict", "correct", "step"),
    [
        ("C", "graded", "fully_correct", True, 3),
        ("P", "graded", "partially_correct", False, 2),
        ("U", "graded", "unsupported", False, 1),
        ("W", "graded", "wrong", False, 0),
        ("T", "graded", "truncated", False, 0),
        ("+", "checked", "passed", True, None),
        ("-", "checked", "failed", False, None),
        ("E", None, "error", False, None),
        ("?", None, NOT_GRADED, False, None),
    ],
)
def test_a_trial_is_graded_or_checked_or_says_nothing(
    letter: str, kind: str | None, verdict: str, correct: bool, step: int | None
) -> None:
    trial = trial_of(record(1, **LETTERS[letter]))
    assert (trial.kind, trial.verdict, trial.correct, trial.step) == (kind, verdict, correct, step)
    assert trial.scored == (kind is not None)


def test_a_grade_beside_an_error_says_nothing() -> None:
    assert not trial_of(record(1, grade="wrong", outcome="error")).scored


def test_only_the_begin_of_a_long_answer_is_kept() -> None:
    assert trial_of(record(1, answer="x" * 10_000)).answer == "x" * (TEXT_KEPT + 1)


def test_answers_from_the_cache_have_no_latency() -> None:
    assert trial_of(record(1, latency_s=0.1, cached=True)).latency_s is None
    assert trial_of(record(1, latency_s=0.1, cached=False)).latency_s == 0.1
    half = (Call("p", "m", (), Reply("Paris"), "hash", cached=True), Call("p", "m", (), Reply("Paris"), "hash"))
    partly = trial_of(record(1, latency_s=0.1, cost_usd=0.1, cached=False, calls=half))
    assert (partly.latency_s, partly.cost_usd) == (None, None)


def test_records_are_sorted_by_model() -> None:
    made = [record(1, provider="openai", model="a"), record(1, provider="openai", model="b")]
    sides = sides_of(Path("a.jsonl"), made)
    assert list(sides) == ["openai:a", "openai:b"]
    assert [len(one.trials) for one in sides.values()] == [1, 1]


def test_of_a_trial_that_was_run_again_the_last_counts() -> None:
    made = sides_of(Path("a.jsonl"), [*records("W"), *records("C")])["openai:m"]
    assert [trial.verdict for trial in made.trials.values()] == ["fully_correct"]
    assert made.repeated == 1


def test_what_a_replaced_try_was_made_with_and_who_graded_it_count_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    alike = [Vote(rater=name, grade="fully_correct", timestamp="t") for name in "ab"]
    apart = [alike[0], Vote(rater="b", grade="wrong", timestamp="t")]
    with path.open("wb") as log:
        for letters, prompt, votes in (("WWW", "old", apart), ("CCC", "new", alike)):
            for made in records(letters, nodeid="t.py::test_a", prompt_hash=prompt):
                line = graded_line(made.model_dump(mode="json"), votes)
                log.write(record_line(Record.model_validate(line)))
    (read,) = read_sides(path, VoteRules(least_alpha=0.8)).values()
    assert (read.repeated, len(read.trials)) == (3, 3)
    assert read.conditions.of("system prompt") == ("new",)
    assert read.raters.objection(0.8) == (
        "alpha of at least 0.8 is wanted, and is undefined over 3 answers graded by two or more: all were graded alike"
    )


def test_samples_and_evals_are_trials_of_their_own() -> None:
    made = [
        *records("C", sample=1, nodeid="t.py::test_a[q0]"),
        *records("C", sample=2, nodeid="t.py::test_a[q0-2]"),
        *records("C", sample=1, nodeid="t.py::test_b[q0]"),
    ]
    (one,) = sides_of(Path("a.jsonl"), made).values()
    assert list(one.trials) == [("t.py::test_a", "q0", 1), ("t.py::test_a", "q0", 2), ("t.py::test_b", "q0", 1)]


def test_scored_and_kinds_count_verdicts() -> None:
    made = side("CW+E?")
    assert made.scored == 3
    assert made.kinds == {"graded": 2, "checked": 1}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"complete": True}, None),
        ({"complete": False}, "it was stopped before its end"),
        ({"complete": False, "finished": None}, "it has not finished"),
    ],
)
def test_the_sidecar_says_whether_a_run_is_whole(fields: dict[str, object], told: str | None) -> None:
    assert side("C", run_info(**fields)).unfinished == told


def test_without_a_sidecar_nothing_says_that_a_run_is_not_whole() -> None:
    assert side("C").unfinished is None


def test_a_log_is_read_with_its_sidecar(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(map(record_line, records("CW"))))
    write_sidecar(path, run_info(run_id="r-7"))
    (read,) = read_sides(path).values()
    assert read.info is not None
    assert (read.info.run_id, read.scored, read.torn) == ("r-7", 2, False)


def test_a_torn_last_line_makes_a_run_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(map(record_line, records("CW"))) + b'{"run_id": ')
    (read,) = read_sides(path).values()
    assert (read.scored, read.unfinished) == (2, "its last line is cut off")


def test_a_broken_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" + b"".join(map(record_line, records("CW"))))
    with pytest.raises(RunLogError, match=r"a\.jsonl:1: no record: run_id: is missing"):
        read_sides(path)
