"""Samples of plain scripts: lines about one question that no field tells apart, numbered as they come."""

from __future__ import annotations

from pytest_llmeval.runs.record import Record


class PlainSamples:
    """Numbers the lines of one log; fed record by record, it keeps two numbers of each line of a plain script."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._highest: dict[int, int] = {}

    def numbered(self, record: Record) -> Record:
        """Return a record under the next free sample number where a line before it is of the same trial.

        Only of lines without a test item all count; one with a test item comes back as it is.
        """
        if record.nodeid:
            return record
        asked = hash((record.run_id, record.question_id, record.provider, record.model))
        highest = self._highest.get(asked, 0)
        sample = highest + 1 if hash((asked, record.sample)) in self._taken else record.sample
        self._taken.add(hash((asked, sample)))
        self._highest[asked] = max(highest, sample)
        return record if sample == record.sample else record.model_copy(update={"sample": sample})
