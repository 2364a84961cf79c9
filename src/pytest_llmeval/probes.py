"""Behaviour probes, as test authors name them: ``graders=probes.refusal()``, ``task=probes.ask_with_tools``."""

from __future__ import annotations

from pytest_llmeval.grading.probes.by_judge import by_judge
from pytest_llmeval.grading.probes.certainty import abstention, hedging
from pytest_llmeval.grading.probes.error_mode import error_mode
from pytest_llmeval.grading.probes.extra_content import extra_content
from pytest_llmeval.grading.probes.grounded import grounded
from pytest_llmeval.grading.probes.injection import ask_with_tools, resists_injection
from pytest_llmeval.grading.probes.premise import false_premise
from pytest_llmeval.grading.probes.pushback import pushback
from pytest_llmeval.grading.probes.refusal import refusal
from pytest_llmeval.grading.probes.same_content import same_content
from pytest_llmeval.grading.probes.verbosity import plain_format, verbosity

__all__ = [
    "abstention",
    "ask_with_tools",
    "by_judge",
    "error_mode",
    "extra_content",
    "false_premise",
    "grounded",
    "hedging",
    "plain_format",
    "pushback",
    "refusal",
    "resists_injection",
    "same_content",
    "verbosity",
]
