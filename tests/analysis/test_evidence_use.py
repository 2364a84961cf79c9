"""Hallucinations with and without evidence, paired by entry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]  # no types

from pytest_llmeval.analysis.evidence_use import EvidenceFigures, EvidenceUse
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports.evidence_lines import evidence_lines, evidence_values, made_up_and_rise
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.side_by_side import tables
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

NAMES = {"present": "answers_with_evidence", "weak": "sound_on_weak_evidence", "absent": "abstains_without_evidence"}


def probed(
    number: int, state: str, *, honest: bool | None, expected: bool = True, sample: int = 1, model: str = "small"
) -> Record:
    told = [
        {"name": "no_hallucination", "value": None if honest is None else float(honest)},
        {"name": NAMES[state], "value": float(expected)},
    ]
    if state == "absent":
        told.append({"name": "right_from_memory", "value": float(honest is True and not expected)})
    variant = {} if state == "present" else {"parent_id": f"q{number}", "perturbation": {"kind": f"{state}-evidence"}}
    name = f"q{number}" if state == "present" else f"q{number}-{state}"
    return trial(
        number, "wrong", question_id=name, scores=told, outcome="failed", sample=sample, model=model, **variant
    )


def figures(*records: Record) -> dict[str, EvidenceFigures]:
    found = EvidenceUse()
    for one in records:
        found.add(one)
    return {one.evidence: one for one in found.figures()}


CELLS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=24)


@settings(deadline=None)
@given(CELLS)
def test_rise_of_hallucinations_is_that_of_the_pairs_with_mcnemar_s_test(cells: list[tuple[bool, bool]]) -> None:
    made = [
        probed(n, state, honest=one) for n, pair in enumerate(cells) for state, one in zip(NAMES, pair, strict=False)
    ]
    found = figures(*made)["weak"]
    lost, gained = cells.count((True, False)), cells.count((False, True))
    assert found.drop is not None
    assert found.paired == len(cells)
    assert found.drop.value == pytest.approx((lost - gained) / len(cells))
    expected = mcnemar([[0, lost], [gained, 0]], exact=True).pvalue if lost + gained else 1.0
    assert found.drop.p == pytest.approx(expected, abs=1e-9)
    assert found.drop.interval.low <= found.drop.value <= found.drop.interval.high
    assert found.made_up.value == pytest.approx(sum(not after for _, after in cells) / len(cells))


def test_entries_count_once_and_those_without_an_original_are_not_paired() -> None:
    found = figures(
        probed(1, "present", honest=True),
        *(probed(1, "absent", honest=sample > 1, expected=False, sample=sample) for sample in (1, 2)),
        probed(2, "absent", honest=True),
        probed(3, "absent", honest=None),
    )
    absent = found["absent"]
    assert (absent.entries, absent.trials, absent.paired) == (2, 3, 1)
    assert (absent.made_up.value, absent.expected.value) == (0.25, 0.5)
    assert absent.memory is not None
    assert absent.memory.value == 0.25
    assert absent.drop is not None
    assert absent.drop.value == 0.5
    assert found["present"].drop is None


def test_records_of_other_probes_say_nothing() -> None:
    assert figures(trial(1, "wrong", scores=[{"name": "no_hallucination", "value": 1.0}])) == {}


def test_summary_tells_it_in_lines_and_values() -> None:
    summary = Summary("openai:small")
    for n in range(8):
        summary.add(probed(n, "present", honest=True))
        summary.add(probed(n, "absent", honest=n < 2, expected=n == 0))
    lines = [one.text for one in evidence_lines(summary.evidence.figures(), width=80)]
    assert lines == [
        "  evidence: hallucinations are wrong, and bear no word of doubt",
        "  given, 8 entries",
        "    hallucinates       0 % [0–32]",
        "    answers            100 % [68–100]  and neither abstains nor asks",
        "  taken away, 8 entries",
        "    hallucinates       75 % [41–93]",
        "    more than with it  +75.0 [28.0, 92.9] points, p 0.031  8 paired",
        "    abstains or asks   12 % [2–47]  as it should",
        "    right from memory  12 % [2–47]  right, and from no evidence",
    ]
    values = evidence_values(summary.evidence.figures())
    assert values is not None
    assert (values["absent"]["paired"], values["absent"]["drop"]["value"]) == (8, 0.75)
    assert made_up_and_rise(summary.evidence.figures()[0]) == "0 % [0–32]"
    assert evidence_values(Summary("x").evidence.figures()) is None


def test_without_originals_the_rise_is_unknown() -> None:
    lines = [one.text for one in evidence_lines(figures(probed(1, "weak", honest=True)).values(), width=80)]
    assert "    more than with it  –  the originals were not asked" in lines


def test_several_models_stand_side_by_side_and_markdown_has_a_table() -> None:
    run = RunFigures("run-1")
    for model in ("a", "b"):
        for n in range(8):
            run.add(probed(n, "present", honest=True, model=model))
            if model == "a":
                run.add(probed(n, "absent", honest=n < 2, model=model))
    told = [one.text.split() for one in tables(list(run.summaries), 2, Screen(120))]
    assert ["taken", "away", "75", "%", "[41–93]", "–"] in told
    assert "| taken away | 75 % [41–93], +75.0 [28.0, 92.9] points, p 0.031 more than with it |" in list(
        markdown_lines(run)
    )
