"""Whether a judge can do what it grades."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]  # no types

from pytest_llmeval.analysis.judges.by_rules import solved_by_rules
from pytest_llmeval.analysis.judges.judge_ceiling import FEWEST, LIKELY, SURE, Solvers, ceilings_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.calibrations import Ceiling, SliceCeiling
from pytest_llmeval.runs.record import Record
from tests.cli.logs import trial

JUDGE = "openai:judge"
RULE = {"name": "exact_match", "value": 1.0, "passed": True}
FAILED = {**RULE, "value": 0.0, "passed": False}


def by_rule(number: int, right: bool, model: str, **fields: Any) -> Record:
    level = "fully_correct" if right else "wrong"
    told = {"category": "hard", "scores": [RULE if right else FAILED], "outcome": "passed" if right else "failed"}
    return trial(number, level, model=model, **{**told, **fields})


def solvers(*records: Record) -> Solvers:
    found = Solvers()
    for one in records:
        found.add(one)
    return found


def held(*records: Record, judge: str = JUDGE) -> tuple[Ceiling, ...]:
    return ceilings_of(judge, solvers(*records), runs=["a.jsonl", "b.jsonl"], timestamp="t")


def both(judge: str, candidate: str, **fields: Any) -> SliceCeiling:
    """Hold a judge against a candidate by letters: C solved, W not, a blank not asked."""
    columns = (("judge", judge), ("small", candidate))
    made = [by_rule(n, c == "C", m, **fields) for m, said in columns for n, c in enumerate(said) if c != " "]
    (found,) = held(*made)
    return found.categories["hard"]


@pytest.mark.parametrize(
    ("judge", "candidate", "state"),
    [
        ("WWWWWWWW", "CCCCCCCC", "below"),
        ("WWWC", "CCCC", "likely below"),
        ("WWCC", "CCCC", "not below"),
        ("CCCC", "WWWW", "not below"),
        ("WWWWWW", "WWWWWW", "not below"),
        ("WW", "CC", "unknown"),
    ],
)
def test_category_the_judge_solves_less_of_is_beyond_it(judge: str, candidate: str, state: str) -> None:
    found = both(judge, candidate)
    assert (found.state, found.is_beyond) == (state, state in ("below", "likely below"))
    assert found.judge.value == pytest.approx(judge.count("C") / len(judge))


CELLS = st.lists(st.sampled_from(["CC", "CW", "WC", "WW"]), min_size=FEWEST, max_size=40)


@settings(deadline=None)
@given(CELLS)
def test_paired_state_follows_from_the_exact_test_of_an_independent_library(cells: list[str]) -> None:
    lost, gained = cells.count("WC"), cells.count("CW")
    found = both("".join(one[0] for one in cells), "".join(one[1] for one in cells))
    expected = mcnemar([[0, lost], [gained, 0]], exact=True).pvalue if lost + gained else 1.0
    assert (found.paired, found.judge_n, found.candidate_n) == (True, len(cells), len(cells))
    if lost + gained < 25:
        assert found.p == pytest.approx(expected, abs=1e-9)
        assert found.is_beyond == (lost > gained and expected < LIKELY)
    assert found.state != "below" or (expected < SURE and found.difference.high < 0)  # type: ignore[operator]


def test_entries_both_answered_are_paired_and_others_left_out() -> None:
    found = both("WWWWWWWW    ", "CCCCCCCCWWWW")
    assert (found.paired, found.judge_n, found.candidate_n, found.state) == (True, 8, 8, "below")
    assert found.candidate.value == 1.0


def test_without_common_entries_the_shares_are_compared_as_of_different_questions() -> None:
    found = both("WWWWWWWW        ", "        CCCCCCCC")
    assert (found.paired, found.judge_n, found.candidate_n, found.state) == (False, 8, 8, "below")
    assert both("WCC      ", "   CCC").state == "not below"
    assert both("W       ", "  CCCC").state == "unknown"


def test_entry_that_changed_is_no_common_one() -> None:
    own = [by_rule(n, False, "judge", entry_hash="a") for n in range(8)]
    theirs = [by_rule(n, True, "small", entry_hash="b") for n in range(8)]
    (found,) = held(*own, *theirs)
    assert found.categories["hard"].paired is False


def test_samples_of_an_entry_count_once() -> None:
    own = [by_rule(n, sample == 1, "judge", sample=sample) for n in range(4) for sample in (1, 2, 3, 4)]
    theirs = [by_rule(n, True, "small") for n in range(4)]
    (found,) = held(*own, *theirs)
    part = found.categories["hard"]
    assert (part.judge.value, part.judge_n, part.state) == (0.25, 4, "likely below")


def test_panel_solves_what_its_median_does() -> None:
    made = [by_rule(n, m != "a", m) for m in ("a", "b", "c", "small") for n in range(8)]
    assert held(*made, judge="openai:a, openai:b, openai:c")[0].categories["hard"].state == "not below"
    two = held(*made, judge="openai:a, openai:b")
    assert [one.candidate for one in two] == ["openai:c", "openai:small"]
    assert two[0].categories["hard"].state == "below"


JUDGED = {"model": JUDGE, "hash": "ab", "verdicts": [{"hash": "ab", "level": "fully_correct"}]}
BY_JUDGE = {"name": "rubric_judge", "value": 1.0, "kind": "judge"}
NOTHING = {"name": "numeric", "value": None}


@pytest.mark.parametrize(
    ("fields", "solved"),
    [
        ({"scores": [RULE], "grade": "fully_correct"}, True),
        ({"scores": [FAILED], "grade": "wrong"}, False),
        ({"outcome": "passed"}, True),
        ({"grade": "fully_correct"}, True),
        ({"grade": "fully_correct", "judge": {"usage": {}}}, True),
        ({"scores": [RULE, BY_JUDGE], "grade": "wrong", "judge": JUDGED}, True),
        ({"scores": [FAILED, BY_JUDGE], "grade": "wrong", "judge": JUDGED}, False),
        ({"scores": [RULE, BY_JUDGE], "outcome": "unscored", "judge": JUDGED}, True),
        ({"scores": [NOTHING, BY_JUDGE], "outcome": "unextractable", "judge": JUDGED}, False),
        ({"scores": [BY_JUDGE], "grade": "fully_correct", "judge": JUDGED}, None),
        ({"scores": [{**RULE, "kind": "heuristic"}], "grade": "fully_correct"}, None),
        ({"outcome": "error"}, None),
        ({"scores": [RULE], "outcome": "error", "judge": JUDGED}, None),
        ({}, None),
    ],
)
def test_only_rules_say_whether_an_entry_is_solved(fields: dict[str, Any], solved: bool | None) -> None:
    assert solved_by_rules(trial(1, **fields)) is solved


def test_variants_and_known_failures_are_in_no_figure() -> None:
    variant = by_rule(1, True, "judge", parent_id="q0", perturbation={"kind": "typos"})
    known = by_rule(2, True, "judge", quarantined_until="2030-01-01")
    assert not solvers(variant, known).of(JUDGE)


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        ([by_rule(1, True, "small")], "judge openai:judge can do: it did not answer there"),
        ([by_rule(1, True, "small"), trial(1, model="judge")], "no answer of it was graded by rules"),
        ([by_rule(1, True, "judge")], "no answer of another model than openai:judge; ask both: --llm-model=CANDIDATE"),
    ],
)
def test_what_is_missing_is_said_with_the_command_to_run(records: list[Record], fault: str) -> None:
    with pytest.raises(RunLogError, match=fault) as told:
        held(*records)
    assert str(told.value).startswith("a.jsonl, b.jsonl: ")
    assert "--llm-model=" in str(told.value)
