"""An earlier run: what it answered, found again by entry, sample and model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import NotReplayable, RunLogError
from pytest_llmeval.models.answer import Answer, Call, ToolCall
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.resending import described_again
from pytest_llmeval.runs.reading import holds_no_line, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path

UNFINISHED = ("error", "unscored", "skipped")
"""Outcomes that ``--llm-rerun-errors`` asks again."""


class EarlierRun:
    """The records of a run log, the last one of each trial.

    Args:
        path: The log.
        records: What it holds.
        info: What its sidecar tells, where that is needed.
    """

    def __init__(self, path: Path, records: Iterable[Record], info: RunInfo | None = None) -> None:
        self.path = path
        self._info = info
        self.by_nodeid: dict[str, Record] = {}
        self.records: list[Record] = list(records)
        self._by_entry: dict[tuple[str, int, str], Record] = {}
        for record in self.records:
            if record.nodeid:
                self.by_nodeid[record.nodeid] = record
            self._by_entry[record.question_id, record.sample, model_of(record)] = record

    @classmethod
    def read(cls, path: Path) -> EarlierRun:
        """Read a run log; a torn last line is passed over.

        Raises:
            RunLogError: Where it cannot be read, or is none.
        """
        return cls(path, iter_records(path))

    @classmethod
    def read_to_resume(cls, path: Path) -> EarlierRun:
        """Read the log of a run to go on with, one that was killed before its first record or its sidecar too.

        Raises:
            RunLogError: Where it cannot be read, or is none.
        """
        records = () if holds_no_line(path) else tuple(iter_records(path))
        info = None
        with suppress(RunLogError):  # the log can be gone on with alone
            info = read_sidecar(path)
        return cls(path, records, info)

    @property
    def run_id(self) -> str:
        """The run's name; for a log without records or sidecar its file's name, which is the same unless chosen."""
        told = self.records[0].run_id if self.records else self._info.run_id if self._info else ""
        return told or self.path.name.partition(".")[0]

    @property
    def batches(self) -> tuple[SentBatch, ...]:
        """The batches it has sent."""
        return self._info.batches if self._info else ()

    @property
    def models(self) -> tuple[str, ...]:
        """The models under test, in the order in which the log has them."""
        if not self.records and self._info:
            return self._info.models
        told = (model_of(record) for record in self.records if record.provider and record.model)
        return tuple(dict.fromkeys(told))

    def find(self, nodeid: str, entry: Entry, sample: int, model: str) -> Record:
        """Return the record of a trial: that of the same test item, else of the same entry, sample and model.

        Raises:
            NotReplayable: Where there is none with an answer, or the entry has changed since.
        """
        record = self.by_nodeid.get(nodeid)
        if record is None or not same_model(record, model):
            record = self._by_entry.get((entry.id, sample, model))
        if record is None:
            asked = "" if model in self.models else f" for {model}"
            raise NotReplayable(f"entry {entry.id!r} is not in the replayed run {self.path.name}{asked}")
        if not same_entry(record, entry):
            raise NotReplayable(f"entry {entry.id!r} has changed since the replayed run {self.path.name}")
        if record.answer is None:
            raise NotReplayable(f"entry {entry.id!r} has no answer in the replayed run {self.path.name}")
        return record


def model_of(record: Record) -> str:
    """Return the model under test with its provider, as the command line names it."""
    return f"{record.provider}:{record.model}"


def same_model(record: Record, model: str) -> bool:
    """Tell whether a record is about a model; logs of others need not say whose answers they hold."""
    return not (record.provider and record.model) or model_of(record) == model


def same_entry(record: Record, entry: Entry) -> bool:
    """Tell whether a record is about the entry as it stands now; logs of others have only the question to go by."""
    return record.entry_hash == entry.hash if record.entry_hash else record.question == entry.question


def answer_in(record: Record) -> Answer:
    """Return the answer a record holds, as one that cost nothing this time."""
    calls = tuple(replace(call, cached=True, cost_usd=0.0) for call in record.calls if call.role == "model")
    tools = _tools_in(calls) or record.tool_calls
    return Answer(
        text=record.answer or "",
        evidence_files=record.evidence_files,
        tool_calls=tools or tuple(ToolCall(name) for name in record.tools_called),
        retrieval_method=record.retrieval_method,
        finish_reason=record.finish_reason,
        calls=calls,
        turns=tuple(_turns_in(record, calls)),
        usage=record.usage,
        latency_s=record.latency_s,
        ttft_s=record.ttft_s,
        cost_usd=0.0,
    )


def _tools_in(calls: Iterable[Call]) -> tuple[ToolCall, ...]:
    return tuple(tool for call in calls for tool in call.reply.tool_calls)


def _turns_in(record: Record, calls: tuple[Call, ...]) -> Iterator[Answer]:
    """Give each turn its calls back."""
    begin = 0
    for turn in record.turns:
        own = calls[begin : begin + turn.calls]
        begin += turn.calls
        if turn.answer is not None:
            tools = _tools_in(own) or turn.tool_calls
            yield Answer(turn.answer, tool_calls=tools, finish_reason=turn.finish_reason, calls=own, cost_usd=0.0)


class RecordedCalls:
    """Answers a trial's own requests from its record, each recorded call once, whatever their order.

    Args:
        record: The trial's record in the replayed run.
    """

    def __init__(self, record: Record) -> None:
        self._left = list(described_again(call for call in record.calls if call.role == "model"))

    async def send(self, request: Request) -> Call:
        """Return the recorded call that asked the same.

        Raises:
            NotReplayable: Where the run made no such call.
        """
        for number, call in enumerate(self._left):
            if call.messages == request.messages and call.system == request.system:
                del self._left[number]
                return replace(call, cached=True, cost_usd=0.0)
        raise NotReplayable("the replayed run did not ask this; its task or test has changed since")


def last_to_resume(folder: Path, *, with_errors: bool = False) -> Path:
    """Return the newest log of a folder whose run did not come to its end.

    Args:
        folder: Where the logs are.
        with_errors: Whether a run that did, with trials that ended in errors, is wanted as well.

    Raises:
        RunLogError: Where there is none.
    """
    for log in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            if _has_work_left(log, with_errors=with_errors):
                return log
        except RunLogError:
            continue
    or_errors = " or has errors" if with_errors else ""
    raise RunLogError(f"{folder}: no run that was cut off{or_errors}; name one, --llm-resume={folder.name}/RUN.jsonl")


def _has_work_left(log: Path, *, with_errors: bool) -> bool:
    """Tell whether a run was cut off; one that left an empty log was, before it could write its sidecar."""
    if not sidecar_path(log).exists():
        return holds_no_line(log)
    info = read_sidecar(log)
    outcomes = info.totals.get("outcomes") or {}
    return not info.complete or (with_errors and any(outcomes.get(one) for one in UNFINISHED))
