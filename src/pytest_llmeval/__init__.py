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
    from pytest_llmeval.grading.judge.rubric_file import read_rubric
    from pytest_llmeval.grading.self_consistency import self_consistency
    from pytest_llmeval.grading.traces.assertions import assert_no_format_drift, assert_tool_calls, assert_trajectory
    from pytest_llmeval.grading.traces.trace import Trace, trace_of
    from pytest_llmeval.models.answer import Answer, Reply, ToolCall, ToolResult, Usage
    from pytest_llmeval.models.client import LLM
    from pytest_llmeval.models.providers.port import Provider, ProviderSettings
    from pytest_llmeval.models.request import Request, Tool
    from pytest_llmeval.models.tools.fake_tool import FakeTool
    from pytest_llmeval.models.tools.fake_tools import FakeTools
    from pytest_llmeval.runs.record import Record

__all__ = [
    "LLM",
    "Answer",
    "Dimension",
    "Entry",
    "Example",
    "FakeTool",
    "FakeTools",
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
    "ToolResult",
    "Trace",
    "Usage",
    "assert_calibrated",
    "assert_cites",
    "assert_contains",
    "assert_grade",
    "assert_matches",
    "assert_no_format_drift",
    "assert_schema",
    "assert_tool_calls",
    "assert_trajectory",
    "graders",
    "load_benchmark",
    "perturbations",
    "probes",
    "read_rubric",
    "self_consistency",
    "trace_of",
]
_FACES = ("graders", "perturbations", "probes")

_HOMES = {
    "LLM": "models.client",
    "Answer": "models.answer",
    "Dimension": "grading.judge.rubric",
    "Entry": "benchmark.entry",
    "Example": "grading.judge.rubric",
    "FakeTool": "models.tools.fake_tool",
    "FakeTools": "models.tools.fake_tools",
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
    "ToolResult": "models.answer",
    "Trace": "grading.traces.trace",
    "Usage": "models.answer",
    "assert_calibrated": "analysis.calibration_check",
    "assert_cites": "grading.assertions",
    "assert_contains": "grading.assertions",
    "assert_grade": "grading.assertions",
    "assert_matches": "grading.assertions",
    "assert_no_format_drift": "grading.traces.assertions",
    "assert_schema": "grading.assertions",
    "assert_tool_calls": "grading.traces.assertions",
    "assert_trajectory": "grading.traces.assertions",
    "load_benchmark": "benchmark.loading",
    "read_rubric": "grading.judge.rubric_file",
    "self_consistency": "grading.self_consistency",
    "trace_of": "grading.traces.trace",
}


def __getattr__(name: str) -> Any:
    if name in _FACES:
        return import_module(f"pytest_llmeval.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'pytest_llmeval' has no attribute {name!r}")
    return getattr(import_module(f"pytest_llmeval.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
