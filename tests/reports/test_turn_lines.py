"""What a summary says of conversations."""

from __future__ import annotations

import json

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines
from pytest_llmeval.reports.summary_values import run_values
from tests.analysis.test_turn_validity import talk


def run(turns: int = 3) -> RunFigures:
    found = RunFigures("run-1")
    found.add(talk("a", [True] * turns, [True] * (turns - 1) + [False]))
    found.add(talk("b", [True] * turns, [True] * turns))
    return found


def lines(found: RunFigures, screen: Screen | None = None) -> list[str]:
    (summary,) = found.summaries
    return [line.text for line in detail_lines(found, summary, screen or Screen())]


def test_conversations_are_told_by_turn_with_slope_and_first_failing_turn() -> None:
    told = lines(run())
    begin = told.index("  keeps the format by turn, 2 conversations")
    assert told[begin : begin + 6] == [
        "  keeps the format by turn, 2 conversations",
        "    1      100 % [34–100]  n 2",
        "    2      100 % [34–100]  n 2",
        "    3         50 % [9–91]  n 2",
        "    slope  -25.0 [-100.0, +100.0] points a turn",
        "    held   1 of 2 · 50 % [9–91]; first failing turn 3, in the median 3",
    ]
    begin = told.index("  right by turn, 2 conversations")
    assert told[begin + 4 : begin + 6] == [
        "    slope  +0.0 points a turn",
        "    held   2 of 2 · 100 % [34–100]",
    ]


def test_of_very_long_conversations_the_first_turns_are_told_unless_all_are_wanted() -> None:
    assert "    … 10 more turns with -v" in lines(run(40))
    assert any(line.startswith("    40 ") for line in lines(run(40), Screen(verbosity=1)))


def test_one_turn_has_no_slope() -> None:
    assert "    slope  –" in lines(run(1))


def test_json_holds_turns_by_measure() -> None:
    (values,) = json.loads(json.dumps(run_values(run())))["models"]
    assert list(values["turns"]) == ["right", "in form"]
    assert values["turns"]["in form"]["turns"][2]["valid"]["value"] == 0.5
    assert values["turns"]["in form"]["first_failing"] == [3, 3.0]
