"""Evaluate LLM systems with ordinary pytest. The names test authors import, each resolved on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_llmeval import graders, perturbations, probes
    from pytest_llmeval.analysis.calibration_check import assert_calibrated
    from pytest_llmeval.benchmark.entry import Entry
    from pytest_llmeval.benchmark.loading import load_benchmark
    from pytest_llmeval.grading.assertions import (
        assert_cites,
        assert_contains,
        assert_grade,
        assert_matches,
        assert_schema,
    )
    from pytest_llmeval.grading.grade import Grade, Score
    from pytest_llmeval.grading.judge.rubric import Dimension, Example, Rubric
    from pytest_llmeval.models.answer import Answer, Reply, ToolCall, Usage
    from pytest_llmeval.models.client import LLM
    from pytest_llmeval.models.providers.port import Provider, ProviderSettings
    from pytest_llmeval.models.request import Request, Tool
    from pytest_llmeval.runs.record import Record

__all__ = [
    "LLM",
    "Answer",
    "Dimension",
    "Entry",
    "Example",
    "Grade",
    "Provider",
    "ProviderSettings",
    "Record",
    "Reply",
    "Request",
    "Rubric",
    "Score",
    "Tool",
    "ToolCall",
    "Usage",
    "assert_calibrated",
    "assert_cites",
    "assert_contains",
    "assert_grade",
    "assert_matches",
    "assert_schema",
    "graders",
    "load_benchmark",
    "perturbations",
    "probes",
]
_FACES = ("graders", "perturbations", "probes")

_HOMES = {
    "LLM": "models.client",
    "Answer": "models.answer",
    "Dimension": "grading.judge.rubric",
    "Entry": "benchmark.entry",
    "Example": "grading.judge.rubric",
    "Grade": "grading.grade",
    "Provider": "models.providers.port",
    "ProviderSettings": "models.providers.port",
    "Record": "runs.record",
    "Reply": "models.answer",
    "Request": "models.request",
    "Rubric": "grading.judge.rubric",
    "Score": "grading.grade",
    "Tool": "models.request",
    "ToolCall": "models.answer",
    "Usage": "models.answer",
    "assert_calibrated": "analysis.calibration_check",
    "assert_cites": "grading.assertions",
    "assert_contains": "grading.assertions",
    "assert_grade": "grading.assertions",
    "assert_matches": "grading.assertions",
    "assert_schema": "grading.assertions",
    "load_benchmark": "benchmark.loading",
}


def __getattr__(name: str) -> Any:
    if name in _FACES:
        return import_module(f"pytest_llmeval.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'pytest_llmeval' has no attribute {name!r}")
    return getattr(import_module(f"pytest_llmeval.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
