"""What is kept of judges and graders: one JSON file each, in a folder of the project, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.whole_file import replace_whole

FORMAT_VERSION = 1
FOLDER = "llm-judges"
"""Below the root of the project; to be committed, for it says which judges and graders may be believed."""

Kept = TypeVar("Kept", bound=BaseModel)


class Figure(BaseModel):
    """A number with its 95 % interval; null where it is undefined."""

    model_config = ConfigDict(frozen=True, extra="allow")

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Share(BaseModel):
    """So many of so many."""

    model_config = ConfigDict(frozen=True, extra="allow")

    count: int
    n: int


def write_kept(path: Path, kept: BaseModel) -> Path:
    """Write a file of the folder, whole or not at all; the folder is made where there is none.

    Raises:
        RunLogError: Where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunLogError(f"{path.parent}: cannot be made ({error.strerror}); name another with --judges") from None
    replace_whole(path, [kept.model_dump_json(indent=2).encode() + b"\n"])
    return path


def read_kept(path: Path, kind: type[Kept], what: str, again: str) -> Kept | None:
    """Read a file of the folder, None where there is none.

    Args:
        path: The file.
        kind: What it holds.
        what: What that is called.
        again: How to come by it anew.

    Raises:
        RunLogError: Where it cannot be read, or holds something else.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunLogError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        raise RunLogError(f"{path}: is no {what}: {faults_of(error)}; {again}") from None
