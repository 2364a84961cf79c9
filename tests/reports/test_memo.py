from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.grading.grade import FAILURE_LABELS
from pytest_llmeval.reports.memo import REMEDIES, memo
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo
from tests.cli.logs import every_grade, trial


def written(records: Sequence[Record], **fields: Any) -> str:
    run = RunFigures("run-1", **fields)
    for record in records:
        run.add(record)
    (summary,) = run.summaries
    return memo(run, summary)


def test_it_says_where_a_system_stands_and_what_would_help() -> None:
    good = [trial(n, "fully_correct", category="lookup") for n in range(9)]
    poor = [trial(n, "wrong", category="cross_file") for n in range(10, 16)]
    mixed = [trial(20, "fully_correct", category="cross_file"), trial(21, "unsupported", category="lookup")]
    assert written([*good, *poor, *mixed]) == (
        "openai:small (run run-1, repository abcdef01): 10 of 17 answers fully correct "
        "(59 %, 95 % interval 36 to 78 %). "
        "Strongest category: lookup, 9 of 10 (90 %) fully correct; weakest: cross_file, 1 of 7 (14 %). "
        "Most common failure: retrieval_miss, 6 of the 7 others. "
        "What would help most: retrieval that finds the right files: query, index and number of passages; "
        "with all of these right it would be 94 %."
    )


def test_samples_of_an_entry_make_its_interval_no_narrower() -> None:
    told = written([trial(n, "fully_correct", sample=sample) for n in range(9) for sample in (1, 2)])
    assert (
        "18 of 18 answers fully correct (100 %, 95 % interval 70 to 100 %, samples of an entry taken as one)." in told
    )


def test_a_large_category_is_stronger_than_a_lucky_one() -> None:
    told = written(
        [
            *(trial(n, "fully_correct" if n else "wrong", category="large") for n in range(30)),
            trial(31, "fully_correct", category="lucky"),
            *(trial(40 + n, "wrong", category="bad") for n in range(5)),
        ]
    )
    assert "Strongest category: large, 29 of 30" in told
    assert "weakest: bad, 0 of 5" in told


def test_categories_that_are_alike_are_called_so() -> None:
    records = [trial(n, "fully_correct", category=f"c{n % 3}") for n in range(30)]
    assert "All 3 categories are alike (100 %)." in written(records)
    few = trial(40, "wrong", category="few")
    assert "All 3 categories with 5 answers or more are alike (100 %)." in written([*records, few])


def test_a_category_of_few_answers_is_neither_strongest_nor_weakest() -> None:
    large = [trial(n, "fully_correct" if n % 2 else "wrong", category="ab"[n < 10]) for n in range(30)]
    few = [trial(n, "wrong", category="few") for n in range(30, 34)]
    told = written([*large[:29], *few])
    assert "weakest: few" not in told
    assert "weakest: few, 0 of 4" in written([*few, *(trial(n, "fully_correct", category="b") for n in range(4))])


def test_where_few_failures_have_a_label_it_asks_for_more() -> None:
    rest = [trial(n, "wrong", failure_label=None) for n in range(2, 9)]
    assert written([trial(1, "unsupported"), *rest]).endswith(
        "Of the 8 others 1 has a failure label (hallucination 1); label more of them to learn what would help."
    )


def test_where_most_failures_have_a_label_it_says_how_many() -> None:
    told = written([trial(1, "unsupported"), trial(2, "unsupported"), trial(3, "wrong", failure_label=None)])
    assert "Most common failure: hallucination, 2 of the 3 others, of which 2 have a label." in told


def test_labels_of_one_number_are_all_named() -> None:
    told = written([trial(1, "wrong"), trial(2, "unsupported")])
    assert "retrieval_miss, 1 of the 2 others (hallucination as often)." in told


def test_without_labels_it_asks_for_them() -> None:
    told = written([trial(1, "wrong", failure_label=None), trial(2, "fully_correct")])
    assert "The other has no failure label yet; label it to learn what would help." in told


def test_without_failures_there_is_nothing_to_help() -> None:
    told = written([trial(1, "fully_correct"), trial(3, "fully_correct")])
    assert told.endswith("2 of 2 answers fully correct (100 %, 95 % interval 34 to 100 %).")


def test_without_grades_it_is_of_what_passed() -> None:
    told = written([trial(1, outcome="passed"), trial(2, outcome="failed")])
    assert "1 of 2 answers passed" in told


def test_before_any_grade_it_says_so() -> None:
    told = written([trial(1), trial(2)], repo_sha=None)
    assert told == "openai:small (run run-1, repository abcdef01) has no graded answer yet in 2 trials."


def test_what_is_left_out_is_told() -> None:
    records = [*every_grade(4), trial(7, outcome="error", error="x"), trial(8)]
    told = written(records, info=RunInfo(run_id="run-1", started="t"))
    assert "1 more trial ended without a verdict and is in no number." in told
    assert "1 more is not graded yet." in told
    assert told.endswith("The run is not complete.")


def test_categories_that_cannot_be_told_apart_are_not_ranked() -> None:
    records = [trial(n, "wrong" if n % 2 else "fully_correct", category="many" if n < 30 else "few") for n in range(32)]
    assert "Strongest" not in written(records)


def test_a_single_category_is_not_ranked() -> None:
    assert "Strongest" not in written([trial(1, "wrong", category="a")])


@pytest.mark.parametrize("label", FAILURE_LABELS)
def test_every_label_has_a_remedy(label: str) -> None:
    assert len(REMEDIES[label]) > 20
