"""A trial with the votes on it, as a line of a log holds it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.hand_grading import BEFORE, VOTES, Vote, graded_line, votes_of
from pytest_llmeval.runs.line import LineFault, NewerSchema, read_line
from pytest_llmeval.runs.reading import Fault, last_tries, torn_text
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.replaced import Replaced


@dataclass(frozen=True, slots=True)
class GradedTrial:
    """A trial with the votes on it."""

    record: Record
    """As it was before any vote; without its calls, which take the most room and which nobody grades."""
    votes: tuple[Vote, ...]
    line: bytes
    """As it stands in the log."""

    def with_votes(self, votes: tuple[Vote, ...]) -> GradedTrial:
        """Return the trial with other votes."""
        return replace(self, votes=votes, line=_as_line(graded_line(_as_json(self.line), votes)))


def read_trials(
    path: Path,
    *,
    on_torn: Callable[[Fault], None] | None = None,
    on_replaced: Callable[[Replaced], None] | None = None,
) -> Iterator[GradedTrial]:
    """Read a log, graded by hand or not, with its lines as they stand; a torn last line is passed over.

    Args:
        path: The log.
        on_torn: Is told of such a line.
        on_replaced: Is told where tries do not count.

    Raises:
        RunLogError: Where it cannot be read, or holds no record.
    """
    found = False
    for number, line, torn in last_tries(path, on_replaced):
        try:
            trial = _trial(line)
        except LineFault as error:
            if torn and not isinstance(error, NewerSchema):
                if on_torn is not None:
                    on_torn(Fault(path, number, torn_text(error), torn))
                break
            way_out = "" if isinstance(error, NewerSchema) else "; mend or remove the line"
            raise RunLogError(f"{path}:{number}: {error}{way_out}") from None
        found = True
        yield trial
    if not found:
        raise RunLogError(f"{path}: holds no record; a run log has a record on each line")


def _trial(line: bytes) -> GradedTrial:
    record = _without_calls(read_line(line))
    whole = line if line.endswith(b"\n") else line + b"\n"
    if VOTES not in (record.model_extra or {}):
        return GradedTrial(record, (), whole)
    votes = votes_of(record)
    told = _as_json(line)
    if not isinstance(told.get(BEFORE, {}), dict):
        raise LineFault(f"{BEFORE}: not a JSON object")
    return GradedTrial(_without_calls(read_line(_as_line(graded_line(told, ())))), votes, whole)


def _without_calls(record: Record) -> Record:
    return record.model_copy(update={"calls": ()})


def _as_json(line: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(line, parse_constant=lambda _name: None)
    return told


def _as_line(told: dict[str, Any]) -> bytes:
    # Half a surrogate pair, which other programs let pass, has no bytes.
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
