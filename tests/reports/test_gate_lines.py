"""The gate's own lines, and the whole report of a regression as a run prints it."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.gating.gate_report import GateReport, ModelGate
from pytest_llmeval.analysis.gating.gate_rules import Rule
from pytest_llmeval.analysis.gating.gated_run import Surroundings, gated_models, verdicts
from pytest_llmeval.analysis.gating.gates import GateVerdict
from pytest_llmeval.reports.gate_lines import compared_lines, gate_lines, next_command
from pytest_llmeval.reports.lines import in_ascii, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.sidecar import SignedOff
from tests.analysis.two_runs import records, run_info
from tests.reports.test_comparison import base_run, new_run

PASSED = GateVerdict("fail under 70 %", "passed", "8 of 10 = 80.0 % [49.0–94.3]")
FAILED = GateVerdict("max regression 2 points", "failed", "fully correct -32.0 points, p = 0.021", "baseline")
TOO_LOW = GateVerdict("fail under 90 %", "failed", "8 of 10 = 80.0 % [49.0–94.3]")
MUST_PASS = GateVerdict("must pass: q1", "failed", "not right: q1", "guarded")
UNKNOWN = GateVerdict("at most 0 % of the evals missing", "cannot decide", "3 of 4 missing")


def shown(report: GateReport, baseline: str | None = "main", **screen: Any) -> str:
    lines = gate_lines(report, Screen(**screen), log="llm-runs/new.jsonl", baseline=baseline)
    return "\n".join(line.text for line in lines)


def one(*said: GateVerdict, **fields: Any) -> ModelGate:
    return ModelGate("openai:m", said, **fields)


def regression() -> GateReport:
    rules = (Rule("fail_under", 70), Rule("max_regression", 2), Rule("max_regression", 5, "symbol_lookup"))
    base, new = base_run(), new_run()
    model = new.model
    made = [*records("WWWWWWUPCCCC", model="n"), *records(" " * 12 + "CCCCCCCCWPCW", model="n")]
    gated = gated_models(Path("llm-runs/new.jsonl"), made, run_info(), ())[model]
    found = compare(base, new, allowed=2)
    return GateReport((ModelGate(model, tuple(verdicts(rules, gated, Surroundings(found))), found, ("a note",)),))


REGRESSION = """\
worse
  fully correct down 32.0 points · mean grade down 0.92 of 3
  category symbol_lookup down 66.7 points
"""
GATE = """\
  failed         fail under 70 % · 13 of 24 = 54.2 % [35.1–72.1]
  failed         max regression 2 points · fully correct -32.0 points, p =
                 0.021, 34.7 can be detected; mean grade -30.7 points, p =
                 0.018, 26.4 can be detected
  failed         max regression 5 points in symbol_lookup · symbol_lookup -66.7
                 points, p = 0.018, 62.2 can be detected
  cannot decide  at most 0 % of the entries of the baseline missing · 1 of 28
                 missing: q27; max_missing=4 allows it
gate: failed
  mend what is missing, or switch the gate off with --llm-gates=none"""


def test_a_regression_is_reported_with_its_categories_entries_and_causes() -> None:
    told = "\n".join(line.text for line in compared_lines(regression(), Screen()))
    assert told.startswith(REGRESSION)
    top = told.index("    q0 · symbol_lookup · fully correct -> wrong · hallucination")
    for part in (
        "base   It is defined in src/loader.py and called by src/session.py.",
        "new    I found nothing called like that.",
        "why    expected src/loader.py",
        "    and 4 more: q5, q6, q7, q20",
        "what changed between the runs",
        "  system prompt         4f1b7c2d -> 9a0e5d11",
        "  repository            aaaaaaaa -> bbbbbbbb",
        "  openai                2.1.0 -> 3.5.0",
        "  baseline: a note",
    ):
        top = told.index(part, top)
    assert shown(regression()) == GATE


def test_every_model_is_told_by_name_where_there_are_several() -> None:
    told = shown(GateReport((one(PASSED), ModelGate("openai:n", (FAILED,)))))
    assert told.splitlines()[:4] == [
        "openai:m",
        "  passed         fail under 70 % · 8 of 10 = 80.0 % [49.0–94.3]",
        "openai:n",
        "  failed         max regression 2 points · fully correct -32.0 points, p = 0.021",
    ]


def test_two_comparisons_stand_apart() -> None:
    both = GateReport((*regression().models, *regression().models))
    lines = [line.text for line in compared_lines(both, Screen())]
    assert lines.count("-" * 80) == 1
    assert lines.count("worse") == 2


def test_a_gate_that_passes_needs_no_advice() -> None:
    assert shown(GateReport((one(PASSED),))).splitlines()[-1] == "gate: passed"


def test_what_cannot_be_decided_names_the_way_out() -> None:
    assert shown(GateReport((one(UNKNOWN),))).splitlines()[-2:] == [
        "gate: cannot decide",
        "  mend what is missing, or switch the gate off with --llm-gates=none",
    ]
    assert shown(GateReport((), unfinished="2 of 3 trials have a record", whole=False)).splitlines() == [
        "gate: cannot decide, 2 of 3 trials have a record",
        "  finish it with --llm-resume, or switch the gate off with --llm-gates=none",
    ]


def test_an_accepted_gate_says_by_whom_and_why() -> None:
    signed = SignedOff(by="ada", at="2026-11-21T04:31:03.000Z", reason="the judge was replaced")
    assert shown(GateReport((one(FAILED),), accepted=signed)).splitlines()[-2:] == [
        "gate: failed",
        "accepted by ada: the judge was replaced",
    ]


def test_a_reason_that_does_not_fit_beside_a_long_name_has_lines_of_its_own() -> None:
    who = "Ada Lovelace of the Analytical Engine <ada.lovelace@example.org>"
    signed = SignedOff(by=who, at="2026-11-21T04:31:03.000Z", reason="the judge was replaced " * 4)
    assert shown(GateReport((one(FAILED),), accepted=signed)).splitlines()[-3:] == [
        f"accepted by {who}",
        "  the judge was replaced the judge was replaced the judge was replaced the judge",
        "  was replaced",
    ]


@pytest.mark.parametrize(
    ("said", "whole", "advice"),
    [
        ((FAILED,), True, 'if this is how it shall be: --llm-accept="REASON" once, or for all later runs: BLESS'),
        ((FAILED,), False, 'if this is how it shall be: --llm-accept="REASON" once'),
        (
            (TOO_LOW,),
            True,
            'if this is how it shall be: --llm-accept="REASON" once, or for all later runs: another limit',
        ),
        (
            (TOO_LOW, FAILED),
            True,
            'if this is how it shall be: --llm-accept="REASON" once, or for all later runs: another limit and BLESS',
        ),
        ((FAILED, UNKNOWN), False, "mend what is missing, or switch the gate off with --llm-gates=none"),
        ((MUST_PASS,), True, "make what must pass right, or take its mark off; neither --llm-accept nor bless helps"),
        (
            (MUST_PASS, UNKNOWN, FAILED),
            True,
            "make what must pass right, or take its mark off; neither --llm-accept nor bless helps",
        ),
    ],
)
def test_only_what_works_is_recommended(said: tuple[GateVerdict, ...], whole: bool, advice: str) -> None:
    told = shown(GateReport((one(*said),), can_be_blessed=whole), width=200)
    assert told.splitlines()[-1] == "  " + advice.replace("BLESS", "pytest-llmeval bless llm-runs/new.jsonl")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((TOO_LOW, UNKNOWN), "what cannot be decided cannot be accepted"),
        ((UNKNOWN,), "what cannot be decided cannot be accepted"),
        ((TOO_LOW, MUST_PASS), "what must pass cannot be accepted"),
    ],
)
@pytest.mark.parametrize("verbosity", [0, -1])
def test_a_reason_that_accepts_nothing_says_why(said: tuple[GateVerdict, ...], why: str, verbosity: int) -> None:
    told = shown(GateReport((one(*said),), accept_asked=True), verbosity=verbosity)
    assert f"--llm-accept has no effect: {why}" in told.splitlines()
    assert "no effect" not in shown(GateReport((one(PASSED),), accept_asked=True))


def test_quiet_tells_which_of_several_models_did_not_pass() -> None:
    told = shown(GateReport((one(PASSED), ModelGate("openai:n", (FAILED,)))), verbosity=-1)
    assert told.splitlines()[:1] == ["openai:n"]
    assert "openai:m" not in told


def test_quiet_tells_what_did_not_pass() -> None:
    told = shown(GateReport((one(PASSED, FAILED, quarantined=("q1",)),)), verbosity=-1)
    assert told.splitlines() == [
        "  failed         max regression 2 points · fully correct -32.0 points, p = 0.021",
        "gate: failed",
    ]


def test_what_is_in_quarantine_is_named_and_what_recovered_too() -> None:
    names = tuple(f"q{number}" for number in range(7))
    told = shown(GateReport((one(PASSED, quarantined=names, recovered=("q3",)),)))
    assert "  quarantine     q0, q1, q2, q3, q4 and 2 more\n" in told
    assert "  recovered      q3 · right again, take it out of quarantine\n" in told


@pytest.mark.parametrize(
    ("baseline", "command"),
    [
        (None, "pytest-llmeval bless a.jsonl"),
        ("main", "pytest-llmeval bless a.jsonl"),
        ("llm-runs/old.jsonl", "pytest-llmeval bless a.jsonl"),
        ("release-2", "pytest-llmeval bless a.jsonl --name release-2"),
    ],
)
def test_the_next_command_names_the_baseline(baseline: str | None, command: str) -> None:
    assert next_command("a.jsonl", baseline) == command


@pytest.mark.parametrize("width", [76, 120])
def test_no_line_is_wider_than_the_screen_and_control_codes_are_taken_out(width: int) -> None:
    hostile = GateVerdict("fail under 1 % in \x1b[31m日本語" * 9, "failed", "\x1b]0;x\x07 word" * 40)
    report = GateReport((one(hostile, PASSED), ModelGate("\x1b[2J日本語", (UNKNOWN,))), unfinished="\x1b[1mx " * 50)
    lines = list(gate_lines(report, Screen(width), log="a.jsonl", baseline=None))
    assert all(width_of(line.text) <= width for line in lines)
    assert not any(unicodedata.category(sign) == "Cc" for line in lines for sign in line.text)
    plain = gate_lines(report, Screen(width, ascii_only=True), log="a.jsonl", baseline=None)
    assert all(line.text.isascii() for line in in_ascii(plain))


def test_what_is_contaminated_is_named_with_whether_it_counts() -> None:
    names = tuple(f"q{number}" for number in range(7))
    told = shown(GateReport((one(PASSED, contaminated=names),)))
    assert (
        "  contaminated   q0, q1, q2, q3, q4 and 2 more · in no figure;\n"
        "                 --llm-contaminated=count counts them\n"
    ) in told
    told = shown(GateReport((one(PASSED, contaminated=("q\x1b[1m1",), counts_contaminated=True),)))
    assert "  contaminated   q1 · counted all the same\n" in told
    assert "contaminated" not in shown(GateReport((one(PASSED, contaminated=names),)), verbosity=-1)


def test_a_run_that_a_drop_ended_is_not_to_be_gone_on_with() -> None:
    drop = GateVerdict("stop at a drop of 20 points", "failed", "0 of 16 right so far")
    told = shown(GateReport((one(drop),), "the run is not whole", whole=False))
    assert "  mend it and run anew, or switch the gate off with --llm-gates=none" in told
