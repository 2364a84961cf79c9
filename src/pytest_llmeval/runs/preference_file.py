"""Preferences: what people said of two answers to one question, in a file of their own beside the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.log_names import log_stem
from pytest_llmeval.runs.reading import numbered_lines
from pytest_llmeval.runs.whole_file import replace_whole

SUFFIX = "-side-by-side.jsonl"
Verdict: TypeAlias = Literal["first", "second", "tie", "both_bad"]
"""Which answer is better; ``both_bad`` where neither would do."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Side: TypeAlias = Literal["first", "second"]
_MIRRORED: Mapping[str, str] = MappingProxyType({"first": "second", "second": "first"})


class Preference(BaseModel):
    """One person's choice; which answer is whose is told, for the person chose without knowing it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    question_id: str
    sample: int = 1
    eval: str | None = None
    """Which of several evals that ask the entry; None where one asks it, or the choice was kept before this was."""
    category: str = "uncategorized"
    first: str
    """Whose the first answer is: run and model."""
    second: str
    preferred: Verdict
    left: Side | None = None
    """Which answer was shown on the left; None where the choice came from a file."""
    answers: tuple[str, str]
    """Identify the two answers; a choice says nothing of others."""
    rater: str
    notes: str | None = None
    timestamp: str
    """When, ISO 8601 in UTC."""

    @property
    def mirrored(self) -> Preference:
        """Return the same choice with the two answers named in the other order."""
        told = {
            "first": self.second,
            "second": self.first,
            "answers": self.answers[::-1],
            "preferred": _MIRRORED.get(self.preferred, self.preferred),
            "left": _MIRRORED.get(self.left or "", self.left),
        }
        return self.model_copy(update=told)


def preference_path(first: Path, second: Path) -> Path:
    """Return where the preferences of two logs, or of two models of one log, go.

    Example:
        >>> preference_path(Path("runs/a.jsonl"), Path("runs/a.jsonl")).as_posix()
        'runs/a-side-by-side.jsonl'
        >>> preference_path(Path("runs/a.jsonl"), Path("old/b.jsonl.gz")).name
        'a-vs-b-side-by-side.jsonl'
    """
    stems = [log_stem(path) for path in (first, second)]
    return first.with_name("-vs-".join(dict.fromkeys(stems)) + SUFFIX)


def read_preferences(path: Path) -> list[Preference]:
    """Read all preferences, none where there is no file; a torn last line is passed over.

    Raises:
        RunLogError: Where a line is no preference.
    """
    if not path.exists():
        return []
    found = []
    for number, line, torn in numbered_lines(path):
        try:
            found.append(Preference.model_validate_json(line))
        except ValidationError as error:
            if not torn:
                raise RunLogError(f"{path}:{number}: no preference: {faults_of(error)}; move the file away") from None
    return found


def write_preferences(path: Path, preferences: Iterable[Preference]) -> None:
    """Write all preferences, whole or not at all.

    Raises:
        RunLogError: Where there is no room; what was there is untouched.
    """
    replace_whole(path, (one.model_dump_json().encode() + b"\n" for one in preferences))
