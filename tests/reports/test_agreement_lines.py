from __future__ import annotations

import json
from typing import Any

from pytest_llmeval.analysis.people.rater_agreement import RaterAgreement, agreement_of
from pytest_llmeval.analysis.people.ratings import Rated, Ratings
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS
from pytest_llmeval.reports.agreement_lines import agreement_lines, agreement_values
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.one_model import Screen


def found(count: int = 8, **fields: Any) -> RaterAgreement:
    answers = tuple(
        Rated(f"q{n}", "openai:small", 1, "odd" if n % 2 else "even", {"anna": LEVELS[n % 4], "ben": LEVELS[n % 3]})
        for n in range(count)
    )
    return agreement_of(Ratings(**{"raters": ("anna", "ben"), "answers": answers, "field": "grade", **fields}))


def shown(one: RaterAgreement, **screen: Any) -> list[str]:
    return [line.text for line in agreement_lines(one, Screen(**screen))]


def test_agreement_reads_from_the_whole_to_the_single_answer() -> None:
    assert shown(found()) == [
        "agreement on the grade: anna, ben",
        "8 answers judged by two or more",
        "",
        "anna and ben",
        "  the same                       3 of 8 · 38 % [14–69]",
        "  Cohen's kappa                  0.17 [-0.20 to 0.57]",
        "  Cohen's kappa, linear          0.05 [-0.29 to 0.47]",
        "  Cohen's kappa, quadratic       -0.06 [-0.53 to 0.50]",
        "",
        "  rows anna, columns ben",
        "                 fully        partially    unsupported  wrong",
        "    fully        1            1            ·            ·",
        "    partially    ·            1            1            ·",
        "    unsupported  1            ·            1            ·",
        "    wrong        1            1            ·            ·",
        "",
        "  Krippendorff's alpha, nominal  0.19 [-0.29 to 0.59]",
        "  Krippendorff's alpha, ordinal  -0.04 [-0.68 to 0.58]",
        "",
        "  by category, the least agreement first",
        "    odd       alpha -0.55  1 of 4 · 25 % [5–70]",
        "    even      alpha 0.34   2 of 4 · 50 % [15–85]",
        "",
        "  5 disagreed, the furthest apart first",
        "    q3  anna: wrong · ben: fully",
        "    q6  anna: unsupported · ben: fully",
        "    q7  anna: wrong · ben: partially",
        "    q4  anna: fully · ben: partially",
        "    q5  anna: partially · ben: unsupported",
    ]


def test_what_is_undefined_says_why() -> None:
    alike = found(answers=(Rated("q1", "m", 1, "uncategorized", {"anna": "wrong", "ben": "wrong"}),))
    told = shown(alike)
    at = told.index("  Cohen's kappa                  undefined: all was judged alike, which chance")
    assert told[at + 1] == "                                 would do as well"
    assert max(map(width_of, told)) <= 80
    assert not any("by category" in line or "disagreed" in line for line in told)


def test_two_who_judged_no_answer_in_common_are_not_said_to_judge_alike() -> None:
    said = [{"anna": "wrong", "ben": "wrong"}, {"ben": "wrong", "cleo": "unsupported"}]
    answers = tuple(Rated(f"q{n}", "m", 1, "a", one) for n, one in enumerate(said))
    apart = found(raters=("anna", "ben", "cleo"), answers=answers)
    told = shown(apart)
    at = told.index("anna and cleo")
    assert told[at + 1 : at + 3] == [
        "  the same                       –",
        "  Cohen's kappa                  undefined: no answer was judged by both",
    ]
    assert told[at + 5] == "", "there is no table of nothing"
    pair = agreement_values(apart)["pairs"][1]
    assert pair["kappa"]["none"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "no answer was judged by both",
    }


def test_alpha_of_no_answer_says_why() -> None:
    alone = found(answers=(Rated("q1", "m", 1, "a", {"anna": "wrong"}),))
    assert "  Krippendorff's alpha, nominal  undefined: no answer was judged by two" in shown(alone)


def test_many_labels_are_numbered_in_the_table() -> None:
    answers = tuple(
        Rated(f"q{n}", "m", 1, "a", {"anna": label, "ben": FAILURE_LABELS[0]}) for n, label in enumerate(FAILURE_LABELS)
    )
    told = shown(found(answers=answers, field="failure_label"))
    assert "    2 retrieval miss    1     ·     ·     ·     ·     ·" in told
    assert max(map(width_of, told)) <= 80


def test_samples_models_and_single_ratings_are_told() -> None:
    said = {"anna": "wrong", "ben": "unsupported"}
    answers = (
        Rated("q1", "openai:small", 2, "a", said),
        Rated("q1", "openai:large", 1, "a", said),
        Rated("q2", "openai:large", 1, "a", {"anna": "wrong"}),
    )
    told = shown(found(answers=answers))
    assert "2 answers judged by two or more, 1 more by one only" in told
    assert "    q1 #2 · openai:small  anna: wrong · ben: unsupported" in told


def test_many_disagreements_are_cut_short_unless_all_are_wanted() -> None:
    assert shown(found(60))[-1] == "    … 25 more with -v"
    assert not shown(found(60), verbosity=1)[-1].endswith("with -v")


def test_values_are_json_with_unknown_ones_null() -> None:
    alike = found(answers=(Rated("q1", "m", 1, "a", {"anna": "wrong", "ben": "wrong"}),))
    told = json.loads(json.dumps(agreement_values(alike)))
    assert told["alpha"]["nominal"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "all was judged alike, which chance would do as well",
    }
    assert told["categories"][0]["reason"] == told["alpha"]["nominal"]["reason"]
    assert told["pairs"][0]["confusion"] == [{"first": "wrong", "second": "wrong", "count": 1}]
    full = json.loads(json.dumps(agreement_values(found())))
    assert full["n"] == 8
    assert full["alpha"]["nominal"]["reason"] is None
    assert full["disagreed"][0]["said"] == {"anna": "wrong", "ben": "fully_correct"}
    assert full["pairs"][0]["kappa"]["linear"]["low"] < full["pairs"][0]["kappa"]["linear"]["value"]
