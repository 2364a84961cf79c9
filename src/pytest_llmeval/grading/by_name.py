"""Graders by name, as a benchmark file writes them: ``"contains"``, ``{"name": "numeric", "rel_tol": 0.01}``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.evidence import evidence
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.json_schema import json_schema
from pytest_llmeval.grading.judge.rubric_judge import rubric_judge
from pytest_llmeval.grading.key_points import key_points
from pytest_llmeval.grading.length import length
from pytest_llmeval.grading.retrieval.citation_support import citation_support
from pytest_llmeval.grading.retrieval.citing import citations
from pytest_llmeval.grading.retrieval.claim_coverage import claim_coverage
from pytest_llmeval.grading.retrieval.retrieval import retrieval
from pytest_llmeval.grading.text_graders import contains, exact_match, excludes, regex
from pytest_llmeval.grading.traces.asking_back import asks_back
from pytest_llmeval.grading.traces.tool_calls import forbidden_tools, tool_calls
from pytest_llmeval.grading.traces.tool_results import tool_failures, tool_grounded
from pytest_llmeval.grading.value_graders import choice, numeric, similarity

MAKERS: Mapping[str, Callable[..., Grader]] = {
    maker.name: maker
    for maker in (
        asks_back,
        choice,
        citations,
        citation_support,
        claim_coverage,
        contains,
        evidence,
        exact_match,
        excludes,
        forbidden_tools,
        json_schema,
        key_points,
        length,
        numeric,
        regex,
        retrieval,
        rubric_judge,
        similarity,
        tool_calls,
        tool_failures,
        tool_grounded,
    )
}
"""Name to what makes the grader."""


def graders_named(given: Any) -> tuple[Grader, ...]:
    """Make the graders that a benchmark names.

    Args:
        given: One or several of: a name, a mapping with ``name`` and settings, or a grader itself.

    Raises:
        ConfigurationError: For a name nobody has, or settings that the grader does not take.
    """
    several = given if isinstance(given, list | tuple) else [given]
    return tuple(_made(one) for one in _flat(several))


def _flat(given: Iterable[Any]) -> Iterable[Any]:
    return [one for one in given if one is not None]


def _made(given: Any) -> Grader:
    if callable(given):
        return given  # type: ignore[no-any-return]  # that it is a grader shows when it grades
    told = {"name": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else {}
    name = told.pop("name", None)
    if not isinstance(name, str) or name not in MAKERS:
        raise ConfigurationError(f"{given!r} names no grader; there are {', '.join(sorted(MAKERS))}")
    try:
        return MAKERS[name](**told)
    except TypeError as error:
        raise ConfigurationError(f"grader {name!r} cannot be made with {told!r}: {error}") from None
