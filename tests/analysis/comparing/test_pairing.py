from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.matching import match_models
from pytest_llmeval.analysis.comparing.pairing import LeftOut, pair
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, side, side_of


def test_trials_are_paired_by_entry_whatever_their_order() -> None:
    found = pair(side("CWP"), side_of(list(reversed(records("WCP")))))
    assert [(one.name, one.base.verdict, one.new.verdict) for one in found.pairs] == [
        ("q0", "fully_correct", "wrong"),
        ("q1", "wrong", "fully_correct"),
        ("q2", "partially_correct", "partially_correct"),
    ]


def test_entries_of_one_run_only_are_named() -> None:
    found = pair(side("CC C"), side("CCC "))
    assert (found.removed, found.added) == (("q3",), ("q2",))
    assert (found.paired_entries, found.base_entries) == (2, 3)
    assert found.overlap == pytest.approx(2 / 3)


def test_an_entry_with_another_hash_is_changed_and_not_paired() -> None:
    base, new = records("CC", entry_hash="h1"), records("CC", entry_hash="h1")
    new[1] = new[1].model_copy(update={"entry_hash": "h2"})
    found = pair(side_of(base), side_of(new))
    assert ([one.name for one in found.pairs], found.changed) == (["q0"], ("q1",))


def test_without_hashes_the_question_tells_whether_an_entry_changed() -> None:
    assert pair(side("C"), side("C", question="Something else?")).changed == ("q0",)
    assert pair(side("C", entry_hash="h"), side("C", entry_hash="h", question="Reworded by the task?")).changed == ()


def test_pairs_without_two_verdicts_are_left_out_with_what_was_there() -> None:
    found = pair(side("CEC?"), side("EC+C"))
    assert found.pairs == ()
    assert found.left_out == (
        LeftOut("q0", "fully_correct", "error"),
        LeftOut("q1", "error", "fully_correct"),
        LeftOut("q2", "fully_correct", "passed, not graded"),
        LeftOut("q3", "not graded yet", "fully_correct"),
    )


def test_samples_are_paired_by_number_and_odd_ones_counted() -> None:
    base = [one for sample in (1, 2, 3) for one in records("CW", sample=sample)]
    new = [one for sample in (2, 1) for one in records("CW", sample=sample)]
    found = pair(side_of(base), side_of(new))
    assert [(one.name, one.new.sample) for one in found.pairs] == [("q0", 1), ("q0", 2), ("q1", 1), ("q1", 2)]
    assert (found.odd_samples, found.overlap) == (2, 1.0)


def test_an_eval_that_was_renamed_keeps_its_partners() -> None:
    found = pair(side("CW", nodeid="t.py::test_old[x]"), side("CW", nodeid="t.py::test_new[x]"))
    assert [one.name for one in found.pairs] == ["q0", "q1"]


def test_where_two_evals_ask_the_same_entry_each_has_its_own_partner() -> None:
    base = records("CW", nodeid="t.py::test_a[x]")
    new = [*records("WW", nodeid="t.py::test_b[x]"), *records("CW", nodeid="t.py::test_a[x]")]
    found = pair(side_of(base), side_of(new))
    assert [(one.name, one.new.verdict) for one in found.pairs] == [
        ("test_a[q0]", "fully_correct"),
        ("test_a[q1]", "wrong"),
    ]
    assert found.added == ("test_b[q0]", "test_b[q1]")


def test_a_base_without_verdicts_has_no_overlap() -> None:
    assert pair(side("EE"), side("CC")).overlap == 0


@given(st.text("CPUW+-E? ", min_size=1, max_size=12), st.text("CPUW+-E? ", min_size=1, max_size=12))
def test_every_entry_ends_in_exactly_one_place(base: str, new: str) -> None:
    one, other = (side(letters) if letters.strip() else Side(Path("x"), "m") for letters in (base, new))
    found = pair(one, other)
    names = [
        *(p.name for p in found.pairs), *(p.name for p in found.left_out), *found.changed, *found.added, *found.removed
    ]  # fmt: skip
    everyone = {f"q{n}" for letters in (base, new) for n, letter in enumerate(letters) if letter != " "}
    assert sorted(names) == sorted(everyone)


def named(*models: str) -> dict[str, Side]:
    return {model: Side(Path("a.jsonl"), model) for model in models}


def matched(base: dict[str, Side], new: dict[str, Side], **names: str) -> list[tuple[str, str]]:
    return [(one.model, other.model) for one, other in match_models(base, new, **names).sides]


def test_one_model_each_is_compared_whatever_their_names() -> None:
    assert matched(named("openai:a"), named("openai:b")) == [("openai:a", "openai:b")]


def test_several_models_are_compared_by_name_and_the_others_told() -> None:
    found = match_models(named("p:a", "p:b", "p:c"), named("p:c", "p:a", "p:d"))
    assert [(one.model, other.model) for one, other in found.sides] == [("p:a", "p:a"), ("p:c", "p:c")]
    assert found.unmatched == ("p:b (BASE only)", "p:d (NEW only)")


def test_a_model_is_named_with_or_without_its_provider() -> None:
    both = named("p:a", "p:b")
    assert matched(both, both, model="b") == matched(both, both, model="p:b") == [("p:b", "p:b")]


def test_a_base_with_one_model_is_compared_with_the_named_one() -> None:
    assert matched(named("p:old"), named("p:a", "p:b"), model="b") == [("p:old", "p:b")]


def test_two_models_of_one_run_are_compared_by_naming_both() -> None:
    both = named("p:a", "p:b")
    assert matched(both, both, model="b", base_model="a") == [("p:a", "p:b")]
    assert matched(named("p:a", "p:b"), named("p:c"), base_model="b") == [("p:b", "p:c")]


@pytest.mark.parametrize(
    ("base", "new", "names", "told"),
    [
        (("p:a", "p:b"), ("p:c", "p:d"), {}, "BASE and NEW have no model in common (p:a, p:b; p:c, p:d); name one of"),
        (("p:a",), ("p:a", "p:b"), {"model": "x"}, "NEW has no model 'x' (p:a, p:b); name one of them with --model"),
        (("p:a", "p:b"), ("p:x",), {"model": "x"}, "BASE has no model 'x' (p:a, p:b); name one of them with --base-m"),
        (("p:a",), ("p:a",), {"base_model": "x"}, "BASE has no model 'x' (p:a); name one of them with --base-model"),
        (("p:a", "q:a"), ("p:a",), {"model": "a"}, "BASE has more than one model 'a' (p:a, q:a); name one of them"),
        (("p:a",), ("p:a", "p:b"), {"base_model": "a"}, "NEW has several models (p:a, p:b); name one of them with -"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_chosen_is_one_clear_line(
    base: tuple[str, ...], new: tuple[str, ...], names: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        match_models(named(*base), named(*new), **names)
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("known", [("flagged", "flagged"), ("flagged", None), (None, "flagged"), ("clean", "flagged")])
def test_contaminated_entries_of_either_run_are_named_and_in_no_figure(known: tuple[str | None, str | None]) -> None:
    base = side_of([*records("CC"), *records("  W", contamination=known[0])])
    new = side_of([*records("CW"), *records("  C", contamination=known[1])])
    found = pair(base, new)
    assert ([one.name for one in found.pairs], found.flagged, found.flagged_counted) == (["q0", "q1"], ("q2",), ())
    assert (found.base_entries, found.all_base_entries, found.overlap) == (2, 2, 1.0)
    assert (found.added, found.removed) == ((), ())


def test_contaminated_entries_of_one_run_only_are_neither_new_nor_missing() -> None:
    found = pair(side_of(records("C C")), side_of(records("CC ", contamination="flagged")))
    assert (found.flagged, found.added, found.removed) == (("q0", "q1"), (), ("q2",))


def test_contaminated_entries_count_where_the_new_run_says_so() -> None:
    new = side("CW", contamination="flagged")
    new.counts_flagged = True
    found = pair(side("CC"), new)
    assert ([one.name for one in found.pairs], found.flagged) == (["q0", "q1"], ())
    assert found.flagged_counted == ("q0", "q1")


def test_an_entry_is_named_once_among_those_left_out() -> None:
    new = side("CW", contamination="flagged", quarantined_until="2999-01-01")
    found = pair(side("CC"), new)
    assert (found.quarantined, found.flagged) == (("q0", "q1"), ())


def parametrized(letters: str, case: str) -> list[Record]:
    return records(letters, nodeid=f"t.py::test_a[x-{case}]", test_case=case)


def test_an_eval_that_is_parametrized_further_has_a_pair_for_each_case() -> None:
    base = [*parametrized("CC", "short"), *parametrized("CC", "long")]
    new = [*parametrized("WC", "short"), *parametrized("CC", "long")]
    found = pair(side_of(base), side_of(new))
    assert [(one.name, one.new.verdict) for one in found.pairs] == [
        ("test_a[q0-short]", "wrong"),
        ("test_a[q1-short]", "fully_correct"),
        ("test_a[q0-long]", "fully_correct"),
        ("test_a[q1-long]", "fully_correct"),
    ]
    assert (side_of(new).repeated, found.entries, found.paired_entries, found.overlap) == (0, 2, 4, 1.0)


def test_a_case_that_only_one_run_has_is_named() -> None:
    found = pair(
        side_of([*parametrized("C", "short"), *parametrized("C", "long")]), side_of(parametrized("C", "short"))
    )
    assert found.removed == ("test_a[q0-long]",)


def test_evals_of_one_name_are_told_apart_by_class_or_file() -> None:
    nodes = ("a.py::TestA::test_x[q]", "a.py::TestB::test_x[q]", "b.py::TestB::test_x[q]", "b.py::test_y[q]")
    both = side_of([one for node in nodes for one in records("C", nodeid=node)])
    names = ["TestA::test_x[q0]", "a.py::TestB::test_x[q0]", "b.py::TestB::test_x[q0]", "test_y[q0]"]
    assert [one.name for one in pair(both, both).pairs] == names


def test_entries_of_one_id_with_other_questions_are_two_entries() -> None:
    both = side_of(
        [*records("C", nodeid="a.py::test_x[q]"), *records("C", nodeid="b.py::test_y[q]", question="Another?")]
    )
    assert pair(both, both).entries == 2
