from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.trial_places import common_places, placed, trial_ids
from tests.runs.samples import record


def of_eval(name: str, answer: str | None = "yes", **fields: Any) -> Record:
    return record(1, nodeid=f"t.py::{name}[q1]", answer=answer, **fields)


def test_repeated_trials_without_a_test_item_are_told_apart_by_their_order() -> None:
    found = [place for place, _ in placed([record(1), record(2), record(1)])]
    assert len(set(found)) == 3


def test_a_trial_that_moved_to_the_end_of_its_log_keeps_its_id() -> None:
    one, other = of_eval("test_a"), of_eval("test_b")
    assert trial_ids([one, other]) == trial_ids([other, one])[::-1]


def test_another_answer_has_another_id() -> None:
    assert trial_ids([of_eval("test_a", "yes")]) != trial_ids([of_eval("test_a", "no")])


def test_half_a_surrogate_pair_that_a_copy_cannot_hold_makes_no_other_id() -> None:
    assert trial_ids([of_eval("test_a", "\ud800")]) == trial_ids([of_eval("test_a", "?")])


@given(st.lists(st.text(), max_size=20))
def test_no_spreadsheet_takes_an_id_for_a_number(answers: list[str]) -> None:
    assert all(name.isalnum() and name[0] == "t" for name in trial_ids(of_eval("test_a", one) for one in answers))


def test_a_copy_that_leaves_test_items_out_is_matched_by_order() -> None:
    run = [of_eval("test_a"), of_eval("test_b"), record(2, nodeid="t.py::test_a[q2]")]
    copy = [record(1), record(1), record(2)]
    ours, theirs = common_places(*([place for place, _ in placed(one)] for one in (run, copy)))
    assert ours == theirs
    assert len(set(ours)) == 3


def test_copies_that_name_test_items_are_matched_by_them() -> None:
    run = [of_eval("test_a"), of_eval("test_b")]
    ours, theirs = common_places(*([place for place, _ in placed(one)] for one in (run, run[::-1])))
    assert ours == theirs[::-1]
