from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.analysis.gating.gate_rules import LIMITS, NAMED, OF_THE_RUN, Rule, in_force
from pytest_llmeval.errors import ConfigurationError


def rule(text: str) -> Rule:
    return Rule.parse("llm_gates", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("fail_under=70", Rule("fail_under", 70)),
        (" fail_under:symbol lookup=80.5 ", Rule("fail_under", 80.5, "symbol lookup")),
        ("max_regression:a=b=2", Rule("max_regression", 2, "a=b")),
        ("failure_label:hallucination=0", Rule("failure_label", 0, "hallucination")),
        ("cost_per_trial=0.005", Rule("cost_per_trial", 0.005)),
        ("behaviour:hedged-settled=5", Rule("behaviour", 5, "hedged-settled")),
        ("min_alpha=0.67", Rule("min_alpha", 0.67)),
        ("worst_slice=50", Rule("worst_slice", 50)),
        ("failures:critical=0", Rule("failures", 0, "critical")),
    ],
)
def test_a_rule_is_a_kind_perhaps_a_slice_and_a_limit(text: str, read: Rule) -> None:
    assert rule(text) == read


@given(
    st.sampled_from(sorted(LIMITS.keys() - {*NAMED, *OF_THE_RUN})),
    st.integers(0, 100),
    st.text("ab:= "),
)
def test_a_rule_reads_back_as_it_is_written(kind: str, limit: int, name: str) -> None:
    made = Rule(kind, limit, name.strip() or None)
    assert rule(str(made)) == made


def test_a_flag_named_like_a_kind_takes_a_limit_and_perhaps_a_slice() -> None:
    assert Rule.of_kind("--llm-fail-under", "fail_under", "70") == Rule("fail_under", 70)
    assert Rule.of_kind("--llm-fail-under", "fail_under", "a=b=70") == Rule("fail_under", 70, "a=b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fail_under", "llm_gates takes KIND=LIMIT or KIND:SLICE=LIMIT, KIND one of fail_under, max_regression, "),
        ("failunder=3", "llm_gates takes KIND=LIMIT or KIND:SLICE=LIMIT"),
        ("fail_under=", "llm_gates: fail_under takes from 0 to 100 percent, got ''"),
        ("fail_under=nan", "llm_gates: fail_under takes from 0 to 100 percent, got 'nan'"),
        ("fail_under=100.1", "llm_gates: fail_under takes from 0 to 100 percent"),
        ("latency_p95=-1", "llm_gates: latency_p95 takes seconds of 0 up, got '-1'"),
        ("latency_p95=inf", "llm_gates: latency_p95 takes seconds of 0 up, got 'inf'"),
        (
            "failure_label=3",
            "llm_gates: failure_label needs a label, failure_label:LABEL=PERCENT, LABEL one of missing",
        ),
        ("failure_label:rude=3", "llm_gates: failure_label needs a label"),
        ("behaviour=3", "llm_gates: behaviour needs a rate, behaviour:RATE=PERCENT, RATE one of needless-tool-calls, "),
        ("behaviour:over refusal=3", "llm_gates: behaviour needs a rate"),
        ("fail_under=9_0", "llm_gates: fail_under takes from 0 to 100 percent, got '9_0'"),
        ("fail_under:=90", "llm_gates: 'fail_under:=90' names no slice after ':'; leave ':' out for the whole run"),
        ("fail_under: =90", "llm_gates: 'fail_under: =90' names no slice after ':'"),
        ("max_missing:a=3", "llm_gates: max_missing is of the whole run; leave ':a' out"),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        rule(text)
    assert str(told.value).startswith(said)


def test_a_rule_that_ended_at_a_blank_is_told_to_be_put_into_quotes() -> None:
    with pytest.raises(ConfigurationError) as told:
        rule("fail_under:geo")
    assert str(told.value).endswith(
        "got 'fail_under:geo'; in an ini file put quotes around a rule whose slice has a blank"
    )


@pytest.mark.parametrize("text", ["=90", " =90"])
def test_a_flag_that_names_an_empty_slice_is_told_in_one_line(text: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Rule.of_kind("--llm-fail-under", "fail_under", text)
    assert str(told.value) == (
        f"--llm-fail-under: {text!r} names no slice before '='; give the limit alone for the whole"
    )


def test_a_rule_covers_the_answers_of_its_slice() -> None:
    assert rule("fail_under=70").covers(())
    assert rule("max_regression:hard=2").covers(("math", "hard"))
    assert not rule("max_regression:hard=2").covers(("math",))
    assert not rule("max_unscored=2").covers(())


def test_a_flag_replaces_the_rule_of_its_kind_and_slice_alone() -> None:
    gates = [rule("fail_under=70"), rule("fail_under:a=80")]
    assert in_force(gates, [rule("fail_under=50")], baseline=False, none=False) == (
        rule("fail_under=50"),
        rule("fail_under:a=80"),
    )


def test_a_baseline_alone_lets_no_proven_regression_pass() -> None:
    assert in_force([], [], baseline=True, none=False) == (rule("max_regression=0"),)
    named = rule("max_regression:a=3")
    assert in_force([named], [], baseline=True, none=False) == (named,)


def test_with_none_a_baseline_alone_is_no_gate() -> None:
    assert in_force([], [rule("fail_under:a=50")], baseline=True, none=True) == (rule("fail_under:a=50"),)
