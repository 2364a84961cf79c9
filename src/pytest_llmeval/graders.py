"""The graders by rule, as test authors name them: ``graders.exact_match()``, ``graders.numeric(rel_tol=0.01)``.

Without arguments a grader takes what it needs from the entry. Any function of entry and answer is a grader too.
"""

from __future__ import annotations

from pytest_llmeval.grading.code.code_tests import code_tests
from pytest_llmeval.grading.code.quality import python_quality
from pytest_llmeval.grading.combining import all_of, any_of, weighted
from pytest_llmeval.grading.confidence.recorder import confidence
from pytest_llmeval.grading.evidence import evidence
from pytest_llmeval.grading.json_schema import json_schema
from pytest_llmeval.grading.judge.rubric_judge import rubric_judge
from pytest_llmeval.grading.key_points import key_points
from pytest_llmeval.grading.length import length
from pytest_llmeval.grading.retrieval.citation_support import citation_support
from pytest_llmeval.grading.retrieval.citing import citations
from pytest_llmeval.grading.retrieval.claim_coverage import claim_coverage
from pytest_llmeval.grading.retrieval.reading import retrieve_then_read
from pytest_llmeval.grading.retrieval.retrieval import retrieval
from pytest_llmeval.grading.steps.steps import steps
from pytest_llmeval.grading.text_graders import contains, exact_match, excludes, regex
from pytest_llmeval.grading.traces.asking_back import asks_back
from pytest_llmeval.grading.traces.budgets import budget
from pytest_llmeval.grading.traces.loops import no_loops
from pytest_llmeval.grading.traces.milestones import checkpoints, objectives
from pytest_llmeval.grading.traces.tool_calls import forbidden_tools, tool_calls
from pytest_llmeval.grading.traces.tool_results import tool_failures, tool_grounded
from pytest_llmeval.grading.traces.trajectory import trajectory
from pytest_llmeval.grading.value_graders import choice, numeric, similarity

__all__ = [
    "all_of",
    "any_of",
    "asks_back",
    "budget",
    "checkpoints",
    "choice",
    "citation_support",
    "citations",
    "claim_coverage",
    "code_tests",
    "confidence",
    "contains",
    "evidence",
    "exact_match",
    "excludes",
    "forbidden_tools",
    "json_schema",
    "key_points",
    "length",
    "no_loops",
    "numeric",
    "objectives",
    "python_quality",
    "regex",
    "retrieval",
    "retrieve_then_read",
    "rubric_judge",
    "similarity",
    "steps",
    "tool_calls",
    "tool_failures",
    "tool_grounded",
    "trajectory",
    "weighted",
]
