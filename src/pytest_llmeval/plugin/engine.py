"""The engine room of a session: the loop, the gateway and the running ahead, started at the first call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from pytest_llmeval.grading.code.sandbox import Sandbox
from pytest_llmeval.models.budget import Budget, Ledger, Limits
from pytest_llmeval.models.cache import ReplyCache
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.providers.port import Provider, ProviderSettings
from pytest_llmeval.models.request import Params
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.run_ahead import RunAhead
from pytest_llmeval.models.streak import Streak
from pytest_llmeval.models.task import AskTheQuestion, Task
from pytest_llmeval.models.terms import Terms
from pytest_llmeval.plugin.cast import Cast
from pytest_llmeval.plugin.freezing import freeze_what_is_there
from pytest_llmeval.plugin.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """What the engine is told of the session it works for."""

    settings: Settings
    cast: Cast
    rootdir: Path
    private_files: frozenset[Path]
    concurrency: int
    """This process's share of what the user asked for; the two rates below likewise."""
    rpm: float | None
    tpm: float | None
    after_s: float
    """How long the first call waits, so that the rates of several processes are not all begun at once."""
    places: AbstractAsyncContextManager[object]
    """What each call waits for, where the run has fewer places than processes."""
    ledger: Ledger
    streak: Streak
    started: float
    """When the run began, in seconds since the epoch."""
    cache_file: Path
    environ: Mapping[str, str]
    sandbox: Sandbox | None = None
    """Where code out of answers may run."""


class Engine:
    """Made by the eval session when its first trial is about to run, stopped when the session ends."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._cache = ReplyCache(around.cache_file, around.settings.cache)
        self.base_url = around.settings.base_url
        self.judges = around.cast.judges
        self.sandbox = around.sandbox
        self.control_share = around.settings.judge_controls / 100
        self.params = Params().updated(around.settings.param)
        self.loop = LoopThread()
        self.run_ahead = RunAhead(self.loop, around.concurrency)
        self.gateway = Gateway(self._make_provider, self._terms())

    def _terms(self) -> Terms:
        around, settings = self._around, self._around.settings
        limits = Limits(settings.max_calls, settings.max_tokens, settings.max_cost, settings.max_time)
        return Terms(
            concurrency=around.concurrency,
            retry=RetryPolicy(attempts=settings.retries + 1),
            price_of=around.cast.prices,
            per_minute=around.rpm,
            tokens_per_minute=around.tpm,
            after_s=around.after_s,
            budget=Budget(limits, around.ledger, started=around.started),
            errors_in_a_row=settings.max_consecutive_errors,
            streak=around.streak,
            cache=self._cache,
            places=around.places,
        )

    def default_task(self, roots: Iterable[os.PathLike[str]]) -> Task:
        """Return the task of trials whose marker names none."""
        return AskTheQuestion(tuple(Path(root) for root in roots))

    def stop(self) -> None:
        """Cancel what is under way, close connections, join the loop's thread."""
        if self.loop.alive:
            self.run_ahead.stop()
            self.loop.run(self.gateway.aclose())
            self.loop.stop()
            self._cache.close()

    def _make_provider(self, name: str) -> Provider:
        around = self._around
        under_test = {
            model.provider for model in around.cast.models
        }  # a judge of another provider has its own endpoint
        told = ProviderSettings(
            rootdir=around.rootdir,
            base_url=around.settings.base_url if name in under_test else None,
            timeout_s=around.settings.timeout,
            environ=around.environ,
            private_files=around.private_files,
            max_connections=around.concurrency,
            stream=around.settings.stream,
        )
        made = around.cast.registry.make(name, told)
        freeze_what_is_there()  # an SDK was imported for it
        return made
