"""Files that lie beside a benchmark, under its name, and belong to it alone."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pytest_llmeval.benchmark.formats import name_without_suffix
from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.errors import BenchmarkError
from pytest_llmeval.safe_text import one_line

Model = TypeVar("Model", bound=BaseModel)


def path_beside(benchmark: Path, kind: str) -> Path:
    """Return where the file of a kind lies.

    Example:
        >>> path_beside(Path("evals/questions.v2.jsonl.gz"), "manifest").as_posix()
        'evals/questions.v2.manifest.json'
    """
    return benchmark.with_name(f"{name_without_suffix(benchmark.name)}.{kind}.json")


def read_beside(path: Path, model: type[Model], what: str, way_out: str = "") -> Model:
    """Read such a file.

    Args:
        path: The file.
        model: What it holds.
        what: Names it to the user.
        way_out: What to do where it cannot be read.

    Raises:
        BenchmarkError: Where it cannot be, in one line.
    """
    try:
        return model.model_validate_json(whole_text(path))
    except TooLong as error:
        fault = str(error)
    except UnicodeDecodeError as error:
        fault = f"is no {what}: no UTF-8 ({error.reason} at byte {error.start})"
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"/{step}" for step in first["loc"])
        fault = f"is no {what}: {place or 'it'}: {first['msg']}"
    raise BenchmarkError([f"{path}: {fault}{way_out}"])


def check_own(path: Path, benchmark: Path, named: str) -> None:
    """Refuse a file that is another benchmark's, which lies there too; one that is gone was renamed to this one.

    Args:
        path: The file.
        benchmark: For which it was read.
        named: The benchmark that it names.

    Raises:
        BenchmarkError: For it.
    """
    if named != benchmark.name and any(one.name == named for one in benchmark.parent.iterdir()):
        own, other = one_line(benchmark.name, 200), one_line(named, 200)
        raise BenchmarkError([f"{path}: belongs to {other}, not to {own}; rename one of these two benchmarks"])
