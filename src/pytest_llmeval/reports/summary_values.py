"""The figures of a summary as plain values: for JSON, and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.citation_use import CitationUse
from pytest_llmeval.analysis.details import cost_per_success
from pytest_llmeval.analysis.judges.known_graders import KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.slicing import NOTHING
from pytest_llmeval.analysis.spending import TOKENS
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.analysis.tool_use import ToolUse
from pytest_llmeval.analysis.verdicts import VERDICTS, Slice
from pytest_llmeval.reports.abstention_lines import abstention_values
from pytest_llmeval.reports.caveats import Reading, caveats
from pytest_llmeval.reports.confidence_lines import confidence_values, vote_values
from pytest_llmeval.reports.contamination_lines import contamination_values
from pytest_llmeval.reports.figures import share_values
from pytest_llmeval.reports.graded_by_lines import graded_by_values
from pytest_llmeval.reports.repeat_lines import repeat_values
from pytest_llmeval.reports.robustness_values import behaviour_values, robustness_values
from pytest_llmeval.reports.token_figures import token_values
from pytest_llmeval.reports.turn_lines import turn_values

ROW_COLUMNS = (
    "run_id",
    "model",
    "by",
    "slice",
    "judged",
    *VERDICTS,
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "passed",
    "not_graded",
    "pass_rate",
    "errors",
    "unscored",
    "cost_usd",
    *TOKENS,
    "latency_p50_s",
    "latency_p95_s",
    "ttft_p50_s",
    "ttft_p95_s",
    "time_per_output_token_p50_s",
    "time_per_output_token_p95_s",
)
"""What `rows` gives; a cost or number of tokens of which a part is unknown is empty."""


def run_values(run: RunFigures, known: Mapping[str, KnownGraders] | None = None) -> dict[str, Any]:
    """Return all figures of a run, unknown ones as None.

    Args:
        run: The run.
        known: By model, whether those who graded may be believed.
    """
    info = run.info
    return {
        "run_id": run.run_id,
        "logs": [str(log) for log in run.logs],
        "repo_sha": run.repo_sha,
        "began": run.began,
        "complete": info.complete if info else None,
        "benchmarks": [
            {"name": one.name, "version": one.version, "changed_since": one.changed_since} for one in info.benchmarks
        ]
        if info
        else [],
        "models": [
            _model_values(Reading(run, summary, (known or {}).get(summary.model, KnownGraders())))
            for summary in run.summaries
        ],
    }


def _model_values(read: Reading) -> dict[str, Any]:
    run, summary = read.run, read.summary
    details, price = run.details(summary), cost_per_success(summary)
    values = {
        "model": summary.model,
        "records": summary.records,
        "samples": summary.samples,
        "pending": summary.pending,
        **_slice_values(summary.overall),
        "weighted_rate": details.weighted_rate if details.is_weighted else None,
        "graded_by": graded_by_values(details.graded_by),
        "not_fully_correct": summary.not_fully_correct,
        "failure_labels": dict(summary.failure_labels.most_common()),
        "error_modes": dict(summary.error_modes.counts()),
        "outcomes": dict(summary.outcomes),
        "reasons": dict(summary.reasons.most_common()),
        "grader_faults": dict(summary.grader_faults.most_common()),
        "categories": {name: _slice_values(part) for name, part in sorted(summary.categories.items())},
        **token_values(summary),
        "abstentions": [abstention_values(one) for one in details.abstentions.figures()],
        "cost_per_success_usd": {"value": price.dollars, "at_least": price.at_least},
        **_time_values(summary),
        "spreads": {name: asdict(spread) for name, spread in details.spreads().items()},
        "worst": {
            name: [{"entry": entry, "value": value} for entry, value in far] for name, far in details.worst().items()
        },
        "majority_vote": vote_values(details.confidences.votes()),
        "confidence": {one.signal: confidence_values(one) for one in details.confidences.figures()},
        "tools": _tool_values(details.tools) if details.tools.is_used else None,
        "citations": _citation_values(details.citations) if details.citations.answers else None,
        "turns": turn_values(details.turns.figures()),
        "contamination": contamination_values(summary.contamination),
        "repeats": asdict(summary.repeats) if summary.repeats else None,
        "repeats_by_slice": repeat_values(summary),
        "caveats": list(caveats(read)),
        "worst_slices": [
            {"by": one.kind, "slice": one.name, **share_values(one.share)} for one in details.worst_slices(summary)
        ],
    }
    values |= robustness_values(summary)
    if run.slicing is not None:
        values["by"] = {
            "field": run.slicing.field,
            "slices": {
                name: {
                    **_slice_values(part.overall),
                    **token_values(part),
                    **_time_values(part),
                    "behaviour": behaviour_values(part.behaviour),
                }
                for name, part in run.slices(summary).items()
            },
        }
    return values


def _slice_values(part: Slice) -> dict[str, Any]:
    return {
        "judged": part.judged,
        "grades": {verdict: part.verdicts[verdict] for verdict in VERDICTS},
        "accuracy": share_values(part.fully_correct),
        "not_graded": part.ungraded,
        "passed": share_values(part.pass_rate),
    }


def _time_values(summary: Summary) -> dict[str, Any]:
    return {
        "latency_s": asdict(summary.latency_s),
        "ttft_s": asdict(summary.first_token_s),
        "time_per_output_token_s": asdict(summary.per_token_s),
        "cached": summary.cached,
    }


def _tool_values(tools: ToolUse) -> dict[str, Any]:
    return {
        "calls": tools.calls,
        "trials_with_calls": share_values(tools.call_rate),
        "failed_calls": share_values(tools.failure_rate),
        "by_tool": {name: asdict(counts) for name, counts in tools.by_tool.items()},
        "selection": share_values(tools.selection),
        "choices": [
            {"expected": expected, "called": called, "times": times}
            for (expected, called), times in sorted(tools.choices.items())
        ],
    }


def _citation_values(found: CitationUse) -> dict[str, Any]:
    return {
        "citations": found.citations,
        "per_answer": found.per_answer,
        "answers_that_cite": share_values(found.rate),
    }


def rows(run: RunFigures) -> Iterator[Mapping[str, Any]]:
    """Yield a row per model, category and, where one was asked for, slice; the columns are `ROW_COLUMNS`."""
    for summary in run.summaries:
        start = {"run_id": run.run_id, "model": summary.model}
        yield {**start, "by": "all", "slice": "all", **_cells(summary.overall), **_price_cells(summary)}
        by = run.slicing.field if run.slicing else ""
        for name, part in sorted(summary.categories.items()) if by != "category" else ():
            yield {**start, "by": "category", "slice": name, **_cells(part)}
        if by != "contamination" and "flagged" in summary.by_contamination:
            for state, part in sorted(summary.by_contamination.items(), key=lambda item: item[0] or NOTHING):
                yield {**start, "by": "contamination", "slice": state or NOTHING, **_cells(part)}
        for name, one in run.slices(summary).items():
            yield {**start, "by": by, "slice": name, **_cells(one.overall), **_price_cells(one)}


def _cells(part: Slice) -> dict[str, Any]:
    accuracy = share_values(part.fully_correct)
    return {
        "judged": part.judged,
        **{verdict: part.verdicts[verdict] for verdict in VERDICTS},
        "accuracy": accuracy["rate"],
        "accuracy_low": accuracy["low"],
        "accuracy_high": accuracy["high"],
        "passed": part.passed,
        "not_graded": part.ungraded,
        "pass_rate": part.pass_rate.rate,
    }


def _price_cells(summary: Summary) -> dict[str, Any]:
    first, each = summary.first_token_s, summary.per_token_s
    totals = {name: getattr(summary, name) for name in ("cost_usd", *TOKENS)}
    return {
        "errors": summary.outcomes["error"],
        "unscored": summary.outcomes["unscored"],
        **{name: None if total.unknown else total.value for name, total in totals.items()},
        "latency_p50_s": summary.latency_s.p50,
        "latency_p95_s": summary.latency_s.p95,
        "ttft_p50_s": first.p50,
        "ttft_p95_s": first.p95,
        "time_per_output_token_p50_s": each.p50,
        "time_per_output_token_p95_s": each.p95,
    }
