"""Tool calls as notes show them: one on a line, and the first few of many."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_llmeval.models.answer import ToolCall
from pytest_llmeval.models.tools.patterns import shown

SHOWN_FAULTS = 4


def shown_call(call: ToolCall) -> str:
    """Show a call on one line."""
    given = call.raw_arguments if call.raw_arguments is not None else call.arguments
    return f"{call.name}({shown(given) if given else ''})"


def listed(texts: Iterable[str]) -> str:
    """List the first few of them, and say how many more there are."""
    several = list(texts)
    more = f" and {len(several) - SHOWN_FAULTS} more" if len(several) > SHOWN_FAULTS else ""
    return ", ".join(several[:SHOWN_FAULTS]) + more
