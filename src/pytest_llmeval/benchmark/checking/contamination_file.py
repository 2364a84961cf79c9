"""The kept check of a benchmark for contamination: in ``NAME.contamination.json`` beside it, where runs look for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.errors import BenchmarkError

Contamination = Literal["clean", "flagged"]
"""What a check found of an entry: its question is not in the corpus, or stands there."""
Checked = Literal["clean", "flagged", "changed"]
"""The same of an entry as it is now; ``changed`` where it is another one than was checked, or new."""
_SUFFIXES = (".gz", ".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".csv", ".tsv")


class CorpusFile(BaseModel):
    """A file that questions were looked for in."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    """As it was named to the check."""
    documents: int = Field(ge=0)
    """Rows of a file of rows, else 1."""
    sha256: str
    """Of its content."""


class FoundAt(BaseModel):
    """Where the question of an entry was found."""

    model_config = ConfigDict(frozen=True, extra="allow")

    document: str
    """The file, of a file of rows with the line."""
    how: str
    """``word for word``, ``runs of words`` or ``as a whole``."""
    alike: float = Field(ge=0, le=1)
    """Share of its runs of words that stand there; as a whole, the Jaccard similarity of the runs."""


class ContaminationCheck(BaseModel):
    """One check of all entries that are run; unknown keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    benchmark: str
    """The file that was checked."""
    checked: str = Field(pattern=r"^\d{4}-\d\d-\d\d(T[0-9:.+Z-]+)?$")
    """When, ISO 8601 in UTC."""
    against: tuple[CorpusFile, ...] = Field(min_length=1)
    thresholds: dict[str, int | float]
    """What counted as found: ``run`` in words, ``contained`` and ``alike`` as shares."""
    entries: dict[str, str]
    """Id to content hash of each entry that was looked for."""
    flagged: dict[str, FoundAt] = Field(default_factory=dict)
    """Those that were found, by id."""

    @model_validator(mode="after")
    def _flagged_are_among_them(self) -> Self:
        for name in self.flagged:
            if name not in self.entries:
                raise ValueError(f"flagged {name!r} is not among the entries")
        return self

    @property
    def day(self) -> str:
        """Return the day of the check."""
        return self.checked[:10]

    def of(self, entry: Entry) -> Checked:
        """Tell what was found of an entry; it is another one once its content has changed."""
        if self.entries.get(entry.id) != entry.hash:
            return "changed"
        return "flagged" if entry.id in self.flagged else "clean"


def contamination_path(benchmark: Path) -> Path:
    """Return where the kept check of a benchmark lies.

    Example:
        >>> contamination_path(Path("evals/questions.v2.jsonl.gz")).as_posix()
        'evals/questions.v2.contamination.json'
    """
    stem = benchmark.name
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix) or stem
    return benchmark.with_name(f"{stem}.contamination.json")


def read_contamination(benchmark: Path) -> ContaminationCheck | None:
    """Read the check that is kept beside a benchmark; None where there is none.

    Raises:
        BenchmarkError: For a file that is none.
    """
    path = contamination_path(benchmark)
    if not path.exists():
        return None
    try:
        return ContaminationCheck.model_validate_json(whole_text(path))
    except TooLong as error:
        fault = str(error)
    except UnicodeDecodeError as error:
        fault = f"is no check for contamination: no UTF-8 ({error.reason} at byte {error.start})"
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"/{step}" for step in first["loc"])
        fault = f"is no check for contamination: {place or 'it'}: {first['msg']}"
    raise BenchmarkError([f"{path}: {fault}; remove it and check again with --keep"])


def contamination_text(check: ContaminationCheck) -> str:
    """Return what the file holds."""
    return json.dumps(check.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
