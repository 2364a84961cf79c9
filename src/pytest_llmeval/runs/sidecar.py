"""The sidecar: what describes a whole run, in ``<run>.run.json`` beside its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticSerializationError

from pytest_llmeval.benchmark.checking.contamination_file import CorpusFile
from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.log_names import log_stem
from pytest_llmeval.runs.provenance import GitState
from pytest_llmeval.runs.record import SCHEMA_VERSION
from pytest_llmeval.runs.whole_file import replace_whole


class ContaminationInfo(BaseModel):
    """How a benchmark had been checked for contamination when it was used."""

    model_config = ConfigDict(frozen=True, extra="allow")

    checked: str
    """When, ISO 8601 in UTC."""
    against: tuple[CorpusFile, ...] = ()
    """What the questions were looked for in."""
    thresholds: dict[str, int | float] = Field(default_factory=dict)
    """What counted as found."""
    flagged: int = 0
    """How many entries stand there."""
    not_checked: int = 0
    """How many have changed since the check, or are new; retired ones not counted."""


class BenchmarkInfo(BaseModel):
    """A benchmark a run used, as it was then."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    """What people call it; the file's name without its suffix."""
    path: str | None = None
    """Where it lies, from rootdir; None for entries that came from code."""
    hash: str | None = None
    """Identifies the content of all its entries."""
    entries: int | None = None
    """How many it has, retired ones not counted."""
    retired: int | None = None
    contamination: ContaminationInfo | None = None
    """None where nobody has checked it."""
    version: str | None = None
    """The latest release of its manifest; None without a manifest."""
    changed_since: int | None = None
    """Entries added, removed or changed since that release; 0 where it was run as released."""
    stale: int | None = None
    """Entries that nobody had looked at for more than 180 days, retired ones not counted; None where none is dated."""

    @property
    def told_version(self) -> str | None:
        """Return the version, and how far the entries had moved on; None without one."""
        if self.version is None or not self.changed_since:
            return self.version
        entries = "1 entry" if self.changed_since == 1 else f"{self.changed_since:,} entries"
        return f"{self.version} and {entries} changed since"


class SignedOff(BaseModel):
    """A person's decision about a run."""

    model_config = ConfigDict(frozen=True, extra="allow")

    by: str
    """As git or the CI system names them."""
    at: str
    """ISO 8601 in UTC."""
    reason: str | None = None
    """In their own words."""


class RunInfo(BaseModel):
    """A run. Written when it begins and again when it ends; unknown keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    run_id: str
    schema_version: int = SCHEMA_VERSION
    started: str
    """ISO 8601 in UTC."""
    finished: str | None = None
    """None while the run goes on, and for ever if it was killed."""
    complete: bool = False
    """Whether every selected trial has its record or was skipped by the suite: no interruption, no budget stop."""
    exit_status: int | None = None
    """What pytest returned."""
    command: tuple[str, ...] = ()
    """The command line, secrets taken out."""
    versions: dict[str, str] = Field(default_factory=dict)
    git: GitState = GitState()
    models: tuple[str, ...] = ()
    """As ``provider:model``."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Sampling parameters of the whole run."""
    benchmarks: tuple[BenchmarkInfo, ...] = ()
    shard: str | None = None
    """Which part of the benchmarks was run, as ``2/5``; None for all."""
    merged_from: tuple[str, ...] = ()
    """The names of the logs that were merged into this one."""
    merged_runs: tuple[str, ...] = ()
    """The ids that their runs had."""
    totals: dict[str, Any] = Field(default_factory=dict)
    """Counts of records, outcomes and grades, of what the suite skipped, tokens, cost and seconds."""
    batches: tuple[SentBatch, ...] = ()
    """What was sent to providers as batches; written before anybody waits for them."""
    deselected: int = 0
    """How many evals were collected and not selected: by ``-k``, ``-m``, ``--lf``, a node id, a sample or a shard."""
    left_to_shards: int = 0
    """How many of those are of the other shards."""
    gate: str | None = None
    """What the gate came to: ``passed``, ``failed``, ``cannot decide`` or ``accepted``; None without one."""
    gate_stage: str | None = None
    """The stage whose rules held besides those of every stage."""
    gates: tuple[dict[str, Any], ...] = ()
    """Verdicts of the rules that may fail the session."""
    accepted: SignedOff | None = None
    """Who let a failed gate pass, when and why."""
    blessed: SignedOff | None = None
    """Who made this log a baseline, when and why."""
    blessed_records: int | None = None
    """Of a baseline: how many records its log was given."""
    noise: dict[str, float] = Field(default_factory=dict)
    """Of a baseline that was run again: by how many points its figures differ by chance; no gate calls less a drop."""

    @property
    def left_nothing_out(self) -> bool:
        """Tell whether the run is all of its suite: complete, with nothing deselected, and no shard of another."""
        return self.complete and not self.deselected and self.shard is None


def sidecar_path(log: Path) -> Path:
    """Return where the sidecar of a log lies.

    Example:
        >>> sidecar_path(Path("llm-runs/run-2026.jsonl")).as_posix()
        'llm-runs/run-2026.run.json'
    """
    return log.with_name(f"{log_stem(log)}.run.json")


def write_sidecar(log: Path, info: RunInfo) -> Path:
    """Write the sidecar of a log, whole or not at all.

    Returns:
        Where it lies.

    Raises:
        RunLogError: Where it cannot be written; an earlier one is then untouched.
    """
    path = sidecar_path(log)
    replace_whole(path, sidecar_chunks(info), like=[log])
    return path


def sidecar_chunks(info: RunInfo) -> list[bytes]:
    """Return what a sidecar holds."""
    try:
        return [info.model_dump_json(indent=2).encode() + b"\n"]
    except (PydanticSerializationError, UnicodeEncodeError):  # names of files may be no text
        told = json.dumps(info.model_dump(mode="json"), ensure_ascii=False, indent=2)
        return [told.encode("utf-8", "replace") + b"\n"]


def read_sidecar(log: Path) -> RunInfo:
    """Read the sidecar of a log.

    Raises:
        RunLogError: Where there is none, or it is no sidecar.
    """
    path = sidecar_path(log)
    try:
        return RunInfo.model_validate_json(whole_text(path))
    except OSError as error:
        raise RunLogError(
            f"{path}: cannot be read ({error.strerror}); the log {log.name} can be used without"
        ) from None
    except (ValidationError, UnicodeDecodeError, TooLong) as error:
        reason = faults_of(error) if isinstance(error, ValidationError) else str(error)
        raise RunLogError(f"{path}: is no sidecar of a run: {reason}; remove it to use the log alone") from None
