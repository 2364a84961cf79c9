"""Runs of before that this one builds on: one that is replayed, or one that is gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.errors import LLMEvalError, NotReplayable, RunLogError
from pytest_llmeval.models.batches.chunks import SentBatch
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.runs.earlier import UNFINISHED, EarlierRun, last_to_resume, model_of, same_entry, same_model
from pytest_llmeval.runs.record import Record

LOG_FOLDER = "llm-runs"
LAST = "last"


class Past:
    """Made with the eval session, in every process alike.

    Args:
        config: Where relative paths start from.
        settings: Which run is replayed or resumed, if any.

    Raises:
        pytest.UsageError: Where that run cannot be read.
    """

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._settings = settings
        self.replayed: EarlierRun | None = None
        self.resumed: EarlierRun | None = None
        try:
            if settings.replay:
                self.replayed = EarlierRun.read(config.invocation_params.dir / settings.replay)
            if settings.resume:
                self.resumed = EarlierRun.read_to_resume(_resumed_path(config, settings))
        except RunLogError as error:
            raise pytest.UsageError(str(error)) from None

    @property
    def models(self) -> tuple[str, ...]:
        """The models of the run that is built on."""
        run = self.replayed or self.resumed
        return run.models if run is not None else ()

    @property
    def batches(self) -> tuple[SentBatch, ...]:
        """The batches that the resumed run has sent."""
        return self.resumed.batches if self.resumed is not None else ()

    def answered(self, nodeid: str, trial: Trial) -> tuple[Record | None, LLMEvalError | None]:
        """Return the record to take a trial's answer from, or why there is none and the trial is not to be asked."""
        if self.replayed is None:
            return None, None
        try:
            return self.replayed.find(nodeid, trial.entry, trial.sample, str(trial.model)), None
        except NotReplayable as error:
            if self._settings.replay_changed == "ask":
                return None, None
            return None, NotReplayable(f"{error}; add --llm-replay-changed=ask to ask it")

    def finished(self, nodeid: str, trial: Trial) -> Record | None:
        """Return the record of a trial that the resumed run already has, and that is not to be asked again.

        Raises:
            NotReplayable: Where the entry has changed since, or another model is asked now: one log would hold answers
                to two questions, or of two models under one name.
        """
        record = self.resumed.by_nodeid.get(nodeid) if self.resumed is not None else None
        if record is None or (self._settings.rerun_errors and record.outcome in UNFINISHED):
            return None
        if not same_entry(record, trial.entry):
            raise NotReplayable(f"entry {trial.entry.id!r} has changed since the run that is resumed; start a new run")
        if not same_model(record, str(trial.model)):
            raise NotReplayable(f"the run that is resumed asked {model_of(record)}, not {trial.model}; start a new run")
        return record

    def kept(self) -> list[Record]:
        """Return the records of the resumed run that stay; those that are to be made anew are not among them."""
        if self.resumed is None:
            return []
        anew = UNFINISHED if self._settings.rerun_errors else ()
        return [record for record in self.resumed.records if record.outcome not in anew]


def _resumed_path(config: pytest.Config, settings: Settings) -> Path:
    if settings.resume == LAST:
        return last_to_resume(config.rootpath / LOG_FOLDER, with_errors=settings.rerun_errors)
    return config.invocation_params.dir / str(settings.resume)


def log_path(config: pytest.Config, settings: Settings, run_id: str) -> Path:
    """Return where a run's log goes.

    Args:
        config: Whose folders relative paths start from.
        settings: What the user asked for; a name that ends with a slash, or is a folder, is one.
        run_id: The run's.
    """
    if settings.log is None:
        return config.rootpath / LOG_FOLDER / f"{run_id}.jsonl"
    path = config.invocation_params.dir / settings.log
    return path / f"{run_id}.jsonl" if path.is_dir() or settings.log.endswith("/") else path
