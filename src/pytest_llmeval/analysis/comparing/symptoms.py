"""What the answers of a pair of runs suffer from; no part of the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair
from pytest_llmeval.analysis.comparing.signs import sign_test_by_entry
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.statistics.paired import holm

Family = Literal["truthfulness", "reasoning", "retrieval", "format", "refusal"]
SYMPTOMS: Mapping[str, Family] = {
    "hallucination": "truthfulness",
    "unsupported": "truthfulness",
    "scope_confusion": "reasoning",
    "reasoning_error": "reasoning",
    "missing_evidence": "retrieval",
    "retrieval_miss": "retrieval",
    "wrong_chunk": "retrieval",
    "truncated": "format",
    "unextractable": "format",
    "filtered": "refusal",
    "refused": "refusal",
}
"""What an answer can suffer from, and the kind of regression more of it is."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """How many answers suffer from something, before and after."""

    name: str
    family: Family
    base: int
    new: int
    p: float
    """Of McNemar's test over entries, corrected for how many symptoms were seen; no part of the verdict."""


def measure_symptoms(pairs: Sequence[Pair]) -> list[Symptom]:
    """Count failure labels and states that stand for a grade, in the order of their families."""
    told = [(symptoms_of(pair.base), symptoms_of(pair.new)) for pair in pairs]
    before, after = (Counter[str](), Counter[str]())
    # A few combinations stand for all pairs.
    for (base, new), times in Counter(told).items():
        for counts, names in ((before, base), (after, new)):
            counts.update(dict.fromkeys(names, times))
    changes: defaultdict[str, tuple[list[EntryKey], list[int]]] = defaultdict(lambda: ([], []))
    for pair, (base, new) in zip(pairs, told, strict=True):
        for name in base ^ new:
            changes[name][0].append(pair.entry)
            changes[name][1].append(1 if name in new else -1)
    seen = [name for name in SYMPTOMS if before[name] or after[name]]
    p_values = holm([sign_test_by_entry(*changes[name]) for name in seen])
    return [Symptom(name, SYMPTOMS[name], before[name], after[name], p) for name, p in zip(seen, p_values, strict=True)]


def symptoms_of(trial: Trial) -> frozenset[str]:
    """Return what an answer suffers from."""
    return _known_symptoms(trial.label or "", trial.verdict, "refused" if trial.refused else "")


@cache
def _known_symptoms(*said: str) -> frozenset[str]:
    return frozenset(one for one in said if one in SYMPTOMS)
