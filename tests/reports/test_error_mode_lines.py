"""What a summary and a comparison say of error modes."""

from __future__ import annotations

import json

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.comparison_json import comparison_json
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import run_values
from tests.analysis.comparing.test_mode_changes import with_modes
from tests.analysis.two_runs import run_info, side_of


def run(letters: str = "WWWWC", modes: str = "ooh  ") -> RunFigures:
    found = RunFigures("run-1")
    for one in with_modes(letters, modes):
        found.add(one)
    return found


def test_a_summary_tells_each_mode_with_its_share_of_failures() -> None:
    found = run()
    (summary,) = found.summaries
    lines = [line.text for line in detail_lines(found, summary, Screen())]
    begin = lines.index("  error modes of answers that are not fully correct")
    assert lines[begin + 1 : begin + 4] == [
        "    omission            2 of 4 · 50 % [15–85]",
        "    hallucination       1 of 4 · 25 % [5–70]",
        "    no mode             1 of 4 · 25 % [5–70]",
    ]
    assert "| omission | 2 of 4 · 50 % [15–85] |" in list(markdown_lines(found))
    (values,) = json.loads(json.dumps(run_values(found)))["models"]
    assert values["error_modes"] == {"omission": 2, "hallucination": 1, "no mode": 1}


def test_without_modes_nothing_is_told() -> None:
    found = run("WC", "  ")
    (summary,) = found.summaries
    assert not any("error modes" in line.text for line in detail_lines(found, summary, Screen()))
    assert not any("error mode" in line for line in markdown_lines(found))
    assert run_values(found)["models"][0]["error_modes"] == {}


def test_a_comparison_tells_how_many_more_or_fewer_there_are() -> None:
    base, new = (
        side_of(with_modes(*told), run_info()) for told in (("WWWWCCCC", "oooh    "), ("WWCCCCCC", "o       "))
    )
    found = compare(base, new)
    lines = [line.text for line in comparison_lines(found, Screen())]
    begin = next(at for at, text in enumerate(lines) if text.startswith("  in what way answers are wrong"))
    assert [line.split() for line in lines[begin + 1 : begin + 3]] == [
        ["hallucination", "1", "0", "-1", "1"],
        ["omission", "3", "1", "-2", "1"],
    ]
    modes = comparison_json(found)["figures"]["error_modes"]
    assert [(one["mode"], one["base"], one["new"]) for one in modes] == [
        ("hallucination", 1, 0),
        ("omission", 3, 1),
        ("no mode", 0, 1),
    ]
