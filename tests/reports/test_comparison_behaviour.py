from __future__ import annotations

from typing import Any

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.models.answer import ToolCall, ToolResult
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.comparison_json import comparison_json
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, side_of


def called(*names: str, failed: str = "") -> dict[str, Any]:
    results = (ToolResult("x", "error" if name == failed else "ok") for name in names)
    made = tuple(ToolCall(name, result=result) for name, result in zip(names, results, strict=True))
    return {"tool_calls": made, "tools_called": names}


def run(*trials: dict[str, Any]) -> list[Record]:
    return [one for n, fields in enumerate(trials) for one in records(" " * n + "C", **fields)]


def shown(base: list[Record], new: list[Record], **screen: Any) -> list[str]:
    lines = [line.text for line in comparison_lines(compare(side_of(base), side_of(new)), Screen(**screen))]
    begin = next(at for at, text in enumerate(lines) if text.startswith("  behaviour"))
    return lines[begin : lines.index("", begin)]


def test_what_changed_is_marked_and_each_tool_has_its_rows() -> None:
    base = run(*[called("search", "read")] * 10)
    new = run(*[called("search", "read", "search", failed="search")] * 9, called("read"))
    assert shown(base, new) == [
        "  behaviour                    base     new change  95 %                 p     n",
        "  trials with tool calls    100.0 % 100.0 %   +0.0  [-27.8, +27.8]       1    10",
        "  tool calls a trial           2.00    2.80  +0.80  [+0.40, +1.00]   0.107    10",
        "~   failed, of 20 and 28      0.0 %  64.3 %  +64.3  [+39.8, +79.3]   0.014    10",
        "    search                     1.00    1.80  +0.80  [+0.40, +1.00]   0.107    10",
        "~     failed, of 10 and 18    0.0 % 100.0 % +100.0  [+67.1, +100.0]  0.014    10",
        "    read                       1.00    1.00  +0.00  [+0.00, +0.00]       1    10",
        "      failed, of 10 and 10    0.0 %   0.0 %   +0.0  [-27.8, +27.8]       1    10",
        "  ~ changed, for better or worse: no part of the verdict · p corrected by Holm",
    ]


def test_a_single_tool_is_told_once() -> None:
    told = shown(run(*[called("search")] * 10), run(*[called("search")] * 10))
    assert [text[2:24].strip() for text in told[1:-1]] == [
        "trials with tool calls",
        "tool calls a trial",
        "failed, of 10 and 10",
    ]


def test_only_the_tools_called_most_are_told_unless_asked_for() -> None:
    many = run(*[called(*[f"t{n}" for n in range(8)])] * 8)
    assert "  … 3 more tools with --verbose" in shown(many, many)
    assert any("t7" in text for text in shown(many, many, verbosity=1))


def test_the_name_of_a_tool_is_untrusted() -> None:
    both = run(*[called("se\x1b[31march", "b")] * 8)
    told = shown(both, both)
    assert any("search" in text for text in told)
    assert not any("\x1b" in text for text in told)


def test_json_tells_every_figure_with_what_it_is_of() -> None:
    told = comparison_json(
        compare(side_of(run(*[called("a", "b")] * 9)), side_of(run(*[called("a", "b", failed="a")] * 9)))
    )
    failed = [one for one in told["figures"]["behaviour"] if one["name"] == "failed calls"]
    assert [(one["tool"], one["of"], one["new"], one["changed"], one["unit"]) for one in failed] == [
        (None, [18, 18], 0.5, True, "share"),
        ("a", [9, 9], 1.0, True, "share"),
        ("b", [9, 9], 0.0, False, "share"),
    ]
    assert failed[0]["p"] < failed[0]["corrected_p"] < 0.05
