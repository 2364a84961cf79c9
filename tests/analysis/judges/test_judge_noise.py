"""The noise of judges, from what they said of the same answers to what a comparison calls a regression."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.noise import noise_of
from pytest_llmeval.analysis.comparing.pairing import Pair, pair
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import trial_of
from pytest_llmeval.analysis.judges.judge_noise import judge_noise, with_judge_noise
from pytest_llmeval.analysis.judges.judge_repeats import GradingsOfRun, repeatability_of
from pytest_llmeval.runs.calibrations import Calibration, Repeatability, write_calibration
from pytest_llmeval.runs.kept_findings import Figure, Share
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import LETTERS, run_info, side_of
from tests.runs.samples import record

H = "0123456789abcdef"


def judged(letters: str, run: str = "r", **fields: Any) -> list[Record]:
    """Make a record per letter, each judged by `H`."""
    told = []
    for number, letter in enumerate(letters):
        level = LETTERS[letter].get("grade")
        judge = {"model": "j:k", "hash": H, "verdicts": [{"hash": H, "level": level}]}
        known = {
            "provider": "openai",
            "model": "m",
            "run_id": run,
            "judge": judge,
            **LETTERS[letter],
            **fields,
        }
        told.append(record(number, **known))
    return told


def gradings(letters: str, run: str, **fields: Any) -> GradingsOfRun:
    found = GradingsOfRun(Path(f"{run}.jsonl"))
    for one in judged(letters, run, **fields):
        found.add(one)
    return found


def repeats(*letters: str) -> Repeatability:
    first, *again = (gradings(one, f"run{n}") for n, one in enumerate(letters))
    return repeatability_of(H, first, again, timestamp="t")


def side(letters: str, info: Any = None, **fields: Any) -> Side:
    return side_of(judged(letters, **fields), info)


def pairs(base: str, new: str) -> tuple[Pair, ...]:
    return pair(side(base), side(new)).pairs


def test_answer_flips_where_not_every_grading_says_the_same() -> None:
    found = repeats("CCCCW", "CCCPW", "CCCCP")
    assert (found.flips, found.n, found.gradings) == (Share(count=2, n=5), 5, 3)
    assert found.flip_rate.value == 0.4
    assert found.flip_rate.low == pytest.approx(0.1176, abs=1e-4)
    assert found.correct_variance == pytest.approx((1 / 3) / 5)
    assert found.step_variance == pytest.approx((1 / 3 + 4 / 3) / 5)
    assert found.deviation == pytest.approx(math.sqrt(1 / 3))


def test_judge_that_never_came_to_two_verdicts_is_of_unknown_steadiness() -> None:
    found = repeats("?C", "C?")
    assert (found.flips, found.flip_rate.value, found.deviation) == (Share(count=0, n=0), None, None)
    assert found.without_verdict == 2
    assert judge_noise(pairs("CW", "WC"), {H: found}) == {}


def test_samples_and_answers_of_one_entry_are_apart() -> None:
    first = gradings("C", "a")
    again = gradings("C", "b")
    for found, letter in ((first, "C"), (again, "W")):
        for one in judged(letter, found.path.stem, sample=2):
            found.add(one)
    for one in judged("W", "b", sample=3, answer="new"):
        again.add(one)
    assert repeatability_of(H, first, [again], timestamp="t").flips == Share(count=1, n=2)


LETTER = st.sampled_from("CPUW")


@given(st.lists(st.tuples(LETTER, LETTER), min_size=1, max_size=30))
def test_noise_of_a_judge_is_that_of_two_gradings_of_one_run(said: list[tuple[str, str]]) -> None:
    """What flips between a run and its replay is all the judge's, and so both ways to measure it agree."""
    first, second = ("".join(column) for column in zip(*said, strict=True))
    found = judge_noise(pairs(first, second), {H: repeats(first, second)})
    expected = {name: points for name, points in noise_of(pairs(first, second)).items() if points}
    assert found == pytest.approx(expected)


def test_more_gradings_tell_the_same_noise_and_only_of_judged_trials() -> None:
    """One of ten answers changes in one of two gradings, so the variance is 1/20; of 40 pairs 1.96 * sqrt(4) / 40."""
    known = {H: repeats("C" * 10, "C" * 9 + "P")}
    assert judge_noise(pairs("C" * 40, "C" * 40), known)["rate"] == pytest.approx(100 * 1.96 * 2 / 40, abs=1e-2)
    other = {"ff": known[H]}
    assert judge_noise(pairs("C" * 40, "C" * 40), other) == {}
    half = pair(side("C" * 40), side_of([one.model_copy(update={"judge": None}) for one in judged("C" * 40)])).pairs
    assert judge_noise(half, known)["rate"] == pytest.approx(100 * 1.96 * math.sqrt(2) / 40, abs=1e-2)


def test_samples_of_an_entry_are_worth_less_noise() -> None:
    known = {H: repeats("C" * 10, "C" * 9 + "P")}
    one = pairs("CC", "CC")
    sampled = [*one, *(of._replace(base=of.base._replace(sample=2), new=of.new._replace(sample=2)) for of in one)]
    assert judge_noise(sampled, known)["rate"] == pytest.approx(judge_noise(one, known)["rate"] / math.sqrt(2))


def test_grade_that_rules_made_lower_is_not_the_judges() -> None:
    assert trial_of(judged("C")[0]).judged_by == H
    assert trial_of(judged("C")[0].model_copy(update={"grade": "wrong"})).judged_by is None
    assert trial_of(judged("?")[0]).judged_by is None
    assert trial_of(record(1, **LETTERS["C"])).judged_by is None


def test_grade_that_a_person_gave_is_not_the_judges() -> None:
    assert trial_of(judged("C", grader="human:anna")[0]).judged_by is None


@pytest.fixture
def unsteady(tmp_path: Path) -> Path:
    """Keep a judge that changes its mind on 3 of 10 answers: over 40 pairs 17 points are noise."""
    none = Share(count=0, n=0)
    known = Calibration(
        judge="j:k", hash=H, run="r", timestamp="t", n=0, same=none, agreement=Figure(), false_passes=none,
        false_failures=none, calibrated=True, repeatability=repeats("C" * 10, "C" * 7 + "WWW"),
    )  # fmt: skip
    write_calibration(tmp_path, known)
    return tmp_path


def test_drop_within_the_noise_of_the_judge_is_no_regression(unsteady: Path) -> None:
    base = side("C" * 40, run_info())
    small, large = side("C" * 34 + "P" * 6), side("C" * 28 + "P" * 12)
    assert [one.name for one in compare(base, small).regressions] == ["fully correct", "mean grade"]
    assert compare(with_judge_noise(base, small, unsteady), small).regressions == ()
    noisy = with_judge_noise(base, large, unsteady)
    assert noisy.info is not None
    assert noisy.info.noise["rate"] == pytest.approx(100 * 1.96 * math.sqrt(12) / 40, abs=1e-2)
    assert [one.name for one in compare(noisy, large).regressions] == ["fully correct"]
    assert base.info == run_info()


def test_larger_of_the_two_noises_counts(unsteady: Path) -> None:
    base, new = side("C" * 40, run_info(noise={"rate": 50.0, "grade": 1.0, "category x": 2.0})), side("C" * 40)
    noisy = with_judge_noise(base, new, unsteady)
    assert noisy.info is not None
    assert (noisy.info.noise["rate"], noisy.info.noise["category x"]) == (50.0, 2.0)
    assert noisy.info.noise["grade"] > 10


def test_without_a_steadiness_that_is_known_nothing_is_noise(unsteady: Path) -> None:
    base, new = side("C" * 40, run_info()), side("C" * 40)
    assert with_judge_noise(base, new, unsteady / "elsewhere") is base
    plain = side("C" * 40)
    assert with_judge_noise(plain, new, unsteady) is plain
