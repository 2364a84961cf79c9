from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import MOST_REASONS, NO_LABEL, OTHER_REASONS, Summary
from pytest_llmeval.analysis.verdicts import verdict_of
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.runs.record import Record
from tests.runs.samples import any_record, full_record, record

_NUMBERS = count(1)


def graded(grade: str | None, **fields: Any) -> Record:
    """Make a record of an entry of its own."""
    passed = "passed" if grade in ("fully_correct", "partially_correct") else "failed"
    return record(next(_NUMBERS), **{"grade": grade, "grader": "evidence", "outcome": passed, **fields})


def summary_of(records: Iterable[Record]) -> Summary:
    summary = Summary("p:m")
    for one in records:
        summary.add(one)
    return summary


def test_accuracy_is_fully_correct_of_all_that_were_judged() -> None:
    summary = summary_of([graded("fully_correct"), graded("partially_correct"), graded("unsupported"), graded("wrong")])
    assert summary.overall.fully_correct == Proportion(1, 4)
    assert summary.overall.partially_correct == Proportion(1, 4)


@pytest.mark.parametrize("outcome", ["error", "unscored", "skipped"])
def test_what_says_nothing_about_the_model_is_in_no_rate(outcome: str) -> None:
    summary = summary_of([graded("fully_correct"), graded(None, outcome=outcome), graded("wrong", outcome=outcome)])
    assert summary.overall.fully_correct == Proportion(1, 1)
    assert summary.overall.pass_rate == Proportion(0, 0)
    assert summary.failure_labels == {}
    assert summary.outcomes[outcome] == 2


@pytest.mark.parametrize("outcome", ["truncated", "filtered", "unextractable"])
def test_an_answer_without_a_level_counts_as_not_correct_but_not_as_wrong(outcome: str) -> None:
    summary = summary_of([graded("fully_correct"), graded(None, outcome=outcome)])
    assert summary.overall.fully_correct == Proportion(1, 2)
    assert summary.overall.verdicts["wrong"] == 0
    assert summary.overall.verdicts[outcome] == 1  # type: ignore[index]  # the three are verdicts
    assert summary.failure_labels == {NO_LABEL: 1}


@pytest.mark.parametrize(
    ("reason", "verdict"), [("length", "truncated"), ("content_filter", "filtered"), ("stop", None)]
)
def test_a_cut_answer_is_known_by_its_finish_even_where_the_test_passed(reason: str, verdict: str | None) -> None:
    assert verdict_of(graded(None, outcome="passed", finish_reason=reason)) == verdict


def test_plain_asserts_have_a_pass_rate_and_no_accuracy() -> None:
    ends = ["passed", "passed", "failed", "truncated", "error"]
    summary = summary_of(record(number, outcome=end) for number, end in enumerate(ends))
    assert summary.overall.judged == 0
    assert summary.overall.pass_rate == Proportion(2, 4)


def test_graded_and_plain_evals_keep_apart() -> None:
    summary = summary_of([graded("wrong"), record(outcome="passed")])
    assert summary.overall.fully_correct == Proportion(0, 1)
    assert summary.overall.pass_rate == Proportion(1, 1)


def test_a_foreign_log_before_hand_grading_is_pending() -> None:
    summary = summary_of([record(), record(grade="fully_correct")])
    assert (summary.pending, summary.overall.fully_correct) == (1, Proportion(1, 1))


def test_categories_have_their_own_accuracy() -> None:
    summary = summary_of(
        [
            graded("fully_correct", category="a"),
            graded("wrong", category="a"),
            graded("partially_correct", category="b"),
            graded(None, category="never measured", outcome="error"),
        ]
    )
    assert {name: part.fully_correct for name, part in summary.categories.items()} == {
        "a": Proportion(1, 2),
        "b": Proportion(0, 1),
    }


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 4))
def test_identical_samples_tell_no_more_than_one_of_each_entry(grades: list[int], samples: int) -> None:
    def made(times: int) -> Iterator[Record]:
        for number, grade in enumerate(grades):
            for sample in range(1, times + 1):
                fields = {"sample": sample, "category": f"c{number % 2}"}
                yield graded("fully_correct" if grade else "wrong", question_id=f"q{number}", **fields)

    once, often = summary_of(made(1)), summary_of(made(samples))
    assert often.overall.fully_correct.n == samples * len(grades)
    assert often.overall.fully_correct.independent == len(grades)
    assert often.overall.fully_correct.interval == pytest.approx(once.overall.fully_correct.interval)
    assert often.categories["c0"].right.interval == pytest.approx(once.categories["c0"].right.interval)
    if often.repeats is not None:
        assert often.overall.fully_correct.interval == often.repeats.pass_at[1].interval


def test_an_entry_with_many_samples_is_no_more_than_those_are_worth_that_are_alike() -> None:
    rows = [graded("wrong", question_id="often", sample=sample) for sample in range(1, 11)]
    rows += [graded("fully_correct", question_id=f"once-{number}") for number in range(10)]
    share = summary_of(rows).overall.fully_correct
    assert (share.count, share.n, share.independent) == (10, 20, 20 * 20 // (10 * 10 + 10))


def test_an_entry_that_several_evals_ask_is_one_and_two_benchmarks_may_share_an_id() -> None:
    evals = [{"nodeid": f"t.py::test_{name}[q]"} for name in "ab"]
    rows = [graded("wrong", question_id=name, **told) for name in "xyz" for told in evals]
    assert summary_of(rows).overall.fully_correct.independent == 3
    others = [graded("wrong", question_id=name, question="Another one?") for name in "xyz"]
    assert summary_of([*rows[::2], *others]).overall.fully_correct == Proportion(0, 6)


def test_plain_and_graded_samples_together_are_of_all_entries() -> None:
    rows = [graded("wrong", question_id=name, sample=sample) for name in "ab" for sample in (1, 2)]
    rows += [record(question_id=name, outcome="passed", sample=sample) for name in "cd" for sample in (1, 2)]
    whole = summary_of(rows).overall
    assert [one.independent for one in (whole.fully_correct, whole.pass_rate, whole.right)] == [2, 2, 4]


def test_failure_labels_are_of_answers_that_are_not_fully_correct() -> None:
    summary = summary_of(
        [
            graded("fully_correct", failure_label="hallucination"),
            graded("wrong", failure_label="hallucination"),
            graded("wrong"),
        ]
    )
    assert summary.failure_labels == {"hallucination": 1, NO_LABEL: 1}
    assert summary.not_fully_correct == 2


def test_sums_know_what_is_missing() -> None:
    summary = summary_of([graded("wrong", usage=Usage(10, 2), cost_usd=0.5), graded("wrong", usage=Usage(5, None))])
    assert (summary.input_tokens.value, summary.input_tokens.unknown) == (15, 0)
    assert (summary.output_tokens.value, summary.output_tokens.unknown) == (2, 1)
    assert (summary.cost_usd.value, summary.cost_usd.unknown) == (0.5, 1)


def test_a_skipped_trial_that_made_no_call_has_no_unknown_cost() -> None:
    assert summary_of([record(outcome="skipped")]).cost_usd.unknown == 0
    calls = full_record().calls
    assert summary_of([record(outcome="skipped", calls=calls)]).cost_usd.unknown == 1


def test_latency_is_of_answers_that_were_waited_for() -> None:
    summary = summary_of(
        [
            graded("wrong", latency_s=2.0),
            graded("wrong", latency_s=0.0, cached=True),
            graded(None, latency_s=90.0, outcome="error"),
            graded("wrong", latency_s=None),
        ]
    )
    assert (summary.latency_s.n, summary.latency_s.p99, summary.cached) == (1, 2.0, 1)


def test_reasons_are_counted_and_bounded() -> None:
    broken = [record(outcome="error", error=f"reason {number}") for number in range(MOST_REASONS + 30)]
    summary = summary_of([*broken, record(outcome="error", error="reason 0"), record(outcome="unscored")])
    assert summary.reasons["reason 0"] == 2
    assert summary.reasons[OTHER_REASONS] == 31
    assert len(summary.reasons) == MOST_REASONS + 1


def test_a_missing_reason_is_told_as_such() -> None:
    assert summary_of([record(outcome="unscored")]).reasons == {"no reason was given": 1}


def test_the_highest_sample_is_remembered() -> None:
    assert summary_of([record(sample=3), record(sample=1)]).samples == 3


def test_repeats_are_of_trials_that_say_something_by_their_grade_or_else_by_their_outcome() -> None:
    def repeated(*records: Record) -> tuple[float, int]:
        samples = [one.model_copy(update={"question_id": "q", "sample": at}) for at, one in enumerate(records, start=1)]
        found = summary_of(samples).repeats
        assert found is not None
        return found.pass_at[1].value, found.most

    broken = [record(outcome="error"), record(outcome="unscored"), record(outcome="skipped"), record()]
    assert repeated(graded("fully_correct"), *broken, graded("partially_correct")) == (0.5, 2)
    assert repeated(record(outcome="passed"), *broken, record(outcome="truncated")) == (0.5, 2)
    assert repeated(graded("fully_correct", outcome="failed"), graded("wrong", outcome="passed")) == (0.5, 2)


def test_single_samples_are_no_repeats() -> None:
    assert summary_of([graded("wrong"), graded("wrong", question_id="q2")]).repeats is None


def test_streamed_calls_have_times_of_tokens() -> None:
    call = replace(full_record().calls[0], reply=Reply("x", usage=Usage(10, 5), ttft_s=0.3, streamed_s=2.0))
    summary = summary_of([graded("wrong", calls=(call,)), graded("wrong", calls=full_record().calls)])
    assert (summary.first_token_s.n, summary.first_token_s.p50) == (1, 0.3)
    assert (summary.per_token_s.n, summary.per_token_s.p50) == (1, 0.5)


@settings(max_examples=40)
@given(st.lists(any_record(), max_size=12))
def test_every_record_is_counted_in_exactly_one_place(records: list[Record]) -> None:
    summary = summary_of(records)
    apart = sum(summary.outcomes[name] for name in ("error", "unscored", "skipped"))
    assert summary.overall.judged + summary.overall.ungraded + summary.pending + apart == len(records)
    assert sum(part.judged + part.ungraded for part in summary.categories.values()) + summary.pending + apart == len(
        records
    )
    assert summary.failure_labels.total() == summary.not_fully_correct
