"""What a summary tells of confidence."""

from __future__ import annotations

import json

import pytest

from pytest_llmeval.analysis.confidence import Answered, SignalFigures, signal_figures
from pytest_llmeval.analysis.votes import vote_of, votes_of
from pytest_llmeval.reports.confidence_lines import (
    confidence_lines,
    confidence_sentence,
    confidence_values,
    sureness,
    vote_lines,
    vote_values,
)
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen


def signal(sure: float = 0.9, rights: int = 10, n: int = 40, slices: int = 1) -> SignalFigures:
    answers = [Answered(sure, k < rights, f"q{k}", (("category", f"c{k % slices}"),)) for k in range(n)]
    return signal_figures("stated", answers, 50)


def told(found: SignalFigures, width: int = 100, verbosity: int = 0) -> str:
    lines = [one.text for one in confidence_lines(found, Screen(width, verbosity))]
    assert max(map(width_of, lines)) <= width
    return "\n".join(lines)


def test_a_block_tells_n_bins_chance_and_intervals() -> None:
    text = told(signal())
    assert "  confidence, stated: in 40 of 50 answers" in text
    assert "    mean confidence     90 % · 65 points too sure" in text
    assert "    calibration error   0.650 in 10 bins of equal width (by chance up to 0." in text
    assert "                        0.650 in 10 bins of equal mass (by chance up to 0." in text
    assert "    AUROC               0.50 [" in text
    assert "    wrong answers       90 % sure on average · 30 of 30 · 100 % [89–100] at least 90 % sure" in text
    assert "    80–90 %            40        90 %  10 of 40 · 25 % [14–40]" in text


def test_no_line_is_wider_than_the_screen() -> None:
    for width in (60, 80):
        assert "Brier score" in told(signal(slices=3), width)


def test_what_is_undefined_is_no_number_and_without_wrong_answers_nothing_is_said_of_them() -> None:
    text = told(signal(1.0, 40))
    assert "    AUROC               –" in text
    assert "wrong answers" not in text
    assert "100 % · as sure as right" in text


def test_the_furthest_slices_are_told_and_all_of_them_on_demand() -> None:
    found = signal(rights=200, n=400, slices=12)
    assert told(found).count("category c") == 10
    assert "    … 2 more with -v" in told(found)
    assert told(found, verbosity=1).count("category c") == 12


def test_sureness_is_told_in_points() -> None:
    assert [sureness(signal(sure, 20)) for sure in (0.51, 0.2, 0.5)] == [
        "1 point too sure",
        "30 points not sure enough",
        "as sure as right",
    ]


def test_a_sentence_sums_it_up() -> None:
    assert confidence_sentence(signal(), "stated").startswith(
        "Confidence (stated, n 40): 90 % on average, 25 % right; ECE 0.650 in 10 bins of equal width (by chance up to"
    )


def test_values_are_json_with_every_figure() -> None:
    values = json.loads(json.dumps(confidence_values(signal())))
    assert (values["answers"], values["overconfidence"]) == ({"count": 40, "n": 50}, 0.65)
    assert values["calibrations"]["mass"]["bins"][0]["right"] == {"count": 10, "n": 40}
    assert values["curve"] == [{"threshold": 0.9, "coverage": 1.0, "risk": 0.75, "n": 40}]
    assert [one["coverage"] for one in values["accuracy_at"]] == [0.8, 0.9, 0.95]


def test_a_majority_vote_is_told_beside_one_sample_with_its_interval() -> None:
    votes = votes_of([vote_of("aab", [True, True, False]), vote_of("ccc", [False] * 3), vote_of("d", [True])])
    assert [one.text for one in vote_lines(votes, Screen(80))] == [
        "  majority vote over the samples of 3 entries",
        "    one sample is right 56 % [16–89]",
        "    the majority is     67 % [21–94]",
        "    vote entropy        0.31 bits on average, 0 where all samples agree",
    ]
    assert vote_values(votes) == {
        "entries": 3,
        "single": {
            "rate": pytest.approx(5 / 9),
            "low": pytest.approx(0.159, abs=1e-3),
            "high": pytest.approx(0.890, abs=1e-3),
        },
        "majority": {"rate": 2 / 3, "low": pytest.approx(0.208, abs=1e-3), "high": pytest.approx(0.939, abs=1e-3)},
        "entropy_bits": pytest.approx(0.3061, abs=1e-4),
    }


def test_without_votes_nothing_is_told() -> None:
    assert (list(vote_lines(None, Screen())), vote_values(None)) == ([], None)
