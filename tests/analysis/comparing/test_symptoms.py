from __future__ import annotations

import pytest

from pytest_llmeval.analysis.comparing.pairing import pair
from pytest_llmeval.analysis.comparing.symptoms import measure_symptoms
from pytest_llmeval.analysis.statistics.paired import mcnemar
from tests.analysis.two_runs import records, side, side_of


def test_symptoms_are_labels_and_states_in_the_order_of_their_families() -> None:
    base = [*records("WW", failure_label="hallucination"), *records("  UT"), *records("    C")]
    new = [*records("C"), *records(" W", failure_label="hallucination"), *records("  UT"),
           *records("    W", failure_label="retrieval_miss", finish_reason="refusal")]  # fmt: skip
    found = measure_symptoms(pair(side_of(base), side_of(new)).pairs)
    assert [(one.name, one.family, one.base, one.new) for one in found] == [
        ("hallucination", "truthfulness", 2, 1),
        ("unsupported", "truthfulness", 1, 1),
        ("retrieval_miss", "retrieval", 0, 1),
        ("truncated", "format", 1, 1),
        ("refused", "refusal", 0, 1),
    ]


def test_a_symptoms_p_value_is_mcnemars_corrected_for_how_many_were_seen() -> None:
    base = records("C" * 12 + "U")
    new = [*records("W" * 12, failure_label="hallucination"), *records(" " * 12 + "U")]
    hallucination, unsupported = measure_symptoms(pair(side_of(base), side_of(new)).pairs)
    assert hallucination.p == pytest.approx(2 * mcnemar(0, 12))
    assert unsupported.p == 1


def test_the_label_of_a_right_answer_is_no_symptom() -> None:
    right = side("C", failure_label="hallucination")
    assert measure_symptoms(pair(right, right).pairs) == []
