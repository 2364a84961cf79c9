from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.comparing.comparison import Comparison, compare
from pytest_llmeval.analysis.comparing.sides import Side, sides_of
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.comparison_json import comparison_json
from pytest_llmeval.reports.lines import in_ascii, width_of
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo
from tests.analysis.two_runs import records, run_info, side, side_of

SPENT = {"usage": Usage(1200, 80), "cost_usd": 0.0012, "latency_s": 1.5}
MORE = {"usage": Usage(1200, 120), "cost_usd": 0.0018, "latency_s": 2.25}
QUESTION = "Where is the loader defined, and which module calls it first when a session starts?"


def named(path: str, made: list[Record], info: RunInfo | None) -> Side:
    (only,) = sides_of(Path(path), made, info).values()
    return only


def base_run() -> Side:
    told = {**SPENT, "question": QUESTION, "prompt_hash": "4f1b7c2d", "repo_sha": "a" * 40}
    right = {**told, "answer": "It is defined in src/loader.py and called by src/session.py."}
    made = [
        *records("CCCCCCCCCCCC", category="symbol_lookup", **right),
        *records(" " * 12 + "CCCCCCCCCPPW", category="data_flow", **right),
        *records(" " * 24 + "CCC", category="data_flow", entry_hash="old", **right),
        *records(" " * 27 + "C", category="data_flow", **right),
    ]
    return named("llm-runs/main.jsonl", made, run_info(versions={"openai": "2.1.0"}, git={"dirty": False}))


def new_run() -> Side:
    told = {**MORE, "question": QUESTION, "prompt_hash": "9a0e5d11", "repo_sha": "b" * 40, "model": "n"}
    right = {**told, "answer": "src/loader.py; src/session.py."}
    lost = {**told, "answer": "\x1b[31mI found nothing\x1b[0m called like that." + " So it is not there." * 9,
            "failure_label": "hallucination", "grading_notes": "expected src/loader.py"}  # fmt: skip
    made = [
        *records("WWWWWWUPCCCC", category="symbol_lookup", **lost),
        *records(" " * 12 + "CCCCCCCCWPCW", category="data_flow", **right),
        *records(" " * 24 + "C", category="data_flow", entry_hash="new", **right),
        *records(" " * 25 + "CE", category="data_flow", entry_hash="old", **right),
        *records(" " * 28 + "C", category="data_flow", **right),
    ]
    return named("llm-runs/new.jsonl", made, run_info(versions={"openai": "3.5.0"}, git={"dirty": True}))


def shown(comparison: Comparison, **screen: Any) -> str:
    return "\n".join(line.text for line in comparison_lines(comparison, Screen(**screen)))


REGRESSION = """\
worse
  fully correct down 32.0 points · mean grade down 0.92 of 3
  category symbol_lookup down 66.7 points

  base  llm-runs/main.jsonl · openai:m · 28 of 28 trials with a verdict
  new   llm-runs/new.jsonl · openai:n · 27 of 28 trials with a verdict
  pairs 25 · wins 1 · ties 15 · losses 9
  win rate 34 % [19–54], a tie counting half · sign test p 0.021
  regressed 9 of 22 right, 41 % [23–61] · mended 1 of 3 others, 33 % [6–79]

                               base     new change  95 %                 p     n
! fully correct              88.0 %  56.0 %  -32.0  [-52.2, -7.6]    0.021    25
! mean grade                   2.80    1.88  -0.92  [-1.44, -0.40]   0.018    25
  by category
! symbol_lookup             100.0 %  33.3 %  -66.7  [-86.2, -29.9]   0.018    12
  data_flow                  76.9 %  76.9 %   +0.0  [-26.0, +26.0]       1    13

  this set can only detect a change of 34.7 points or more (4 times in 5)
  ! worse, + better: p < 0.05 and the interval leaves out 0
  mean grade: fully correct 3, partially correct 2, unsupported 1, else 0
  p of mean grade and categories corrected by Holm

  9 lost, the worst 5 first
    q0 · symbol_lookup · fully correct -> wrong · hallucination
      asked  Where is the loader defined, and which module calls it first when …
      base   It is defined in src/loader.py and called by src/session.py.
      new    I found nothing called like that. So it is not there. So it is not
             there. So it is not there. So it is not there. So it is not there.…
      why    expected src/loader.py
    q1 · symbol_lookup · fully correct -> wrong · hallucination
      asked  Where is the loader defined, and which module calls it first when …
      base   It is defined in src/loader.py and called by src/session.py.
      new    I found nothing called like that. So it is not there. So it is not
             there. So it is not there. So it is not there. So it is not there.…
      why    expected src/loader.py
    q2 · symbol_lookup · fully correct -> wrong · hallucination
      asked  Where is the loader defined, and which module calls it first when …
      base   It is defined in src/loader.py and called by src/session.py.
      new    I found nothing called like that. So it is not there. So it is not
             there. So it is not there. So it is not there. So it is not there.…
      why    expected src/loader.py
    q3 · symbol_lookup · fully correct -> wrong · hallucination
      asked  Where is the loader defined, and which module calls it first when …
      base   It is defined in src/loader.py and called by src/session.py.
      new    I found nothing called like that. So it is not there. So it is not
             there. So it is not there. So it is not there. So it is not there.…
      why    expected src/loader.py
    q4 · symbol_lookup · fully correct -> wrong · hallucination
      asked  Where is the loader defined, and which module calls it first when …
      base   It is defined in src/loader.py and called by src/session.py.
      new    I found nothing called like that. So it is not there. So it is not
             there. So it is not there. So it is not there. So it is not there.…
      why    expected src/loader.py
    and 4 more: q5, q6, q7, q20

  1 gained: q22

  what answers suffer from                base     new   change        p
  hallucination (truthfulness)               0       8       +8    0.016
  unsupported (truthfulness)                 0       1       +1        1

  behaviour                    base     new change  95 %                 p     n
~ words an answer              9.00    25.5  +16.5  [+6.72, +26.3]   0.005    25
  ~ changed, for better or worse: no part of the verdict

  per trial               base         new   change       p   more in
  input tokens           1,200       1,200     +0 %       1   0 of 25
  output tokens           80.0         120    +50 %  <0.001   25 of 25
  cost                 $0.0012     $0.0018    +50 %  <0.001   25 of 25
  latency                1.5 s       2.2 s    +50 %  <0.001   25 of 25
  latency p50            1.5 s       2.2 s    +50 %
  latency p95            1.5 s       2.2 s    +50 %

  not compared
  changed entries      1: q24
  new entries          1: q28
  removed entries      1: q27
  no two verdicts      1: q26 (fully_correct -> error)

  what changed between the runs
  model                 openai:m -> openai:n
  system prompt         4f1b7c2d -> 9a0e5d11
  repository            aaaaaaaa -> bbbbbbbb
  work tree             as committed -> uncommitted changes
  openai                2.1.0 -> 3.5.0
"""


def test_a_regression_names_categories_entries_with_both_answers_and_what_changed() -> None:
    assert shown(compare(base_run(), new_run())) == REGRESSION.rstrip("\n")


def test_with_verbose_every_entry_is_told_whole() -> None:
    told = shown(compare(base_run(), new_run()), verbosity=1)
    assert told.count("      asked  ") == 9
    assert "more with --verbose" not in told
    assert any(line.split()[:3] == ["tokens", "out", "p95"] for line in told.splitlines())
    assert " ".join(told.split()).count("not there. So it is not there. So it is not there. So it is not there.") >= 8


def test_without_a_verdict_no_figure_is_shown_unless_asked_for() -> None:
    refused = compare(side("C" * 20), side("W" * 20, grader="rubric"))
    told = shown(refused)
    assert told.startswith("cannot decide: other graders: evidence -> rubric; grade both runs alike\n")
    assert "-100.0" not in told
    assert "graders               evidence -> rubric" in told
    assert "-100.0" in shown(refused, verbosity=1)


def test_a_forced_comparison_says_so() -> None:
    told = shown(compare(side("C" * 20), side("W" * 20, grader="rubric"), force=True))
    assert told.startswith("worse\n  fully correct down 100.0 points")
    assert "  forced in spite of: other graders: evidence -> rubric; grade both runs alike\n" in told


def test_an_allowed_drop_says_so() -> None:
    told = shown(compare(side("+" * 40), side("+" * 28 + "-" * 12), allowed=30))
    assert told.startswith("worse: passed down 30.0 points\n  allowed: no figure dropped by more than 30 points\n")


def test_ungraded_runs_are_told_without_grades() -> None:
    told = shown(compare(side("+" * 20), side("+" * 19 + "-")))
    assert "mean grade" not in told
    assert "  passed                    100.0 %  95.0 %   -5.0  [-23.6, +11.6]       1    20" in told
    assert "q19 · uncategorized · passed -> failed" in told


def test_runs_with_nothing_in_common_are_told_without_figures() -> None:
    told = shown(compare(side("C" * 9), side(" " * 9 + "C" * 9)), verbosity=1)
    assert told.startswith("cannot decide: the runs have no entry in common\n")
    assert "  removed entries      9: q0, q1, q2, q3, q4, q5, q6, q7, q8\n" in told
    assert "pairs" not in told


def test_a_path_is_never_cut() -> None:
    path = "/home/somebody/projects/" + "a-long-folder-name/" * 4 + "main.jsonl"
    told = shown(compare(named(path, records("C" * 9), None), side("C" * 9)))
    assert f"  base  {path}\n        openai:m · 9 of 9" in told


def test_several_reasons_stand_below_the_verdict() -> None:
    told = shown(compare(side("C" * 9), side("C" * 3, run_info(complete=False))))
    assert told.startswith(
        "cannot decide\n  NEW is not complete: it was stopped before its end\n  only 3 entries can be"
    )
    assert "        not complete: it was stopped before its end" in told


def test_the_same_answer_with_another_verdict_says_so() -> None:
    told = shown(compare(side("C" * 9, answer="Paris"), side("C" * 8 + "W", answer="Paris")))
    assert "      base   Paris\n      new    the same answer, judged differently\n" in told


@pytest.mark.parametrize("verbosity", [0, 1])
def test_answers_in_wide_signs_keep_to_the_screen_and_lose_none_with_verbose(verbosity: int) -> None:
    answer = "これは日本語の長い回答です。" * 12
    other: dict[str, Any] = {"answer": answer[::-1], "prompt_hash": "日本語" * 40}
    found = compare(side("C" * 9, answer=answer, prompt_hash="前"), side("C" * 8 + "W", **other))
    told = shown(found, verbosity=verbosity).splitlines()
    assert max(map(width_of, told)) <= 80
    assert (answer in "".join(line[13:] for line in told)) is (verbosity > 0)


def test_no_answer_is_not_called_the_same_answer() -> None:
    assert "      new    no answer\n" in shown(compare(side("C" * 9), side("C" * 8 + "W")))


def test_samples_are_told_apart_and_counted_as_one() -> None:
    base = [one for sample in (1, 2) for one in records("C" * 8, sample=sample)]
    new = [*records("C" * 8, sample=1), *records("W" * 8, sample=2), *records("C", sample=3)]
    told = shown(compare(side_of(base), side_of(new)))
    assert "  pairs 16 of 8 entries · wins 0 · ties 0 · losses 8\n" in told
    assert "q0 (sample 2) · uncategorized" in told
    assert "samples of an entry count as one" in told
    assert "  odd samples          1  that only one run has\n" in told


def test_records_that_were_run_again_are_counted() -> None:
    told = shown(compare(side_of([*records("W"), *records("C" * 9)]), side("C" * 9)))
    assert "9 of 9 trials with a verdict · 1 replaced by a later try" in " ".join(
        told.replace("\n        ", " · ").split()
    )


def test_only_the_first_categories_are_told() -> None:
    made = side_of([one for n in range(23) for one in records(" " * n + "C", category=f"c{n:02}")])
    told = shown(compare(made, made))
    assert "  … 3 more with --verbose\n" in told
    assert "c22" not in told
    assert "c22" in shown(compare(made, made), verbosity=1)


def test_where_only_some_trials_are_graded_wins_and_losses_are_of_all() -> None:
    told = shown(compare(side("CCCC++++"), side("CCPC+++-")))
    assert "pairs 8 · wins 0 · ties 6 · losses 2" in told


def test_large_amounts_keep_their_gaps() -> None:
    base: dict[str, Any] = {"usage": Usage(1, 4), "cost_usd": 1_000_000.0}
    new: dict[str, Any] = {"usage": Usage(1, 4_000), "cost_usd": 9_999_999_999.0}
    told = shown(compare(side("C" * 8, **base), side("C" * 8, **new))).splitlines()
    spent = [line.split() for line in told if line.startswith(("  output tokens", "  cost"))]
    assert spent == [
        ["output", "tokens", "4.0", "4,000", "+99,900", "%", "0.008", "8", "of", "8"],
        ["cost", "$1,000,000.00", "$9,999,999,999.00", "+999,900", "%", "0.008", "8", "of", "8"],
    ]
    assert max(map(width_of, told)) <= 80


def test_what_costs_nothing_has_no_ratio() -> None:
    told = shown(compare(side("C" * 8, latency_s=0.0), side("C" * 8, latency_s=1.0)))
    assert "  latency                 0 ms       1.0 s        –   0.008   8 of 8\n" in told
    assert "  latency p95             0 ms       1.0 s        –\n" in told


def test_a_set_that_can_detect_nothing_says_so() -> None:
    found = compare(side_of(records("C" * 6)), side_of(records("C" * 6)), alpha=0.04)
    assert found.outcome == "the same"
    assert "this set can only detect a change of" in shown(found)
    small = compare(side("C" * 5), side("C" * 5))
    assert "this set is too small to detect any change of the whole" in shown(small, verbosity=1)


HOSTILE = st.text("CPUWT+-E?", min_size=1, max_size=14)


@settings(max_examples=60)
@given(HOSTILE, HOSTILE, st.text(max_size=40), st.sampled_from([76, 80, 120]), st.sampled_from([0, 1]))
def test_no_text_of_strangers_reaches_the_screen_as_it_is(
    base: str, new: str, noise: str, width: int, verbosity: int
) -> None:
    odd: dict[str, Any] = {"answer": f"\x1b]0;{noise}\x07{noise}", "question": noise, "model": noise}
    one, other = (
        side_of(
            [
                *records(letters, category=f"\x1b[2J{noise}", **odd),
                *records(" " * len(letters) + letters, category=f"\x9b1m{noise}", **odd),
            ]
        )
        for letters in (base, new)
    )
    comparison = compare(one, other)
    for text in (line.text for line in comparison_lines(comparison, Screen(width, verbosity))):
        assert not any(unicodedata.category(sign) == "Cc" for sign in text)
        assert width_of(text) <= width


def test_ascii_terminals_get_ascii() -> None:
    lines = in_ascii(comparison_lines(compare(base_run(), new_run()), Screen(ascii_only=True)))
    assert all(line.text.isascii() for line in lines)


@pytest.mark.parametrize(
    ("new", "style"), [("W" * 12, "red"), ("C" * 12, "bold"), ("C" * 11 + "W", "yellow"), ("C", "yellow")]
)
def test_the_verdict_has_its_colour(new: str, style: str) -> None:
    head = next(comparison_lines(compare(side("C" * 12), side(new)), Screen()))
    assert style in head.segments[0].styles


def test_json_holds_what_the_screen_shows() -> None:
    told = json.loads(json.dumps(comparison_json(compare(base_run(), new_run()))))
    assert (told["outcome"], told["regression"], told["pairs"]) == ("worse", True, 25)
    assert told["figures"]["overall"]["changed"] == "worse"
    assert [one["name"] for one in told["figures"]["categories"]] == ["symbol_lookup", "data_flow"]
    assert told["not_compared"]["changed_entries"] == ["q24"]
    assert told["not_compared"]["without_two_verdicts"] == [{"name": "q26", "base": "fully_correct", "new": "error"}]
    assert told["lost"][0]["entry"] == "q0"
    assert told["lost"][0]["base"]["answer"].startswith("It is defined in")
    assert told["changes"][0] == {"what": "model", "base": "openai:m", "new": "openai:n"}
    assert told["base"]["complete"] is True


def test_json_of_a_comparison_without_pairs_has_no_figures() -> None:
    told = comparison_json(compare(side("C"), side(" C")))
    assert (told["figures"], told["base"]["complete"], told["outcome"]) == (None, None, "cannot decide")
