"""Judges beside the rest of their panel, on models of their own family and on others."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.judges.self_preference import Favour, SelfPreference
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval
from pytest_llmeval.grading.judge.panel import vote_name
from pytest_llmeval.reports.judge_trust_lines import favour_lines
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

GPT, CLAUDE, GEMINI = "openai:gpt-4o", "anthropic:claude-sonnet-4-6", "gemini:gemini-2.5-pro"


def panel(number: int, model: str = "gpt-4o-mini", provider: str = "openai", sample: int = 1, **votes: float) -> Record:
    names = {"gpt": GPT, "claude": CLAUDE, "gemini": GEMINI}
    told = [{"name": vote_name(names[name]), "value": value, "kind": "judge"} for name, value in votes.items()]
    return trial(number, model=model, provider=provider, sample=sample, scores=told)


def favours(*records: Record) -> tuple[Favour, ...]:
    found = SelfPreference()
    for one in records:
        found.add(one)
    return found.figures()


VALUES = st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=20)


@settings(deadline=None)
@given(VALUES)
def test_judge_is_held_against_the_mean_of_the_others_on_the_same_answers(votes: list[tuple[float, ...]]) -> None:
    (found,) = favours(*(panel(n, gpt=a, claude=b, gemini=c) for n, (a, b, c) in enumerate(votes)))
    differences = [a - (b + c) / 2 for a, b, c in votes]
    assert (found.judge, found.own_n, found.others) == (GPT, len(votes), None)
    assert found.own == pytest.approx(fmean(differences), abs=1e-12)
    assert found.interval == pytest.approx(paired_bootstrap_interval(differences), abs=1e-12)


def test_what_it_gives_to_others_tells_favour_from_leniency() -> None:
    own = [panel(n, gpt=1.0, claude=0.5) for n in range(8)]
    foreign = [panel(n, model="mistral-small", provider="openrouter", gpt=0.6, claude=0.5) for n in range(8)]
    (found,) = favours(*own, *foreign)
    assert (found.own, found.others_n) == (0.5, 8)
    assert found.others == pytest.approx(0.1)
    assert found.is_proven
    lenient = [panel(n, model="mistral-small", provider="openrouter", gpt=1.0, claude=0.5) for n in range(8)]
    assert not favours(*own, *lenient)[0].is_proven
    assert not favours(*own)[0].is_proven


def test_samples_of_an_entry_count_once_and_a_single_vote_says_nothing() -> None:
    made = [panel(1, gpt=1.0, claude=float(sample == 1), sample=sample) for sample in (1, 2)]
    (found,) = favours(*made, panel(2, gpt=1.0))
    assert (found.own, found.own_n) == (0.5, 1)
    assert favours(panel(2, gpt=1.0)) == ()


def test_lines_name_the_judge_and_both_figures() -> None:
    own = [panel(n, gpt=1.0, claude=0.5) for n in range(4)]
    foreign = [panel(9, model="mistral-small", provider="openrouter", gpt=0.6, claude=0.5)]
    assert [one.text for one in favour_lines(favours(*own, *foreign))] == [
        f"  own family          {GPT}",
        "                      gives it +0.50 [+0.50 to +0.50] beside the panel, n 4, to others +0.10, n 1",
    ]
    assert favour_lines(()) == []
