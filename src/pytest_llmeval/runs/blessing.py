"""Blessing: records of a run take the place of a model's baseline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, sidecar_path, write_sidecar
from pytest_llmeval.runs.whole_file import replace_whole


def bless(path: Path, records: Iterable[Record], info: RunInfo, *, like: Path) -> int:
    """Put records in the place of a model's baseline.

    Args:
        path: Of the baseline.
        records: Of one model.
        info: What describes the run, with who blessed it.
        like: The run's log; who may not read it may not read its baseline.

    Returns:
        How many records it holds.

    Raises:
        RunLogError: Where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunLogError(
            f"{path.parent}: cannot be made ({error.strerror}); name another folder with --into"
        ) from None
    sidecar_path(path).unlink(missing_ok=True)  # the old one must not speak for the new log, should we be killed now
    written = replace_whole(path, map(record_line, records), like=[like])
    write_sidecar(path, info)
    return written
