"""Traits of a trial: how it went about it, beside whether it was right; small enough for a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.analysis.citation_use import REAL, citations_of
from pytest_llmeval.analysis.error_modes import recorded_mode
from pytest_llmeval.analysis.tool_use import counts_by_tool
from pytest_llmeval.grading.grade import ErrorMode
from pytest_llmeval.runs.record import Record

_KEPT = frozenset({REAL, *(rule.score for rule in RULES)})


class ToolTally(NamedTuple):
    """The calls of one tool in one trial."""

    tool: str
    calls: int
    known: int
    """Those whose result is in the log."""
    failed: int


class Traits(NamedTuple):
    """What a comparison of behaviour needs of a trial; a dataclass would take longer to make."""

    tools: tuple[ToolTally, ...] = ()
    words: int = 0
    """Of the answer, as white space parts them."""
    citations: int | None = None
    """None where nobody counted them."""
    scores: tuple[tuple[str, float], ...] = ()
    """Those that tell of behaviour, by name; the ones without a value left out."""
    error_mode: ErrorMode | None = None
    """In what way it is wrong, as far as its own record tells."""
    requests: tuple[int, ...] = ()
    """Hashes of what the model under test was sent, as numbers of this process: they take the least memory."""

    def score(self, name: str) -> float | None:
        """Return a score; None where it does not apply."""
        for one, value in self.scores:
            if one == name:
                return value
        return None

    def of_tool(self, tool: str | None) -> Iterator[ToolTally]:
        """Yield what is known of one tool, or of all."""
        return (one for one in self.tools if tool in (None, one.tool))

    def calls(self, tool: str | None = None) -> int:
        """Return how often a tool was called, or all tools."""
        return sum(one.calls for one in self.of_tool(tool))


def traits_of(record: Record) -> Traits:
    """Take the traits from a record."""
    counts = counts_by_tool(record)
    return Traits(
        tuple([ToolTally(name, one.calls, one.known, one.failed) for name, one in counts.items()]),
        len((record.answer or "").split()),
        citations_of(record),
        tuple([(one.name, one.value) for one in record.scores if one.name in _KEPT and one.value is not None]),
        recorded_mode(record),
        _requests(record),
    )


def _requests(record: Record) -> tuple[int, ...]:
    hashes = tuple([hash(call.request_hash) for call in record.calls if call.role == "model"])
    # A log without its calls still has the hash of all.
    return hashes or ((hash(record.request_hash),) if record.request_hash else ())
