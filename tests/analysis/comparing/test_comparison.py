from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.runs.record_parts import JudgeInfo
from tests.analysis.two_runs import records, run_info, side, side_of


def compared(base: str, new: str, **options: Any) -> Comparison:
    return compare(side(base), side(new), **options)


def in_categories(**letters: str) -> Side:
    made, start = [], 0
    for category, row in letters.items():
        made += records(" " * start + row, category=category)
        start += len(row)
    return side_of(made)


def test_a_proven_drop_is_worse() -> None:
    found = compared("C" * 40, "C" * 28 + "W" * 12)
    assert found.outcome == "worse"
    assert found.reasons == ("fully correct down 30.0 points", "mean grade down 0.90 of 3")
    assert [one.name for one in found.regressions] == ["fully correct", "mean grade"]


def test_a_proven_gain_is_better() -> None:
    found = compared("C" * 28 + "W" * 12, "C" * 40)
    assert (found.outcome, found.regressions) == ("better", ())
    assert found.reasons[0] == "fully correct up 30.0 points"


def test_a_small_change_is_not_called_one() -> None:
    found = compared("C" * 40, "C" * 37 + "WWW")
    assert found.outcome == "can't tell"
    assert found.reasons == ("fully correct down 7.5 points, as chance alone may give (p = 0.25)",)


def test_equal_verdicts_are_the_same() -> None:
    assert compared("CPW" * 5, "CPW" * 5).reasons == ("no verdict differs in 15 pairs",)
    assert compared("CPW" * 5, "CPW" * 5).outcome == "the same"


def test_a_change_that_is_surely_small_is_the_same() -> None:
    found = compared("+" * 1998 + "-+", "+" * 1998 + "+-")
    assert (found.outcome, found.reasons) == ("the same", ("any change is within 2 points",))


def test_fewer_pairs_cannot_say_that_it_is_the_same() -> None:
    assert compared("+" * 98 + "-+", "+" * 98 + "+-").outcome == "can't tell"


def test_lower_grades_below_fully_correct_are_worse_too() -> None:
    found = compared("C" * 20 + "P" * 20, "C" * 20 + "W" * 20)
    assert found.figures is not None
    assert found.figures.rate.difference == 0
    assert (found.outcome, found.reasons) == ("worse", ("mean grade down 1.00 of 3",))
    assert [one.name for one in found.lower] == [f"q{number}" for number in range(20, 40)]


def test_no_gain_in_one_category_pays_for_a_loss_in_another() -> None:
    base = in_categories(lookup="+" * 20, flow="-" * 20)
    new = in_categories(lookup="-" * 12 + "+" * 8, flow="+" * 12 + "-" * 8)
    found = compare(base, new)
    assert found.figures is not None
    assert found.figures.rate.difference == 0
    assert (found.outcome, found.reasons) == ("worse", ("category lookup down 60.0 points",))
    assert [one.name for one in found.figures.categories] == ["lookup", "flow"]


def test_categories_are_corrected_for_how_many_there_are() -> None:
    names = [f"c{number}" for number in range(10)]
    base = in_categories(**dict.fromkeys(names, "+" * 10))
    new = in_categories(**{**dict.fromkeys(names, "+" * 10), "c3": "-" * 6 + "+" * 4})
    found = compare(base, new)
    assert found.figures is not None
    (third,) = (one for one in found.figures.categories if one.name == "c3")
    assert third.p < 0.05 < third.corrected_p


def test_one_category_is_the_whole_and_not_tested_twice() -> None:
    found = compared("C" * 10, "C" * 10)
    assert found.figures is not None
    assert found.figures.categories == ()


def test_a_drop_that_is_allowed_is_no_regression() -> None:
    told = {allowed: compared("+" * 40, "+" * 28 + "-" * 12, allowed=allowed) for allowed in (29.0, 30.0)}
    assert [one.outcome for one in told.values()] == ["worse", "worse"]
    assert [bool(one.regressions) for one in told.values()] == [True, False]


def test_ungraded_logs_are_compared_by_what_passed() -> None:
    found = compared("+" * 9 + "-", "+" * 9 + "-").figures
    assert found is not None
    assert (found.rate.name, found.rate.base, found.grade) == ("passed", 0.9, None)


def test_logs_with_graded_and_ungraded_evals_are_compared_by_both() -> None:
    found = compared("++++CCCP", "++++CCCP").figures
    assert found is not None
    assert found.grade is not None
    assert (found.rate.name, found.rate.pairs, found.grade.pairs) == ("correct or passed", 8, 4)


def test_lost_entries_come_with_those_of_worse_categories_first_then_the_worst() -> None:
    base = in_categories(fine="C" * 10, bad="C" * 20)
    new = in_categories(fine="W" + "C" * 9, bad="P" * 10 + "W" * 5 + "C" * 5)
    found = compare(base, new)
    assert [one.name for one in found.lost][:6] == ["q20", "q21", "q22", "q23", "q24", "q10"]
    assert found.lost[-1].name == "q0"
    assert compare(new, base).gained[0].name == "q0"


@pytest.mark.parametrize(
    ("base", "new", "told"),
    [
        (side("C" * 9), side("C" * 9, run_info(complete=False)), "NEW is not complete: it was stopped before its end"),
        (side("C" * 9, run_info(complete=False, finished=None)), side("C" * 9), "BASE is not complete: it has not fin"),
        (side("C" * 9), side("?" * 9), "NEW has no verdict on any trial; grade it first"),
        (side("C" * 9), side("+" * 9), "BASE is graded, NEW only passed or failed; grade both"),
        (side("+" * 9), side("C" * 9), "NEW is graded, BASE only passed or failed; grade both"),
        (side("C" * 9), side(" " * 9 + "C" * 9), "the runs have no entry in common"),
        (side("C" * 5), side("W" * 5), "only 5 entries can be paired; not even a change of all could be told from"),
    ],
)
def test_what_cannot_be_decided_says_why_and_cannot_be_forced(base: Side, new: Side, told: str) -> None:
    for force in (False, True):
        found = compare(base, new, force=force)
        assert (found.outcome, found.regressions, found.forced) == ("cannot decide", (), False)
        assert found.reasons[0].startswith(told)


def test_a_small_overlap_cannot_be_decided_unless_forced() -> None:
    found = compared("C" * 100, "C" * 60 + " " * 40)
    assert found.outcome == "cannot decide"
    assert found.reasons == ("60 of 100 entries of BASE can be paired, 80 % are needed; run the others too",)
    forced = compared("C" * 100, "C" * 60 + " " * 40, force=True)
    assert (forced.outcome, forced.forced) == ("the same", True)


def test_the_overlap_that_is_needed_is_what_is_asked_for() -> None:
    few = compared("C" * 100, "C" * 60 + " " * 40, least_overlap=0.61)
    assert few.reasons == ("60 of 100 entries of BASE can be paired, 61 % are needed; run the others too",)
    assert compared("C" * 100, "C" * 60 + " " * 40, least_overlap=0.6).outcome == "the same"


def test_force_is_not_told_where_something_else_still_stands_in_the_way() -> None:
    found = compare(side("C" * 9), side("C" * 9, run_info(complete=False), grader="rubric"), force=True)
    assert (found.outcome, len(found.obstacles), found.reasons, found.forced) == (
        "cannot decide", 2, ("NEW is not complete: it was stopped before its end",), False
    )  # fmt: skip


def test_errors_count_against_the_overlap() -> None:
    assert compared("C" * 100, "C" * 79 + "E" * 21).outcome == "cannot decide"
    assert compared("C" * 100, "C" * 80 + "E" * 20).outcome == "the same"


def test_new_entries_do_not_count_against_the_overlap() -> None:
    assert compared("C" * 40, "C" * 100).outcome == "the same"


def test_other_graders_refuse_unless_forced() -> None:
    base, new = side("C" * 20), side("W" * 20, grader="rubric")
    found = compare(base, new)
    assert found.outcome == "cannot decide"
    assert found.reasons == ("other graders: evidence -> rubric; grade both runs alike",)
    forced = compare(base, new, force=True)
    assert (forced.outcome, forced.forced, forced.obstacles) == ("worse", True, found.obstacles)


def test_another_judge_refuses() -> None:
    base, new = (side("C" * 20, judge=JudgeInfo(model="openai:gpt-4o", hash=name)) for name in ("h1", "h2"))
    assert compare(base, new).reasons == ("other judge: openai:gpt-4o h1 -> openai:gpt-4o h2; grade both runs alike",)


def test_forcing_where_nothing_stands_in_the_way_is_not_told() -> None:
    assert not compared("C" * 9, "C" * 9, force=True).forced


def test_what_changed_is_told_with_the_verdict() -> None:
    found = compare(side("C" * 9, repo_sha="a" * 40), side("C" * 9, repo_sha="b" * 40, model="n"))
    assert [(one.what, one.base, one.new) for one in found.changes] == [
        ("model", "openai:m", "openai:n"),
        ("repository", "aaaaaaaa", "bbbbbbbb"),
    ]


LETTERS = st.text("CPUWT", min_size=6, max_size=25)


@settings(max_examples=60)
@given(LETTERS, st.randoms(use_true_random=False))
def test_swapping_the_runs_mirrors_the_verdict(base: str, random: Any) -> None:
    new = "".join(random.sample(base, len(base)))
    there, back = compared(base, new), compared(new, base)
    mirrored = {"worse": "better", "better": "worse"}
    assert back.outcome == mirrored.get(there.outcome, there.outcome)
    assert sorted(one.name for one in there.lost) == sorted(one.name for one in back.gained)


def test_entries_that_several_evals_ask_are_no_more_entries() -> None:
    """Of three entries not even a change of all can be told from chance, though six trials are paired."""
    base, new = (
        side_of([one for name in "ab" for one in records(letters, nodeid=f"t.py::test_{name}[q]")])
        for letters in ("CCC", "WWW")
    )
    found = compare(base, new)
    assert (len(found.pairing.pairs), found.outcome) == (6, "cannot decide")
    assert found.reasons == ("only 3 entries can be paired; not even a change of all could be told from chance",)
