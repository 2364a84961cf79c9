"""The public face of the graders."""

from __future__ import annotations

from pytest_llmeval import graders
from pytest_llmeval.grading import (
    combining,
    evidence,
    json_schema,
    key_points,
    length,
    text_graders,
    value_graders,
)
from pytest_llmeval.grading.by_name import MAKERS
from pytest_llmeval.grading.code import code_tests, quality
from pytest_llmeval.grading.confidence import recorder
from pytest_llmeval.grading.retrieval import citing, reading, retrieval
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.steps import steps
from pytest_llmeval.grading.traces import asking_back, budgets, loops, milestones, tool_calls, tool_results, trajectory

TRACES = (asking_back, budgets, loops, milestones, tool_calls, tool_results, trajectory)
MODULES = (
    citing,
    code_tests,
    combining,
    evidence,
    json_schema,
    key_points,
    length,
    quality,
    reading,
    recorder,
    retrieval,
    steps,
    text_graders,
    value_graders,
    *TRACES,
)
BY_JUDGE = {"citation_support", "claim_coverage", "rubric_judge"}
NEED_AN_ARGUMENT = {"all_of", "any_of", "budget", "excludes", "retrieve_then_read", "weighted"}
WAITING = {"code_tests", "python_quality", "citations"}
"""Graders that wait for other processes or for files, and so need a thread of their own."""


def test_the_names_it_lists_are_the_names_it_has() -> None:
    public = {name for name in vars(graders) if name.isidentifier() and not name.startswith("_")} - {"annotations"}
    assert public == set(graders.__all__)
    assert graders.__all__ == sorted(graders.__all__)


def test_every_grader_by_rule_is_listed_under_its_own_name() -> None:
    kinds = [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, RuleGrader | combining.Composite)
    ]
    named = {kind.name for kind in kinds if kind not in (RuleGrader, combining.Composite)}
    assert named | BY_JUDGE == set(graders.__all__)


def test_every_grader_that_needs_no_setting_can_be_called_without_one() -> None:
    callable_bare = set(graders.__all__) - NEED_AN_ARGUMENT
    for name in callable_bare:
        grader = getattr(graders, name)()
        assert grader.id == name
        assert isinstance(grader, combining.Composite) or grader.runs_inline is (name not in WAITING)


def test_a_benchmark_names_graders_as_a_test_does() -> None:
    assert {name: getattr(graders, name) for name in MAKERS} == dict(MAKERS)
