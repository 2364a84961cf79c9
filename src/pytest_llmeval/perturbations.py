"""The kinds of perturbation, as test authors name them: ``perturb=["typos", perturbations.order(n=2)]``.

Any function of entry and a seeded ``random.Random`` that returns the new question is a kind too.
"""

from __future__ import annotations

from pytest_llmeval.benchmark.perturbation.ablation import weak_evidence, without_evidence
from pytest_llmeval.benchmark.perturbation.depth import depth, place_needle
from pytest_llmeval.benchmark.perturbation.injection import injection
from pytest_llmeval.benchmark.perturbation.order import order
from pytest_llmeval.benchmark.perturbation.own import paraphrase
from pytest_llmeval.benchmark.perturbation.surroundings import distractors, leading, listed, malformed, template
from pytest_llmeval.benchmark.perturbation.wording import case, punctuation, spacing, typos

__all__ = [
    "case",
    "depth",
    "distractors",
    "injection",
    "leading",
    "listed",
    "malformed",
    "order",
    "paraphrase",
    "place_needle",
    "punctuation",
    "spacing",
    "template",
    "typos",
    "weak_evidence",
    "without_evidence",
]
