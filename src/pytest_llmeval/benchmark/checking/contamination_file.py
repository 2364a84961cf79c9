"""The kept check of a benchmark for contamination: in ``NAME.contamination.json`` beside it, where runs look for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pytest_llmeval.benchmark.checking.beside import check_own, path_beside, read_beside
from pytest_llmeval.benchmark.entry import Entry

Contamination = Literal["clean", "flagged"]
"""What a check found of an entry: its question is not in the corpus, or stands there."""
Checked = Literal["clean", "flagged", "changed"]
"""The same of an entry as it is now; ``changed`` where it is another one than was checked, or new."""


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
    """``word for word``, ``runs of words``, ``as a whole`` or ``by meaning``."""
    alike: float = Field(ge=0, le=1)
    """Share of its runs of words that stand there; as a whole, the Jaccard similarity of the runs; by meaning, a
    cosine."""


class ContaminationCheck(BaseModel):
    """One check of all entries that are run; unknown keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    benchmark: str
    """The file that was checked."""
    checked: str = Field(pattern=r"^\d{4}-\d\d-\d\d(T[0-9:.+Z-]+)?$")
    """When, ISO 8601 in UTC."""
    against: tuple[CorpusFile, ...] = Field(min_length=1)
    thresholds: dict[str, int | float]
    """What counted as found: ``run`` in words, ``contained`` and ``alike`` as shares, ``meaning`` as a cosine."""
    embedder: str | None = None
    """The function that told what questions mean; null where they were looked for by their words alone."""
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
    """Return where the kept check of a benchmark lies."""
    return path_beside(benchmark, "contamination")


def read_contamination(benchmark: Path) -> ContaminationCheck | None:
    """Read the check that is kept beside a benchmark; None where there is none.

    Raises:
        BenchmarkError: For a file that is none, or is that of another benchmark.
    """
    path = contamination_path(benchmark)
    if not path.exists():
        return None
    way_out = "; remove it and check again with --keep"
    check = read_beside(path, ContaminationCheck, "check for contamination", way_out)
    check_own(path, benchmark, check.benchmark)
    return check


def contamination_text(check: ContaminationCheck) -> str:
    """Return what the file holds."""
    return json.dumps(check.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
