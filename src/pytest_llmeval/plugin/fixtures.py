"""The fixtures an eval may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_llmeval.benchmark.entry import Entry
    from pytest_llmeval.grading.grade import Grade
    from pytest_llmeval.models.answer import Answer
    from pytest_llmeval.models.client import LLM
    from pytest_llmeval.models.tools.fake_tools import FakeTools
    from pytest_llmeval.plugin.judging import TrialJudge
    from pytest_llmeval.plugin.trial import TrialRun


@pytest.fixture
def _llm_trial(request: pytest.FixtureRequest) -> TrialRun:
    """The item's trial; the marker gives it its values."""
    if not hasattr(request, "param"):
        pytest.fail(
            f"{request.node.name} asks for an eval's fixture but has no @pytest.mark.llm_eval(...); add it",
            pytrace=False,
        )
    from pytest_llmeval.plugin.session import SESSION  # pulls in pydantic; here the marker has loaded it already

    return request.config.stash[SESSION].begin(request.node)


@pytest.fixture
def entry(_llm_trial: TrialRun) -> Entry:
    """The benchmark's entry this item is about."""
    return _llm_trial.trial.entry


@pytest.fixture
def llm(_llm_trial: TrialRun) -> LLM:
    """The model under test: ``llm.complete(...)``, ``await llm.acomplete(...)``."""
    return _llm_trial.llm


@pytest.fixture
def answer(_llm_trial: TrialRun) -> Answer:
    """What the task answered; asked ahead of need."""
    return _llm_trial.answer()


@pytest.fixture
def grade(_llm_trial: TrialRun) -> Grade:
    """The grade of the answer by the marker's graders."""
    return _llm_trial.grade()


@pytest.fixture
def judge(_llm_trial: TrialRun) -> TrialJudge:
    """The judges of ``--llm-judge-model``: ``judge.grade(answer)``, ``await judge.agrade(answer, rubric)``."""
    return _llm_trial.judge


@pytest.fixture
def fake_tools(_llm_trial: TrialRun) -> FakeTools:
    """The trial's fake tools: those of the marker and the entry, and what ``fake_tools.add(...)`` adds."""
    return _llm_trial.llm.tools


@pytest.fixture
def llm_model(llm: LLM) -> str:
    """The name of the model under test, without its provider."""
    return llm.model


@pytest.fixture
def llm_provider(llm: LLM) -> str:
    """The name of the provider under test."""
    return llm.provider


@pytest.fixture(scope="session")
def repo_sha(request: pytest.FixtureRequest) -> str | None:
    """The commit of the repository under test; None outside a repository."""
    from pytest_llmeval.runs.provenance import git_state

    return git_state(request.config.rootpath).sha
