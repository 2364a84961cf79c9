"""A matrix of slices on a screen."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.coverage import Matrix, matrix_of
from pytest_llmeval.reports.lines import in_ascii, width_of
from pytest_llmeval.reports.matrix_lines import matrix_lines, matrix_values
from pytest_llmeval.reports.one_model import Screen
from tests.benchmark.checking.test_coverage import ROWS, entries


def shown(matrix: Matrix, least: int = 2, **screen: Any) -> list[str]:
    lines = list(matrix_lines(matrix, least, Screen(**screen)))
    return [one.text for one in (in_ascii(lines) if screen.get("ascii_only") else lines)]


def wide(count: int) -> Matrix:
    rows = [{"category": f"c{n % 3}", "tags": [f"tag-{n}", f"tag-{n + 1}"]} for n in range(count)]
    return matrix_of(entries(*rows), "category", "tag")


def test_counts_stand_with_totals_and_thin_ones_are_marked() -> None:
    assert shown(matrix_of(entries(*ROWS, {"category": "asia"}), "category", "difficulty")) == [
        "category × difficulty  5 entries",
        "            easy   hard   none    all",
        "  asia         2      0!     1!     3",
        "  europe       1!     1!     0!     2",
        "  all          3      1      1      5",
        "  ! fewer than 2 entries",
    ]


def test_where_nothing_is_thin_no_mark_is_explained() -> None:
    assert "!" not in "".join(shown(matrix_of(entries(*ROWS), "status", "category"), least=0))


def test_columns_that_do_not_fit_are_one_in_which_an_entry_counts_once() -> None:
    lines = shown(wide(30))
    assert lines[1].endswith("24 more   all")
    assert lines[-2].split()[-2:] == ["25", "30"]
    assert max(map(width_of, lines)) <= 80


def test_all_columns_follow_in_tables_of_their_own_on_demand() -> None:
    lines = shown(wide(30), verbosity=1)
    assert sum(f"tag-{n} " in f"{line} " for n in range(31) for line in lines) == 31
    assert sum(line.startswith("  all") for line in lines) == 4
    assert "more" not in "".join(lines)


def test_many_rows_are_counted_and_all_shown_on_demand() -> None:
    matrix = matrix_of(entries(*({"category": f"c{n}"} for n in range(50))), "category", "status")
    assert "  and 10 more rows; see all with -v" in shown(matrix)
    assert sum(line.startswith("  c") for line in shown(matrix, verbosity=1)) == 50


@pytest.mark.parametrize("verbosity", [0, 1])
@pytest.mark.parametrize("width", [76, 80, 120])
@pytest.mark.parametrize("name", ["x" * 90, "日本語" * 30, "\x1b[31mred"])
def test_no_line_is_wider_than_the_screen_or_acts_on_it(name: str, width: int, verbosity: int) -> None:
    rows = [{"category": f"{name}{n}", "owner": f"{n}{name}"} for n in range(12)]
    lines = shown(matrix_of(entries(*rows), "category", "owner"), width=width, verbosity=verbosity)
    assert max(map(width_of, lines)) <= width
    assert "\x1b" not in "".join(lines)


def test_ascii_is_enough() -> None:
    assert shown(wide(30), ascii_only=True)[0] == "category x tag  30 entries"


def test_machines_get_every_cell_the_empty_ones_too() -> None:
    told = matrix_values(matrix_of(entries(*ROWS, {"category": "asia"}), "category", "difficulty"))
    assert (told["fields"], told["entries"]) == (["category", "difficulty"], 5)
    assert told["columns"][-1] == {"value": None, "entries": 1}
    assert {"row": "asia", "column": "hard", "entries": 0} in told["cells"]
    assert len(told["cells"]) == 6
