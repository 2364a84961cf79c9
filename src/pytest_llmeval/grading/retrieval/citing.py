"""A grader of citations: do they exist, were they retrieved, are they the expected ones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.context import context_of
from pytest_llmeval.grading.evidence import clean_path, same_file
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level, Score
from pytest_llmeval.grading.retrieval.claims import claims_in
from pytest_llmeval.grading.retrieval.repository import find_file, line_count
from pytest_llmeval.grading.rule_grader import RuleGrader, check_share, texts_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import Citation, citations_in

MOST_CITATIONS = 1000
"""Of one answer; further ones are not looked up."""
Fabricated = Literal["wrong", "partially_correct", "ignore"]
"""What an answer with a fabricated citation is at best."""


REAL = "citations_real"
"""The score for the share of citations that are not made up."""


@dataclass(frozen=True, slots=True)
class Citations(RuleGrader):
    """What the answer cites exists, was retrieved, and is what a right answer rests on.

    ===========================================  =================  ================
    the citations                                grade              failure label
    ===========================================  =================  ================
    none                                         unsupported        missing_evidence
    one is fabricated                            wrong              hallucination
    none is of an expected file                  unsupported        retrieval_miss
    an expected file is not cited                partially correct  retrieval_miss
    fewer than ``min_precision`` are expected    partially correct
    otherwise                                    fully correct
    ===========================================  =================  ================

    A citation is fabricated where its file is not in the repository, where the file has fewer lines, and, for an answer
    whose files were retrieved (``retrieval_method``), where it was neither retrieved nor given with the question.

    Scores: ``citations_real`` (share that is not fabricated), ``cites`` (1 where there is any), ``cited_claims``
    (share of the claims that bear one, by rule of thumb), and for entries with expected files ``citation_precision``
    and ``citation_recall``.

    Args:
        root: The repository; by default the folders of the benchmark and of pytest, outside a run the working folder.
        files: The expected files; by default the entry's ``expected_files``, if any.
        marks: A regular expression whose first group is the id of a source, for answers that cite such as ``[2]``: a
            number counts the ``evidence_files`` from 1, anything else must be one of them.
        fabricated: What an answer with a fabricated citation is at best; ``ignore`` keeps to the score.
        min_precision: The least share of the cited files that must be expected ones.
    """

    name: ClassVar[str] = "citations"
    runs_inline: ClassVar[bool] = False
    """It reads files."""

    _: KW_ONLY
    root: str | os.PathLike[str] | None = None
    files: Sequence[str] = ()
    marks: str | None = None
    fabricated: Fabricated = "wrong"
    min_precision: float = 0.0

    def __post_init__(self) -> None:
        check_share(self.name, min_precision=self.min_precision)
        if self.fabricated not in ("wrong", "partially_correct", "ignore"):
            raise ConfigurationError(
                f"graders.citations(fabricated={self.fabricated!r}): must be wrong, partially_correct or ignore"
            )
        try:
            groups = re.compile(self.marks).groups if self.marks is not None else 1
        except re.error as error:
            raise ConfigurationError(f"graders.citations(marks={self.marks!r}): is no pattern: {error}") from None
        if not groups:
            raise ConfigurationError(f"graders.citations(marks={self.marks!r}): needs a group around the source's id")

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look every citation up."""
        cited = self._cited(answer)
        faults = self._faults(cited, entry, answer)
        expected = [clean_path(file) for file in texts_of(self.files or entry.expected_files)]
        scores = [*self._shares(cited, faults, answer), *self._against(cited, expected)]
        level, label, notes = self._verdict(cited, faults, {score.name: score for score in scores})
        return self.graded(level, *scores, label=label, notes=notes)

    def _cited(self, answer: Answer) -> tuple[Citation, ...]:
        if self.marks is None:
            return citations_in(answer.text)[:MOST_CITATIONS]
        found = (match.group(1) for match in re.finditer(self.marks, answer.text))
        return tuple(dict.fromkeys(Citation(_source(one.strip(), answer)) for one in found if one and one.strip()))[
            :MOST_CITATIONS
        ]

    def _faults(self, cited: Sequence[Citation], entry: Entry, answer: Answer) -> dict[Citation, str]:
        given = [clean_path(path) for path in (*answer.evidence_files, *entry.context_files)]
        checked = bool(self.marks or answer.retrieval_method)  # other tasks' evidence is but what the text cites
        context = context_of(answer)
        roots = (self.root,) if self.root is not None else (context.roots if context else ()) or (".",)
        faults = {one: self._fault(one, given if checked else None, roots) for one in cited}
        return {one: fault for one, fault in faults.items() if fault}

    def _fault(
        self, cited: Citation, given: Sequence[str] | None, roots: Sequence[str | os.PathLike[str]]
    ) -> str | None:
        if given is not None and not any(same_file(cited.path, path, may_be_short=True) for path in given):
            return f"{cited} was never retrieved"
        if self.marks is not None:
            return None
        file = find_file(cited.path, roots)
        if file is None:
            return None if given is not None else f"{cited} does not exist"  # what was retrieved need be no file
        lines, last = line_count(file) if cited.last_line is not None else None, cited.last_line or 0
        if lines is not None and (last > lines or cited.first_line == 0):
            return f"{cited} does not exist, the file has {lines} line{'' if lines == 1 else 's'}"
        return None

    def _shares(self, cited: Sequence[Citation], faults: dict[Citation, str], answer: Answer) -> Iterator[Score]:
        real = 1 - len(faults) / len(cited) if cited else None
        told = "; ".join(faults.values())
        yield Score(REAL, real, not faults if cited else None, told or f"{len(cited)} cited")
        yield Score("cites", float(bool(cited)), None, f"{len(cited)} cited")
        claims = claims_in(answer.text)
        if claims:
            bearing = sum(bool(self._cited(Answer(claim, answer.evidence_files))) for claim in claims)
            yield Score(
                "cited_claims", bearing / len(claims), None, f"{bearing} of {len(claims)} claims", kind="heuristic"
            )

    def _against(self, cited: Sequence[Citation], expected: Sequence[str]) -> Iterator[Score]:
        if not expected:
            return
        paths = dict.fromkeys(one.path for one in cited)
        right = [path for path in paths if any(same_file(path, file, may_be_short=True) for file in expected)]
        if paths:
            share = len(right) / len(paths)
            others = ", ".join(path for path in paths if path not in right)
            enough = share >= self.min_precision
            yield Score("citation_precision", share, enough, f"not expected: {others}" if others else "")
        lacking = [file for file in expected if not any(same_file(path, file, may_be_short=True) for path in paths)]
        told = f"not cited: {', '.join(lacking)}" if lacking else ""
        yield Score("citation_recall", 1 - len(lacking) / len(expected), not lacking, told)

    def _verdict(
        self, cited: Sequence[Citation], faults: dict[Citation, str], scores: dict[str, Score]
    ) -> tuple[Level, FailureLabel | None, str]:
        if not cited:
            return "unsupported", "missing_evidence", "nothing is cited"
        fabricated = f"fabricated: {'; '.join(faults.values())}" if faults and self.fabricated != "ignore" else ""
        if fabricated and self.fabricated == "wrong":
            return "wrong", "hallucination", fabricated
        recall, precision = scores.get("citation_recall"), scores.get("citation_precision")
        if recall is not None and not recall.value:
            return "unsupported", "retrieval_miss", recall.detail
        if fabricated:
            return "partially_correct", "hallucination", fabricated
        if recall is not None and not recall.passed:
            return "partially_correct", "retrieval_miss", recall.detail
        if precision is not None and not precision.passed:
            return "partially_correct", None, precision.detail
        return "fully_correct", None, ""


def _source(mark: str, answer: Answer) -> str:
    """Return the source a mark stands for; a number that counts none stays as it is, and is none of them."""
    if mark.isdecimal() and 1 <= int(mark[:9]) <= len(answer.evidence_files):
        return clean_path(answer.evidence_files[int(mark[:9]) - 1])
    return clean_path(mark)


citations = Citations
