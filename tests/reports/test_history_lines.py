"""The table of runs over time, whatever its rates come to."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.history import Point, Series
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.history_lines import history_lines
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen
from tests.cli.logs import trial


def point(right: int, n: int) -> Point:
    made = Point("run", "openai:m", Summary("openai:m"))
    good, bad = (trial(1, grade, timestamp="2026-11-01T04:31:03.000Z") for grade in ("fully_correct", "wrong"))
    for number in range(n):
        made.add((good if number < right else bad).model_copy(update={"question_id": f"q{number}"}))
    return made


def shown(*points: Point, **screen: Any) -> list[str]:
    return [one.text for one in history_lines(Series("openai:m", "", points), Screen(**screen))]


def test_the_table_is_as_wide_as_its_rates_and_the_drawing_takes_the_rest() -> None:
    assert shown(point(9_999, 10_000), point(20, 40))[2:5] == [
        "    #  began             commit    fully correct             0 %          100 %",
        "    1  2026-11-01 04:31  abcdef01  >99 % [100–100] of 10,000                  o",
        "    2  2026-11-01 04:31  abcdef01  50 % [35–65] of 40              [-o--]",
    ]


@pytest.mark.parametrize("width", [76, 80, 120])
def test_rows_stand_below_their_scale_and_keep_to_the_screen(width: int) -> None:
    told = shown(point(9_999, 10_000), point(0, 10_000), width=width)
    assert max(map(width_of, told)) <= width
    assert told[4].index("o", 50) == told[2].index("0 %")
    assert told[3].rindex("o") == len(told[2]) - 1


def test_a_screen_without_room_for_a_drawing_has_none() -> None:
    assert shown(point(9_999, 10_000), width=58)[2:4] == [
        "    #  began             commit    fully correct",
        "    1  2026-11-01 04:31  abcdef01  >99 % [100–100] of 10,000",
    ]
