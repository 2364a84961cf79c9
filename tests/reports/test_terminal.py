from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_llmeval.analysis.summaries import Summaries, summaries_by_model
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.terminal import RunHeader, header_lines, summary_lines
from pytest_llmeval.runs.provenance import GitState
from pytest_llmeval.runs.record import Record
from tests.reports.samples import shown, trial
from tests.runs.samples import any_record

RUN = "20261121T043103Z-7f3a9c"
LOG = f"llm-runs/{RUN}.jsonl"


def a_run(model: str = "gpt-4o-mini", provider: str = "openai", right: int = 9) -> list[Record]:
    who = {"model": model, "provider": provider}
    error = f"{provider}:{model} did not answer within 120 s (3 tries)"
    return [
        *(trial("fully_correct", category="symbol_lookup", **who) for _ in range(right)),
        *(trial("partially_correct", category="debugging", failure_label="missing_evidence", **who) for _ in range(4)),
        *(trial("wrong", category="debugging", failure_label="hallucination", **who) for _ in range(5)),
        trial(None, category="debugging", outcome="truncated", **who),
        *(trial(None, outcome="error", error=error, usage=Usage(), cost_usd=None, **who) for _ in range(2)),
        trial(None, outcome="unscored", error="judge gave no verdict", **who),
    ]


ONE_MODEL = """\
openai:gpt-4o-mini · 9 of 19 fully correct · 47 % [27–68]

  fully correct             9    47 %  ███████████▌
  partially correct         4    21 %  █████
  unsupported               0     0 %
  wrong                     5    26 %  ██████▌
  truncated                 1     5 %  █▌

  why 10 of them were not fully correct
  hallucination             5    50 %  ████████████
  missing_evidence          4    40 %  █████████▌
  no label                  1    10 %  ██▌

  by category         fully correct             partially correct
  debugging           0 of 10 · 0 % [0–28]      4 · 40 %
  symbol_lookup       9 of 9 · 100 % [70–100]   0 · 0 %

  outcomes            13 passed · 5 failed · 1 truncated
  not in any rate     2 errors · 1 unscored
    2 × openai:gpt-4o-mini did not answer within 120 s (3 tries)
    1 × judge gave no verdict
  tokens              at least 20,000 in · at least 4,000 out
  cost                at least $0.0200
  latency             p50 1.2 s · p90 1.2 s · p95 1.2 s · n 20
  time                34 s
  log                 llm-runs/20261121T043103Z-7f3a9c.jsonl"""


def test_one_model_is_told_from_what_matters_most_to_what_it_cost() -> None:
    assert shown(summary_lines(summaries_by_model(a_run()), wall_s=34.2, log=LOG)) == ONE_MODEL


TWO_MODELS = """\
                        openai:gpt-4o-mini           anthropic:claude-sonnet-4-6
  graded                  19                           22
  fully correct            9   47 % [27–68]            12   55 % [35–73]
  partially correct        4   21 %                     4   18 %
  unsupported              0    0 %                     0    0 %
  wrong                    5   26 %                     5   23 %
  truncated                1    5 %                     1    5 %

why not fully correct
  hallucination            5   50 %                     5   50 %
  missing_evidence         4   40 %                     4   40 %
  no label                 1   10 %                     1   10 %

fully correct by category
  debugging                0 of 10 · 0 % [0–28]         0 of 10 · 0 % [0–28]
  symbol_lookup            9 of 9 · 100 % [70–100]     12 of 12 · 100 % [76–100]

outcomes
  passed                  13                           16
  failed                   5                            5
  error                    2                            2
  truncated                1                            1
  unscored                 1                            1

tokens, cost, latency
  tokens in             at least 20,000              at least 23,000
  tokens out            at least 4,000               at least 4,600
  cost                  at least $0.0200             at least $0.0230
  latency p50           1.2 s                        1.2 s
  latency p90           1.2 s                        1.2 s
  latency p95           1.2 s                        1.2 s

errors and unscored trials are in no rate
  2 × openai:gpt-4o-mini did not answer within 120 s (3 tries)
  2 × anthropic:claude-sonnet-4-6 did not answer within 120 s (3 tries)
  1 × openai:gpt-4o-mini: judge gave no verdict
  … 1 more reasons with -v

  time                34 s"""

CLAUDE = a_run("claude-sonnet-4-6", "anthropic", 12)


def test_two_models_stand_side_by_side() -> None:
    assert shown(summary_lines(summaries_by_model([*a_run(), *CLAUDE]), wall_s=34.2)) == TWO_MODELS


def test_models_that_do_not_fit_stand_below_each_other() -> None:
    three = summaries_by_model([*a_run(), *CLAUDE, *a_run("llama3.2:3b", "ollama-local")])
    heads = [line.text for line in summary_lines(three) if "llama3.2" in line.text and "×" not in line.text]
    assert heads == ["                        ollama-local:llama3.2:3b"]
    wide = shown(summary_lines(three, width=120)).splitlines()[0]
    assert wide.split() == ["openai:gpt-4o-mini", "anthropic:claude-sonnet-4-6", "ollama-local:llama3.2:3b"]
    narrow = shown(summary_lines(three, width=60))
    assert narrow.count(" of 19 fully correct ·") == 2
    assert narrow.count(" of 22 fully correct ·") == 1


@pytest.mark.parametrize("width", range(60, 100, 3))
def test_no_number_is_ever_cut(width: int) -> None:
    told = shown(summary_lines(summaries_by_model([*a_run(), *CLAUDE]), width=width))
    assert "9 of 9 · 100 % [70–100]" in told
    assert "12 of 12 · 100 % [76–100]" in told


def test_quiet_is_a_line_per_model_and_the_log() -> None:
    told = summary_lines(summaries_by_model([*a_run(), *CLAUDE]), verbosity=-1, wall_s=34.2, log=LOG)
    assert shown(told) == (
        "openai:gpt-4o-mini: 9 of 19 fully correct · 47 % [27–68] · 2 errors · 1 unscored\n"
        "anthropic:claude…: 12 of 22 fully correct · 55 % [35–73] · 2 errors · 1 unscored\n"
        f"log {LOG}"
    )


def test_plain_asserts_are_told_by_their_pass_rate() -> None:
    ends = ["passed", "passed", "failed"]
    told = shown(summary_lines(summaries_by_model(trial(None, grader=None, outcome=end) for end in ends)))
    assert told == (
        "p:m · 2 of 3 passed · 67 % [21–94]\n\n"
        "  outcomes            2 passed · 1 failed\n"
        "  tokens              3,000 in · 600 out\n"
        "  cost                $0.0030\n"
        "  latency             p50 1.2 s · p90 1.2 s · p95 1.2 s · n 3"
    )


@pytest.mark.parametrize("models", ["m", "mn"])
def test_what_broke_of_graders_is_told_where_trials_count_without_a_grade(models: str) -> None:
    broke = {"outcome": "passed", "error": "grader picky crashed", "unmeasured": True}
    told = shown(summary_lines(summaries_by_model(trial(None, model=one, **broke) for one in models for _ in "12")))
    if len(models) == 1:
        assert "  a grader broke      2 trials · counted without a grade\n    2 × grader picky crashed\n" in told
    else:
        assert "where a grader broke, the trial is counted without a grade\n  2 × p:m: grader picky crashed\n" in told
    graded_by_a_person = trial("wrong", **broke)
    assert "picky" not in shown(summary_lines(summaries_by_model([graded_by_a_person])))


def test_graded_plain_and_pending_trials_are_told_apart() -> None:
    mixed = [
        trial("wrong", category="a"),
        trial(None, grader=None, outcome="passed", category="b"),
        trial(None, outcome=None, category="c"),
    ]
    told = shown(summary_lines(summaries_by_model(mixed)))
    assert "  not graded          1 of 1 passed · 100 % [21–100]\n  not graded yet      1\n" in told
    assert "  b                   1 of 1 · 100 % [21–100] passed" in told
    two = shown(summary_lines(summaries_by_model([*mixed, *(one.model_copy(update={"model": "n"}) for one in mixed)])))
    assert "  passed, not graded    1 of 1 · 100 % [21–100]" in two
    assert "  b                     1 of 1 passed" in two


def test_plain_asserts_of_two_models_stand_side_by_side() -> None:
    both = [trial(None, grader=None, outcome="passed", model=name, category="a") for name in ("m", "n")]
    told = shown(summary_lines(summaries_by_model(both)))
    assert "passed by category\n  a                        1 of 1 · 100 % [21–100]" in told
    assert "fully correct" not in told


@pytest.mark.parametrize("models", ["m", "mn"])
def test_without_categories_there_is_no_table_of_them(models: str) -> None:
    told = shown(summary_lines(summaries_by_model(trial("wrong", model=name) for name in models)))
    assert "category" not in told
    assert "uncategorized" not in told


def test_logs_without_outcomes_have_no_heading_for_them() -> None:
    told = shown(summary_lines(summaries_by_model([trial("wrong", model=model, outcome=None) for model in "mn"])))
    assert "outcomes" not in told
    assert "wrong" in told


def test_estimated_tokens_are_told_as_such() -> None:
    records = [trial("wrong", usage=Usage(1000, 200, estimated=one)) for one in (True, True, False)]
    assert "  tokens              3,000 in · 600 out · estimated in 2 trials\n" in shown(
        summary_lines(summaries_by_model(records))
    )
    both = [*records, trial("wrong", model="other", usage=Usage(1000, 200))]
    rows = [line.text.split() for line in summary_lines(summaries_by_model(both))]
    assert ["estimated", "in", "trials", "2", "0"] in rows


def test_unknown_prices_and_tokens_are_dashes() -> None:
    told = shown(summary_lines(summaries_by_model([trial("wrong", usage=Usage(), cost_usd=None, latency_s=None)])))
    assert "  tokens              –\n  cost                –" in told
    assert "latency" not in told


def test_answers_from_the_cache_are_named_and_not_timed() -> None:
    told = shown(summary_lines(summaries_by_model([trial("wrong", cached=True)])))
    assert "  latency             1 from the cache" in told


def test_the_slowest_percent_is_told_of_a_hundred_answers_only() -> None:
    assert "p99" in shown(summary_lines(summaries_by_model([trial("wrong")] * 100)))
    assert "p99" not in shown(summary_lines(summaries_by_model([trial("wrong")] * 99)))


def test_repeated_samples_come_with_a_caution() -> None:
    told = shown(summary_lines(summaries_by_model([trial("wrong"), trial("wrong", sample=2)])))
    assert "only accuracy's interval takes samples of an entry as one" in told


@pytest.mark.parametrize("models", [1, 2])
def test_many_categories_and_reasons_are_shown_in_full_with_v_only(models: int) -> None:
    records = [
        one
        for model in range(models)
        for number in range(30)
        for one in (
            trial("wrong", category=f"slice-{number:02}", model=f"m{model}"),
            trial(None, outcome="error", error=f"reason {number:02}", model=f"m{model}"),
        )
    ]
    brief, full = (shown(summary_lines(summaries_by_model(records), verbosity=level)) for level in (0, 1))
    assert "slice-19" in brief
    assert "slice-20" not in brief
    assert "… 10 more" in brief
    assert f"… {30 * models - 3} more reasons with -v" in brief
    assert "slice-29" in full
    assert "reason 29" in full
    assert "more" not in full


def test_a_run_without_trials_says_so() -> None:
    assert shown(summary_lines(Summaries())) == "no trial was run"
    errors = summaries_by_model([trial(None, outcome="error", error="no route")])
    assert shown(summary_lines(errors)).startswith("p:m · nothing measured in 1 trial\n")
    assert shown(summary_lines(errors, verbosity=-1)) == "p:m: nothing measured in 1 trial · 1 error"


def test_text_of_strangers_cannot_reach_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[2Jbad\r\n"
    records = [
        trial("wrong", category=evil, model=evil),
        trial("wrong", category="b", model=evil),
        trial(None, outcome="error", error=evil, model=evil),
    ]
    for models in (records, [*records, trial("wrong")]):
        told = "".join(line.text for line in summary_lines(summaries_by_model(models), log=LOG))
        assert told.isprintable()
        assert "bad" in told


def test_ascii_terminals_get_ascii() -> None:
    accented = [trial("wrong", category="naïve", model="modèle"), trial("fully_correct", category="日本")]
    told = shown(summary_lines(summaries_by_model([*a_run(), *accented]), ascii_only=True, log=LOG))
    assert told.isascii()
    assert "9 of 19 fully correct | 47 % [27-68]" in shown(summary_lines(summaries_by_model(a_run()), ascii_only=True))


def test_levels_have_colours_and_the_heading_is_bold() -> None:
    lines = summary_lines(summaries_by_model(a_run()))
    styles = {segment.text.strip(): segment.styles for line in lines for segment in line.segments}
    assert styles["openai:gpt-4o-mini"] == ("bold",)
    assert styles["███████████▌"] == ("green",)
    assert styles["2 errors · 1 unscored"] == ("yellow",)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # records are slow to make
@given(
    st.lists(st.tuples(any_record(), st.sampled_from(["m", "long-name-" * 5, "日本語" * 9])), max_size=12),
    st.integers(20, 130),
    st.sampled_from([-1, 0, 1]),
    st.booleans(),
    st.text(max_size=40),
)
def test_no_line_is_wider_than_the_terminal(
    records: list[tuple[Record, str]], width: int, verbosity: int, ascii_only: bool, category: str
) -> None:
    changed = [
        one.model_copy(update={"model": model, "category": category + str(number % 3), "error": category})
        for number, (one, model) in enumerate(records)
    ]
    summaries = summaries_by_model(changed)
    lines = summary_lines(summaries, width=width, verbosity=verbosity, wall_s=1.0, ascii_only=ascii_only)
    assert [line.text for line in lines if width_of(line.text) > max(width, 60)] == []
    assert all("\n" not in line.text and line.text == line.text.rstrip() for line in lines)
    assert not ascii_only or all(line.text.isascii() for line in lines)


def test_the_header_tells_models_entries_repository_run_and_log() -> None:
    header = RunHeader(RUN, ("openai:gpt-4o-mini",), 36, 36, GitState(sha="ba7e3cff" + "0" * 32, dirty=True), LOG)
    assert header_lines(header) == [
        "llm-eval: openai:gpt-4o-mini · 36 entries · repo ba7e3cff (dirty)",
        f"llm-run:  {RUN} · log {LOG}",
    ]


def test_the_header_names_the_versions_of_benchmarks() -> None:
    versions = ("capitals 1.0", "rivers 2 and 3 entries changed since")
    assert header_lines(RunHeader(RUN, ("p:m",), 9, 9, versions=versions))[:2] == [
        "llm-eval: p:m · 9 entries · capitals 1.0 · rivers 2 and 3 entries changed since",
        "          no repository",
    ]
    assert "\x1b" not in header_lines(RunHeader(RUN, (), 0, 0, versions=("q \x1b[31m1",)))[0]


def test_the_header_wraps_models_and_never_cuts_the_log() -> None:
    models = ("openai:gpt-4o-mini", "anthropic:claude-sonnet-4-6", "ollama-local:llama3.2:3b")
    log = f"/a/rather/long/way/to/{LOG}"
    assert header_lines(RunHeader(RUN, models, 1, 3, GitState(), log)) == [
        "llm-eval: openai:gpt-4o-mini · anthropic:claude-sonnet-4-6",
        "          ollama-local:llama3.2:3b · 1 entry, 3 trials · no repository",
        f"llm-run:  {RUN}",
        f"llm-log:  {log}",
    ]


def test_the_header_is_safe_and_can_be_ascii() -> None:
    header = RunHeader(RUN, ("p:\x1b[31mmodèle",), 1, 1, GitState(sha="a" * 40, dirty=False))
    assert header_lines(header, ascii_only=True) == [
        "llm-eval: p:mod?le | 1 entry | repo aaaaaaaa",
        f"llm-run:  {RUN}",
    ]
    assert header_lines(RunHeader(RUN, (), 0, 0))[0] == "llm-eval: no model · 0 entries · no repository"


def test_the_header_tells_what_is_known_of_contamination() -> None:
    known = ("contamination checked 2026-11-01, none of 36 flagged",)
    assert header_lines(RunHeader(RUN, ("p:m",), 36, 36, contamination=known))[:2] == [
        "llm-eval: p:m · 36 entries · no repository",
        "          contamination checked 2026-11-01, none of 36 flagged",
    ]
