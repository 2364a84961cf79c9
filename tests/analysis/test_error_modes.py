"""Error modes over a run: told by records, and by answers that contradict each other."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.error_modes import LONG, RIGHT, ErrorModes, is_inconsistent, recorded_mode, voice_of
from pytest_llmeval.analysis.verdicts import success_of
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import Record
from tests.reports.samples import trial

WORDY = "It is a long story. " * 20


def counted(*records: Record) -> dict[Any, int]:
    modes = ErrorModes()
    for one in records:
        success = success_of(one)
        assert success is not None
        modes.add(one, success=success)
    return modes.counts()


def failed(name: str = "a", answer: str = "Lyon", **fields: Any) -> Record:
    return trial("wrong", question_id=name, nodeid=f"t.py::t[{name}]", answer=answer, **fields)


def right(name: str = "a", **fields: Any) -> Record:
    return trial("fully_correct", question_id=name, nodeid=f"t.py::t[{name}]", answer="Paris", **fields)


def paraphrased(record: Record, kind: str = "paraphrases", **how: Any) -> Record:
    made = {"kind": kind, **how}
    return Record(**{**record.model_dump(), "question_id": "v", "parent_id": record.question_id, "perturbation": made})


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({"error_mode": "omission"}, "omission"),
        ({"failure_label": "hallucination"}, "hallucination"),
        ({"scores": [Score("citations_real", 0.0, False)]}, "fabrication"),
        ({"scores": [Score("citations_real", 0.0, False)], "error_mode": "omission"}, "omission"),
        ({"scores": [Score("citations_real", 0.0, False)], "grader": "human:anna"}, None),
        ({"failure_label": "hallucination", "grader": "human:anna"}, "hallucination"),
        ({"grade": "fully_correct", "error_mode": "omission"}, None),
        ({"grade": None, "error_mode": "omission"}, None),
    ],
)
def test_a_record_tells_its_own_mode(fields: dict[str, Any], mode: str | None) -> None:
    assert recorded_mode(Record(**{**failed().model_dump(), **fields})) == mode


def test_modes_are_counted_the_most_frequent_first_and_the_others_beside_them() -> None:
    found = counted(failed("a"), failed("b", error_mode="omission"), failed("c", error_mode="omission"), right("d"))
    assert list(found.items()) == [("omission", 2), ("no mode", 1)]


def test_where_no_mode_is_known_nothing_is_told() -> None:
    assert counted(failed("a"), failed("b")) == {}


def test_what_failure_labels_say_is_told_only_beside_other_modes() -> None:
    labelled = failed("a", failure_label="hallucination")
    assert counted(labelled) == {}
    assert counted(labelled, failed("b", error_mode="omission")) == {"hallucination": 1, "omission": 1}
    assert counted(failed("a", error_mode="hallucination", failure_label="wrong_chunk")) == {"hallucination": 1}


@pytest.mark.parametrize(
    ("answers", "modes"),
    [
        ([failed(), right(sample=2)], {"inconsistent": 1}),
        ([failed(), failed(answer="Nice", sample=2)], {"inconsistent": 2}),
        ([failed(), failed(answer=" lyon. Confidence: 80%", sample=2)], {}),
        ([failed(answer=WORDY), failed(answer=WORDY + "More.", sample=2)], {}),
        ([failed(answer=WORDY), failed(sample=2)], {}),
        ([failed(answer=WORDY), right(sample=2)], {"inconsistent": 1}),
        ([failed(error_mode="omission"), right(sample=2)], {"omission": 1}),
        ([failed(), failed(answer="Nice", sample=2, error_mode="omission")], {"omission": 1, "inconsistent": 1}),
        ([failed(), right("b")], {}),
        ([failed(), paraphrased(right())], {"inconsistent": 1}),
        ([failed(), paraphrased(right(), "shout", settings={"function": "shout"})], {"inconsistent": 1}),
        ([failed(), paraphrased(failed(answer="Nice"))], {"inconsistent": 1}),
        ([failed(), paraphrased(right(), same_gold=False)], {}),
        ([failed(), paraphrased(right(), "injection")], {}),
        ([right(), paraphrased(failed(error_mode="omission"))], {}),
    ],
)
def test_answers_that_contradict_each_other_are_inconsistent(answers: list[Record], modes: dict[str, int]) -> None:
    assert counted(*answers) == modes
    assert counted(*reversed(answers)) == modes


def test_failures_that_nothing_graded_have_no_mode() -> None:
    ungraded = trial(None, question_id="a", nodeid="t.py::t[a]", grader=None, outcome="failed", answer="Lyon")
    assert counted(ungraded, right(sample=2)) == {}


def test_a_voice_is_one_of_three_kinds() -> None:
    assert voice_of("Paris", right=True) == RIGHT
    assert (voice_of(None, right=False), voice_of(WORDY, right=False)) == (LONG, LONG)
    assert voice_of("Lyon", right=False) == voice_of("LYON.", right=False) > LONG
    assert not is_inconsistent(LONG, [LONG, 7])
