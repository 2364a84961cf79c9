"""A grader that tells a retrieval miss from a reader miss: was the evidence not found, or not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import ClassVar

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.combining import Composite
from pytest_llmeval.grading.grade import FailureLabel, Grade, Kind, Score
from pytest_llmeval.grading.grader import Grader, grader_id
from pytest_llmeval.grading.retrieval.retrieval import Retrieval

_OF_RETRIEVAL = frozenset({"retrieval_miss", "missing_evidence"})


@dataclass(frozen=True, slots=True)
class RetrieveThenRead(Composite):
    """The grade of the reader, with the failure laid at the right door.

    ===========================  ========================================================  =============
    not fully correct, and       failure label                                             score reader
    ===========================  ========================================================  =============
    evidence was not retrieved   ``retrieval_miss``, or ``missing_evidence`` of nothing    none
    evidence was all retrieved   the reader's own, else ``reasoning_error``                0
    ===========================  ========================================================  =============

    The score ``reader`` exists only where all needed evidence was retrieved, so its mean is how often the answer is
    right given the evidence. An answer that is right without the evidence keeps its grade, and the notes say so.

    Args:
        reader: Grades the answer.
        retrieval: Grades what was retrieved.
    """

    name: ClassVar[str] = "retrieve_then_read"

    reader: Grader
    _: KW_ONLY
    retrieval: Retrieval = field(default_factory=Retrieval)

    def __post_init__(self) -> None:
        if not callable(self.reader) or not isinstance(self.retrieval, Retrieval):
            raise ConfigurationError(
                "graders.retrieve_then_read() needs a grader of the answer, and retrieval=graders.retrieval(...)"
            )

    def parts(self) -> tuple[Grader, ...]:
        """Return the reader, then the retrieval."""
        return (self.reader, self.retrieval)

    @property
    def id(self) -> str:
        """Return the name with the ids of the parts; the default retrieval is left out."""
        shown = [grader_id(self.reader)] + ([] if self.retrieval == Retrieval() else [self.retrieval.id])
        return f"{self.name}({', '.join(shown)})"

    def combined(self, grades: Sequence[Grade]) -> Grade:
        """Take the reader's grade, and say where it failed."""
        read, found = grades
        was_found = found.level == "fully_correct"
        right = read.level == "fully_correct"
        scores = (
            *read.scores,
            *found.scores,
            *([self._reader(read)] if was_found and read.state != "unscored" else []),
        )
        whole = replace(read, scores=scores, grader=self.id)
        if right:
            return whole if was_found else replace(whole, notes=f"right without the evidence; {found.notes}")
        if read.level is None:
            return whole
        told = "reader miss: the evidence was there" if was_found else f"retrieval miss: {found.notes}"
        notes = f"{told}; {read.notes}" if read.notes else told
        return replace(whole, failure_label=_label(read, found, was_found=was_found), notes=notes)

    def _reader(self, read: Grade) -> Score:
        right = read.level == "fully_correct"
        kinds: list[Kind] = [score.kind for score in read.scores if score.kind != "verifiable"]
        told = "" if right else "the evidence was there"
        return Score("reader", float(right), right, told, kinds[0] if kinds else "verifiable", self.id)


def _label(read: Grade, found: Grade, *, was_found: bool) -> FailureLabel | None:
    if not was_found:
        return found.failure_label or "retrieval_miss"
    return read.failure_label if read.failure_label and read.failure_label not in _OF_RETRIEVAL else "reasoning_error"


retrieve_then_read = RetrieveThenRead
