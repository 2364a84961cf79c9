"""Running: the engine, what is asked ahead of each item, and the items that need not be run again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from pytest_llmeval.errors import ConfigurationError, FatalProviderError
from pytest_llmeval.models.run_ahead import Job
from pytest_llmeval.plugin import shares
from pytest_llmeval.plugin.async_tests import body_ahead, body_of
from pytest_llmeval.plugin.cast import Cast
from pytest_llmeval.plugin.counting import Counting
from pytest_llmeval.plugin.engine import Engine, Surroundings
from pytest_llmeval.plugin.finished import tell_finished
from pytest_llmeval.plugin.items import FINISHED, PHASES, RUN, name_of, trial_of
from pytest_llmeval.plugin.past import Past
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.state import code_execution
from pytest_llmeval.plugin.trial_run import TrialRun
from pytest_llmeval.plugin.upcoming import Upcoming, upcoming_items
from pytest_llmeval.plugin.workers import is_worker

LEAST_WINDOW = 200
WINDOWS_OF_CONCURRENCY = 16
"""So that the others go on while one call takes as many times longer than most: common where answers vary in length."""


class Runner:
    """Registered with the eval session wherever tests run; starts the engine at the first item, stops it at the end.

    Args:
        config: Of this process.
        settings: What the user asked for.
        cast: Who takes part.
        past: The runs of before.
        counting: Knows which failures do not fail the run.
    """

    def __init__(self, config: pytest.Config, settings: Settings, cast: Cast, past: Past, counting: Counting) -> None:
        self._config = config
        self._settings = settings
        self._cast = cast
        self._past = past
        self._counting = counting
        self._private: frozenset[Path] = frozenset()
        self._engine: Engine | None = None
        self._upcoming: Upcoming | None = None
        self._window = 0

    def keep_private(self, files: Iterable[Path]) -> None:
        """Name the files that hold gold answers, which no provider may read."""
        earlier = [run.path for run in (self._past.replayed, self._past.resumed) if run is not None]
        self._private = frozenset(path.resolve() for path in [*files, *earlier])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Look ahead from the item that starts now; tell again what a resumed run has already."""
        if self._config.option.setupplan:
            return None
        self._look_ahead(item, nextitem)
        if FINISHED not in item.stash:
            return None
        tell_finished(item, item.stash[FINISHED], self._counting, nextitem)
        return True

    def _look_ahead(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        engine = self.started_engine(item.session)
        if self._upcoming is None or self._config.option.setuponly:
            return
        upcoming = self._upcoming.after(item, nextitem, self._window)
        for some in (upcoming[:1], upcoming[1:]):  # the first call is on its way while the others are made ready
            found = [self._job_ahead(one) for one in some]
            engine.run_ahead.hint([job for job in found if job is not None])

    def _job_ahead(self, item: pytest.Item) -> Job[object] | None:
        """Return what can be begun for an item now, None where that is nothing, or was begun before."""
        if not may_run_ahead(item) or (RUN in item.stash and item.stash[RUN].hinted):
            return None
        names = getattr(item, "fixturenames", ())
        if "answer" in names or "grade" in names:
            run = self._run_of(item)
            run.hinted = True
            return run.job  # type: ignore[return-value]  # a job's kind of result does not matter here
        if body_of(item) is None:
            return None
        run = self._run_of(item)
        run.hinted = True
        run.body = body_ahead(item, run)
        return run.body  # type: ignore[return-value]

    def started_engine(self, session: pytest.Session) -> Engine:
        """Return the engine, started where nobody has needed it before."""
        if self._engine is None:
            share = shares.share_of(self._config, self._settings.concurrency)
            try:
                self._engine = Engine(self._surroundings(share))
            except ConfigurationError as error:
                pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
            self._window = self._window_of(share)
            self._upcoming = upcoming_items(session)
        return self._engine

    def _window_of(self, share: int) -> int:
        """Return how many items to look ahead: fewer where the run may end soon, or another worker may take them."""
        if self._config.option.maxfail or self._settings.canary_stop:
            return share
        window = WINDOWS_OF_CONCURRENCY * share
        return window if is_worker(self._config) else max(window, LEAST_WINDOW)

    def _surroundings(self, concurrency: int) -> Surroundings:
        config, settings = self._config, self._settings
        return Surroundings(
            settings=settings,
            cast=self._cast,
            rootdir=config.rootpath,
            private_files=self._private,
            concurrency=concurrency,
            rpm=shares.rate_of(config, settings.rpm),
            tpm=shares.rate_of(config, settings.tpm),
            after_s=shares.after_s(config, settings.rpm),
            places=shares.places_of(config, settings.concurrency),
            ledger=shares.ledger_of(config),
            streak=shares.streak_of(config),
            started=shares.started_at(config),
            cache_file=_cache_file(config),
            environ=os.environ,
            sandbox=code_execution(config).sandbox,
        )

    def _run_of(self, item: pytest.Item, *, anew: bool = False) -> TrialRun:
        if RUN not in item.stash:
            trial = trial_of(item)
            assert trial is not None  # noqa: S101  callers ask for evals only
            earlier, refusal = self._past.answered(name_of(item), trial)
            engine = self.started_engine(item.session)
            item.stash[RUN] = TrialRun(trial, engine, anew=anew, earlier=earlier, refusal=refusal)
        return item.stash[RUN]

    def begin(self, item: pytest.Item) -> TrialRun:
        """Return the item's run for the attempt under way, begun where it was not; a rerun of the item asks again."""
        phases = item.stash[PHASES]
        if not phases.begun:
            phases.begun = True
            if RUN in item.stash and item.stash[RUN].begun:  # of an earlier attempt
                del item.stash[RUN]
            self._run_of(item, anew=phases.attempt > 1).begun = True
        return item.stash[RUN]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Begin the trial of a test that asks for none of our fixtures."""
        if trial_of(item) is not None:
            self.begin(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run an async eval on the session's loop, or take what came of running it ahead."""
        body = body_of(pyfuncitem)
        if body is None:
            return None
        __tracebackhide__ = True
        engine = self.started_engine(pyfuncitem.session)
        ahead = pyfuncitem.stash[RUN].body if RUN in pyfuncitem.stash else None
        if ahead is None:
            wanted = pyfuncitem._fixtureinfo.argnames
            ahead = Job(lambda: body(**{name: pyfuncitem.funcargs[name] for name in wanted}))
        engine.run_ahead.result(ahead)
        return True

    def pytest_exception_interact(self, call: pytest.CallInfo[object]) -> None:
        """Ask nothing more once no call can succeed."""
        if call.excinfo is not None and isinstance(call.excinfo.value, FatalProviderError):
            self._quiet()

    def pytest_keyboard_interrupt(self) -> None:
        """Ask nothing more."""
        self._quiet()

    def _quiet(self) -> None:
        if self._engine is not None:
            self._engine.run_ahead.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Stop the engine, so that nothing is under way while the end is told."""
        if self._engine is not None:
            self._engine.stop()


def may_run_ahead(item: pytest.Item) -> bool:
    """Tell whether an item will surely be run."""
    trial = trial_of(item)
    if trial is None or trial.model is None or FINISHED in item.stash:
        return False
    return not any(mark.name in ("skip", "skipif") or mark.kwargs.get("run") is False for mark in item.iter_markers())


def _cache_file(config: pytest.Config) -> Path:
    """Return where replies are cached: with pytest's own cache, so that ``--cache-clear`` takes them along."""
    cache = getattr(config, "cache", None)
    folder = (
        Path(cache.mkdir("llm-eval")) if cache is not None else config.rootpath / ".pytest_cache" / "d" / "llm-eval"
    )
    return folder / "answers.sqlite"
