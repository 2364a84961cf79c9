"""``--llm-dry-run``: say what a run would take, and run nothing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_llmeval.errors import LLMEvalError
from pytest_llmeval.models.estimate import USUAL_OUTPUT, Estimator
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.providers.batch_port import BATCH_DISCOUNT
from pytest_llmeval.models.request import Params
from pytest_llmeval.plugin.asking import Asking, asking, request_of
from pytest_llmeval.plugin.asking_judges import judge_requests, judging
from pytest_llmeval.plugin.items import trial_of
from pytest_llmeval.plugin.parametrize import NO_MODEL
from pytest_llmeval.plugin.screen import ascii_only, width, write
from pytest_llmeval.plugin.settings import Settings
from pytest_llmeval.plugin.state import cast_of, past
from pytest_llmeval.reports.estimate import estimate_lines

TITLE = "LLM evals: dry run"
NO_JUDGE = "there are graders.rubric_judge() or judge fixtures and no judge; add --llm-judge-model=PROVIDER:MODEL"


class DryRun:
    """Registered when the session is configured; stands in for the loop that runs tests, evals or not."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Print the estimate, and keep everybody else from running a test."""
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return None  # pytest itself says that collecting has failed
        terminal: pytest.TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            self._tell(session, terminal)
        return True

    def _tell(self, session: pytest.Session, terminal: pytest.TerminalReporter) -> None:
        batch = self._settings.batch
        estimator = Estimator(cast_of(session.config).prices, discount=BATCH_DISCOUNT if batch else 1.0)
        faults = self._estimate(asking(session.items, past(session.config)), estimator)
        faults += self._estimate_judges(session, estimator)
        if any(trial is not None and trial.model is None for trial in map(trial_of, session.items)):
            faults.append(NO_MODEL)
        refused = (trial.refusal for trial in map(trial_of, session.items) if trial is not None and trial.refusal)
        faults += dict.fromkeys(map(str, refused))
        lines = estimate_lines(
            estimator.estimates,
            faults=faults,
            batch=batch,
            width=width(session.config),
            ascii_only=ascii_only(session.config),
        )
        terminal.write_sep("=", TITLE)
        write(terminal, lines)

    def _estimate_judges(self, session: pytest.Session, estimator: Estimator) -> list[str]:
        """Add up what judges are asked, and return why some of it cannot be."""
        judges, faults = cast_of(session.config).judges, dict[str, None]()
        longest = Params().updated(self._settings.param).max_tokens or USUAL_OUTPUT
        for one in judging(session.items, past(session.config)):
            if not judges:
                faults[NO_JUDGE] = None
                continue
            try:
                requests = list(judge_requests(one, judges, self._settings.judge_controls / 100))
            except LLMEvalError as error:
                faults[f"{one.item.nodeid}: {error}"] = None
                continue
            for request in requests:
                more = 0 if one.answer is not None else longest
                estimator.add(request, judges=True, at_least=one.asks_more, more_read=more)
        return list(faults)

    def _estimate(self, found: Iterable[Asking], estimator: Estimator) -> list[str]:
        """Add up what is asked, and return why some of it cannot be."""
        faults: dict[str, None] = {}
        common, loop = Params().updated(self._settings.param), LoopThread("llm-eval-dry-run")
        try:
            for one in found:
                try:
                    request = loop.run(request_of(one.trial, common, self._settings.base_url, loop))
                except LLMEvalError as error:
                    faults[f"{one.item.nodeid}: {error}"] = None
                else:
                    for _ in range(one.times):
                        estimator.add(request, at_least=one.asks_more)
        finally:
            loop.stop()
        return list(faults)
