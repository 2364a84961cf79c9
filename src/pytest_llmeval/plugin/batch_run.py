"""``--llm-batch``: all questions go to the providers' batch interfaces before the first test runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from pytest_llmeval.errors import (
    BadReply,
    BudgetExhausted,
    ConfigurationError,
    LLMEvalError,
    ProviderError,
    RequestRejected,
    UnsupportedByProvider,
)
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.batches.chunks import Chunk, SentBatch, divide, limits_of
from pytest_llmeval.models.batches.waiting import Batching, Pace
from pytest_llmeval.models.providers.batch_port import BatchProvider
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.plugin.asking import asking, request_of
from pytest_llmeval.plugin.batch_screen import BatchScreen
from pytest_llmeval.plugin.desk import Desk
from pytest_llmeval.plugin.engine import Engine
from pytest_llmeval.plugin.past import Past
from pytest_llmeval.plugin.runner import may_run_ahead
from pytest_llmeval.plugin.screen import ascii_only, width
from pytest_llmeval.plugin.settings import Settings

REFUSALS = (BudgetExhausted, ConfigurationError, UnsupportedByProvider)
"""What the user has asked for cannot be had; nothing was sent."""


class BatchRun:
    """Registered with the eval session under ``--llm-batch``; does its work once, between collecting and running.

    Args:
        settings: What the user asked for.
        past: The run that is resumed, whose batches are waited for and not sent again.
        desk: Keeps in the sidecar what was sent.
        start: Starts the session's engine, or returns it.
    """

    pace = Pace()

    def __init__(self, settings: Settings, past: Past, desk: Desk, start: Callable[[pytest.Session], Engine]) -> None:
        self._settings = settings
        self._past = past
        self._desk = desk
        self._start = start

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Have the questions answered before the tests run."""
        option = session.config.option
        collected = not session.testsfailed or option.continue_on_collection_errors
        if not collected or option.collectonly or option.setupplan:
            return
        screen = BatchScreen(
            session.config.pluginmanager.get_plugin("terminalreporter"),
            width=width(session.config),
            ascii_only=ascii_only(session.config),
        )
        work = _Work(self._settings, self._past, self._desk, self._start(session), screen, self.pace)
        try:
            work.do(session.items)
        except REFUSALS as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        except ProviderError as error:
            raise session.Interrupted(f"{error}{work.way_back}") from None
        except KeyboardInterrupt:
            raise session.Interrupted(f"stopped by Ctrl-C{work.way_back}") from None
        finally:
            screen.end_line()


class _Work:
    """One run's batches, from the questions to the answers."""

    def __init__(
        self, settings: Settings, past: Past, desk: Desk, engine: Engine, screen: BatchScreen, pace: Pace
    ) -> None:
        self._settings = settings
        self._past = past
        self._desk = desk
        self._engine = engine
        self._screen = screen
        self._batching = Batching(self._provider_of, RetryPolicy(attempts=settings.retries + 1), pace)
        self._under_way = len(past.batches)

    @property
    def way_back(self) -> str:
        """How to come back to what is under way."""
        if not self._under_way:
            return ""
        said = "batch goes" if self._under_way == 1 else f"{self._under_way} batches go"
        return f"; the {said} on, come back with --llm-batch --llm-resume={self._desk.shown_path}"

    def do(self, items: Sequence[pytest.Item]) -> None:
        """Take the answers of the batches that a resumed run has sent, and send for the others.

        Raises:
            UnsupportedByProvider: Where a provider takes no batches.
            BudgetExhausted: Where there are more requests than calls are allowed.
            ProviderError: Where sending, waiting or fetching failed.
        """
        run = self._engine.loop.run
        requests = run(self._requests(items))
        if self._past.batches and requests:
            self._desk.open(self._past.kept())
            run(self._take_earlier())
            requests = run(self._still_wanted(requests))
        if not requests:
            self._screen.say("nothing is left to send")
            return
        chunks = run(self._chunks(requests))
        self._keep_to_budget(sum(len(chunk.requests) for chunk in chunks))
        self._desk.open(self._past.kept())
        run(self._ask(chunks))

    def _provider_of(self, name: str) -> BatchProvider:
        provider = self._engine.gateway.provider_of(name)
        limits_of(provider, name)
        return provider  # type: ignore[return-value]  # which the line above makes sure of

    async def _requests(self, items: Sequence[pytest.Item]) -> dict[str, Request]:
        """Return what the default task asks for these items, without what the cache answers."""
        engine, found = self._engine, []
        for one in asking(items, self._past):
            if one.asks_the_question and may_run_ahead(one.item):
                try:
                    found.append(await request_of(one.trial, engine.params, engine.base_url, engine.loop))
                except LLMEvalError:
                    continue  # its test meets the same error, and tells it with its name
        for name in {request.model.provider for request in found}:
            self._provider_of(name)
        return engine.gateway.wanting(found)

    async def _still_wanted(self, requests: Mapping[str, Request]) -> dict[str, Request]:
        return self._engine.gateway.wanting(requests.values())

    async def _chunks(self, requests: Mapping[str, Request]) -> list[Chunk]:
        found: list[Chunk] = []
        for name in dict.fromkeys(request.model.provider for request in requests.values()):
            provider = self._provider_of(name)
            own = {key: request for key, request in requests.items() if request.model.provider == name}
            found.extend(divide(own, provider, limits_of(provider, name)))
        return found

    def _keep_to_budget(self, number: int) -> None:
        most = self._settings.max_calls
        if most is not None and number > most:
            raise BudgetExhausted(
                f"--llm-batch would send {number:,} requests and --llm-max-calls={most} allows {most:,}; "
                "raise it, or select fewer with --llm-sample"
            )
        self._engine.gateway.count_calls(number)

    async def _take_earlier(self) -> None:
        """Take the answers of batches that were sent before this process began.

        Which requests were in them nobody has written down: those without an answer are sent anew, and so are, with
        ``--llm-rerun-errors``, those that failed.
        """
        batches = self._past.batches
        self._screen.say(f"waiting for {_named(batches)}, sent before")
        unknown = await self._batching.wait(batches, self._screen.show)
        for batch in batches:
            try:
                if batch in unknown:
                    raise unknown[batch]
                results = await self._batching.results(batch)
            except RequestRejected as error:
                self._screen.say(f"{error}; what was in it is sent anew")
                continue
            for key, outcome in results.items():
                if not (self._settings.rerun_errors and isinstance(outcome, ProviderError)):
                    self._engine.gateway.batched.add(key, outcome)
        self._under_way = 0

    async def _ask(self, chunks: Sequence[Chunk]) -> None:
        sent: dict[SentBatch, Chunk] = {}
        for chunk in chunks:
            batch = await self._batching.send(chunk)
            self._desk.note_batch(batch)
            self._under_way += 1
            sent[batch] = chunk
        self._screen.say(f"{sum(batch.requests for batch in sent):,} requests sent in {_named(tuple(sent))}")
        unknown = await self._batching.wait(tuple(sent), self._screen.show)
        for batch, chunk in sent.items():
            await self._take(batch, chunk, unknown.get(batch))

    async def _take(self, batch: SentBatch, chunk: Chunk, unknown: RequestRejected | None) -> None:
        """Take what came of a batch; where it failed as a whole, each of its requests did."""
        results: Mapping[str, Reply | ProviderError]
        try:
            if unknown is not None:
                raise unknown
            results = await self._batching.results(batch)
        except RequestRejected as error:
            results = dict.fromkeys(chunk.requests, error)
        missing = BadReply(f"{chunk.model}: batch {batch.id} has no result for this request; ask it again")
        for key in chunk.requests:
            self._engine.gateway.batched.add(key, results.get(key, missing))


def _named(batches: Sequence[SentBatch]) -> str:
    names = ", ".join(batch.id for batch in batches[:3]) + (", …" if len(batches) > 3 else "")
    return f"{len(batches)} {'batch' if len(batches) == 1 else 'batches'} ({names})"
