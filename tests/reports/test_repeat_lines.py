"""Repeated samples by category and tag, in every form of the summary."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.repeat_lines import repeat_lines, repeat_values
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import run_values
from pytest_llmeval.runs.record import Record
from tests.reports.test_repeat_figures import repeats


def summary(records: list[Record]) -> Summary:
    made = Summary("openai:m")
    for one in records:
        made.add(one)
    return made


def sampled(prefix: str, *entries: str, **fields: Any) -> list[Record]:
    """Samples of entries whose ids begin with the prefix, which is their category."""
    return [
        one.model_copy(update={"question_id": f"{prefix}-{one.question_id}", "category": prefix, **fields})
        for one in repeats(*entries)
    ]


def shown(records: list[Record], **screen: Any) -> list[str]:
    return [line.text for line in repeat_lines(summary(records), Screen(**screen))]


TWO = [*sampled("asia", "++++", "+-+-", tags=("hard",)), *sampled("europe", "++++", "++++", "---+")]


def test_each_category_and_tag_has_what_any_and_all_samples_come_to() -> None:
    assert shown(TWO) == [
        "  by category, %              pass@1       pass@4       pass^4    flip rate    n",
        "    asia                  75 [22–95] 100 [34–100]    50 [9–91]    50 [9–91]    2",
        "    europe                75 [27–95] 100 [44–100]   67 [21–94]    11 [2–64]    3",
        "  by tag, %                   pass@1       pass@4       pass^4    flip rate    n",
        "    hard                  75 [22–95] 100 [34–100]    50 [9–91]    50 [9–91]    2",
    ]
    assert shown(TWO, width=60)[:2] == [
        "  by category, %       pass@1       pass@4       pass^4    n",
        "    asia           75 [22–95] 100 [34–100]    50 [9–91]    2",
    ]


def test_a_slice_is_told_for_the_same_k_as_the_whole() -> None:
    found = summary([*sampled("few", "+-"), *sampled("many", "+-+-", "++++")])
    parts = found.repeats_by_slice
    assert {name: list(part.pass_at) for name, part in parts.items()} == {
        ("category", "few"): [1, 2],
        ("category", "many"): [1, 2],
    }
    assert found.repeats is not None
    whole = found.repeats.pass_hat[2].value
    assert whole == pytest.approx(
        sum(part.pass_hat[2].value * part.entries for part in parts.values()) / found.repeats.entries
    )


def test_an_entry_whose_other_samples_broke_counts_in_its_slice() -> None:
    parts = summary([*sampled("one", "+"), *sampled("two", "+-")]).repeats_by_slice
    assert parts["category", "one"].flip_rate is None
    assert shown([*sampled("one", "+"), *sampled("two", "+-")])[:2] == [
        "  by category, %                                        pass@1    flip rate    n",
        "    one                                           100 [21–100]            –    1",
    ]


def test_single_samples_and_a_single_category_have_no_table() -> None:
    assert shown(sampled("asia", "+", "-")) == []
    assert shown(sampled("asia", "++", "-+")) == []


def test_many_slices_are_cut_short_unless_all_are_wanted() -> None:
    many = [one for number in range(23) for one in sampled(f"c{number:02}", "+-")]
    assert shown(many)[-1] == "    … 3 more with -v"
    assert len(shown(many, verbosity=1)) == 24


@pytest.mark.parametrize("width", [60, 80, 100])
def test_lines_fit_the_screen_whatever_slices_are_called(width: int) -> None:
    told = shown([*sampled("x" * 70, "++", "+-"), *sampled("\x1b[2Jy", "++")], width=width)
    assert max(map(width_of, told)) <= width
    assert "\x1b" not in "".join(told)


def test_rows_of_thousands_of_entries_that_are_all_right_keep_their_gaps() -> None:
    lines = shown([*sampled("asia", *["++"] * 1000), *sampled("europe", *["++"] * 1000, *["--"] * 500)])
    assert lines == [
        "  by category, %           pass@1        pass@2        pass^2    flip rate     n",
        "    asia            100 [100–100] 100 [100–100] 100 [100–100]      0 [0–0] 1,000",
        "    europe             67 [64–69]    67 [64–69]    67 [64–69]      0 [0–0] 1,500",
    ]
    assert max(map(width_of, lines)) <= 80


def test_json_and_markdown_have_the_same() -> None:
    run = RunFigures("run-1")
    for record in TWO:
        run.add(record)
    (model,) = run_values(run)["models"]
    values = json.loads(json.dumps(model["repeats_by_slice"]))
    assert [(one["by"], one["slice"], one["entries"]) for one in values] == [
        ("category", "asia", 2), ("category", "europe", 3), ("tag", "hard", 2),
    ]  # fmt: skip
    assert values[0]["pass_hat"]["4"]["value"] == 0.5
    assert repeat_values(summary(sampled("a", "+"))) == []
    told = list(markdown_lines(run))
    at = told.index("| category, % | pass@1 | pass@4 | pass^4 | flip rate | n |")
    assert told[at + 1 : at + 3] == [
        "| --- | --- | --- | --- | --- | --- |",
        "| asia | 75 [22–95] | 100 [34–100] | 50 [9–91] | 50 [9–91] | 2 |",
    ]
