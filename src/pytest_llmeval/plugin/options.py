"""Flags and ini values: declared in one table."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.plugin.gate_flags import check_baseline_name, rule_reader
from pytest_llmeval.plugin.option import Option
from pytest_llmeval.plugin.option_values import coverage, duration, number, one_of, parameter, percent, whole

MODEL_VARIABLE = "PYTEST_LLM_MODEL"
DEFAULT_CONCURRENCY = 16
DEFAULT_TIMEOUT_S = 120.0
DEFAULT_RETRIES = 3
DEFAULT_ERRORS_IN_A_ROW = 20
MOST_SAMPLES = 1000
"""Of one question. More is a slip more often than meant: papers on pass@k take 200, and each is a test item."""


OPTIONS: tuple[Option, ...] = (
    # What is evaluated
    Option(
        "llm_model",
        "PROVIDER:MODEL",
        "model under test, such as openai:gpt-4o-mini; repeat it to run several side by side. "
        f"Also {MODEL_VARIABLE} in the environment. Without any model evals are skipped and nothing is spent",
        many=True,
    ),
    Option("llm_provider", "NAME", "provider of models that are named without one: openai, anthropic, ollama-local, …"),
    Option("llm_base_url", "URL", "endpoint to call in place of the provider's own; needed by openai-compatible"),
    Option(
        "llm_param",
        "NAME=VALUE",
        "sampling parameter for every call, such as temperature=0.7, max_tokens=500 or seed=7; "
        "none as the value leaves it to the provider. Temperature is 0 unless you say otherwise",
        parameter,
        many=True,
    ),
    Option(
        "llm_judge_model",
        "PROVIDER:MODEL",
        "model that grades for graders.rubric_judge() and the judge fixture; repeat it for a panel",
        many=True,
    ),
    Option(
        "llm_allow_code_execution",
        "",
        "let graders.code_tests() run code that models wrote, in a sandbox without network and files",
        flag_only=True,
    ),
    Option(
        "llm_code_isolation",
        "HOW",
        "what the sandbox must have: namespaces (Linux; without them nothing is run), or process, which is weak: "
        "limits, an empty environment and a watch, for machines where a container is the wall",
        one_of("namespaces", "process"),
        "namespaces",
        in_ini=False,
    ),
    Option(
        "llm_judge_controls",
        "PERCENT",
        "hide answers of known worth among what is judged, beside so many percent of the trials: gold answers, "
        "and those of other entries; a judge that fails them is told, and its grades are void",
        percent,
        0.0,
    ),
    Option(
        "llm_allow_uncalibrated_judge",
        "",
        "let grades of a judge that nobody has calibrated decide gates; without it they are signal only",
        flag_only=True,
    ),
    Option(
        "llm_leaks",
        "WHAT",
        "what to do where entries stand in prompts word for word: off, warn or error; without it a question in the "
        "marker's system prompt or in a rubric is an error, and a gold answer a warning; leaks= on a marker wins",
        one_of("off", "warn", "error"),
    ),
    Option(
        "llm_samples",
        "N",
        "ask every question N times, at most 1000; each sample is a test item and a record",
        whole(1, MOST_SAMPLES),
    ),
    Option(
        "llm_sample", "N|P%", "run only N entries, or P percent, of each benchmark: by category, the same every time"
    ),
    Option("llm_seed", "N", "seed of the choice that --llm-sample makes", whole(0), 0),
    Option("llm_shard", "I/N", "run only part I of N; merge the parts' logs with pytest-llmeval merge", in_ini=False),
    Option(
        "llm_require_coverage",
        "FIELD[*FIELD]=N",
        "refuse to run unless each category, tag or other value of a field, or each combination of two such as "
        "category*difficulty=3, has N active entries in its benchmark",
        coverage,
        many=True,
    ),
    # How fast
    Option(
        "llm_concurrency",
        "N",
        "calls in flight at once, over the whole session and all xdist workers",
        whole(1),
        DEFAULT_CONCURRENCY,
    ),
    Option("llm_rpm", "N", "requests a minute to each provider, over all xdist workers", number("a number")),
    Option("llm_tpm", "N", "tokens a minute to each provider, over all xdist workers", number("a number")),
    Option("llm_timeout", "SECONDS", "how long one call may take", number("a number of seconds"), DEFAULT_TIMEOUT_S),
    Option("llm_retries", "N", "further tries after a transport error or a 429", whole(0), DEFAULT_RETRIES),
    Option(
        "llm_max_consecutive_errors",
        "N",
        "end the session after N calls failed one after another, over all xdist workers",
        whole(1),
        DEFAULT_ERRORS_IN_A_ROW,
    ),
    Option("llm_stream", "", "stream replies, to know the time to the first token", flag_only=True),
    # What it may cost
    Option("llm_max_calls", "N", "ask at most N times; what is left is skipped", whole(1)),
    Option("llm_max_tokens", "N", "ask no more once N tokens are used; what is left is skipped", whole(1)),
    Option("llm_max_cost", "USD", "ask no more once that much is spent; what is left is skipped", number("an amount")),
    Option("llm_max_time", "TIME", "ask no more after that long, such as 90s, 15m or 2h", duration),
    Option(
        "llm_price",
        "PROVIDER:MODEL=READ/WRITTEN",
        "dollars for a million tokens of a model, in place of the price list's or where that knows none; "
        "READ/WRITTEN/CACHED where the provider's cached ones are cheaper",
        many=True,
    ),
    Option(
        "llm_dry_run",
        "",
        "print calls, tokens and price range for each model; ask nobody and run no test, not even an ordinary one",
        flag_only=True,
    ),
    # What is not asked again
    Option(
        "llm_cache",
        "MODE",
        "answers of earlier runs: off (ask), auto (use them, ask the rest), refresh (ask and keep), only (never ask)",
        one_of("off", "auto", "refresh", "only"),
        "off",
    ),
    Option("llm_replay", "RUN", "take the answers from a run log and grade them anew; asks nobody", in_ini=False),
    Option(
        "llm_replay_changed",
        "WHAT",
        "what to do in a replay with entries that changed or are new: skip or ask",
        one_of("skip", "ask"),
        "skip",
    ),
    Option(
        "llm_resume",
        "RUN",
        "go on with a run that was cut off, in its own log; without a value the last one that is incomplete",
        in_ini=False,
        bare="last",
    ),
    Option("llm_rerun_errors", "", "with --llm-resume: ask again where a trial ended in an error", flag_only=True),
    Option(
        "llm_batch",
        "",
        "send all questions to the provider's batch interface, at half the price, and wait; may take hours",
        flag_only=True,
    ),
    # What the run is held against
    Option(
        "llm_baseline",
        "NAME|PATH",
        "compare the run with this one, by the name it was blessed under or by its log; a proven regression fails",
        check_baseline_name,
    ),
    Option(
        "llm_baseline_force",
        "",
        "compare in spite of other graders or a small overlap; the report says that it was forced",
        flag_only=True,
    ),
    Option(
        "llm_gates",
        "RULE",
        "rule that the run must keep, KIND=LIMIT or KIND:SLICE=LIMIT, such as fail_under=70, max_regression:math=2, "
        "worst_slice=50, failures:critical=0, max_unscored=5, max_missing=10, latency_p95=20, cost_per_trial=0.01, "
        "output_tokens_per_trial=500, stop_at_drop=20, max_disagreement=34, min_alpha=0.67, "
        "failure_label:hallucination=5 or behaviour:over-refusal=5; "
        "none switches those of the ini file off",
        many=True,
    ),
    Option(
        "llm_gate_stage",
        "NAME",
        "hold the run to the rules of llm_gates that are written NAME/RULE as well, such as release/fail_under=80",
        in_ini=False,
    ),
    Option(
        "llm_fail_under",
        "[SLICE=]PERCENT",
        "rule fail_under: fail if less is right, of all or of a category or tag",
        rule_reader("fail_under"),
        many=True,
        in_ini=False,
    ),
    Option(
        "llm_max_regression",
        "[SLICE=]POINTS",
        "rule max_regression: fail if the baseline was better by more, where that is proven",
        rule_reader("max_regression"),
        many=True,
        in_ini=False,
    ),
    Option(
        "llm_contaminated",
        "WHAT",
        "entries that pytest-llmeval check --keep has flagged: aside (in no figure of gate or comparison), or count",
        one_of("aside", "count"),
        "aside",
    ),
    Option(
        "llm_canary_stop",
        "",
        "end the run as soon as an entry fails that must pass (canary, fingerprint, must_pass); those run first",
        flag_only=True,
    ),
    Option(
        "llm_accept",
        "REASON",
        "let a failed gate pass; who, when and why is kept with the run",
        in_ini=False,
    ),
    Option("llm_log", "PATH", "run log to write; a directory gets RUN_ID.jsonl. Default: llm-runs/RUN_ID.jsonl"),
)


def declare(parser: pytest.Parser) -> None:
    """Add every flag and ini value to pytest."""
    group = parser.getgroup("llm-eval", "LLM evals (pytest-llmeval)")
    for option in OPTIONS:
        group.addoption(option.flag, **_flag(option))
        if option.in_ini and not option.flag_only:
            kind = "args" if option.many else "string"
            parser.addini(option.name, f"same as {option.flag}", type=kind, default=None)  # type: ignore[arg-type]


def _flag(option: Option) -> dict[str, Any]:
    default = "" if option.default is None else f" (default: {option.default})"
    told: dict[str, Any] = {"dest": option.name, "default": None, "help": option.help + default}
    if option.flag_only:
        return {**told, "action": "store_true", "default": False}
    if option.bare is not None:
        told |= {"nargs": "?", "const": option.bare}
    return {**told, "action": "append" if option.many else "store", "metavar": option.metavar}
