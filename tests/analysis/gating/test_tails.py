from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.gating.gate_rules import Rule
from pytest_llmeval.analysis.gating.gated_run import Surroundings, gated_models, verdicts
from pytest_llmeval.analysis.gating.gates import GateVerdict
from pytest_llmeval.analysis.gating.tails import failures, latency_p99, worst_slice
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, run_info
from tests.runs.samples import record


def summary(made: list[Record]) -> Summary:
    found = Summary("openai:m")
    for one in made:
        found.add(one)
    return found


def of_categories(**letters: str) -> list[Record]:
    """Records of several categories, each with entries of its own."""
    return [
        one.model_copy(update={"category": name, "question_id": f"{name}-{one.question_id}"})
        for name, written in letters.items()
        for one in records(written)
    ]


def test_the_worst_category_is_held_though_the_whole_is_good() -> None:
    run = summary(of_categories(easy="C" * 40, hard="CCCC" + "W" * 6, mixed="C" * 6 + "PTWW"))
    assert worst_slice(run, 40) == GateVerdict(
        "each category at least 40 %", "passed", "worst: hard 4 of 10 = 40.0 % [16.8–68.7]"
    )
    assert worst_slice(run, 61) == GateVerdict(
        "each category at least 61 %",
        "failed",
        "hard 4 of 10 = 40.0 % [16.8–68.7], mixed 6 of 10 = 60.0 % [31.3–83.2]",
    )


def test_categories_of_few_entries_are_named_and_decide_nothing() -> None:
    run = summary(of_categories(easy="C" * 10, tiny="WWW", two="W"))
    assert worst_slice(run, 90) == GateVerdict(
        "each category at least 90 %",
        "passed",
        "worst: easy 10 of 10 = 100.0 % [72.2–100.0]; fewer than 10 entries, not decided on: tiny, two",
    )
    alone = worst_slice(summary(of_categories(tiny="CCC")), 90)
    assert (alone.decision, alone.reason) == ("cannot decide", "no category has 10 entries with a verdict")


def test_samples_do_not_make_a_category_of_few_entries_a_large_one() -> None:
    made = [record(one, category="few", grade="wrong", sample=take) for one in range(3) for take in range(1, 6)]
    assert worst_slice(summary(made), 50).decision == "cannot decide"


def test_many_low_categories_are_counted() -> None:
    run = summary(of_categories(**{f"c{number}": "W" * 10 for number in range(8)}))
    reason = worst_slice(run, 50).reason
    assert reason.startswith("c0 0 of 10 = 0.0 %")
    assert reason.endswith("[0.0–27.8], 3 more")


def test_checked_answers_count_in_a_category_as_in_the_whole() -> None:
    assert worst_slice(summary(of_categories(plain="+++++-----")), 50).decision == "passed"
    assert worst_slice(summary(of_categories(plain="++++------")), 50).decision == "failed"


def test_failures_are_counted_one_by_one() -> None:
    run = summary(records("CCPT-+W"))
    assert failures(run, 4) == GateVerdict("at most 4 failures", "passed", "4 of 7 trials")
    assert failures(run, 1) == GateVerdict("at most 1 failure", "failed", "4 of 7 trials")


def test_trials_without_a_verdict_may_be_failures() -> None:
    run = summary(records("CWE?"))
    assert failures(run, 1) == GateVerdict(
        "at most 1 failure", "cannot decide", "1 of 2 trials, 2 more without a verdict"
    )
    assert failures(run, 3).decision == "passed"
    assert failures(run, 0).decision == "failed"
    assert failures(summary(records("EE")), 5).reason == "no trial has a verdict"


def test_failures_of_a_tag_are_held_apart_from_all_others() -> None:
    made = [*records("CC", tags=("critical",)), *records("  WWW")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), {"critical"}).values()
    told = list(verdicts([Rule("failures", 0, "critical"), Rule("failures", 2)], model, Surroundings()))
    assert [(one.rule, one.decision, one.reason) for one in told] == [
        ("at most 0 failures in critical", "passed", "0 of 2 trials"),
        ("at most 2 failures", "failed", "3 of 5 trials"),
    ]


def timed(number: int, slow: int = 0, **fields: Any) -> Summary:
    made = [record(one, latency_s=1.0 if one >= slow else 9.0, grade="wrong", **fields) for one in range(number)]
    return summary(made)


def test_latency_is_held_at_the_99th_percentile_of_enough_answers() -> None:
    assert latency_p99(timed(200), 1) == GateVerdict("latency p99 at most 1 s", "passed", "1 s of 200 answers")
    assert latency_p99(timed(200, slow=3), 5) == GateVerdict("latency p99 at most 5 s", "failed", "9 s of 200 answers")
    few = latency_p99(timed(99), 1)
    assert (few.decision, few.reason) == ("cannot decide", "1 s of 99 answers, at least 100 are needed")
    assert latency_p99(timed(20, slow=1), 5).decision == "failed"
    assert latency_p99(summary([record()]), 5).reason == "no latency is known"
