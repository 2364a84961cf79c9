from __future__ import annotations

from random import Random
from typing import Any

from pytest_llmeval.analysis.gating.drop_alarm import DropAlarm
from tests.analysis.two_runs import records, side, side_of

MODEL = "openai:m"


def rung_at(base: str, new: str, points: float = 20, **fields: Any) -> int | None:
    """Return at which record of the new run the alarm rings."""
    alarm = DropAlarm({MODEL: side(base)}, points)
    rings = [number for number, one in enumerate(records(new, **fields), 1) if alarm.add(one)]
    assert len(rings) < 2
    return rings[0] if rings else None


def test_it_rings_at_the_first_look_where_everything_breaks() -> None:
    alarm = DropAlarm({MODEL: side("C" * 100)}, 20)
    assert [alarm.add(one) for one in records("W" * 40)].index(True) == 15
    assert alarm.reason == "a drop of more than 20 points: 0 of 16 right so far, 16 in the baseline"


def test_it_is_looked_at_after_twice_as_many_pairs_each() -> None:
    assert rung_at("C" * 64, "C" * 8 + "W" * 24 + "C" * 32) == 32
    assert rung_at("C" * 64, "C" * 16 + "W" * 48) == 64


def test_a_drop_that_is_not_certain_to_be_larger_does_not_ring() -> None:
    assert rung_at("C" * 128, "C" * 96 + "W" * 32) is None
    assert rung_at("C" * 16, "W" * 4 + "C" * 12) is None


def test_what_is_better_never_rings() -> None:
    assert rung_at("W" * 64, "C" * 64, points=0) is None


def test_only_what_is_the_same_question_with_the_same_kind_of_verdict_counts() -> None:
    assert rung_at("C" * 64, "W" * 64, question="Another?") is None
    assert rung_at("C" * 64, "W" * 64, entry_hash="h") == 16
    assert rung_at("C" * 64, "-" * 64) is None
    assert rung_at("C" * 64, "E" * 64) is None
    assert rung_at("C" * 10, "W" * 64) is None


def test_further_samples_variants_and_known_failures_do_not_count() -> None:
    assert rung_at("C" * 64, "W" * 64, sample=2) is None
    assert rung_at("C" * 64, "W" * 64, quarantined_until="2027-01-01") is None
    assert rung_at("C" * 64, "W" * 64, parent_id="q", perturbation="typos") is None
    assert rung_at("C" * 64, "W" * 64, model="another") is None


def test_entries_whose_content_changed_do_not_count() -> None:
    alarm = DropAlarm({MODEL: side("C" * 64, entry_hash="old")}, 20)
    assert not any(alarm.add(one) for one in records("W" * 64, entry_hash="new"))


def test_an_entry_that_two_evals_ask_is_one_pair_with_the_same_eval_of_the_base() -> None:
    asked = [*records("C" * 64, nodeid="a.py::test_a[x]"), *records("W" * 64, nodeid="a.py::test_b[x]")]
    new = [*records("W" * 8, nodeid="a.py::test_a[x]"), *records("W" * 64, nodeid="a.py::test_b[x]")]
    alarm = DropAlarm({MODEL: side_of(asked)}, 20)
    assert not any(alarm.add(one) for one in new)
    alarm = DropAlarm({MODEL: side_of(asked)}, 20)
    assert [alarm.add(one) for one in records("W" * 64, nodeid="a.py::test_a[x]")].index(True) == 15


def test_what_several_evals_ask_of_twelve_entries_is_no_more_than_twelve_pairs() -> None:
    evals = ("a.py::test_a[x]", "a.py::test_b[x]")
    alarm = DropAlarm({MODEL: side_of([one for node in evals for one in records("C" * 12, nodeid=node)])}, 20)
    assert not any(alarm.add(one) for node in evals for one in records("W" * 12, nodeid=node))


def test_an_eval_that_was_renamed_is_still_held_against_the_base() -> None:
    alarm = DropAlarm({MODEL: side_of(records("C" * 64, nodeid="a.py::test_a[x]"))}, 20)
    assert [alarm.add(one) for one in records("W" * 64, nodeid="a.py::test_new[x]")].index(True) == 15


def test_a_new_eval_of_the_same_entries_is_not_held_against_another() -> None:
    functions = ("a.py::test_hard", "a.py::test_a")
    alarm = DropAlarm({MODEL: side_of(records("C" * 64, nodeid="a.py::test_a[x]"))}, 20, functions=functions)
    assert not any(alarm.add(one) for one in records("W" * 64, nodeid="a.py::test_hard[x]"))
    assert [alarm.add(one) for one in records("W" * 64, nodeid="a.py::test_a[x]")].index(True) == 15


def test_a_run_without_a_true_drop_hardly_ever_rings() -> None:
    random = Random(1)
    rung = 0
    for _ in range(200):
        base, new = ("".join(random.choice("CW") for _ in range(128)) for _ in range(2))
        rung += rung_at(base, new, points=0) is not None
    assert rung <= 2


def test_contaminated_entries_of_either_run_do_not_count_unless_asked_for() -> None:
    assert rung_at("C" * 64, "W" * 64, contamination="flagged") is None
    for count in (False, True):
        base = side("C" * 64, contamination="flagged")
        alarm = DropAlarm({MODEL: base}, 20, counts_flagged=count)
        assert any(alarm.add(one) for one in records("W" * 64)) is count
