"""A case: an answer whose right grade is known, and the files they are kept in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.faults import path_fault
from pytest_llmeval.benchmark.formats import read_rows
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.benchmark.rows import Row, kind_of
from pytest_llmeval.benchmark.spellings import SPELLINGS
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.grading.grade import FailureLabel, Level, State
from pytest_llmeval.models.answer import Answer

Expected = Literal["accept", "reject", "error"] | Level | State
SHIPPED = Path(__file__).parents[1] / "cases"
"""Where the cases of our own graders are."""
EXPECTED = ("accept", "reject", *get_args(Level), *(state for state in get_args(State) if state != "graded"), "error")
_YES_OR_NO = {"true": "accept", "false": "reject"}
_ANSWER = TypeAdapter(Answer)
_ANSWER_FIELDS = frozenset(
    {"text", "evidence_files", "tool_calls", "retrieval_method", "finish_reason", "messages", "calls", "metadata"}
)


class Case(BaseModel):
    """One line of a file of cases."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grader: str = ""
    """What is checked, see `named_grader`; may be given once for all."""
    answer: str | dict[str, Any] = Field(validation_alias=AliasChoices("answer", "output"))
    """The text, or an object with ``text`` and other fields of an answer."""
    expected: str = Field(validation_alias=AliasChoices("expected", "should_pass"))
    """``accept`` or ``reject``; or the very level, state, or ``error``."""
    label: FailureLabel | Literal["none"] | None = None
    """The failure label it must have; ``none`` for none, null for any."""
    entry: dict[str, Any] = Field(default_factory=dict)
    """The entry, as a benchmark writes it; id and question may be left out."""
    files: dict[str, str] = Field(default_factory=dict)
    """The repository the case stands in: path to text."""
    judge: Any = None
    """What judges reply: a text or an object, or for a panel a list; ``{key}`` stands for the prompt's key."""
    edge: bool = False
    """Whether it is a close call, where graders go wrong."""
    why: str = ""
    """What the case is about."""
    id: str = ""
    """By default file and line."""

    @field_validator("expected", mode="before")
    @classmethod
    def _known_verdict(cls, value: Any) -> Any:
        value = _YES_OR_NO.get(str(value).lower(), value)
        if value not in EXPECTED:
            raise ValueError(f"must be one of {', '.join(EXPECTED)}")
        return value

    @field_validator("answer", mode="before")
    @classmethod
    def _text_or_known_fields(cls, value: Any) -> Any:
        if not isinstance(value, str | dict):
            raise ValueError(f"must be text or an object, got {kind_of(value)}")
        unknown = sorted(set(value) - _ANSWER_FIELDS) if isinstance(value, dict) else []
        if unknown:
            raise ValueError(f"an answer has no {unknown[0]!r}, but {', '.join(sorted(_ANSWER_FIELDS))}")
        try:
            _ANSWER.validate_python({"text": "", **(value if isinstance(value, dict) else {})})
        except ValidationError as error:
            one = error.errors()[0]
            raise ValueError(f"{one['loc'][0]}: {one['msg']}") from None
        return value

    @field_validator("files")
    @classmethod
    def _stay_inside(cls, value: dict[str, str]) -> dict[str, str]:
        for path in value:
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not path:
                raise ValueError(f"{path!r} must be a path within the case's folder")
        return value

    @field_validator("entry")
    @classmethod
    def _sound_entry(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            benchmark_from_entries([_whole(value, "case")])
        except BenchmarkError as error:
            raise ValueError(error.faults[0].partition(": ")[2] or error.faults[0]) from None
        return value

    def as_answer(self) -> Answer:
        """Return the answer."""
        return (
            _ANSWER.validate_python({"text": "", **self.answer})
            if isinstance(self.answer, dict)
            else Answer(self.answer)
        )

    def as_entry(self) -> Entry:
        """Return the entry."""
        return benchmark_from_entries([_whole(self.entry, self.id or "case")]).entries[0]

    def replies(self) -> list[str]:
        """Return what each judge replies."""
        several = self.judge if isinstance(self.judge, list) else [] if self.judge is None else [self.judge]
        return [one if isinstance(one, str) else json.dumps(one) for one in several]


def _whole(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Add the id and the question, which a case does not need."""
    asks = {"question", "messages", *SPELLINGS["question"]} & entry.keys()
    return {"id": name, **({} if asks else {"question": "?"}), **entry}


def read_cases(path: Path, grader: str = "") -> list[Case]:
    """Read a file of cases, in any format of benchmarks that can hold objects.

    Args:
        path: The file.
        grader: What is checked by lines that do not say.

    Raises:
        BenchmarkError: With every fault of the file.
    """
    faults: list[str] = []
    cases: list[Case] = []
    if fault := path_fault(path):
        raise BenchmarkError([f"{path}: {fault}"])
    for row in read_rows(path):
        where = f"{path}:{row.line}" if row.line is not None else str(path)
        if not isinstance(row, Row):
            faults.append(f"{where}: {row.text}")
            continue
        try:
            given = {name: value for name, value in row.values.items() if value is not None}  # empty cells
            case = Case.model_validate({"grader": grader, **given, "id": str(given.get("id") or where)})
        except ValidationError as error:
            faults += [f"{where}: {told}" for told in _told(error)]
            continue
        cases.append(case)
        if not case.grader:
            faults.append(f"{where}: names no grader; add it to the line, or name one for all with --grader")
    if not faults and not cases:
        faults.append(f"{path}: holds no case")
    if faults:
        raise BenchmarkError(faults)
    return cases


def _told(error: ValidationError) -> Iterator[str]:
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else "case"
        if one["type"] == "missing":
            yield f"has no {name!r}"
        elif one["type"] == "extra_forbidden":
            yield f"has an unknown field {name!r}; known are {', '.join(Case.model_fields)}"
        else:
            yield f"{name}: {one['msg'].removeprefix('Value error, ')}"


def shipped_cases(names: Sequence[str] = ()) -> list[Path]:
    """Return the files of cases of our own graders, all or those of the names given."""
    return [path for path in sorted(SHIPPED.glob("*.jsonl")) if not names or path.stem in names]
