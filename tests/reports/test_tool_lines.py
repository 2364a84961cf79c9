"""What a summary says of tools."""

from __future__ import annotations

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.tool_use import ToolUse
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import ToolCall, ToolResult
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines
from pytest_llmeval.reports.summary_values import run_values
from pytest_llmeval.reports.tool_lines import tool_lines
from tests.cli.logs import trial


def run() -> RunFigures:
    found = RunFigures("run-1")
    results = (ToolResult("x"), ToolResult("x", "error"))
    for number in range(4):
        called = tuple(ToolCall("search\x1b[31m", result=result) for result in results[: number % 3])
        detail = f"search\x1b[31m -> {'search' if called else 'none'}"
        score = Score("no_under_call", float(bool(called)), bool(called), detail)
        names = tuple(call.name for call in called)
        found.add(trial(number, "wrong", tools_called=names, tool_calls=called, scores=[score]))
    return found


def test_tools_are_told_with_rates_and_wrong_choices() -> None:
    found = run()
    (summary,) = found.summaries
    lines = [line.text for line in detail_lines(found, summary, Screen())]
    begin = lines.index("  tools")
    assert lines[begin : begin + 6] == [
        "  tools",
        "    trials with calls   2 of 4 · 50 % [15–85] · 0.8 a trial",
        "    failed calls        1 of 3 · 33 % [6–79]",
        "      search            3 calls · failed 1 of 3 · 33 % [6–79]",
        "    right tool chosen   0 of 4 · 0 % [0–49]",
        "                        2 times none where search was expected",
    ]


def test_machines_get_the_same() -> None:
    (model,) = run_values(run())["models"]
    tools = model["tools"]
    assert (tools["calls"], tools["trials_with_calls"]["count"], tools["failed_calls"]["n"]) == (3, 2, 3)
    assert tools["choices"][0]["times"] == 2


def test_where_nothing_was_called_nothing_is_said() -> None:
    assert list(tool_lines(ToolUse(), Screen())) == []


def test_calls_of_unknown_outcome_have_no_failure_rate_and_ungraded_ones_no_choice() -> None:
    found = ToolUse()
    found.add(trial(1, "wrong", tools_called=("search",)))
    assert [line.text.split()[0] for line in tool_lines(found, Screen())] == ["tools", "trials", "search"]
