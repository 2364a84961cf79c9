"""All figures of one or several runs, from one pass over their logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_llmeval.analysis.details import Details
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.analysis.summaries import Summaries
from pytest_llmeval.analysis.summary import Summary, model_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.replaced import Replaced
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path


@dataclass
class RunFigures:
    """One run: all records with one ``run_id``, in one log or in several."""

    run_id: str
    summaries: Summaries = field(default_factory=Summaries)
    logs: list[Path] = field(default_factory=list)
    info: RunInfo | None = None
    """What the sidecar says, where there is one."""
    repo_sha: str | None = None
    began: str | None = None
    """The earliest time stamp."""
    slicing: Slicing | None = None
    """By the field that was asked for."""
    weights: Mapping[str, float] = field(default_factory=dict)
    _details: dict[str, Details] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Take in one more record."""
        model = model_of(record)
        self.summaries.add(record)
        if model not in self._details:
            self._details[model] = Details(self.weights)
        if not record.is_variant:
            self._details[model].add(record)
        if self.slicing is not None:
            self.slicing.add(model, record)
        self.repo_sha = self.repo_sha or record.repo_sha
        self.began = min(self.began or record.timestamp, record.timestamp)

    def details(self, summary: Summary) -> Details:
        """Return the details of a model's summary."""
        return self._details[summary.model]

    def slices(self, summary: Summary) -> dict[str, Summary]:
        """Return the slices that were asked for, of one model."""
        return self.slicing.of(summary.model) if self.slicing else {}


def read_figures(
    logs: Sequence[Path],
    *,
    by: str | None = None,
    weights: Mapping[str, float] | None = None,
    on_fault: Callable[[Fault], None] | None = None,
    on_record: Callable[[Record], None] | None = None,
    on_replaced: Callable[[Replaced], None] | None = None,
) -> list[RunFigures]:
    """Read logs, ours or foreign, and keep no record of them.

    Args:
        logs: In any order; a run may be spread over several of them.
        by: A field to slice by.
        weights: Of entries, by id, in place of those that records have.
        on_fault: Is told of a torn last line.
        on_record: Is told of every record.
        on_replaced: Is told where tries do not count.

    Returns:
        One per run, in order of first appearance.

    Raises:
        RunLogError: For a log that cannot be read, and for a trial that two of them hold.
        ConfigurationError: Where a run has no such field to slice by.
    """
    runs: dict[str, RunFigures] = {}
    places = Places() if len(logs) > 1 else None
    for log in logs:
        for record in iter_records(log, on_fault=_strictly(on_fault), on_replaced=on_replaced):
            if places is not None:
                places.enter(record, log)
            run = runs.get(record.run_id)
            if run is None:
                run = runs[record.run_id] = RunFigures(
                    record.run_id, weights=weights or {}, slicing=Slicing(by) if by else None
                )
            if log not in run.logs:
                run.logs.append(log)
                run.info = run.info or _info(log)
            run.add(record)
            if on_record is not None:
                on_record(record)
    for run in runs.values():
        if run.slicing is not None:
            run.slicing.check()
    return list(runs.values())


def _strictly(on_fault: Callable[[Fault], None] | None) -> Callable[[Fault], None]:
    """A number must not leave out lines in silence: only a torn last one is passed over."""

    def told(fault: Fault) -> None:
        if not fault.torn:
            raise RunLogError(str(fault))
        if on_fault is not None:
            on_fault(fault)

    return told


class Places:
    """Remembers in which log each trial was, so that none counts twice."""

    def __init__(self) -> None:
        self._logs: dict[int, Path] = {}

    def enter(self, record: Record, log: Path) -> None:
        """Note one more trial.

        Raises:
            RunLogError: Where another log holds it.
        """
        place = hash((record.run_id, eval_of(record), record.question_id, record.provider, record.model, record.sample))
        before = self._logs.setdefault(place, log)
        if before is not log:
            raise RunLogError(
                f"{log}: holds {record.question_id!r} of run {record.run_id}, as {before} does; name one of the two"
            )


def _info(log: Path) -> RunInfo | None:
    return read_sidecar(log) if sidecar_path(log).exists() else None
