"""A sheet for people who grade without this program: a table or a page of answers with room for the grades."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.benchmark.entry import UNCATEGORIZED, Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import ERROR_MODES, FAILURE_LABELS, LEVELS
from pytest_llmeval.grading.judge.anchors import LEVEL_ANCHORS
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.reports.csv_cells import csv_lines
from pytest_llmeval.reports.grading_card import all_votes, votes_told
from pytest_llmeval.runs.asked_entry import asked_entry
from pytest_llmeval.runs.graded_trial import GradedTrial

SHEETS = (".csv", ".jsonl", ".html")
"""Suffixes of the files a sheet can be written to."""
SAVED = "grades.jsonl"
"""What the page saves the grades as; a table is filled in itself."""
_PAGE = "rating_sheet.html"
_DATA = "{{ data }}"
COLUMNS = frozenset(
    "trial question_id category answered_by question gold_answer criteria answer evidence_files grade failure_label "
    "error_mode notes rater model sample scores votes adjudication".split()
)
"""Of a sheet, and of the file of grades that comes back; no dimension can be named like one of them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be graded, a row an answer."""

    rows: tuple[Mapping[str, Any], ...]
    dimensions: tuple[Mapping[str, Any], ...]
    """Of the rubric; none where grades are asked for."""
    needs_notes: bool = False
    """Whether a page takes an answer for graded only with a note, where it is not fully correct."""

    @classmethod
    def of(
        cls,
        trials: Mapping[str, GradedTrial],
        entries: Mapping[str, Entry],
        rubric: Rubric | None,
        *,
        blind: bool,
        needs_notes: bool = False,
        shows_votes: bool = False,
    ) -> Sheet:
        """Set the rows.

        Args:
            trials: By id, in the order to be graded in.
            entries: Of the benchmark, by id; may lack any.
            rubric: Whose numbers are asked for in place of a grade.
            blind: Whether to leave the models out, and who voted.
            needs_notes: Whether what is not fully correct needs a note.
            shows_votes: Whether to show what others said, for one to settle it.

        Raises:
            ConfigurationError: Where a dimension is named like another column.
        """
        dimensions = rubric.dimensions if rubric is not None else ()
        _check_names(one.name for one in dimensions)
        asked = tuple(map(_asked, dimensions))
        room = [one.name for one in dimensions] or ["grade"]
        rows = (
            {
                "trial": name,
                **_shown(one, asked_entry(one.record, entries), blind=blind),
                **({"votes": votes_told(all_votes(one), blind=blind)} if shows_votes else {}),
                **dict.fromkeys([*room, "failure_label", "error_mode", "notes"], ""),
            }
            for name, one in trials.items()
        )
        return cls(tuple(rows), asked, needs_notes)

    def written(self, suffix: str) -> Iterator[bytes]:
        """Yield the file, in pieces.

        Args:
            suffix: One of `SHEETS`.
        """
        made = {".csv": self._csv, ".jsonl": self._jsonl, ".html": self._html}[suffix]
        return (piece.encode("utf-8", "replace") for piece in made())

    def _csv(self) -> Iterator[str]:
        return csv_lines(list(self.rows[0]) if self.rows else ["trial", "grade"], self.rows)

    def _jsonl(self) -> Iterator[str]:
        return (json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)

    def _html(self) -> Iterator[str]:
        told = {
            "rows": self.rows,
            "dimensions": self.dimensions,
            "levels": [{"name": level, "means": LEVEL_ANCHORS[level]} for level in LEVELS],
            "labels": FAILURE_LABELS,
            "modes": ERROR_MODES,
            "saved": SAVED,
            "needs_notes": self.needs_notes,
        }
        # Answers are untrusted: as JSON that cannot close its element, set into the page as text alone.
        data = json.dumps(told).replace("<", "\\u003c")
        page = files("pytest_llmeval.reports").joinpath(_PAGE).read_text(encoding="utf-8")
        yield page.replace(_DATA, data)


def _check_names(names: Iterable[str]) -> None:
    taken = [name for name in names if name in COLUMNS]
    if taken:
        raise ConfigurationError(f"a sheet has a column {taken[0]!r} already; give that dimension another name")


def _asked(dimension: Dimension) -> dict[str, Any]:
    anchors = {str(number): means for number, means in dimension.anchors.items()}
    return {"name": dimension.name, "asks": dimension.asks, "steps": list(dimension.steps), "anchors": anchors}


def _shown(trial: GradedTrial, entry: Entry | None, *, blind: bool) -> dict[str, Any]:
    record = trial.record
    return {
        "question_id": record.question_id,
        "category": "" if record.category == UNCATEGORIZED else record.category,
        **({} if blind else {"answered_by": model_of(record)}),
        "question": record.question,
        "gold_answer": "" if entry is None or entry.gold_answer is None else entry.gold_answer,
        "criteria": "" if entry is None else _lines(entry.criteria),
        "answer": record.answer or "",
        "evidence_files": list(record.evidence_files),
    }


def _lines(criteria: Sequence[object]) -> str:
    return "\n".join(one if isinstance(one, str) else str(one) for one in criteria)
