"""Tokens by kind, for the whole and for each slice, in every form of the summary."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.reports import token_figures
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen, model_block
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import rows, run_values
from pytest_llmeval.reports.token_lines import token_lines
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.record_parts import JudgeInfo
from tests.cli.logs import trial

JUDGED = JudgeInfo(model="j:k", hash="h", usage=Usage(500, 50, 400), cost_usd=0.01)


def spent(number: int, usage: Usage, **fields: Any) -> Record:
    return trial(number, "wrong", usage=usage, **fields)


def parts(**records: list[Record]) -> dict[str, Summary]:
    found = {}
    for name, made in records.items():
        found[name] = Summary("openai:m")
        for one in made:
            found[name].add(one)
    return found


def shown(found: dict[str, Summary], **screen: Any) -> list[str]:
    return [line.text for line in token_lines("team", found, Screen(**screen))]


KNOWN = [spent(1, Usage(1200, 300, 800, 200)), spent(2, Usage(1000, 100, 0, 0))]


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(token_figures).failed == 0


def test_each_slice_has_its_tokens_by_kind_and_unknown_is_a_dash() -> None:
    found = parts(one=KNOWN, two=[spent(1, Usage(10, 5)), spent(2, Usage())])
    assert shown(found) == [
        "  tokens by team                          input     cached     output   thinking",
        "    one                                   2,200        800        400        200",
        "    two                                     10+          –         5+          –",
        "    + at least: for some trials it is unknown",
    ]


def test_judges_have_columns_of_their_own_and_estimates_a_sign() -> None:
    judged = [one.model_copy(update={"judge": JUDGED}) for one in KNOWN]
    found = parts(one=judged, two=[spent(1, Usage(10, 5, estimated=True))])
    assert shown(found) == [
        "  tokens            input     cached     output   thinking  judges in judges out",
        "    one             2,200        800        400        200      1,000        100",
        "    two               ~10          –         ~5          –          –          –",
        "    ~ counted by the length of texts in some trials",
    ]


def test_large_sums_stay_apart_and_judges_have_a_table_where_there_is_no_room_beside() -> None:
    many = spent(1, Usage(150_000_000, 150_000_000, 90_000_000, 90_000_000))
    assert shown(parts(one=[many])) == [
        "  tokens by team                         input     cached      output   thinking",
        "    one                            150,000,000 90,000,000 150,000,000 90,000,000",
    ]
    judge = JUDGED.model_copy(update={"usage": Usage(2_000_000_000, 150_000_000, 1, 0)})
    assert shown(parts(one=[many.model_copy(update={"judge": judge})])) == [
        "  tokens by team                         input     cached      output   thinking",
        "    one                            150,000,000 90,000,000 150,000,000 90,000,000",
        "  tokens by team                                           judges in  judges out",
        "    one                                                2,000,000,000 150,000,000",
    ]


def test_without_known_tokens_there_is_no_table() -> None:
    assert shown(parts(one=[spent(1, Usage())])) == []


def test_many_slices_are_cut_short_and_names_fit() -> None:
    found = parts(**{f"\x1b{number}{'t' * 60}": KNOWN for number in range(52)})
    assert shown(found)[-1] == "    … 2 more with -v"
    assert max(map(width_of, shown(found, verbosity=1))) <= 80
    assert "\x1b" not in "".join(shown(found))


def figures(records: list[Record]) -> RunFigures:
    run = RunFigures("run-1", slicing=Slicing("team"))
    for record in records:
        run.add(record)
    return run


WHOLE = [spent(1, Usage(1200, 300, 800, 200), team="a", judge=JUDGED), spent(2, Usage(1000, 100), team="b")]


def test_the_whole_tells_cached_and_thinking_inside_of_what_they_are_a_part() -> None:
    (summary,) = figures(WHOLE).summaries
    told = [line.text for line in model_block(summary, Screen())]
    at = told.index("  tokens              2,200 in (at least 800 cached)")
    assert told[at + 1] == "                      400 out (at least 200 thinking)"
    assert "  cost of judging     $0.0100 · 500 in (400 cached) · 50 out" in told


@pytest.mark.parametrize("usage", [Usage(10, 5), Usage(10, 5, 0, 0)])
def test_no_cached_tokens_are_not_told_in_words(usage: Usage) -> None:
    (summary,) = figures([spent(1, usage, team="a")]).summaries
    assert "  tokens              10 in · 5 out" in [line.text for line in model_block(summary, Screen())]


def test_machines_get_all_kinds_for_the_whole_and_each_slice() -> None:
    (model,) = run_values(figures(WHOLE))["models"]
    assert model["cached_tokens"] == {"value": 800, "at_least": True}
    assert model["judges"]["cached_tokens"] == {"value": 400, "at_least": False}
    assert model["by"]["slices"]["a"]["reasoning_tokens"] == {"value": 200, "at_least": False}
    assert model["by"]["slices"]["b"]["cached_tokens"] == {"value": None, "at_least": True}
    sliced = {
        row["slice"]: (row["cached_tokens"], row["reasoning_tokens"])
        for row in rows(figures(WHOLE))
        if row["by"] != "category"
    }
    assert (sliced["all"], sliced["a"], sliced["b"]) == ((None, None), (800, 200), (None, None))


def test_markdown_has_a_sentence_and_a_table() -> None:
    told = list(markdown_lines(figures(WHOLE)))
    assert (
        "Tokens 2,200 in (at least 800 cached) · 400 out (at least 200 thinking); judges 500 in (400 cached) · 50 out."
        in told
    )
    at = told.index("| team, tokens | input | cached | output | thinking | judges in | judges out |")
    assert told[at + 2 : at + 4] == [
        "| a | 1,200 | 800 | 300 | 200 | 500 | 50 |",
        "| b | 1,000 | – | 100 | – | – | – |",
    ]
