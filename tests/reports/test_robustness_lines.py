"""What a summary says of variants and behaviour, on the screen, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.summaries import Summaries
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.grading.grade import Score
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.reports.robustness_lines import behaviour_by_category, robustness_lines
from pytest_llmeval.reports.summary_markdown import markdown_lines
from pytest_llmeval.reports.summary_values import rows, run_values
from pytest_llmeval.reports.terminal import summary_lines
from pytest_llmeval.runs.record import Record
from tests.reports.samples import shown, trial

NODE = "test_a.py::test_x[{}]"


def variant(number: int, kind: str, grade: str | None = "wrong", **fields: Any) -> Record:
    how = {"kind": kind, "settings": fields.pop("settings", {})}
    name = f"q{number}-{kind}{fields.pop('suffix', '')}"
    node = NODE.format(name)
    return trial(grade, question_id=name, nodeid=node, parent_id=f"q{number}", perturbation=how, **fields)


def original(number: int, grade: str = "fully_correct", **fields: Any) -> Record:
    return trial(grade, question_id=f"q{number}", nodeid=NODE.format(f"q{number}"), **fields)


def perturbed() -> list[Record]:
    found = [original(number) for number in range(8)]
    found += [variant(number, "typos") for number in range(8)]
    found += [variant(number, "case", "fully_correct") for number in range(8)]
    return [*found, variant(9, "case", None, outcome="error", error="500")]


def summed(records: Iterable[Record]) -> Summaries:
    summaries = Summaries()
    for one in records:
        summaries.add(one)
    return summaries


def told(records: Iterable[Record], **how: Any) -> str:
    return shown(summary_lines(summed(records), **how))


def test_the_main_figures_are_those_of_the_originals() -> None:
    assert told(perturbed()).startswith(told(original(number) for number in range(8)).rstrip())


def test_each_kind_stands_beside_its_originals() -> None:
    text = told(perturbed())
    assert "  perturbed variants: 17 trials, in no figure above" in text
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines() if line.startswith("  ")}
    assert lines["typos"] == "0 % [0–32] 100 % 100.0 [54.1, 100.0] 0.016 0 %"
    assert lines["case"] == "100 % [68–100] 100 % 0.0 [-32.4, 32.4] 1.000 100 %"
    assert lines["all"].startswith(("kinds 50 %", "pass 0 %"))
    assert "  not in any rate      1 error" in text
    assert "  cost of variants     $0.0170 · tokens 17,000 in · 3,400 out" in text


def test_variants_that_asked_no_model_have_no_cost() -> None:
    """The offline model has neither tokens nor a price, and a line of unknowns says nothing."""
    free: dict[str, Any] = {"usage": {}, "cost_usd": None}
    assert "cost of variants" not in told([original(1), variant(1, "typos", **free)])


def test_one_kind_is_not_summed_up_again() -> None:
    assert "all kinds" not in told([original(1), variant(1, "typos")])


def test_variants_without_any_verdict_are_told_all_the_same() -> None:
    text = told([original(1), variant(1, "typos", None, outcome="unscored", error="no judge")])
    assert "perturbed variants: 1 trial," in text
    assert "1 unscored" in text


def test_many_kinds_are_cut_unless_all_are_wanted() -> None:
    records = [original(1), *(variant(1, f"kind{number:02}") for number in range(14))]
    assert "… 2 more kinds with -v" in told(records)
    assert "kind13" in told(records, verbosity=1)


def test_a_kind_s_name_from_a_strange_log_cannot_act_on_the_terminal() -> None:
    text = told([original(1), variant(1, "\x1b[31mevil" + "x" * 90)])
    assert "evil" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    records = [*perturbed(), *behaving(), *swept()]
    assert max(len(line) for line in told(records, width=width).splitlines()) <= width


def swept() -> list[Record]:
    depths = (0.0, 0.5, 1.0)
    return [
        variant(
            number,
            "depth",
            "wrong" if depth == 0.5 else "fully_correct",
            settings={"depth": depth, "length": 4000},
            suffix=depth,
        )
        for number in range(8)
        for depth in depths
    ]


def test_a_position_sweep_tells_each_depth_and_the_middle_gap() -> None:
    text = told([*(original(number) for number in range(8)), *swept()])
    assert "  depth in 4,000: right by depth, 0 the beginning" in text
    assert "    0.5       0 % [0–32]  n 8" in text
    assert "    middle gap  100.0 [54.1, 100.0] points, p 0.008, ends less depth 0.5" in text


def behaving() -> list[Record]:
    scores = {"keeps_right": 0.0, "hedges_uncertain": 1.0}
    found = [trial("wrong", question_id="b1", scores=tuple(Score(n, v) for n, v in scores.items()), category="x")]
    return [*found, trial("wrong", question_id="b2", scores=(Score("plain_on_settled", 1.0),), category="y")]


def test_behaviour_is_told_by_rate_with_its_meaning() -> None:
    text = told(behaving(), width=100)
    assert "  flip rate            1 of 1 · 100 % [21–100]  right answers given up" in text
    assert "  hedging gap          +100.0 [-12.2, 100.0] points, uncertain less settled" in text


def test_behaviour_is_told_by_category_where_there_are_two() -> None:
    (summary,) = summed(behaving())
    lines = shown(list(behaviour_by_category(summary, width=80, safe=Screen().safe)))
    assert "  behaviour in x\n    flip rate" in lines
    assert list(behaviour_by_category(Summary("p:m"), width=80, safe=str)) == []


def test_several_models_stand_side_by_side_with_their_drops() -> None:
    other = [original(1, model="n"), *(one.model_copy(update={"model": "n"}) for one in behaving())]
    text = told([*perturbed(), *behaving(), *other, variant(1, "typos", model="n")], width=140)
    assert "perturbed variants, in no figure above" in text
    assert "drop typos" in text
    assert "100.0 [54.1, 100.0]" in text
    assert "flip rate" in text
    assert "hedging gap" in text


def run_of(records: Iterable[Record]) -> RunFigures:
    run = RunFigures("r-1")
    for one in records:
        run.add(one)
    return run


def test_json_holds_all_of_it_unrounded() -> None:
    (values,) = run_values(run_of([*perturbed(), *behaving(), *swept()]))["models"]
    json.dumps(values)
    assert values["accuracy"]["n"] == 10
    assert values["variants"]["records"] == 41
    assert [kind["kind"] for kind in values["variants"]["kinds"]] == ["case", "depth", "typos"]
    assert values["variants"]["kinds"][2]["drop"]["value"] == 1
    assert values["variants"]["sweeps"][0]["middle_gap"]["value"] == 1
    assert values["behaviour"]["rates"]["flip rate"] == pytest.approx(
        {"count": 1, "n": 1, "rate": 1, "low": 0.2065, "high": 1}, abs=1e-4
    )
    assert set(values["behaviour"]["categories"]) == {"x", "y"}


def test_json_of_a_run_without_any_of_it_says_so() -> None:
    (values,) = run_values(run_of([original(1)]))["models"]
    assert (values["variants"], values["behaviour"]) == (None, None)
    (lone,) = run_values(run_of([variant(1, "typos", None, outcome="error")]))["models"]
    assert (lone["variants"]["kinds"], lone["variants"]["worst"]) == ([], None)


def test_rows_of_tables_are_of_the_originals() -> None:
    (row, *_) = rows(run_of(perturbed()))
    assert (row["judged"], row["accuracy"]) == (8, 1)


def test_markdown_has_a_table_of_each() -> None:
    text = "\n".join(markdown_lines(run_of([*perturbed(), *behaving()])))
    assert "| variants, in no figure above | right, drop in points |" in text
    assert "| typos | 0 % [0–32], 100.0 [54.1, 100.0] |" in text
    assert "| flip rate | 1 of 1 · 100 % [21–100] |" in text
    assert "variants" not in "\n".join(markdown_lines(run_of([original(1)])))


def test_lines_of_a_model_without_variants_are_none() -> None:
    assert list(robustness_lines(Summary("p:m"), width=80)) == []


def noisy() -> list[Record]:
    found = [
        variant(number, "malformed", grade, settings={"level": level}, suffix=level, answer=answer)
        for number in range(8)
        for level, grade, answer in ((0.1, "fully_correct", "Paris"), (0.5, "wrong", "Lyon" if number else ""))
    ]
    return [*(original(number) for number in range(8)), *found]


def test_noise_levels_are_told_beside_how_gracefully_the_variants_end() -> None:
    text = told([*noisy(), variant(1, "case", "wrong", answer="Lyon")], width=100)
    assert "  graceful             8 of 17 · 48 % [20–77]  valid, or says it cannot tell" in text
    assert "  not graceful         8 wrong · 1 empty" in text
    assert "  malformed              0.1  100 % [68–100]  8 of 8 · 100 % [68–100]" in text
    assert "  malformed              0.5      0 % [0–32]  0 of 8 · 0 % [0–32]" in text
    assert "case" not in text[text.index("by noise level") :]
    assert "  case                            0 % [0–79]  0 of 1" in told([*noisy(), variant(1, "case")], verbosity=1)


def test_many_noise_levels_are_cut_unless_all_are_wanted() -> None:
    records = [variant(1, "malformed", settings={"level": n / 100}, suffix=n) for n in range(1, 15)]
    assert "… 2 more levels with -v" in told([original(1), *records])
    assert " 0.14 " in told([original(1), *records], verbosity=1)


def test_tables_and_json_hold_every_noise_level() -> None:
    run = run_of([*noisy(), variant(9, "case", None, outcome="error", error="ValueError: no", crashed=True)])
    lines = "\n".join(markdown_lines(run))
    assert "| malformed 0.5 | 0 % [0–32] right, 0 of 8 · 0 % [0–32] graceful |" in lines
    assert "| case | – right, 0 of 1 · 0 % [0–79] graceful |" in lines
    (values,) = run_values(run)["models"]
    noise = json.loads(json.dumps(values))["variants"]["noise"]
    assert noise["all"]["endings"] == {"valid": 8, "wrong": 7, "empty": 1, "crashed": 1}
    assert [(one["kind"], one["level"]) for one in noise["levels"]] == [
        ("case", None),
        ("malformed", 0.1),
        ("malformed", 0.5),
    ]
    assert run_values(run_of([original(1)]))["models"][0]["variants"] is None
