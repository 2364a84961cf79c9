"""What the four levels and the six failure labels mean, as a judge is told it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_llmeval.grading.grade import FailureLabel, Level

LEVEL_ANCHORS: Mapping[Level, str] = MappingProxyType(
    {
        "fully_correct": (
            "Everything a right answer has to say is there, all of it is true, and it rests on the evidence that the "
            "question calls for. Other wording and true additions take nothing away."
        ),
        "partially_correct": (
            "The core is right, but something that is needed is missing, vague, or wrong in a detail that does not "
            "overturn the core."
        ),
        "unsupported": (
            "It may be right, but nothing bears it out: it names no evidence where evidence is called for, the "
            "evidence does not say so, or its claims can be confirmed by nothing that you are given."
        ),
        "wrong": (
            "Its core is false or contradicts the reference answer, it answers another question, or it gives no answer."
        ),
    }
)
LABEL_ANCHORS: Mapping[FailureLabel, str] = MappingProxyType(
    {
        "missing_evidence": "It lacked material that it needed, or names no source for what it says.",
        "retrieval_miss": "It rests on the wrong files or documents; the right ones were not looked at.",
        "wrong_chunk": "It rests on the right file or document, but on the wrong part of it.",
        "hallucination": "It states as a fact what is nowhere: an invented name, file, number or quotation.",
        "reasoning_error": "The facts it starts from are right; the conclusion it draws from them is not.",
        "scope_confusion": "It is about another thing than was asked: another module, version, case or question.",
    }
)
