"""The fixtures an eval may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_llmeval.plugin.parameter import value_of

if TYPE_CHECKING:
    from pytest_llmeval.benchmark.entry import Entry
    from pytest_llmeval.grading.grade import Grade
    from pytest_llmeval.models.answer import Answer
    from pytest_llmeval.models.client import LLM
    from pytest_llmeval.models.tools.fake_tools import FakeTools
    from pytest_llmeval.plugin.judging import TrialJudge
    from pytest_llmeval.plugin.trial_run import TrialRun


class EvalFixtures:
    """Registered in every project, and gives an eval what it asks for.

    One object that knows the item under way: functions of a module would have to ask for ``request``, for which pytest
    makes a fixture definition of its own each time, and that is most of what a cheap fixture costs.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._item: pytest.Item | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note whose fixtures are about to be set up."""
        self._item = item

    def _run(self) -> TrialRun:
        item = self._item
        if item is None or value_of(item) is None:
            pytest.fail(
                f"{item.name if item else 'a test'} asks for an eval's fixture but has no @pytest.mark.llm_eval(...); "
                "add it",
                pytrace=False,
            )
        from pytest_llmeval.plugin.session import SESSION  # pulls in pydantic; here the marker has loaded it already

        return self._config.stash[SESSION].begin(item)

    @pytest.fixture
    def entry(self) -> Entry:
        """The benchmark's entry this item is about."""
        return self._run().trial.entry

    @pytest.fixture
    def llm(self) -> LLM:
        """The model under test: ``llm.complete(...)``, ``await llm.acomplete(...)``."""
        return self._run().llm

    @pytest.fixture
    def answer(self) -> Answer:
        """What the task answered; asked ahead of need."""
        return self._run().answer()

    @pytest.fixture
    def grade(self) -> Grade:
        """The grade of the answer by the marker's graders."""
        return self._run().grade()

    @pytest.fixture
    def judge(self) -> TrialJudge:
        """The judges of ``--llm-judge-model``: ``judge.grade(answer)``, ``await judge.agrade(answer, rubric)``."""
        return self._run().judge

    @pytest.fixture
    def fake_tools(self) -> FakeTools:
        """The trial's fake tools: those of the marker and the entry, and what ``fake_tools.add(...)`` adds."""
        return self._run().llm.tools

    @pytest.fixture
    def llm_model(self, llm: LLM) -> str:
        """The name of the model under test, without its provider."""
        return llm.model

    @pytest.fixture
    def llm_provider(self, llm: LLM) -> str:
        """The name of the provider under test."""
        return llm.provider

    @pytest.fixture(scope="session")
    def repo_sha(self) -> str | None:
        """The commit of the repository under test; None outside a repository."""
        from pytest_llmeval.runs.provenance import git_state

        return git_state(self._config.rootpath).sha
