"""What must pass whatever a gate allows, and what is known to fail for the time being."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.plugin.standing import ORDINARY, Standing, standing_notes, standing_of
from tests.plugin.conftest import Project
from tests.plugin.test_gate import BAD, WAYS, many
from tests.plugin.test_items import collected

NOW = date(2026, 11, 21)


def entry(**fields: Any) -> Entry:
    known = {name: value for name, value in fields.items() if name in Entry.model_fields}
    rest = {name: value for name, value in fields.items() if name not in known}
    return Entry(id="q", question="q", metadata=rest, **known)


def of(made: Entry, *marks: pytest.MarkDecorator) -> Standing:
    return standing_of(made, [one.mark for one in marks], NOW)


def test_an_ordinary_entry_has_no_standing() -> None:
    assert of(entry()) is ORDINARY
    assert of(entry(must_pass=False)) is ORDINARY


@pytest.mark.parametrize("guard", ["must_pass", "fingerprint", "canary"])
def test_a_guard_is_a_mark_or_a_tag(guard: str) -> None:
    assert of(entry(tags=(guard,))).guard == guard
    assert of(entry(), getattr(pytest.mark, guard)).guard == guard
    assert of(entry(tags=(guard,))).guarded


def test_must_pass_is_a_field_that_is_no_part_of_the_content() -> None:
    assert of(entry(must_pass=True)).guard == "must_pass"
    assert entry(must_pass=True).hash == entry().hash


def test_quarantine_holds_to_the_end_of_its_last_day() -> None:
    made = entry(status="quarantined", expires="2026-11-21", notes="flaky", tags=("canary",))
    assert of(made) == Standing("canary", NOW, "flaky")
    assert not of(made).guarded
    assert of(entry(status="quarantined", expires="2026-11-20")) == Standing(expired=date(2026, 11, 20))
    assert of(entry(status="quarantined")) == Standing(endless=True)


def test_quarantine_of_a_function_is_a_mark() -> None:
    assert of(entry(), pytest.mark.quarantine(until="2027-01-31", reason="r")) == Standing(None, date(2027, 1, 31), "r")
    assert of(entry(), pytest.mark.quarantine(date(2027, 1, 31))).quarantined_until == date(2027, 1, 31)
    assert of(entry(), pytest.mark.quarantine(datetime(2027, 1, 31))).quarantined_until == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("marks", "fields", "said"),
    [
        ([pytest.mark.quarantine], {}, 'quarantine takes its last day, quarantine(until="2027-01-31", reason="...")'),
        ([pytest.mark.quarantine("a", "b", "c")], {}, "quarantine takes its last day"),
        ([pytest.mark.quarantine(till="2027-01-31")], {}, "quarantine takes its last day"),
        ([pytest.mark.quarantine("soon")], {}, "quarantine's until must be a date such as 2027-01-31, got 'soon'"),
        ([], {"status": "quarantined", "expires": "soon"}, "entry 'q': 'expires' must be a date such as 2027-01-31"),
    ],
)
def test_a_date_that_cannot_be_read_is_told(
    marks: list[pytest.MarkDecorator], fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        of(entry(**fields), *marks)
    assert str(told.value).startswith(said)


def test_notes_name_what_is_in_quarantine_and_what_no_more() -> None:
    until, over = date(2027, 1, 31), date(2026, 1, 31)
    told = standing_notes(
        [
            *((f"q{n}", Standing(quarantined_until=until)) for n in range(7)),
            ("a", Standing(expired=over)),
            ("b", Standing(endless=True)),
            ("c", ORDINARY),
        ]
    )
    assert told == [
        "in quarantine until 2027-01-31: q0, q1, q2, q3, q4 and 2 more",
        "quarantine is over, these count again: a (2026-01-31)",
        "quarantined without an 'expires' date, so these count: b",
    ]


@pytest.mark.parametrize("told", [True, "true", "Yes", " yes ", 1, "1", "on"])
def test_must_pass_is_read_however_a_table_writes_it(told: object) -> None:
    assert of(entry(must_pass=told)).guard == "must_pass"


@pytest.mark.parametrize("told", [None, False, "", "false", "No", 0, "0", "off"])
def test_what_need_not_pass_is_not_guarded(told: object) -> None:
    assert of(entry(must_pass=told)).guard is None


@pytest.mark.parametrize("told", ["perhaps", 2, ["yes"], {}])
def test_must_pass_that_says_neither_is_told_and_guards_not_in_silence(told: object) -> None:
    with pytest.raises(ConfigurationError, match=r"entry '.*': 'must_pass' must be true or false, got "):
        of(entry(must_pass=told))


def test_another_eval_of_an_entry_that_must_pass_need_not(project: Project) -> None:
    many(project, count=4)
    project.evals(
        '@pytest.mark.must_pass\n@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'
        "def test_guarded(grade):\n    assert_grade(grade)\n\n"
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains("nothing")])\n'
        "def test_other(grade):\n    assert_grade(grade)\n"
    )
    result = project.run("--llm-fail-under=50")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*passed*must pass: q0, q1, q2, q3 · all 4 right"])


def test_what_must_pass_and_is_skipped_is_not_right_for_another_eval(project: Project) -> None:
    many(project, count=4)
    project.evals(
        '@pytest.mark.skip\n@pytest.mark.must_pass\n@pytest.mark.llm_eval("questions.jsonl")\n'
        "def test_skipped(grade):\n    assert_grade(grade)\n\n"
        '@pytest.mark.must_pass\n@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\n'
        "def test_other(grade):\n    assert_grade(grade)\n"
    )
    result = project.run("--llm-fail-under=50")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*cannot decide*must pass: q0, q1, q2, q3 · no verdict: q0, q1, q2, q3"])


def test_what_must_pass_runs_first_and_ordinary_tests_keep_their_place(project: Project) -> None:
    many(project, count=4, q2={"must_pass": True}, q3={"tags": ["canary"]})
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(source + "\ndef test_plain(): ...\n")
    assert collected(project) == ["test_it[q2]", "test_it[q3]", "test_it[q0]", "test_it[q1]", "test_plain"]


@WAYS
def test_what_must_pass_fails_the_run_whatever_the_gate_allows(project: Project, way: tuple[str, ...]) -> None:
    many(project, q1={**BAD, "must_pass": True}, q2=BAD)
    result = project.run("--llm-fail-under=10", *way)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["  failed         must pass: q1 · not right: q1", "gate: failed", "*1 failed, 10 passed, 1 counted in*"]
    )


def test_what_must_pass_must_be_right_even_where_no_assertion_says_so(project: Project) -> None:
    many(project, q1={**BAD, "must_pass": True})
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl", graders=[graders.exact_match()])\ndef test_it(grade): ...\n'
    )
    assert project.run().ret == 0
    assert project.run("--llm-fail-under=10").ret == 1


def test_errors_of_what_must_pass_are_not_tolerated(project: Project) -> None:
    many(project, q1={"question": "fail: 400", "must_pass": True})
    result = project.run("--llm-gates=max_unscored=50", "--llm-fail-under=10")
    assert result.ret == 1
    result.assert_outcomes(passed=11, errors=1)


@WAYS
def test_quarantine_tolerates_a_failure_and_leaves_it_out_of_every_figure(
    project: Project, way: tuple[str, ...]
) -> None:
    known = {"status": "quarantined", "expires": "2999-01-01"}
    many(project, q1={**BAD, **known, "notes": "see issue 7"}, q2=known)
    result = project.run("--llm-fail-under=100", "-rx", *way)
    assert result.ret == 0
    result.assert_outcomes(passed=11, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "llm-note: in quarantine until 2999-01-01: q1, q2",
            "  passed         fail under 100 % · 10 of 10 = 100.0 %*",
            "  quarantine     *",
            "  recovered      q2 · right again, take it out of quarantine",
            "XFAIL*q1? - in quarantine until 2999-01-01: see issue 7",
        ]
    )


def test_quarantine_needs_no_gate(project: Project) -> None:
    many(project, count=2)
    project.evals(
        '@pytest.mark.quarantine(until="2999-01-01")\n@pytest.mark.llm_eval("questions.jsonl")\n'
        "def test_it(answer):\n    assert answer.text == 'no'\n"
    )
    result = project.run()
    assert result.ret == 0
    result.assert_outcomes(xfailed=2)


@WAYS
def test_what_is_right_again_is_named_without_a_gate_too(project: Project, way: tuple[str, ...]) -> None:
    known = {"status": "quarantined", "expires": "2999-01-01"}
    many(project, q1={**BAD, **known}, q2=known)
    result = project.run(*way)
    result.stdout.fnmatch_lines(["llm-note: q2: right again, take it out of quarantine"])


def test_quarantine_that_is_over_counts_again_and_is_said(project: Project) -> None:
    many(project, q1={**BAD, "status": "quarantined", "expires": "2020-01-01"})
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["llm-note: quarantine is over, these count again: q1 (2020-01-01)"])
    result.assert_outcomes(passed=11, failed=1)


def test_quarantine_does_not_hide_a_broken_provider(project: Project) -> None:
    many(project, q1={"question": "fail: 400", "status": "quarantined", "expires": "2999-01-01"})
    result = project.run()
    assert result.ret == 1
    result.assert_outcomes(passed=11, errors=1)


def test_a_quarantine_that_cannot_be_read_is_one_line(project: Project) -> None:
    many(project, q1={"status": "quarantined", "expires": "soon"})
    result = project.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it: entry 'q1': 'expires' must be a date such as 2027-01-31, got 'soon'"])


def test_a_gate_that_covers_samples_decides_in_place_of_their_quota(project: Project) -> None:
    many(project, count=2, q1=BAD)
    source = (project.path / "test_evals.py").read_text()
    (project.path / "test_evals.py").write_text(
        source.replace("exact_match()]", 'exact_match()], samples=2, require="2/2"')
    )
    assert project.run().ret == 1
    result = project.run("--llm-fail-under=50")
    assert result.ret == 0
    assert "below their quota" not in result.stdout.str()
