from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.gating.gate_report import GateReport, ModelGate, baseline_notes, set_aside_notes
from pytest_llmeval.analysis.gating.gate_rules import Rule
from pytest_llmeval.analysis.gating.gated_run import Surroundings, gated_models, verdicts
from pytest_llmeval.analysis.gating.gates import Decision, GateVerdict
from pytest_llmeval.analysis.gating.signal_only import SignalOnly
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.grader_checks import GraderLimits, KeptCheck
from pytest_llmeval.runs.kept_findings import Figure, Share
from pytest_llmeval.runs.sidecar import BenchmarkInfo, SignedOff
from tests.analysis.two_runs import records, run_info, side

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIGNED = SignedOff(by="ada", at="2026-11-20T00:00:00.000Z")


def report(*said: Decision, **fields: Any) -> GateReport:
    return GateReport((ModelGate("m", tuple(GateVerdict("rule", one, "") for one in said)),), **fields)


def test_only_a_failure_that_is_known_for_sure_can_be_accepted() -> None:
    assert report("passed", "failed").not_acceptable is None
    assert report("failed", "cannot decide").not_acceptable == "what cannot be decided cannot be accepted"
    assert report("failed", unfinished="it was stopped").not_acceptable == "what cannot be decided cannot be accepted"
    assert report("passed").not_acceptable == "nothing failed"


def test_what_must_pass_can_never_be_accepted() -> None:
    def said(guarded: Decision) -> GateReport:
        failed, guard = GateVerdict("rule", "failed", ""), GateVerdict("must pass", guarded, "", "guarded")
        return GateReport((ModelGate("m", (guard, failed)),))

    assert said("failed").not_acceptable == "what must pass cannot be accepted"
    assert said("passed").not_acceptable is None


def test_an_accepted_gate_passes_and_is_called_so() -> None:
    assert (report("failed").passes, report("failed").result) == (False, "failed")
    assert (report("failed", accepted=SIGNED).passes, report("failed", accepted=SIGNED).result) == (True, "accepted")
    assert not report("cannot decide").passes


def test_verdicts_are_kept_with_their_model() -> None:
    assert report("failed").as_json() == ({"model": "m", "rule": "rule", "decision": "failed", "reason": ""},)


def notes(base: dict[str, Any], new: str = "C" * 10, old: str = "C" * 10) -> list[str]:
    return list(baseline_notes(compared(old, new, base), "BLESS", NOW))


def compared(old: str, new: str, base: dict[str, Any]) -> Comparison:
    return compare(side(old, run_info(**base)), side(new, run_info()))


def test_a_fresh_whole_baseline_needs_no_note() -> None:
    assert notes({"blessed": SIGNED}) == []


def test_a_baseline_that_is_stale_partial_or_of_another_benchmark_is_named() -> None:
    old = SignedOff(by="ada", at="2026-08-01T00:00:00.000Z")
    assert notes({"blessed": old}) == ["it was blessed 112 days ago by ada; when this run is good: BLESS"]
    assert notes({"blessed": SIGNED, "deselected": 3}) == [
        "it was blessed although it is not whole; when this run is good: BLESS"
    ]
    (told,) = notes({"complete": False})
    assert told.startswith("it is not complete; finish it with --llm-resume=a.jsonl, or take it as it is: ")
    assert told.endswith("pytest-llmeval bless a.jsonl --force")
    assert notes({}, new="C" * 9 + " CC") == [
        "it is of another version of the benchmark: 2 new, 1 missing entries; when this run is good: BLESS"
    ]


def test_entries_that_a_run_did_not_ask_are_no_change_of_the_benchmark() -> None:
    sums, caps = BenchmarkInfo(name="sums", hash="a"), BenchmarkInfo(name="caps", hash="b")

    def told(*benchmarks: BenchmarkInfo) -> list[str]:
        base = side("C" * 10, run_info(blessed=SIGNED, benchmarks=(sums, caps)))
        return list(baseline_notes(compare(base, side("C" * 9, run_info(benchmarks=benchmarks))), "BLESS", NOW))

    left_out = ["this run did not ask 1 of its entries; ask these too before you bless a run in its place"]
    assert told(sums, caps) == left_out  # -k
    assert told(sums) == left_out  # one file of two
    assert told(sums.model_copy(update={"hash": "c"}), caps) == [
        "it is of another version of the benchmark: 1 missing entries; when this run is good: BLESS"
    ]


def test_a_log_without_sidecar_says_nothing_of_itself() -> None:
    assert list(baseline_notes(compare(side("C" * 10), side("C" * 10)), "BLESS")) == []


def test_what_is_in_quarantine_is_in_no_figure_of_the_gate() -> None:
    made = [*records("CCW"), *records("   WC", quarantined_until="2999-01-01")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), ()).values()
    assert (model.summary.records, model.quarantine.entries, model.quarantine.recovered) == (3, ("q3", "q4"), ("q4",))
    (verdict,) = verdicts([Rule("fail_under", 60)], model, Surroundings())
    assert verdict.reason.startswith("2 of 3")


def test_every_kind_of_rule_is_held_against_its_slice() -> None:
    made = [*records("CW", tags=("hard",), failure_label=None, latency_s=2.0, cost_usd=0.5), *records("  CC")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), {"hard"}).values()
    rules = [
        Rule("fail_under", 60, "hard"),
        Rule("max_unscored", 0),
        Rule("latency_p95", 3, "hard"),
        Rule("cost_per_trial", 0.1, "hard"),
        Rule("failure_label", 0, "hallucination"),
        Rule("max_regression", 0),
        Rule("max_missing", 50),
    ]
    found = list(verdicts(rules, model, Surroundings(deselected=1, selected=4)))
    assert [(one.rule, one.decision) for one in found] == [
        ("fail under 60 % in hard", "failed"),
        ("at most 0 % unscored", "passed"),
        ("latency p95 at most 3 s in hard", "passed"),
        ("cost per trial at most $0.1 in hard", "failed"),
        ("at most 0 % hallucination", "passed"),
        ("max regression 0 points", "cannot decide"),
        ("at most 50 % of the evals missing", "passed"),
    ]


def test_guards_come_first_and_quarantine_lifts_them() -> None:
    made = [*records("CW", guard="canary"), *records("  W", guard="canary", quarantined_until="2999-01-01")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), ()).values()
    assert list(verdicts([], model, Surroundings())) == [
        GateVerdict("must pass: q0, q1", "failed", "not right: q1", "guarded")
    ]


def test_grade_that_must_not_decide_is_in_no_rate_but_in_what_answers_cost() -> None:
    told = {"model": "j", "hash": "ab", "verdicts": [{"hash": "ab", "level": "wrong"}]}
    call = Call("openai", "m", (), Reply("no"), "h")
    aside = records("  WW", judge=told, category="hard", guard="canary", cost_usd=0.5, calls=(call,))
    made = [*records("CC", category="easy", cost_usd=0.1), *aside]
    held = SignalOnly({("ab", "openai:m", "hard"): "beyond judge"})
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), {"hard"}, held).values()
    rules = [
        Rule("fail_under", 100),
        Rule("max_unscored", 0),
        Rule("cost_per_trial", 0.2),
        Rule("fail_under", 0, "hard"),
    ]
    assert [(one.decision, one.reason) for one in verdicts(rules, model, Surroundings())] == [
        ("cannot decide", "no verdict: q2, q3"),
        ("passed", "2 of 2 = 100.0 % [34.2–100.0]"),
        ("passed", "0 of 2 = 0.0 %"),
        ("failed", "$0.3 over 4 trials"),
        ("cannot decide", "no trial has a verdict"),
    ]
    assert list(set_aside_notes(model.set_aside)) == ["hard · 2 trials are in no rule: beyond judge"]
    assert held.objections({"beyond judge"}) == ()


def kept(grader: str) -> KeptCheck:
    none, command = Share(count=0, n=0), ("pytest-llmeval", "check-graders", "my cases.jsonl")
    return KeptCheck(
        grader=grader, command=command, timestamp="t", n=9, at_least="fully_correct", false_accepts=none,
        false_accept_rate=Figure(), false_rejects=none, false_reject_rate=Figure(), limits=GraderLimits(), holds=False,
        reasons=("it gives no verdict on 2 of 9 cases", "it gives 1 of 9 cases another grade than they name"),
    )  # fmt: skip


LAX_TOLD = (
    "grader lax is over its limit: it gives no verdict on 2 of 9 cases; it gives 1 of 9 cases another grade than they "
    "name; mend it, or state another limit, with pytest-llmeval check-graders 'my cases.jsonl'"
)


@pytest.mark.parametrize(
    ("gave", "held"),
    [
        ({"grader": "lax"}, True),
        ({"scores": (Score("x", 1.0, grader="lax"),)}, True),
        ({"grader": "evidence", "scores": (Score("lax", 1.0, grader="lax(least=2)"),)}, False),
        ({"grader": None}, False),
    ],
)
def test_grades_that_a_grader_over_its_limit_had_a_part_in_decide_nothing(gave: dict[str, Any], held: bool) -> None:
    aside = SignalOnly(graders={"lax": kept("lax"), "unused": kept("unused")})
    (model,) = gated_models(Path("a.jsonl"), records("C", **gave), run_info(), (), aside).values()
    (found,) = verdicts([Rule("fail_under", 1)], model, Surroundings())
    assert found.decision == ("cannot decide" if held else "passed")
    told = aside.objections({why for _, why in model.set_aside})
    assert told == ((LAX_TOLD,) if held else ())


def test_what_is_contaminated_is_in_no_figure_of_the_gate_and_named() -> None:
    made = [*records("CCW", contamination="clean"), *records("   WE", contamination="flagged")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), ()).values()
    assert (model.summary.records, [*model.contaminated]) == (3, ["q3", "q4"])
    (verdict, errors) = verdicts([Rule("fail_under", 60), Rule("max_unscored", 0)], model, Surroundings())
    assert (verdict.reason[:6], errors.decision) == ("2 of 3", "passed")


def test_what_is_contaminated_counts_where_that_is_asked_for() -> None:
    made = [*records("CCW"), *records("   W", contamination="flagged")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), (), counts_flagged=True).values()
    (verdict,) = verdicts([Rule("fail_under", 60)], model, Surroundings())
    assert (verdict.decision, verdict.reason[:6], [*model.contaminated]) == ("failed", "2 of 4", ["q3"])


def test_where_all_is_contaminated_no_rule_can_decide() -> None:
    rules = [Rule(kind, 50) for kind in ("fail_under", "max_unscored", "latency_p95", "cost_per_trial")]
    rules += [Rule("fail_under", 50, "hard"), Rule("failure_label", 5, "hallucination")]
    made = records("CC", contamination="flagged", latency_s=1.0, tags=("hard",))
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), {"hard"}).values()
    found = list(verdicts(rules, model, Surroundings()))
    assert {(one.decision, one.reason) for one in found} == {("cannot decide", "all 2 entries are contaminated")}
    assert found[0].rule == "fail_under=50"


def test_a_slice_of_which_all_is_contaminated_cannot_be_decided_on() -> None:
    made = [*records("CC", contamination="flagged", tags=("hard",)), *records("  C")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), {"hard"}).values()
    (verdict,) = verdicts([Rule("fail_under", 50, "hard")], model, Surroundings())
    assert verdict == GateVerdict(
        "fail_under:hard=50", "cannot decide", "no trial is of category or tag hard, contaminated ones left out"
    )


def test_what_must_pass_must_pass_though_it_is_contaminated() -> None:
    made = [*records("CC"), *records("  W", guard="must_pass", contamination="flagged")]
    (model,) = gated_models(Path("a.jsonl"), made, run_info(), ()).values()
    told = [(one.rule, one.decision) for one in verdicts([Rule("fail_under", 50)], model, Surroundings())]
    assert told == [("must pass: q2", "failed"), ("fail under 50 %", "passed")]


def test_runs_with_nothing_in_common_but_contaminated_entries_cannot_be_compared() -> None:
    found = compare(side("CC", run_info()), side("CC", run_info(), contamination="flagged"))
    assert (found.outcome, found.reasons) == (
        "cannot decide",
        ("no entry in common is left to compare, 2 of them contaminated",),
    )
