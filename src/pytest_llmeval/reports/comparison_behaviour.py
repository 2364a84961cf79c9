"""The part of a comparison about behaviour: tools, citations, length, and what probes scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_llmeval.analysis.comparing.measured_behaviour import Behaviour
from pytest_llmeval.reports import figures as written
from pytest_llmeval.reports.comparison_table import PLAIN, Row, n_cell, p_value, table_lines
from pytest_llmeval.reports.lines import Line, Segment, line, wrapped
from pytest_llmeval.reports.one_model import Screen

TOOLS_SHOWN = 5
MARK = "~ "
"""Stands before what changed, where there may be no colour."""


def behaviour_lines(found: Sequence[Behaviour], alpha: float, screen: Screen) -> Iterator[Line]:
    """Tell what changed in behaviour, of the tools that were called most one by one."""
    if not found:
        return
    yield line()
    level = f"{100 * (1 - alpha):g} %"
    heading = Row("behaviour", ("base", "new", "change", level, "p", "n"), styles=("light",))
    tools = list(dict.fromkeys(one.tool for one in found if one.tool is not None))
    shown = tools if screen.verbosity > 0 else tools[:TOOLS_SHOWN]
    told_of = [one for one in found if one.tool is None or one.tool in shown]
    yield from table_lines([heading, *(_row(one, alpha) for one in told_of)], screen)
    if len(shown) < len(tools):
        yield line(Segment(f"  … {len(tools) - len(shown)} more tools with --verbose", ("light",)))
    told = [f"{MARK}changed, for better or worse: no part of the verdict"]
    told += ["p corrected by Holm"] if len(found) > 1 else []
    for text in wrapped("  ", told, screen.width):
        yield line(Segment(text, ("light",)))


def _row(one: Behaviour, alpha: float) -> Row:
    changed = one.changed(alpha)
    figure, write = one.figure, _share if one.is_share else _number
    low, high = figure.interval
    cells = (
        write(figure.base, " %"),
        write(figure.new, " %"),
        write(figure.difference, "", signed=True),
        f"[{write(low, '', signed=True)}, {write(high, '', signed=True)}]",
        p_value(figure.corrected_p),
        n_cell(figure.pairs),
    )
    return Row(_label(one), cells, MARK if changed else PLAIN, ("bold",) if changed else (), _indent(one))


def _label(one: Behaviour) -> str:
    if one.of is not None:
        base, new = (written.count(calls) for calls in one.of)
        return f"failed, of {base} and {new}"
    return one.tool or one.figure.name


def _indent(one: Behaviour) -> int:
    return 2 * (one.tool is not None) + 2 * (one.of is not None)


def _share(value: float, unit: str, *, signed: bool = False) -> str:
    return f"{100 * value:{'+' if signed else ''}.1f}{unit}"


def _number(value: float, unit: str, *, signed: bool = False) -> str:  # noqa: ARG001  as `_share` is called
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:{'+' if signed else ''}.{digits}f}"
