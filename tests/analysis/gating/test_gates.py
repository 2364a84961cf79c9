from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.comparing.trial import Trial, trial_of
from pytest_llmeval.analysis.contested import Raters
from pytest_llmeval.analysis.gating.gate_rules import Rule
from pytest_llmeval.analysis.gating.gated_run import Surroundings, gated_models, verdicts, vote_rules
from pytest_llmeval.analysis.gating.gates import (
    Decision,
    GateVerdict,
    decide,
    deselected,
    max_regression,
    missing_entries,
    must_pass,
    raters_agree,
    stopped_at_drop,
)
from pytest_llmeval.analysis.gating.limits import (
    behaviour_limit,
    cost_per_trial,
    coverage,
    fail_under,
    failure_label_limit,
    latency_p95,
    output_tokens_per_trial,
)
from pytest_llmeval.analysis.summaries import summaries_by_model
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.grading.grade import Level, Score
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.runs.hand_grading import Vote, graded_line
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, run_info, side, side_of
from tests.runs.samples import record


def summary(letters: str, **fields: Any) -> Summary:
    made = Summary("openai:m")
    for one in records(letters, **fields):
        made.add(one)
    return made


def trials(letters: str, **fields: Any) -> list[Trial]:
    return [trial_of(one) for one in records(letters, **fields)]


def comparison(base: str, new: str, **fields: Any) -> Comparison:
    return compare(side(base), side(new, **fields))


@pytest.mark.parametrize(
    ("said", "unfinished", "decision"),
    [
        (["passed", "passed"], None, "passed"),
        (["passed", "failed", "cannot decide"], None, "failed"),
        (["passed", "cannot decide"], None, "cannot decide"),
        (["passed"], "it was stopped", "cannot decide"),
        (["failed"], "it was stopped", "failed"),
        ([], "it was stopped", "cannot decide"),
        ([], None, "passed"),
    ],
)
def test_every_rule_must_pass_and_an_incomplete_run_never_does(
    said: list[Decision], unfinished: str | None, decision: Decision
) -> None:
    verdicts = [GateVerdict("rule", one, "") for one in said]
    assert decide(verdicts, unfinished=unfinished) == decision


def test_fail_under_holds_the_share_of_fully_correct_answers() -> None:
    assert fail_under(summary("CCCCCCCPUW"), 70) == GateVerdict(
        "fail under 70 %", "passed", "7 of 10 = 70.0 % [39.7–89.2]"
    )
    assert fail_under(summary("CCCCCCCPUW"), 70.1).decision == "failed"


def test_samples_of_an_entry_prove_no_more_than_one() -> None:
    made = Summary("openai:m")
    for sample in (1, 2, 3, 4):
        for one in records("C" * 7 + "W" * 3, sample=sample):
            made.add(one)
    once = fail_under(summary("C" * 7 + "W" * 3), 40, proven=True)
    assert (once.decision, fail_under(made, 40, proven=True).decision) == ("failed", "failed")
    assert once.reason.partition("[")[2] == fail_under(made, 40, proven=True).reason.partition("[")[2]


def test_fail_under_may_want_it_proven() -> None:
    verdict = fail_under(summary("C" * 7 + "W" * 3), 40, proven=True)
    assert (verdict.rule, verdict.decision) == ("fail under 40 % (lower bound)", "failed")
    assert fail_under(summary("C" * 7 + "W" * 3), 39, proven=True).decision == "passed"


def test_fail_under_holds_what_passed_where_nothing_is_graded() -> None:
    assert fail_under(summary("++-"), 60).reason.startswith("2 of 3")
    assert fail_under(summary("EE"), 0) == GateVerdict("fail under 0 %", "cannot decide", "no trial has a verdict")


def test_a_drop_fails_where_it_is_proven_and_larger_than_allowed() -> None:
    worse = comparison("+" * 40, "+" * 28 + "-" * 12)
    assert max_regression(worse, 29.9).decision == "failed"
    assert max_regression(worse, 30).decision == "passed"
    told = max_regression(worse, 5)
    assert told.rule == "max regression 5 points"
    assert told.reason == "passed -30.0 points, p = 0.00049, 24.2 can be detected"


def test_a_drop_that_chance_may_give_passes_and_says_what_could_be_detected() -> None:
    told = max_regression(comparison("+" * 40, "+" * 38 + "--"), 0)
    assert (told.decision, told.reason) == ("passed", "passed -5.0 points, p = 0.5, 19.0 can be detected")


def test_the_mean_grade_is_held_against_the_limit_too() -> None:
    told = max_regression(comparison("C" * 20 + "P" * 20, "C" * 20 + "W" * 20), 5)
    assert (told.decision, told.reason.partition(",")[0]) == ("failed", "mean grade -33.3 points")


@pytest.mark.parametrize(("floor", "decision"), [(31, "passed"), (29, "failed")])
def test_a_drop_within_the_noise_of_the_base_is_none(floor: float, decision: str) -> None:
    found = compare(side("+" * 40, run_info(noise={"rate": floor})), side("+" * 28 + "-" * 12))
    told = max_regression(found, 5)
    assert (told.rule, told.decision) == ("max regression 5 points", decision)
    assert f"passed -30.0 points, p = 0.00049, {floor}.0 are noise, 24.2 can be detected" == told.reason
    assert bool(found.regressions) is (decision == "failed")


def test_a_category_has_its_own_limit() -> None:
    base = side_of([*records("+" * 20, category="a"), *records(" " * 20 + "+" * 20, category="b")])
    new = side_of([*records("-" * 12 + "+" * 8, category="a"), *records(" " * 20 + "+" * 20, category="b")])
    found = compare(base, new)
    assert max_regression(found, 0, of="a").decision == "failed"
    assert max_regression(found, 0, of="b").decision == "passed"
    assert max_regression(found, 0, of="c") == GateVerdict(
        "max regression 0 points in c", "cannot decide", "no pair is of category or tag c"
    )


def test_the_only_category_is_the_whole() -> None:
    worse = comparison("+" * 40, "+" * 28 + "-" * 12)
    assert max_regression(worse, 0, of="uncategorized").decision == "failed"
    assert max_regression(worse, 0, of="other").decision == "cannot decide"


def test_where_the_comparison_cannot_decide_neither_can_the_gate() -> None:
    unfinished = comparison("+" * 40, "-" * 40, info=run_info(complete=False))
    told = max_regression(unfinished, 0)
    assert (told.decision, told.reason) == ("cannot decide", "NEW is not complete: it was stopped before its end")


def test_too_small_an_overlap_names_what_allows_it() -> None:
    told = max_regression(comparison("+" * 12, "+" * 8 + " " * 4), 0)
    few = "8 of 12 entries of BASE can be paired, 80 % are needed; run the others too"
    assert (told.decision, told.reason) == (
        "cannot decide",
        few + "; max_missing=34 or --llm-baseline-force allows it",
    )
    other = comparison("C" * 40, "+" * 40)
    assert "allows it" not in max_regression(other, 0).reason


def test_a_run_of_which_the_baseline_knows_little_says_so() -> None:
    few = max_regression(comparison("+" * 9, "+" * 120), 0)
    assert few.reason.endswith("; only 9 of the run's 120 entries are in the baseline")
    assert max_regression(comparison("+" * 80, "+" * 100), 0).reason.count("entries") == 0


def test_a_category_too_small_to_detect_anything_says_nothing_of_it() -> None:
    made = side_of([*records("+" * 20, category="a"), *records(" " * 20 + "+++", category="b")])
    assert max_regression(compare(made, made), 0, of="b").reason == "b +0.0 points, p = 1"


def test_entries_of_the_baseline_must_not_go_missing() -> None:
    found = comparison("C" * 10, "C" * 7 + " E" + "C")
    assert missing_entries(found) == GateVerdict(
        "at most 0 % of the entries of the baseline missing",
        "cannot decide",
        "1 of 10 missing: q7; max_missing=10 allows it",
    )
    assert missing_entries(found, 10).decision == "passed"
    assert missing_entries(found, 9).decision == "cannot decide"
    assert missing_entries(comparison("C" * 10, "C" * 12)).reason == "0 of 10 missing"


def test_a_part_of_the_evals_cannot_be_decided_on_unless_that_is_allowed() -> None:
    assert deselected(3, 1) == GateVerdict(
        "at most 0 % of the evals missing", "cannot decide", "3 of 4 missing; max_missing=75 allows it"
    )
    assert deselected(1, 2).reason == "1 of 3 missing; max_missing=34 allows it"
    assert deselected(1, 2, 34).decision == "passed"
    assert deselected(3, 1, 75).decision == "passed"
    assert deselected(0, 0).decision == "passed"


def test_fail_under_counts_what_no_grader_saw_beside_what_one_did() -> None:
    mixed = summary("CW")
    for one in records("--+"):
        mixed.add(one)
    assert fail_under(mixed, 40).reason.startswith("2 of 5 = 40.0 %")


def test_a_tag_has_its_own_limit() -> None:
    tagged = {"tags": ("hard",)}
    base = side_of([*records("+" * 12, **tagged), *records(" " * 12 + "+" * 28)])
    new = side_of([*records("-" * 12, **tagged), *records(" " * 12 + "+" * 28)])
    found = compare(base, new)
    assert max_regression(found, 0, of="hard").reason.startswith("hard -100.0 points")
    assert max_regression(found, 0, of="hard").decision == "failed"
    assert max_regression(found, 0, of="easy").decision == "cannot decide"


def test_limits_of_several_tags_are_corrected_for_how_many_they_are() -> None:
    base = side_of(records("+" * 6 + " " * 4, tags=("a", "b")) + records(" " * 6 + "+" * 10))
    new = side_of(records("-" * 6 + " " * 4, tags=("a", "b")) + records(" " * 6 + "+" * 10))
    found = compare(base, new)
    assert max_regression(found, 0, of="a").decision == "failed"
    assert max_regression(found, 0, of="a", tags=["a", "b"]).decision == "passed"


def test_must_pass_wants_every_sample_right() -> None:
    made = [*trials("C+W"), *trials("CC", sample=2)]
    assert must_pass(made, ["q0", "q1", "q0"]) == GateVerdict("must pass: q0, q1", "passed", "all 2 right", "guarded")
    assert must_pass(made, ["q0", "q2"]) == GateVerdict("must pass: q0, q2", "failed", "not right: q2", "guarded")
    assert must_pass([*trials("C"), *trials("P", sample=2)], ["q0"]).decision == "failed"


def test_must_pass_cannot_decide_on_what_has_no_verdict() -> None:
    assert must_pass(trials("CE"), ["q0", "q1", "q9"]) == GateVerdict(
        "must pass: q0, q1, q9", "cannot decide", "no verdict: q1, q9", "guarded"
    )
    assert must_pass(trials("WE"), ["q0", "q1"]).decision == "failed"


def test_many_names_are_counted() -> None:
    assert must_pass(trials("W" * 8), [f"q{n}" for n in range(8)]).reason == "not right: q0, q1, q2, q3, q4 and 3 more"


def test_coverage_allows_a_share_of_trials_without_a_verdict() -> None:
    assert coverage(summary("CCCCCCCE?"), 22.2) == GateVerdict("at most 22.2 % unscored", "failed", "2 of 9 = 22.2 %")
    assert coverage(summary("CCCE"), 25).decision == "passed"
    assert coverage(summary(""), 5).decision == "cannot decide"


def test_latency_is_held_at_the_95th_percentile() -> None:
    assert latency_p95(summary("CCC", latency_s=2.0), 2) == GateVerdict(
        "latency p95 at most 2 s", "passed", "2 s of 3 answers"
    )
    assert latency_p95(summary("CCC", latency_s=2.0), 1.9).decision == "failed"
    assert latency_p95(summary("CCC"), 2).decision == "cannot decide"


def test_cost_is_held_per_trial_and_unknown_prices_do_not_pass() -> None:
    assert cost_per_trial(summary("CC", cost_usd=0.02), 0.02).decision == "passed"
    assert cost_per_trial(summary("CC", cost_usd=0.02), 0.01) == GateVerdict(
        "cost per trial at most $0.01", "failed", "$0.02 over 2 trials"
    )
    assert cost_per_trial(summary("CC"), 1).reason == "no price is known"
    half_known = summary("CC", cost_usd=0.02)
    half_known.add(records("C")[0])
    assert cost_per_trial(half_known, 0.02).decision == "cannot decide"
    assert cost_per_trial(half_known, 0.01).decision == "failed"


def test_output_tokens_are_held_per_trial_and_unknown_usage_does_not_pass() -> None:
    long = summary("CC", usage=Usage(1, 300))
    assert output_tokens_per_trial(long, 300).decision == "passed"
    assert output_tokens_per_trial(long, 299) == GateVerdict(
        "output tokens per trial at most 299", "failed", "300.0 over 2 trials"
    )
    long.add(records("C")[0])
    assert output_tokens_per_trial(long, 300).reason == "300.0 over 2 trials, the usage of 1 is unknown"
    assert output_tokens_per_trial(summary("C"), 1).reason == "no usage is known"


def test_a_failure_label_has_a_limit() -> None:
    made = summary("CC")
    for one in records("WW", failure_label="hallucination"):
        made.add(one)
    assert failure_label_limit(made, "hallucination", 50).decision == "passed"
    assert failure_label_limit(made, "hallucination", 40) == GateVerdict(
        "at most 40 % hallucination", "failed", "2 of 4 = 50.0 %"
    )
    assert failure_label_limit(summary("++"), "hallucination", 40).decision == "cannot decide"


def probed(name: str, *values: float | None) -> Summary:
    (only,) = summaries_by_model(
        record(n, outcome="passed", scores=(Score(name, value),)) for n, value in enumerate(values)
    )
    return only


def test_bad_behaviour_has_a_ceiling_and_good_behaviour_a_floor() -> None:
    refuses = probed("complies_allowed", 1.0, 1.0, 1.0, 0.0, None)
    assert behaviour_limit(refuses, "over-refusal", 25).decision == "passed"
    assert behaviour_limit(refuses, "over-refusal", 24) == GateVerdict(
        "at most 24 % over-refusal", "failed", "1 of 4 = 25.0 % [4.6–69.9]"
    )
    repairs = probed("repairs_wrong", 1.0, 1.0, 1.0, 0.0)
    assert behaviour_limit(repairs, "repair-rate", 75).decision == "passed"
    assert behaviour_limit(repairs, "repair-rate", 76).rule == "at least 76 % repair rate"
    assert behaviour_limit(repairs, "repair-rate", 76).decision == "failed"


def test_behaviour_that_was_not_probed_cannot_be_decided_on() -> None:
    assert behaviour_limit(probed("complies_allowed", None), "over-refusal", 5) == GateVerdict(
        "at most 5 % over-refusal", "cannot decide", "no trial has a score complies_allowed"
    )


def test_a_run_that_was_ended_for_its_drop_failed() -> None:
    assert stopped_at_drop(None, 20) == GateVerdict("stop at a drop of 20 points", "passed", "none rang")
    assert stopped_at_drop("a drop", 20) == GateVerdict("stop at a drop of 20 points", "failed", "a drop")


def voted(*levels: Level) -> Record:
    votes = [Vote(rater=str(number), grade=level, timestamp="t") for number, level in enumerate(levels)]
    return Record.model_validate(graded_line(record(1, answer="yes").model_dump(mode="json"), votes))


def test_raters_who_agree_too_little_let_nothing_be_decided() -> None:
    raters = Raters()
    for one in (voted("wrong", "wrong"), voted("fully_correct", "fully_correct"), voted("wrong", "unsupported")):
        raters.add(one)
    assert raters_agree(raters, 0.5) == GateVerdict(
        "alpha of at least 0.5", "passed", f"{raters.alpha:.2f} over 3 answers"
    )
    assert raters_agree(raters, 0.9).decision == "cannot decide"


def test_contested_answers_are_in_no_rule_and_told() -> None:
    rules = [Rule("max_disagreement", 34), Rule("min_alpha", 0), Rule("fail_under", 100)]
    made = [voted("fully_correct", "fully_correct"), voted("wrong", "fully_correct", "fully_correct", "wrong")]
    found = gated_models(Path("a.jsonl"), made, run_info(), (), votes=vote_rules(rules))
    (model,) = found.values()
    assert dict(model.set_aside) == {("uncategorized", "over 34 % of its votes differ"): 1}
    told = {one.rule: one.decision for one in verdicts(rules, model, Surroundings())}
    assert told == {"alpha of at least 0": "passed", "fail under 100 %": "passed"}
