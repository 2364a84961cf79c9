from __future__ import annotations

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import Slicing
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.reports.summary_markdown import markdown_lines, plain
from tests.cli.logs import every_grade, trial


def test_a_run_is_a_heading_and_tables() -> None:
    run = RunFigures("run-1", slicing=Slicing("difficulty"))
    for record in every_grade(4, cost_usd=0.5, latency_s=2.0, difficulty="easy"):
        run.add(record)
    assert list(markdown_lines(run)) == [
        "### Run run-1",
        "",
        "**openai:small**: 1 of 4 · 25 % [5–70] fully correct",
        "",
        "| grade or failure | trials |",
        "| --- | --- |",
        "| fully correct | 1 |",
        "| partially correct | 1 |",
        "| unsupported | 1 |",
        "| wrong | 1 |",
        r"| missing\_evidence | 1 |",
        "| hallucination | 1 |",
        r"| retrieval\_miss | 1 |",
        "",
        "| category | fully correct |",
        "| --- | --- |",
        "| even | 1 of 2 · 50 % [9–91] |",
        "| odd | 0 of 2 · 0 % [0–66] |",
        "",
        "| difficulty | fully correct |",
        "| --- | --- |",
        "| easy | 1 of 4 · 25 % [5–70] |",
        "",
        "Cost $2.00, of a success $2.00; latency p50 2.0 s, p95 2.0 s, n 4.",
        "",
        "- 2 of 2 categories have fewer than 30 trials",
        "- not known: how flaky answers are (1 sample of each entry), contamination (not checked)",
    ]


def test_without_grades_it_is_of_what_passed() -> None:
    run = RunFigures("run-1")
    run.add(trial(1, outcome="passed"))
    told = list(markdown_lines(run))
    assert "**openai:small**: 1 of 1 · 100 % [21–100] passed" in told
    assert "| odd | 1 of 1 · 100 % [21–100] |" in told
    assert "Cost –, of a success –; latency p50 –, p95 –, n 0." in told


def test_times_of_tokens_follow_the_latency_where_replies_were_streamed() -> None:
    run = RunFigures("run-1")
    reply = Reply("text", usage=Usage(1000, 201), ttft_s=0.21, streamed_s=2.4)
    run.add(trial(1, "wrong", latency_s=2.0, calls=(Call("p", "m", (), reply, "hash"),)))
    assert (
        "Cost –, of a success –; latency p50 2.0 s, p95 2.0 s, n 1; "
        "first token p50 210 ms, p95 210 ms, n 1; per output token p50 12 ms, p95 12 ms, n 1."
    ) in list(markdown_lines(run))


def test_text_of_strangers_is_shown_as_it_is() -> None:
    assert plain("a|b\n<script>*x*</script>\x1b[31m") == r"a\|b \<script\>\*x\*\</script\>"


def test_confidence_is_summed_up_in_a_sentence_of_its_own() -> None:
    run = RunFigures("run-1")
    for record in every_grade(4, confidence={"stated_p": 0.5}):
        run.add(record)
    told = list(markdown_lines(run))
    assert told[-5] == ""
    assert told[-4].startswith(r"Confidence (stated\_p, n 4): 50 % on average, 25 % right; ECE 0.250 in 10 bins")
