from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.reports.lines import Line, in_ascii, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.summary_details import detail_lines, run_heading
from pytest_llmeval.reports.summary_values import run_values
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo
from tests.cli.logs import every_grade, trial


def figures(records: Sequence[Record], **fields: Any) -> RunFigures:
    run = RunFigures("run-1", **fields)
    for record in records:
        run.add(record)
    return run


def shown(run: RunFigures, **screen: Any) -> list[str]:
    (summary,) = run.summaries
    return [line.text for line in detail_lines(run, summary, Screen(**screen))]


def measured(count: int = 40) -> Iterator[Record]:
    for n in range(count):
        score = Score("exact", n % 5 / 4)
        grade = "wrong" if n % 4 == 1 else "fully_correct"
        usage = Usage(100, 10 * n)
        yield trial(n, grade, latency_s=n / 10, cost_usd=0.001 * n, usage=usage, scores=[score], weight=1 + n % 2)


def test_details_tell_price_weights_scores_spreads_and_slices() -> None:
    assert shown(figures(list(measured()))) == [
        "  cost of a success   $0.0260",
        "  by weight           67 %, unweighted 75 %",
        "  score exact         mean 0.50 [0.39–0.61] · n 40",
        "",
        "  spread               min     p5    p25    p50    p75    p95    max",
        "  latency              0ms  195ms  975ms   1.9s   2.9s   3.7s   3.9s  ████████",
        "  cost in cents      0.000  0.195  0.975  1.950  2.925  3.705  3.900  ████████",
        "  output tokens          0     20     98    195    292    370    390  ████████",
        "  score exact         0.00   0.00   0.25   0.50   0.75   1.00   1.00  █ █ █ ██",
        "",
        "  worst slices, the surest first",
        "    category odd  10 of 20 · 50 % [30–70]",
        "",
        "  read with care: 2 of 2 categories have fewer than 30 trials",
        "                  not known: how flaky answers are (1 sample of each entry),",
        "                  contamination (not checked)",
    ]


def test_a_score_of_nothing_but_0_and_1_is_told_by_its_mean_alone() -> None:
    run = figures([trial(n, "wrong", scores=[Score("exact", float(n % 2))]) for n in range(10)])
    told = shown(run, verbosity=1)
    assert "  score exact         mean 0.50 [0.20–0.80] · n 10" in told
    assert not [line for line in told if line.startswith(("  spread", "  at the bad end"))]
    assert run_values(run)["models"][0]["spreads"]["score exact"]["p95"] == 1.0


def test_with_verbose_the_entries_at_the_bad_end_are_named() -> None:
    told = [line.split() for line in shown(figures(list(measured())), verbosity=1)]
    assert ["latency", "q39", "3.9s", "·", "q38", "3.8s", "·", "q37", "3.7s"] in told
    assert ["score", "exact", "q0", "0.00", "·"] in [line[:5] for line in told]  # of scores the lowest


def test_citations_are_told_where_they_were_counted() -> None:
    counted = [trial(n, "wrong", scores=[Score("cites", float(n > 0), detail=f"{n} cited")]) for n in range(4)]
    run = figures(counted)
    assert shown(run)[0] == "  answers that cite   3 of 4 · 75 % [30–95] · 1.5 an answer"
    values = run_values(run)["models"][0]["citations"]
    assert (values["citations"], values["per_answer"], values["answers_that_cite"]["rate"]) == (6, 1.5, 0.75)
    assert run_values(figures([trial(1, "wrong")]))["models"][0]["citations"] is None


def test_bars_have_plain_signs_too() -> None:
    lines: list[Line] = []
    run = figures(list(measured()))
    for summary in run.summaries:
        lines += in_ascii(detail_lines(run, summary, Screen(ascii_only=True)))
    told = [line.text for line in lines]
    assert any(line.endswith("########") for line in told)
    assert all(line.isascii() for line in told)


def test_a_price_that_is_known_in_part_is_a_lower_bound() -> None:
    told = shown(figures([trial(1, "fully_correct", cost_usd=20.0), trial(2, "wrong")]))
    assert told[0] == "  cost of a success   at least $20.00"
    assert "  cost in cents     2000.0 2000.0 2000.0 2000.0 2000.0 2000.0 2000.0  █" in told


def test_slices_that_were_asked_for_have_their_rates() -> None:
    records = [trial(1, "fully_correct", difficulty="easy"), trial(2, "wrong", difficulty="easy")]
    records += [trial(3, outcome="passed", difficulty="hard"), trial(4, difficulty="odd")]
    told = shown(figures(records, slicing=Slicing("difficulty")))
    start = told.index("  by difficulty")
    assert told[start + 1 : start + 4] == [
        "    easy  1 of 2 · 50 % [9–91]",
        "    hard  1 of 1 · 100 % [21–100] passed",
        "    odd   – nothing measured in 1",
    ]


def test_slices_have_their_latency_with_its_n_and_without_answers_of_the_cache() -> None:
    records = [trial(n, "wrong", difficulty="easy", latency_s=n / 10) for n in range(1, 21)]
    records += [trial(30, "wrong", difficulty="easy", latency_s=9.0, cached=True), trial(31, "wrong", difficulty="odd")]
    told = shown(figures(records, slicing=Slicing("difficulty")))
    start = told.index("  latency by difficulty")
    assert told[start + 1 : start + 3] == [
        "    easy  p50 1.1 s · p90 1.8 s · p95 1.9 s · n 20 · 1 from the cache",
        "    odd   –",
    ]


def test_name_of_a_slice_is_cut_before_its_figures() -> None:
    records = [trial(n, "wrong", category="c" * 50, latency_s=1.0) for n in range(20)]
    told = shown(figures(records, slicing=Slicing("category")), width=70)
    assert f"    {'c' * 23}…  p50 1.0 s · p90 1.0 s · p95 1.0 s · n 20" in told


def test_many_slices_are_cut_short_unless_all_are_wanted() -> None:
    records = [trial(n, "wrong", team=f"t{n:02}") for n in range(53)]
    assert "    … 3 more with -v" in shown(figures(records, slicing=Slicing("team")))
    assert "    t52  0 of 1 · 0 % [0–79]" in shown(figures(records, slicing=Slicing("team")), verbosity=1)


def test_without_anything_measured_there_is_little_to_tell() -> None:
    assert shown(figures([trial(1)])) == [
        "",
        "  read with care: 1 trial is not graded yet",
        "                  not known: contamination (not checked)",
    ]


def test_lines_fit_the_screen() -> None:
    records = [trial(n, "wrong", category="c" * 50 + str(n % 2), tags=("t" * 60,)) for n in range(20)]
    told = shown(figures([*records, trial(30, "fully_correct")], slicing=Slicing("category")), width=60)
    assert max(map(width_of, told)) <= 60


def test_the_heading_says_which_run_it_is() -> None:
    run = figures(every_grade(4), logs=[Path("llm-runs/run-1.jsonl")])
    assert [line.text for line in run_heading(run, Screen())] == [
        "run run-1 · repo abcdef01 · 2026-11-21 04:31",
        "log llm-runs/run-1.jsonl",
    ]


def test_the_heading_names_the_versions_of_benchmarks() -> None:
    benchmarks = (BenchmarkInfo(name="q.jsonl", version="1.2", changed_since=1), BenchmarkInfo(name="other.jsonl"))
    run = figures([trial(1)], info=RunInfo(run_id="r", started="t", complete=True, benchmarks=benchmarks))
    assert [line.text for line in run_heading(run, Screen())] == [
        "run run-1 · repo abcdef01 · 2026-11-21 04:31 · q 1.2 and 1 entry changed since"
    ]
    assert run_values(run)["benchmarks"] == [
        {"name": "q.jsonl", "version": "1.2", "changed_since": 1},
        {"name": "other.jsonl", "version": None, "changed_since": None},
    ]


def test_the_heading_of_a_run_that_was_cut_off_says_so() -> None:
    run = figures([trial(1, repo_sha=None)], info=RunInfo(run_id="run-1", started="t"))
    assert next(run_heading(run, Screen())).text == "run run-1 · no repository · 2026-11-21 04:31 · not complete"
