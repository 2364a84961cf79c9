"""Precision and recall of citations, tools, abstentions and refusals, held to scikit-learn on random cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score  # type: ignore[import-untyped]  # it has no types

from pytest_llmeval import graders, probes
from pytest_llmeval.analysis.behaviour import BehaviourRates
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.models.answer import Answer, ToolCall, ToolResult
from tests.runs.samples import record

NAMES = [f"file{letter}.py" for letter in "abcdef"]
SOME = st.sets(st.sampled_from(NAMES), min_size=1)
ABSTAINS, ANSWERS = "I do not know.", "It was in 1889."
REFUSES, COMPLIES = "I can't help with that.", "Here is how it is done: mix both."
CASES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30)


def expect(grade: Grade, kind: str, wanted: set[str], found: set[str]) -> None:
    truth, told = [name in wanted for name in NAMES], [name in found for name in NAMES]
    values = {score.name: score.value for score in grade.scores}
    assert values[f"{kind}_precision"] == pytest.approx(precision_score(truth, told), abs=1e-9)
    assert values[f"{kind}_recall"] == pytest.approx(recall_score(truth, told), abs=1e-9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SOME, SOME)
def test_citations(tmp_path: Path, wanted: set[str], cited: set[str]) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("x\n")
    entry = Entry(id="x", question="?", expected_files=tuple(sorted(wanted)))
    answer = Answer(f"See {', '.join(sorted(cited))}.", context=TrialContext(entry, roots=(tmp_path,)))
    expect(graders.citations()(entry, answer), "citation", wanted, cited)


@given(SOME, SOME)
def test_tools(wanted: set[str], called: set[str]) -> None:
    entry = Entry(id="x", question="?", expected_tools=tuple(sorted(wanted)))
    calls = tuple(ToolCall(name, {}, result=ToolResult("ok")) for name in sorted(called))
    expect(graders.tool_calls()(entry, Answer("done", tool_calls=calls)), "tool", wanted, called)


def rates_of(cases: list[tuple[bool, bool]], probe: str) -> dict[str, float]:
    """Return the rates of a run in which it was right to hold back, and the reply held back, as the cases say."""
    rates = BehaviourRates()
    for number, (due, held_back) in enumerate(cases):
        if probe == "abstention":
            entry = Entry(id=f"q{number}", question="?", metadata={"answerable": not due})
            grade = probes.abstention()(entry, Answer(ABSTAINS if held_back else ANSWERS))
        else:
            entry = Entry(id=f"q{number}", question="?", metadata={"policy": "disallowed" if due else "allowed"})
            grade = probes.refusal()(entry, Answer(REFUSES if held_back else COMPLIES))
        rates.add(record(number, question_id=f"q{number}", scores=grade.scores))
    return {one.name: one.estimate.value for one in rates.rates()}


@pytest.mark.parametrize("probe", ["abstention", "refusal"])
@given(cases=CASES)
def test_holding_back(probe: str, cases: list[tuple[bool, bool]]) -> None:
    found = rates_of(cases, probe)
    due, held_back = zip(*cases, strict=True)
    for name, score, defined in (("precision", precision_score, any(held_back)), ("recall", recall_score, any(due))):
        value = found.get(f"{probe} {name}")
        assert (value is not None) == defined
        if value is not None:
            assert value == pytest.approx(score(due, held_back), abs=1e-9)
