"""What is told of contamination wherever figures are shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.reports.caveats import Reading, caveats
from pytest_llmeval.reports.lines import in_ascii, width_of
from pytest_llmeval.reports.memo import memo
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import rows, run_values
from pytest_llmeval.reports.terminal import summary_lines
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial
from tests.reports.test_summary_details import figures


def run(clean: str = "", flagged: str = "", unchecked: str = "", model: str = "small") -> list[Record]:
    """Make a trial of each letter: R for a right answer, W for a wrong one."""
    told = [
        *((one, "clean") for one in clean),
        *((one, "flagged") for one in flagged),
        *((one, None) for one in unchecked),
    ]
    return [
        trial(n, "fully_correct" if letter == "R" else "wrong", contamination=state, model=model, category="one")
        for n, (letter, state) in enumerate(told)
    ]


MIXED = run("R" * 20 + "W" * 20, "R" * 9 + "W", "RW")


def shown(records: Sequence[Record], verbosity: int = 0, width: int = 80) -> list[str]:
    found = list(figures(records).summaries)
    return [one.text for one in summary_lines(found, width=width, verbosity=verbosity)]


def test_clean_and_contaminated_answers_are_told_with_their_gap() -> None:
    told = shown(MIXED)
    start = told.index("  contamination: questions that stand in a corpus, beside those that do not")
    assert told[start + 1 : start + 6] == [
        "    clean                    20 of 40 · 50 % [35–65]",
        "    contaminated             9 of 10 · 90 % [60–98]",
        "    not checked              1 of 2 · 50 % [9–91]",
        "    contaminated less clean  +40.0 [6.2, 56.9] points, p 0.031",
        "",
    ]
    assert all(width_of(line) <= 80 for line in told)


@pytest.mark.parametrize("records", [run("RW"), run(unchecked="RW"), run("R", unchecked="W")])
def test_where_nothing_is_contaminated_a_summary_says_nothing_of_it(records: list[Record]) -> None:
    assert not any("contamin" in line for line in shown(records))


def test_quiet_says_nothing_of_it() -> None:
    assert not any("contamin" in line for line in shown(MIXED, verbosity=-1))


def test_models_side_by_side_have_a_row_of_each() -> None:
    told = shown([*MIXED, *run("RRWW", "WW", model="large")])
    start = told.index("contamination: right answers")
    assert [line.rstrip() for line in told[start + 1 : start + 5]] == [
        "  clean                 20 of 40 · 50 % [35–65]      2 of 4 · 50 % [15–85]",
        "  contaminated          9 of 10 · 90 % [60–98]       0 of 2 · 0 % [0–66]",
        "  not checked           1 of 2 · 50 % [9–91]         –",
        "  gap in points         +40 [+6, +57] p 0.031        -50 [-85, +24] p 0.467",
    ]


def test_a_gap_that_cannot_be_told_is_a_dash() -> None:
    assert "    contaminated less clean  –" in shown(run(flagged="RW"))


def test_what_to_mind_says_how_many_and_last_that_nobody_has_checked() -> None:
    def of(records: Sequence[Record]) -> list[str]:
        made = figures(records)
        return list(caveats(Reading(made, next(iter(made.summaries)))))

    assert of(run(unchecked="RW"))[-1].endswith("contamination (not checked)")
    assert not any("contamination" in one for one in of(run("RW")))
    assert of(MIXED)[:2] == [
        "10 of 52 trials are of contaminated entries",
        "2 of 52 trials are of entries not checked for contamination",
    ]


def test_variants_are_no_further_entries() -> None:
    variant = trial(90, "wrong", contamination="flagged", parent_id="q1", perturbation="typos")
    assert shown([*run("RW"), variant]).count("  contamination") == 0


def test_machines_get_every_figure() -> None:
    told = run_values(figures(MIXED))["models"][0]["contamination"]
    assert told["trials"] == {"clean": 40, "flagged": 10, "not_checked": 2}
    assert (told["flagged"]["right"], told["flagged"]["trials"], told["clean"]["share"]["value"]) == (9, 10, 0.5)
    assert (round(told["gap"]["value"], 6), len(told["flagged_entries"])) == (0.4, 10)
    assert round(told["gap"]["p"], 6) == 0.031331
    assert run_values(figures(run("RW")))["models"][0]["contamination"] == {
        "trials": {"clean": 2, "flagged": 0, "not_checked": 0},
        "flagged_entries": [],
        "gap": None,
    }
    assert run_values(figures(run(unchecked="RW")))["models"][0]["contamination"] is None


def test_rows_of_tables_have_each_part_once() -> None:
    def parts(made: list[Record], by: str | None = None) -> list[tuple[str, int]]:
        told = rows(figures(made, slicing=Slicing(by) if by else None))
        return [(one["slice"], one["judged"]) for one in told if one["by"] == "contamination"]

    every = [("clean", 40), ("flagged", 10), ("–", 2)]
    assert (parts(MIXED), parts(MIXED, by="contamination"), parts(run("RW"))) == (every, every, [])


def test_markdown_has_a_table_of_it() -> None:
    told = list(markdown_lines(figures(MIXED)))
    start = told.index("| contamination | right |")
    assert told[start + 2 : start + 6] == [
        "| clean | 20 of 40 · 50 % [35–65] |",
        "| contaminated | 9 of 10 · 90 % [60–98] |",
        "| not checked | 1 of 2 · 50 % [9–91] |",
        "| contaminated less clean | +40.0 [6.2, 56.9] points, p 0.031 |",
    ]


def test_a_memo_tells_how_many_answers_it_touches() -> None:
    made = figures(MIXED)
    assert memo(made, next(iter(made.summaries))).endswith(
        "10 of these answers are to contaminated entries (right of the clean ones: 20 of 40 · 50 % [35–65])."
    )


def test_it_has_plain_signs_too() -> None:
    lines = in_ascii(summary_lines(list(figures(MIXED).summaries)))
    assert all(one.text.isascii() for one in lines)
