"""Blessing: records of a run take the place of a model's baseline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, sidecar_chunks, sidecar_path
from pytest_llmeval.runs.whole_file import drafted


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
        RunLogError: Where it cannot be written; the earlier one is then as it was, with its sidecar.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunLogError(
            f"{path.parent}: cannot be made ({error.strerror}); name another folder with --into"
        ) from None
    with drafted(path, map(record_line, records), like=[like]) as log:
        told = info.model_copy(update={"blessed_records": log.chunks})
        with drafted(sidecar_path(path), sidecar_chunks(told), like=[log.file]) as sidecar:
            # Nearly all that can fail has been done by now. What is left: should we be killed in between, the old
            # sidecar must not speak for the new log, and neither must the new one for the old log.
            with sidecar.set_aside():
                log.put()
            sidecar.put()
    return log.chunks


def records_lost(log: Path, info: RunInfo) -> str | None:
    """Say that a log holds fewer records than its sidecar knows of; None where it does not, or nobody counted them.

    A log may have more lines than records: those of trials that were run again. One graded by hand is another file.
    """
    known = info.totals.get("records") if info.blessed is None else info.blessed_records
    if not isinstance(known, int) or log.suffix != ".jsonl" or "graded_from" in (info.model_extra or {}):
        return None
    with log.open("rb") as lines:
        there = sum(1 for one in lines if one.strip())
    if there >= known:
        return None
    way_out = "bless again, or restore it" if info.blessed is not None else "restore it"
    return f"its log has {there:,} of its {known:,} records; {way_out}"
