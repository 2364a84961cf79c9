from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_llmeval.analysis.judges.judge_trust import JudgeUse, Trust, TrustState
from pytest_llmeval.analysis.judges.known_graders import KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.reports.caveats import CAVEATS_SHOWN, Reading, caveats, shown_caveats
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import run_values
from pytest_llmeval.runs.calibrations import Calibration
from pytest_llmeval.runs.grader_checks import GraderLimits, KeptCheck
from pytest_llmeval.runs.kept_findings import Figure, Share
from pytest_llmeval.runs.provenance import GitState
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo
from tests.cli.logs import every_grade, trial

ONCE = "not known: how flaky answers are (1 sample of each entry), contamination (not checked)"
FEW = "2 of 2 categories have fewer than 30 trials"


def reading(records: Sequence[Record], known: KnownGraders | None = None, **fields: Any) -> Reading:
    run = RunFigures("run-1", **fields)
    for record in records:
        run.add(record)
    (summary,) = run.summaries
    return Reading(run, summary, known or KnownGraders())


def told(records: Sequence[Record], known: KnownGraders | None = None, **fields: Any) -> list[str]:
    return list(caveats(reading(records, known, **fields)))


def calibration(**fields: Any) -> Calibration:
    given = {
        "judge": "j:k", "hash": "0123456789ab", "run": "r", "timestamp": "t", "n": 45, "same": Share(count=41, n=45),
        "agreement": Figure(value=41 / 45), "kappa": {"linear": Figure(value=0.853)}, "calibrated": True,
        "false_passes": Share(count=0, n=1), "false_failures": Share(count=0, n=1),
    }  # fmt: skip
    return Calibration(**{**given, **fields})


def judge(state: TrustState, reason: str = "", kept: Calibration | None = None) -> KnownGraders:
    return KnownGraders((Trust(JudgeUse("j:k", "0123456789ab"), kept, state, reason),))


def check(grader: str) -> KeptCheck:
    return KeptCheck(
        grader=grader, command=("pytest-llmeval",), timestamp="t", n=10, at_least="fully_correct",
        false_accepts=Share(count=2, n=5), false_accept_rate=Figure(), false_rejects=Share(count=0, n=5),
        false_reject_rate=Figure(), limits=GraderLimits(), holds=False, reasons=("it accepts 2 of 5 wrong answers",),
    )  # fmt: skip


def test_what_to_mind_is_told_in_the_order_of_its_weight() -> None:
    info = RunInfo(run_id="run-1", started="t", git=GitState(dirty=True))
    records = [*every_grade(4, cached=True), trial(9, outcome="error"), trial(10)]
    assert told(records, judge("uncalibrated", "nobody has held it against people"), info=info) == [
        "the run is not complete, what is missing may be the hard part",
        "judge j:k (01234567) is uncalibrated: nobody has held it against people",
        "1 of 6 trials ended without a verdict",
        "1 trial is not graded yet",
        FEW,
        ONCE,
        "4 of 6 answers came from a cache and measure no latency",
        "the repository had changes that were not committed",
    ]


def test_a_judge_is_told_with_how_far_it_agrees_with_people() -> None:
    agrees = "agrees with people on 41 of 45 · 91 % [79–96], kappa 0.85"
    assert told(every_grade(4), judge("calibrated", kept=calibration())) == [
        FEW,
        ONCE,
        f"judge j:k (01234567) graded, and is calibrated: {agrees}",
    ]
    poor = calibration(calibrated=False, kappa={})
    assert told(every_grade(4), judge("below limits", "kappa is too low", poor))[0] == (
        "judge j:k (01234567) is below limits: kappa is too low (agrees with people on 41 of 45 · 91 % [79–96])"
    )


def test_graders_over_their_limit_are_named() -> None:
    known = KnownGraders(over_limit=(check("mine"),))
    assert told(every_grade(4), known)[0] == "grader mine is over its limit: it accepts 2 of 5 wrong answers"


def test_what_cannot_be_read_of_judges_is_told_and_stops_nothing() -> None:
    assert told(every_grade(4), KnownGraders(fault="llm-judges/a.json: is no calibration")) == [
        "what is known of judges and graders cannot be read: llm-judges/a.json: is no calibration",
        FEW,
        ONCE,
    ]


def test_with_several_samples_flakiness_is_known() -> None:
    assert ONCE not in told([trial(1, "wrong"), trial(1, "wrong", sample=2)])


def test_another_model_that_answered_is_told() -> None:
    calls = [Call("openai", "small", (), Reply("", served_model=f"small-{day}"), "h") for day in (1, 2)]
    made = [trial(number, "wrong", calls=(one,)) for number, one in enumerate(calls)]
    assert told(made)[0] == "openai:small was answered by several models: small-1 (1 call), small-2 (1 call)"


@pytest.mark.parametrize("hostile", ["j\x1b[2J", "j\nx"])
def test_names_cannot_drive_the_terminal(hostile: str) -> None:
    known = KnownGraders((Trust(JudgeUse(hostile, hostile), None, "uncalibrated", hostile),))
    shown = told(every_grade(4), known)[0]
    assert shown.isprintable()


def test_people_are_told_the_weightiest_and_how_many_more_there_are() -> None:
    known = KnownGraders(over_limit=tuple(check(f"g{number}") for number in range(9)))
    read = reading(every_grade(4), known)
    assert len(list(caveats(read))) == 11
    assert shown_caveats(read)[CAVEATS_SHOWN:] == ["5 more in --json"]


def test_every_form_of_the_summary_has_them() -> None:
    known = KnownGraders(over_limit=(check("my_*grader*"),))
    read = reading(every_grade(4), known)
    lines = [line.text for line in detail_lines(read.run, read.summary, Screen(), known)]
    assert lines[-5:] == [
        "  read with care: grader my_*grader* is over its limit: it accepts 2 of 5 wrong",
        "                  answers",
        f"                  {FEW}",
        "                  not known: how flaky answers are (1 sample of each entry),",
        "                  contamination (not checked)",
    ]
    by_model = {read.summary.model: known}
    assert run_values(read.run, by_model)["models"][0]["caveats"] == list(caveats(read))
    assert r"- grader my\_\*grader\* is over its limit: it accepts 2 of 5 wrong answers" in markdown_lines(
        read.run, by_model
    )


def test_overdue_reviews_are_a_caveat_with_their_number() -> None:
    benchmarks = (
        BenchmarkInfo(name="q.jsonl", entries=36, stale=3),
        BenchmarkInfo(name="fresh.jsonl", entries=9, stale=0),
        BenchmarkInfo(name="undated.jsonl", entries=9),
    )
    info = RunInfo(run_id="r", started="t", complete=True, benchmarks=benchmarks)
    assert [one for one in told(every_grade(4), info=info) if "look" in one] == [
        "nobody had looked at 3 of 36 entries of q for 180 days"
    ]
