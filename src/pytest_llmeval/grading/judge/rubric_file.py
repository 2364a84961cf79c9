"""A rubric in a file, so that judges and people grade by the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_llmeval.benchmark.yaml_rows import CoreLoader
from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import FailureLabel, Level
from pytest_llmeval.grading.judge.rubric import Dimension, Example, Rubric
from pytest_llmeval.safe_text import one_line

_LONGEST = 200
"""Characters that are told of what is wrong, with its line in the file."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, object]:
        """Return what the file says, and leave out what it leaves to the defaults."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class _Dimension(_Part):
    name: str
    scale: tuple[int, int] = (1, 5)
    weight: float = 1.0
    anchors: dict[int, str] = {}
    floor: int | None = None
    asks: str = ""


class _Example(_Part):
    answer: str
    why: str
    level: Level | None = None
    failure_label: FailureLabel | None = None
    scores: dict[str, int] = {}
    question: str = ""


class _Rubric(_Part):
    dimensions: list[_Dimension] = []
    guidance: str = ""
    levels: dict[Level, str] = {}
    labels: dict[FailureLabel, str] = {}
    examples: list[_Example] = []
    thresholds: dict[Level, float] = {}


def read_rubric(path: str | Path) -> Rubric:
    """Read a rubric from a YAML or JSON file whose fields are those of `Rubric`, `Dimension` and `Example`.

    Args:
        path: The file.

    Raises:
        ConfigurationError: Naming the file, where it cannot be read or is no rubric.
    """
    try:
        told = _Rubric.model_validate(_fields_in(Path(path)))
        dimensions = [Dimension(**one.given()) for one in told.dimensions]  # type: ignore[arg-type]  # checked by pydantic
        examples = [Example(**one.given()) for one in told.examples]  # type: ignore[arg-type]  # as above
        return Rubric(**{**told.given(), "dimensions": dimensions, "examples": examples})  # type: ignore[arg-type]  # as above
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {str(error).removeprefix('rubric: ')}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'rubric'}: {one['msg']}" for one in error.errors()]
        raise ConfigurationError(f"{path}: {'; '.join(faults)}") from None
    except (OSError, UnicodeDecodeError, TooLong, yaml.YAMLError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or one_line(str(error), _LONGEST)
        raise ConfigurationError(f"{path}: cannot be read ({reason})") from None


def _fields_in(path: Path) -> dict[Any, Any]:
    told = yaml.load(whole_text(path), CoreLoader)  # noqa: S506  a safe loader
    if isinstance(told, dict):
        return told
    fault = "is empty" if told is None else "holds no fields"
    raise ConfigurationError(f"{fault}; a rubric has {', '.join(_Rubric.model_fields)}")
