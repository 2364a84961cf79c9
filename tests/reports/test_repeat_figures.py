"""Repeated samples and streamed replies, as the summary of a run shows them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.analysis.summaries import summaries_by_model
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.reports.lines import width_of
from pytest_llmeval.reports.terminal import summary_lines
from pytest_llmeval.runs.record import Record
from tests.reports.samples import shown, trial


def repeats(*entries: str, test: str = "test_b", **fields: Any) -> list[Record]:
    """Trials of entries, an entry's samples written as ``"+-+"``."""
    grade = {"+": "fully_correct", "-": "wrong"}
    return [
        trial(grade[sign], question_id=f"entry-{number}", sample=at, nodeid=f"test_a.py::{test}[{number}]", **fields)
        for number, signs in enumerate(entries, start=1)
        for at, sign in enumerate(signs, start=1)
    ]


FOUR_SAMPLES = repeats("++++", "+-+-", "---+", "----", "++-+", "-++-")


def block(told: str, first: str, last: str) -> str:
    """The lines from the one that begins with the first text to the one that begins with the last."""
    lines = told.splitlines()
    begin = next(at for at, text in enumerate(lines) if text.startswith(first))
    return "\n".join(lines[begin:]).partition(f"\n{last}")[0]


def test_repeated_samples_are_told_after_the_grades() -> None:
    labelled = [one.model_copy(update={"failure_label": "hallucination"}) for one in FOUR_SAMPLES]
    told = shown(summary_lines(summaries_by_model(labelled)))
    assert block(told, "  wrong", "  why") == (
        "  wrong                    12    50 %  ████████████\n"
        "\n"
        "  4 samples of each of 6 entries\n"
        "  pass@1                         50 %  [19–81]\n"
        "  pass@4                         83 %  [44–97]   any of 4 samples right\n"
        "  pass^4                         17 %  [3–56]    all of 4 samples right\n"
        "  flip rate                      44 %  [16–77]   of neighbouring samples differ\n"
        "  most unstable       2 of 4 entry-2 · 2 of 4 entry-6 · 3 of 4 entry-5\n"
        "                      … 1 more with -v\n"
    )


def test_more_tries_and_unstable_entries_are_told_with_v() -> None:
    told = shown(summary_lines(summaries_by_model(FOUR_SAMPLES), verbosity=1))
    assert "  pass@2                         69 %  [32–91]   any of 2 samples right\n" in told
    assert "  pass^2                         31 %  [9–68]    all of 2 samples right\n" in told
    assert "  most unstable       2 of 4 entry-2 · 2 of 4 entry-6 · 3 of 4 entry-5\n" in told
    assert "                      1 of 4 entry-3\n" in told


def test_the_fewest_samples_bound_k() -> None:
    told = shown(summary_lines(summaries_by_model(repeats("+", "+++"))))
    assert block(told, "  1 to 3 samples", "  outcomes") == (
        "  1 to 3 samples of each of 2 entries, so k is at most 1\n"
        "  pass@1                        100 %  [34–100]\n"
        "  flip rate                       0 %  [0–79]    of neighbouring samples differ\n"
    )
    assert "samples of each of 1 entry\n" in shown(summary_lines(summaries_by_model(repeats("+-"))))


def test_entries_of_several_tests_are_named_with_their_test() -> None:
    told = shown(summary_lines(summaries_by_model([*repeats("+-"), *repeats("--", test="test_c")])))
    assert "  2 samples of each of 2 entries\n" in told
    assert "  most unstable       1 of 2 test_b[entry-1]\n" in told


def test_repeated_samples_of_two_models_stand_side_by_side() -> None:
    both = [*FOUR_SAMPLES, *repeats("++", "++", "+-", model="n"), trial("wrong", model="o")]
    told = shown(summary_lines(summaries_by_model(both), width=120))
    assert block(told, "repeated", "outcomes") == (
        "repeated samples\n"
        "  samples of each          4 of 6 entries                  2 of 3 entries               –\n"
        "  pass@1                       50 % [19–81]                    83 % [32–97]                       –\n"
        "  pass@2                       69 % [32–91]                   100 % [44–100]                      –\n"
        "  pass@4                       83 % [44–97]                       –                               –\n"
        "  pass^2                       31 % [9–68]                     67 % [21–94]                       –\n"
        "  pass^4                       17 % [3–56]                        –                               –\n"
        "  flip rate                    44 % [16–77]                    33 % [6–79]                        –\n"
        "  most unstable         2 of 4 entry-2                  1 of 2 entry-3\n"
        "                        2 of 4 entry-6\n"
        "                        3 of 4 entry-5\n"
        "                        … 1 more with -v\n"
    )
    told = shown(summary_lines(summaries_by_model(both), width=120, verbosity=1))
    assert block(told, "  most unstable", "outcomes") == (
        "  most unstable         2 of 4 entry-2                  1 of 2 entry-3\n"
        "                        2 of 4 entry-6\n"
        "                        3 of 4 entry-5\n"
        "                        1 of 4 entry-3\n"
    )


@pytest.mark.parametrize("models", ["m", "mn"])
@pytest.mark.parametrize("width", range(60, 130, 7))
@pytest.mark.parametrize("verbosity", [0, 1])
def test_lines_of_repeated_samples_fit(models: str, width: int, verbosity: int) -> None:
    name = "日本語-\x1b[31m-a-rather-long-name-of-an-entry-" * 3
    records = [
        one.model_copy(update={"question_id": name + one.question_id})
        for model in models
        for one in repeats("++++", "+-+-", "---+", "-+++", "-++-", model=model)
    ]
    lines = summary_lines(summaries_by_model(records), width=width, verbosity=verbosity)
    assert [line.text for line in lines if width_of(line.text) > width] == []
    told = shown(lines)
    assert told.replace("\n", "").isprintable()
    assert told.count("2 of 4 ") == 2 * len(models)
    assert ("repeated samples" in told) == (models == "mn" and width >= 80)


def test_long_names_of_unstable_entries_share_a_line() -> None:
    records = [one.model_copy(update={"question_id": f"{one.question_id}-{'x' * 90}"}) for one in FOUR_SAMPLES]
    told = block(shown(summary_lines(summaries_by_model(records))), "  most unstable", "  outcomes")
    assert [text.count(" of 4 entry-") for text in told.splitlines()] == [1, 1, 1]
    told = block(shown(summary_lines(summaries_by_model(records), width=140)), "  most unstable", "  outcomes")
    assert [text.count(" of 4 entry-") for text in told.splitlines()] == [3]


def streamed(model: str = "m") -> Record:
    reply = Reply("text", usage=Usage(1000, 201), ttft_s=0.21, streamed_s=2.4)
    return trial("wrong", model=model, calls=(Call("p", model, (), reply, "hash"),))


def test_times_of_tokens_are_told_where_replies_were_streamed() -> None:
    told = shown(summary_lines(summaries_by_model([streamed(), trial("wrong")])))
    assert told.endswith(
        "  latency             p50 1.2 s · p90 1.2 s · p95 1.2 s · n 2\n"
        "  first token         p50 210 ms · p90 210 ms · p95 210 ms · n 1\n"
        "  per output token    p50 12 ms · p90 12 ms · p95 12 ms · n 1"
    )


def test_times_of_tokens_have_a_99th_percentile_from_a_hundred_calls_on() -> None:
    """They go by the rule of the latency."""
    told = shown(summary_lines(summaries_by_model([streamed()] * 100)))
    assert told.endswith(
        "  first token         p50 210 ms · p90 210 ms · p95 210 ms · p99 210 ms · n 100\n"
        "  per output token    p50 12 ms · p90 12 ms · p95 12 ms · p99 12 ms · n 100"
    )
    assert "p99" not in shown(summary_lines(summaries_by_model([streamed()] * 99)))


def test_times_of_tokens_are_without_those_of_the_cache() -> None:
    told = shown(summary_lines(summaries_by_model([streamed().model_copy(update={"cached": True}), streamed()])))
    assert "  first token         p50 210 ms · p90 210 ms · p95 210 ms · n 1\n" in told


def test_times_of_tokens_of_two_models_stand_side_by_side() -> None:
    told = shown(summary_lines(summaries_by_model([streamed(), trial("wrong", model="n")])))
    assert (
        "  latency p95           1.2 s                        1.2 s\n"
        "  first token p50       210 ms                       –\n"
        "  first token p90       210 ms                       –\n"
        "  first token p95       210 ms                       –\n"
        "  per output token p50  12 ms                        –\n"
        "  per output token p90  12 ms                        –\n"
        "  per output token p95  12 ms                        –\n"
    ) in told


def test_slow_answers_of_a_hundred_fit_one_line() -> None:
    told = shown(summary_lines(summaries_by_model([trial("wrong", latency_s=71.0)] * 100)))
    assert "  latency             p50 1 m 11 s · p90 1 m 11 s · p95 1 m 11 s · p99 1 m 11 s\n" in told
