from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.measured_behaviour import Behaviour, measure_behaviour
from pytest_llmeval.analysis.comparing.pairing import pair
from pytest_llmeval.analysis.statistics.paired import PairedCounts, holm, mcnemar, newcombe_paired_interval
from pytest_llmeval.analysis.statistics.paired_ratios import PairedParts, ratio_difference_interval, swap_test
from pytest_llmeval.analysis.statistics.resampling import paired_bootstrap_interval, sign_flip_test
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.grading.retrieval.citing import citations
from pytest_llmeval.models.answer import Answer, ToolCall, ToolResult, ToolStatus
from pytest_llmeval.runs.record import Record
from tests.analysis.two_runs import records, side_of


def called(*tools: tuple[str, ToolStatus | None]) -> dict[str, Any]:
    made = tuple(ToolCall(name, result=ToolResult("x", status) if status else None) for name, status in tools)
    return {"tool_calls": made, "tools_called": tuple(name for name, _ in tools)}


def run(*trials: dict[str, Any], sample: int = 1) -> list[Record]:
    return [one for n, fields in enumerate(trials) for one in records(" " * n + "C", sample=sample, **fields)]


def measured(base: list[Record], new: list[Record]) -> dict[tuple[str | None, str], Behaviour]:
    found = measure_behaviour(pair(side_of(base), side_of(new)).pairs, 0.05)
    return {(one.tool, one.figure.name): one for one in found}


def test_calls_are_compared_by_tool_and_in_all_with_test_and_interval() -> None:
    base = run({}, called(("a", "ok")), called(("a", "ok"), ("b", "error")), called(("b", "ok")))
    new = run(called(("a", "ok")), called(("a", "error")), called(("a", "ok"), ("a", "ok")), {})
    found = measured(base, new)
    rate = found[None, "trials with tool calls"].figure
    assert (rate.base, rate.new, rate.pairs, rate.test) == (0.75, 0.75, 4, "McNemar")
    assert rate.p == mcnemar(1, 1)
    assert rate.interval == newcombe_paired_interval(PairedCounts(2, 1, 1, 0))
    calls = found["a", "tool calls a trial"].figure
    assert (calls.base, calls.new) == (0.5, 1.0)
    assert calls.p == sign_flip_test([1, 0, 1, 0])
    assert calls.interval == paired_bootstrap_interval([1, 0, 1, 0])
    failed = found[None, "failed calls"]
    parts = [PairedParts(0, 0, 0, 1), PairedParts(0, 1, 1, 1), PairedParts(1, 2, 0, 2), PairedParts(0, 1, 0, 0)]
    assert failed.of == (4, 4)
    assert (failed.figure.base, failed.figure.new, failed.figure.pairs) == (0.25, 0.25, 4)
    assert failed.figure.p == swap_test(parts)
    assert failed.figure.interval == ratio_difference_interval(parts)


def test_failed_calls_are_no_figure_where_a_run_has_none_that_could_fail() -> None:
    found = measured(run(called(("a", "ok")), called(("a", None))), run(called(("a", None)), called(("a", None))))
    assert (None, "failed calls") not in found
    assert found[None, "tool calls a trial"].figure.difference == 0


def test_samples_of_an_entry_are_one_cluster_of_calls() -> None:
    fails, works = called(("a", "error")), called(("a", "ok"))
    base = [*run(works, works, works), *run(works, works, works, sample=2)]
    new = [*run(fails, works, works), *run(fails, works, works, sample=2)]
    failed = measured(base, new)[None, "failed calls"].figure
    assert (failed.pairs, failed.entries, failed.gained) == (6, 3, 2)
    assert failed.p == swap_test([PairedParts(0, 2, 2, 2), *[PairedParts(0, 2, 0, 2)] * 2]) == 1.0


def test_all_p_values_of_behaviour_are_corrected_together() -> None:
    base = run(*[{"answer": "one"}] * 9)  # without a call, so that none can fail
    new = run(*[{"answer": "one two", **called(("a", "ok"))}] * 9)
    found = list(measured(base, new).values())
    assert [one.figure.corrected_p for one in found] == holm([one.figure.p for one in found])
    assert all(one.changed(0.05) for one in found)
    assert [one.figure.name for one in found] == ["trials with tool calls", "tool calls a trial", "words an answer"]


def cited(text: str) -> dict[str, Any]:
    grade = citations()(Entry(id="q", question="?"), Answer(text))
    return {"answer": text, "scores": grade.scores}


def test_citations_are_compared_as_the_grader_counts_them(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    base = run(cited("See a.py and a.py:1."), cited("See a.py."), cited("See nothing."), {"answer": "not graded"})
    new = run(cited("See b.py."), cited("See nothing."), cited("See nothing."), {"answer": "not graded"})
    found = measured(base, new)
    rate, many = found[None, "answers that cite"].figure, found[None, "citations an answer"].figure
    assert (rate.base, rate.new) == pytest.approx((2 / 3, 1 / 3))
    assert (many.base, many.new) == pytest.approx((1.0, 1 / 3))
    assert (rate.pairs, many.p) == (3, sign_flip_test([-1, -1, 0]))
    real = found[None, "citations that are real"].figure
    assert (real.base, real.new, real.pairs) == (1.0, 0.0, 1)


def test_rates_of_probes_are_compared_where_they_apply_to_both() -> None:
    def probed(value: float | None) -> dict[str, Any]:
        return {"scores": (Score("within_length", value), Score("numeric", 0.0))}

    found = measured(run(probed(1.0), probed(0.0), probed(None), probed(1.0)), run(*[probed(0.0)] * 3, probed(1.0)))
    (over,) = found.values()
    assert (over.figure.name, over.meaning, over.group) == ("over length", "longer than allowed", "probes")
    assert (over.figure.base, over.figure.new) == pytest.approx((1 / 3, 2 / 3))
    assert over.figure.pairs == 3


def test_runs_without_words_tools_and_scores_have_no_behaviour() -> None:
    assert measured(run({}, {}), run({}, {})) == {}
