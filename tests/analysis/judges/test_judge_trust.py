"""Which judges of a run may be believed."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau  # type: ignore[import-untyped]  # scipy ships no types

from pytest_llmeval.analysis.gating.signal_only import signal_only
from pytest_llmeval.analysis.judges.calibrating import calibration_of
from pytest_llmeval.analysis.judges.judge_labels import JudgeLabels, Labelled, Labels
from pytest_llmeval.analysis.judges.judge_trust import Trust, distance, judges_in, objections, trust_in, trust_values
from pytest_llmeval.grading.grade import LEVELS, Level
from pytest_llmeval.reports.judge_trust_lines import trust_lines
from pytest_llmeval.runs.calibrations import Calibration, Ceiling, Limits, Repeatability, SliceCeiling
from pytest_llmeval.runs.kept_findings import Figure, Share
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

H = "0123456789abcdef"


def judged(
    number: int, *, controls: tuple[bool | None, ...] = (), level: Level | None = "wrong", **fields: Any
) -> Record:
    given = [{"hash": H, "is_right": True, "passed": one} for one in controls]
    told = {"model": "j:k", "hash": H, "verdicts": [{"hash": H, "level": level}], "controls": given}
    return trial(number, level, judge=told, **fields)


def calibrated(*pairs: tuple[Level, Level], category: str = "even", **limits: Any) -> Calibration:
    answers = [Labelled(f"q{n}", "m", 1, category, 10, *both, 2) for n, both in enumerate(pairs)]
    judge = JudgeLabels("j:k", H, tuple(answers))
    told = Limits(**{"least_n": 4, **limits})
    return calibration_of(judge, Labels((judge,), ("ann",), 0, 0), run="r", timestamp="t", limits=told)


GOOD = calibrated(
    ("wrong", "wrong"), ("fully_correct", "fully_correct"), ("wrong", "wrong"), ("unsupported", "unsupported")
)


def trust(records: list[Record], calibration: Calibration | None) -> Trust:
    (found,) = trust_in(judges_in(records), {} if calibration is None else {calibration.hash: calibration})
    return found


def test_judge_that_agrees_with_people_on_the_same_matter_may_gate() -> None:
    found = trust([judged(2), judged(4)], GOOD)
    assert (found.state, found.may_gate, found.reason) == ("calibrated", True, "")


def test_judge_that_nobody_calibrated_may_not() -> None:
    found = trust([judged(2)], None)
    assert (found.state, found.may_gate) == ("uncalibrated", False)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("wrong", "wrong")], "1 answers are judged and labelled, 4 are needed"),
        ([("wrong", "fully_correct"), ("fully_correct", "wrong")] * 2, "it agrees on 0 %, 80 % are needed"),
        ([("wrong", "wrong")] * 5, "kappa is undefined: all was judged and labelled alike"),
        (
            [("fully_correct", "fully_correct")] * 9 + [("fully_correct", "wrong")],
            "its weighted kappa is 0.00, 0.60 is",
        ),
    ],
)
def test_judge_below_its_limits_may_not_and_says_why(pairs: list[tuple[Level, Level]], reason: str) -> None:
    found = trust([judged(2)], calibrated(*pairs))
    assert (found.state, found.may_gate) == ("below limits", False)
    assert reason in found.reason


def test_few_trials_of_a_category_without_labels_are_named_and_many_make_it_stale() -> None:
    few = trust([judged(1), *(judged(2 * n) for n in range(1, 5))], GOOD)
    assert (few.state, few.unlabelled) == ("calibrated", ("odd",))
    many = trust([judged(1), judged(2), judged(3)], GOOD)
    assert (many.state, many.reason) == ("stale", "nobody has labelled categories that hold 2 of 3 trials")


def test_another_mix_of_categories_is_stale() -> None:
    pairs: list[tuple[Level, Level]] = [("wrong", "wrong"), ("fully_correct", "fully_correct")] * 10
    mixed = calibrated(*pairs).model_copy(
        update={"categories": {**GOOD.categories, "odd": GOOD.categories["even"].model_copy(
            update={"same": GOOD.categories["even"].same.model_copy(update={"n": 40})})}}
    )  # fmt: skip
    found = trust([judged(2), judged(4)], mixed)
    assert (found.state, found.reason) == ("stale", "it was calibrated on another mix of categories (distance 0.91)")


def test_judge_that_fails_its_controls_is_void_whatever_its_calibration_says() -> None:
    found = trust([judged(2, controls=(True, True, True, False, False, None))], GOOD)
    assert (found.state, found.may_gate) == ("void", False)
    assert found.reason == "it passed only 3 of 5 controls"


def test_too_few_controls_decide_nothing() -> None:
    assert trust([judged(2, controls=(False, False, False, False))], GOOD).state == "calibrated"


def test_records_that_no_judge_graded_count_for_none() -> None:
    assert list(judges_in([trial(1, "wrong")])) == []


def test_sidecar_keeps_what_was_found() -> None:
    told = trust_values(trust([judged(2, level=None)], GOOD))
    assert told == {
        "model": "j:k", "hash": H, "trials": 1, "without_verdict": 1, "abstained": 0, "controls": {"count": 0, "n": 0},
        "beside_rules": {"n": 0, "fully_correct": 0, "of_these_failed": 0, "tau": None},
        "flips": None, "state": "calibrated", "reason": "", "beyond": [], "unlabelled": [],
    }  # fmt: skip


STEADY = Repeatability(
    runs=("a.jsonl", "b.jsonl"), timestamp="t", gradings=2, n=40, flips=Share(count=2, n=40),
    flip_rate=Figure(value=0.05), deviation=0.158, correct_variance=0.025, step_variance=0.025,
)  # fmt: skip


def test_judge_that_was_asked_again_says_how_often_it_says_another_thing() -> None:
    found = trust([judged(2)], GOOD.model_copy(update={"repeatability": STEADY}))
    assert trust_values(found)["flips"] == {"count": 2, "n": 40}
    row = "                      says another level when asked again: 2 of 40 · 5 % [1–17], sd 0.16 levels"
    assert row in lines(found)
    nothing = STEADY.model_copy(update={"n": 0, "deviation": None})
    assert "asked again" not in str(lines(trust([judged(2)], GOOD.model_copy(update={"repeatability": nothing}))))


MIX = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50), min_size=1)


@settings(deadline=None)
@given(MIX, MIX)
def test_distance_is_half_the_sum_of_differences(one: dict[str, int], other: dict[str, int]) -> None:
    a, b = sum(one.values()), sum(other.values())
    expected = math.fsum(abs(one.get(c, 0) / a - other.get(c, 0) / b) for c in "abcd") / 2
    assert distance(one, other) == pytest.approx(expected, abs=1e-12)
    assert distance(one, one) == 0
    assert distance(one, {}) == 0


def lines(found: Trust, **how: Any) -> list[str]:
    return [one.text for one in trust_lines([found], log="llm-runs/a.jsonl", **how)]


def test_lines_name_the_judge_its_state_and_the_next_command() -> None:
    assert lines(trust([judged(2)], None)) == [
        "  judge               j:k (01234567)",
        "                      uncalibrated judge: signal only",
        "                      nobody has held it against people",
        "                      pytest-llmeval calibrate llm-runs/a.jsonl --labels FILE",
    ]
    assert lines(trust([judged(2)], None), brief=True) == ["uncalibrated judge: signal only: j:k (01234567)"]
    assert lines(trust([judged(2)], GOOD), brief=True) == []


def test_lines_of_a_judge_that_may_be_believed_say_how_far_and_where_not() -> None:
    found = trust([judged(1, controls=(True,)), *(judged(2 * n) for n in range(1, 6))], GOOD)
    assert lines(found) == [
        "  judge               j:k (01234567)",
        "                      controls 1 of 1 · 100 % [21–100]",
        "                      calibrated: agrees with people on 4 of 4 · 100 % [51–100]",
        "                      no label of odd: signal only there",
    ]


def test_allowing_uncalibrated_judges_is_said_but_saves_no_void_one() -> None:
    assert (
        "uncalibrated judge: gates by --llm-allow-uncalibrated-judge"
        in lines(trust([judged(2)], None), allowed=True)[1]
    )
    void = trust([judged(2, controls=(False,) * 5)], GOOD)
    assert lines(void, allowed=True)[2].strip() == "judge failed its controls: its grades are void"


def test_gates_are_told_why_a_judge_must_not_decide() -> None:
    uncalibrated, void = trust([judged(2)], None), trust([judged(2, controls=(False,) * 5)], GOOD)
    assert objections([uncalibrated]) == ("judge j:k (01234567) is uncalibrated: nobody has held it against people",)
    assert objections([uncalibrated], allow_uncalibrated=True) == ()
    assert objections([void], allow_uncalibrated=True) == (
        "judge j:k (01234567) is void: it passed only 0 of 5 controls",
    )
    assert objections([trust([judged(2)], GOOD)]) == ()


def below(category: str, candidate: str = "openai:small") -> Calibration:
    part = SliceCeiling(
        state="likely below", judge_n=9, candidate_n=9, judge=Figure(), candidate=Figure(), difference=Figure()
    )
    return GOOD.model_copy(
        update={"ceilings": (Ceiling(candidate=candidate, timestamp="t", categories={category: part}),)}
    )


def test_slices_beyond_the_judge_are_named_and_decide_nothing_though_the_judge_may_be_believed() -> None:
    found = trust([judged(2), judged(4)], below("even"))
    assert (found.state, found.may_gate, found.beyond) == ("calibrated", True, ("even",))
    assert "beyond judge in even: signal only there" in lines(found)[-1]
    assert lines(found, brief=True) == ["beyond judge in even: signal only there: j:k (01234567)"]
    assert signal_only([found]).why(judged(2)) == "beyond judge"
    assert signal_only([found]).why(trial(2, "wrong")) is None
    assert signal_only([found]).why(trial(2, judge={"model": "j:k", "hash": H})) == "beyond judge"
    assert signal_only([found], allow_uncalibrated=True).why(judged(2)) is None


def test_slice_is_beyond_the_judge_only_where_it_grades_who_does_better() -> None:
    calibration = below("even", candidate="openai:strong")
    own = calibration.ceilings[0].model_copy(update={"candidate": "openai:small", "categories": {}})
    both = calibration.model_copy(update={"ceilings": (*calibration.ceilings, own)})
    found = trust([judged(2), judged(4)], both)
    assert (found.beyond, signal_only([found]).why(judged(2))) == ((), None)
    assert signal_only([trust([judged(2, model="strong")], both)]).why(judged(2, model="strong")) == "beyond judge"


def test_slice_without_a_label_decides_nothing() -> None:
    found = trust([judged(1), *(judged(2 * n) for n in range(1, 5))], GOOD)
    assert [signal_only([found]).why(judged(n)) for n in (1, 2)] == ["no label", None]


def ruled(number: int, level: Level, right: bool) -> Record:
    return judged(number, level=level, scores=[{"name": "contains", "value": float(right), "passed": right}])


LEVELS_AND_RULES = st.lists(st.tuples(st.sampled_from(LEVELS), st.booleans()), min_size=2, max_size=40)


@settings(deadline=None)
@given(LEVELS_AND_RULES)
def test_what_pleases_the_judge_and_fails_by_rules_is_counted_and_ranks_are_correlated(
    said: list[tuple[Level, bool]],
) -> None:
    (use,) = judges_in(ruled(n, level, right) for n, (level, right) in enumerate(said))
    praised = [right for level, right in said if level == "fully_correct"]
    assert (use.gamed.count, use.gamed.n) == (praised.count(False), len(praised))
    expected = kendalltau([-LEVELS.index(level) for level, _ in said], [right for _, right in said]).statistic
    if math.isnan(expected):
        assert use.rank_correlation is None
    else:
        assert use.rank_correlation == pytest.approx(expected, abs=1e-9)


def test_answers_that_please_and_fail_by_rules_are_told() -> None:
    records = [ruled(2, "fully_correct", False), ruled(4, "fully_correct", True), ruled(6, "wrong", False)]
    told = lines(trust([*records, judged(8)], GOOD))
    assert "                      fully correct, and fails by rules: 1 of 2 · 50 % [9–91], tau 0.50 of 3" in told
    assert not any("by rules" in one for one in lines(trust([judged(2)], GOOD)))


def test_trials_without_a_verdict_are_told_and_those_that_are_for_a_person() -> None:
    given = [{"hash": H, "level": None, "abstained": True}]
    abstained = trial(2, judge={"model": "j:k", "hash": H, "verdicts": given})
    told = lines(trust([abstained, judged(4, level=None), judged(6)], GOOD))
    assert "                      no verdict on 2 of 3, on 1 it says that a person should judge" in told
    assert "                      no verdict on 1 of 2" in lines(trust([judged(4, level=None), judged(6)], GOOD))


def test_judge_whose_word_on_another_text_decided_a_test_must_be_calibrated_too() -> None:
    (use,) = judges_in([trial(2, outcome="passed", judge={"model": "j:k", "hash": H})])
    assert (use.hash, use.trials, use.without_verdict) == (H, 1, 0)
    assert objections(trust_in([use], {})) == (
        "judge j:k (01234567) is uncalibrated: nobody has held it against people",
    )
