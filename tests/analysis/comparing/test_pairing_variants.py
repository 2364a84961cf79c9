"""Robustness in a comparison: variants are paired under their original, and each entry counts once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.measured_behaviour import Behaviour
from pytest_llmeval.analysis.comparing.pairing_variants import OfOneRun
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval, sign_flip_test
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, side_of

KINDS = ("typos", "case", "noise")


def entry(number: int, original: str, variants: str, **fields: Any) -> list[Record]:
    """Make an entry with variants, a letter each; a blank leaves one out."""
    own = records(" " * number + original, **{**fields, "scores": ()})
    made = [
        one
        for kind, letter in zip(KINDS, variants, strict=False)
        for one in records(
            " " * number + letter,
            **{
                "parent_id": f"q{number}",
                "perturbation": {"kind": kind},
                "question_id": f"q{number}-{kind}",
                "question": f"{number} {kind}",
                **fields,
            },
        )
    ]
    return [*own, *made]


def compared(base: list[Record], new: list[Record]) -> dict[str, Behaviour]:
    figures = compare(side_of(base), side_of(new)).figures
    assert figures is not None
    return {one.figure.name: one for one in figures.behaviour}


def test_drop_verdict_and_all_pass_are_compared_over_entries() -> None:
    base = [*entry(0, "C", "CC"), *entry(1, "C", "CW"), *entry(2, "W", "WW")]
    new = [*entry(0, "C", "WW"), *entry(1, "C", "CC"), *entry(2, "W", "CW")]
    found = compared(base, new)
    drop, same, passes = (found[name].figure for name in ("drop of variants", "same verdict", "all pass"))
    assert [drop.base, drop.new] == pytest.approx([0.5 / 3, 0.5 / 3])
    assert (drop.p, drop.interval) == (
        sign_flip_test([1, -0.5, -0.5]),
        paired_bootstrap_interval([1, -0.5, -0.5]),
    )
    assert [same.base, same.new] == pytest.approx([2.5 / 3, 1.5 / 3])
    assert [passes.base, passes.new, passes.entries] == pytest.approx([1 / 3, 1 / 3, 3])
    assert found["all pass"].group == "robustness"


def attacked(*obeyed: bool) -> list[Record]:
    return [
        one
        for number, bad in enumerate(obeyed)
        for one in entry(number, "C", "C", scores=(Score("resists_injection", float(not bad)),))
    ]


def test_attack_success_rate_is_compared_over_variants() -> None:
    found = compared(attacked(*[False] * 8), attacked(*[True] * 6, *[False] * 2))
    figure = found["attack success rate"].figure
    assert (figure.base, figure.new, figure.pairs, figure.test) == (0.0, 0.75, 8, "McNemar")
    assert (figure.lost, figure.gained) == (0, 6)


def test_several_attacks_on_an_entry_count_as_one() -> None:
    bad, good = Score("resists_injection", 0.0), Score("resists_injection", 1.0)
    base = [one for n in range(4) for one in entry(n, "C", "CC", scores=(good,))]
    new = [one for n in range(4) for one in entry(n, "C", "CC", scores=(bad,))]
    figure = compared(base, new)["attack success rate"].figure
    assert (figure.pairs, figure.entries, figure.test) == (8, 4, "sign flips")


def test_an_attacked_entry_and_its_variants_count_as_one() -> None:
    def run(value: float) -> list[Record]:
        score = Score("resists_injection", value)
        return [
            one.model_copy(update={"scores": (score,)})
            for n in range(5)
            for one in entry(n, "C", "CC", scores=(score,))
        ]

    figure = compared(run(1.0), run(0.0))["attack success rate"].figure
    assert (figure.pairs, figure.entries) == (15, 5)
    assert figure.p == sign_flip_test([1.0] * 5)


@pytest.mark.parametrize(
    "other",
    [
        {"question": "worded otherwise"},
        {"quarantined_until": "2030-01-01"},
        {"contamination": "flagged"},
        {"outcome": "error", "grade": None},
    ],
)
def test_variants_that_cannot_be_compared_are_in_no_figure(other: dict[str, Any]) -> None:
    variant = entry(0, "C", "C")[1].model_copy(update=other)
    found = compared(entry(0, "C", "C"), [*entry(0, "C", ""), variant])
    assert "drop of variants" not in found


def test_variants_whose_original_is_not_paired_are_in_no_figure_but_that_of_attacks() -> None:
    scores = (Score("resists_injection", 1.0),)
    base = [*entry(0, "C", ""), *entry(1, "C", "C", scores=scores)]
    found = compared(base, [*entry(0, "C", ""), *entry(1, " ", "C", scores=scores)])
    assert "drop of variants" not in found
    assert found["attack success rate"].figure.pairs == 1


def test_evals_that_ask_the_same_entries_keep_their_variants_apart() -> None:
    one, other = {"nodeid": "t.py::test_a[x]"}, {"nodeid": "t.py::test_b[x]"}
    base = [*entry(0, "C", "C", **one), *entry(0, "C", "W", **other)]
    drop = compared(base, base)["drop of variants"].figure
    assert (drop.entries, drop.base) == (2, 0.5)


def test_runs_without_variants_have_no_figure_of_robustness() -> None:
    found = compared(entry(0, "C", ""), entry(0, "C", ""))
    assert not [one for one in found.values() if one.group == "robustness"]


def test_verdicts_of_samples_that_the_original_lacks_are_not_held_against_it() -> None:
    assert OfOneRun({1: True}, {"v": {2: False}}).same_verdict is None
    assert OfOneRun({1: True}, {"v": {1: True, 2: False}}).same_verdict == 1.0


SAMPLES = st.dictionaries(st.integers(1, 4), st.booleans(), min_size=1)


@given(original=SAMPLES, variants=st.dictionaries(st.text(max_size=3), SAMPLES, min_size=1))
def test_entries_that_pass_whole_have_no_drop_and_agree_throughout(
    original: dict[int, bool], variants: dict[str, dict[int, bool]]
) -> None:
    run = OfOneRun(original, variants)
    assert -1 <= run.drop <= 1
    if run.all_pass:
        assert (run.drop, run.same_verdict in (None, 1.0)) == (0.0, True)
