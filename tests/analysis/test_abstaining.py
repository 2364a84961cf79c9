"""How often judges abstain, and that what they leave to a person reaches one."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.analysis.abstaining import Abstentions
from pytest_llmeval.analysis.people.grading_queue import grading_queue
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.judge.asking import Vote
from pytest_llmeval.grading.judge.panel import decide
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.verdict import CannotJudge, Verdict
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines
from pytest_llmeval.reports.summary_values import run_values
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

WRONG, ABSTAINS, FAILS = "wrong", "abstains", "fails"


def said(number: int, *by_judge: str, judge_hash: str = "ff") -> Record:
    """A trial that a judge, or a panel, was asked about: as a run writes it."""
    votes = [_vote(f"o:j{n}", one) for n, one in enumerate(by_judge, 1)]
    grade = decide(votes, Rubric(), f"rubric_judge@{judge_hash}")
    abstained = grade.level is None and any(vote.abstained for vote in votes)
    verdicts = [{"hash": judge_hash, "level": grade.level, "abstained": abstained}]
    judge = {"model": ", ".join(vote.judge for vote in votes), "hash": judge_hash, "verdicts": verdicts}
    told: dict[str, Any] = {"judge": judge, "scores": grade.scores, "grading_notes": grade.notes}
    return trial(number, grade.level, outcome=None if grade.level else "unscored", **told)


def _vote(judge: str, told: str) -> Vote:
    if told == WRONG:
        return Vote(judge, Verdict("It is.", "wrong"))
    abstains = told == ABSTAINS
    return Vote(judge, None, str(CannotJudge("Nobody knows.")) if abstains else "no reply", abstained=abstains)


def abstentions(*records: Record) -> Abstentions:
    found = Abstentions()
    for record in records:
        found.add(record)
    return found


def test_the_rate_is_of_verdicts_and_abstentions_and_no_failure_of_the_judge_is_in_it() -> None:
    (one,) = abstentions(said(1, WRONG), said(2, ABSTAINS), said(3, FAILS), said(4, WRONG), trial(5, "wrong")).figures()
    assert (one.model, one.hash, one.rate, one.members) == ("o:j1", "ff", Proportion(1, 3), {})


def test_a_judge_of_a_panel_has_a_rate_of_its_own_whatever_the_panel_comes_to() -> None:
    records = [said(1, WRONG, WRONG, ABSTAINS), said(2, ABSTAINS, WRONG, ABSTAINS), said(3, WRONG, FAILS, WRONG)]
    (panel,) = abstentions(*records).figures()
    assert panel.rate == Proportion(1, 3)  # with two of three it is graded
    assert panel.members == {"o:j1": Proportion(1, 3), "o:j2": Proportion(0, 2), "o:j3": Proportion(2, 3)}


def test_each_judge_of_a_run_is_apart() -> None:
    found = abstentions(said(1, ABSTAINS), said(2, WRONG, judge_hash="aa")).figures()
    assert [(one.hash, one.rate.count, one.rate.n) for one in found] == [("ff", 1, 1), ("aa", 0, 1)]


def run(*records: Record) -> RunFigures:
    found = RunFigures("run-1")
    for record in records:
        found.add(record)
    return found


def lines_of(found: RunFigures) -> list[str]:
    (summary,) = found.summaries
    lines = [line.text.rstrip() for line in detail_lines(found, summary, Screen())]
    title = "  judges abstain, for a person to judge"
    return lines[lines.index(title) : lines.index("", lines.index(title))] if title in lines else []


def test_a_summary_tells_the_rate_with_n_and_interval_and_what_to_do() -> None:
    records = [said(n, WRONG, ABSTAINS if n < 2 else WRONG) for n in range(9)]
    assert lines_of(run(*records, said(9, ABSTAINS, ABSTAINS))) == [
        "  judges abstain, for a person to judge",
        "    o:j1, o:j2         1 of 10 · 10 % [2–40]",
        "      o:j1             1 of 10 · 10 % [2–40]",
        "      o:j2             3 of 10 · 30 % [11–60]",
        "    pytest-llmeval grade RUN --only ungraded",
    ]


def test_a_judge_that_never_abstains_says_so_and_a_run_without_judges_says_nothing() -> None:
    assert lines_of(run(said(1, WRONG))) == [
        "  judges abstain, for a person to judge",
        "    o:j1               0 of 1 · 0 % [0–79]",
    ]
    assert lines_of(run(trial(1, "wrong"))) == []


def test_machines_get_the_same() -> None:
    (model,) = run_values(run(said(1, WRONG, ABSTAINS), said(2, ABSTAINS, ABSTAINS)))["models"]
    (one,) = model["abstentions"]
    assert (one["model"], one["hash"], one["count"], one["n"], one["rate"]) == ("o:j1, o:j2", "ff", 1, 2, 0.5)
    assert one["low"] < 0.5 < one["high"]
    assert (one["members"]["o:j1"]["count"], one["members"]["o:j2"]["count"]) == (1, 2)


def test_what_a_judge_or_a_panel_leaves_to_a_person_is_offered_as_ungraded() -> None:
    records = [said(1, WRONG), said(2, ABSTAINS), said(3, ABSTAINS, FAILS), said(4, WRONG, WRONG, ABSTAINS)]
    trials = [GradedTrial(one, (), b"") for one in records]
    assert grading_queue(trials, rater="ann", only="ungraded").todo == (1, 2)
