"""From the phases of an item to the record of its trial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeGuard, get_args

from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.errors import InfrastructureError, OverBudget, is_unmeasured
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.cuts import cut_state
from pytest_llmeval.grading.error_modes import error_mode_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.signature import merged
from pytest_llmeval.models.answer import Answer, Call, Usage
from pytest_llmeval.models.resending import described_once
from pytest_llmeval.models.tracing import answer_of, total_cost, with_trace
from pytest_llmeval.plugin.phases import Phases
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.plugin.trial_run import TrialRun
from pytest_llmeval.plugin.turn_records import own_tool_calls, turn_records
from pytest_llmeval.runs.provenance import harness_version, utc_timestamp
from pytest_llmeval.runs.record import SCHEMA_VERSION, Outcome, Record
from pytest_llmeval.runs.record_parts import JudgeControl, JudgeInfo, JudgeVerdict, PerturbationInfo

ModelFailure = Literal["truncated", "filtered", "unextractable", "over_budget"]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What every record of a run shares."""

    run_id: str
    repo_sha: str | None


def one_line(error: BaseException) -> str:
    """Tell an error in one line, its kind first where that is not ours."""
    text = " ".join(str(error).split())
    says_all = isinstance(error, InfrastructureError | OverBudget) and text
    return text if says_all else f"{type(error).__name__}: {text}".rstrip(": ")


def make_record(
    run: TrialRun,
    phases: Phases,
    nodeid: str,
    facts: RunFacts,
    now: datetime | None = None,
    *,
    test_case: str | None = None,
) -> Record:
    """Write down what became of a trial."""
    trial, entry = run.trial, run.trial.entry
    answer = final_answer(run)
    grade = run.asked.grade if run.asked else None
    calls = answer.calls if answer else run.calls
    outcome = _refined(phases, answer, grade)
    error = _what_broke(run, phases, outcome)
    return Record(
        schema_version=SCHEMA_VERSION,  # said, not left to the default: it tells a record of ours from a stranger's
        run_id=facts.run_id,
        question_id=entry.id,
        question=entry.question,
        category=entry.category or UNCATEGORIZED,
        answer=answer.text if answer else None,
        model=run.defaults.model.model,
        provider=run.defaults.model.provider,
        evidence_files=answer.evidence_files if answer else (),
        tools_called=answer.tools_called if answer else (),
        retrieval_method=answer.retrieval_method if answer else None,
        grade=grade.level if grade else None,
        failure_label=grade.failure_label if grade else None,
        grading_notes=(grade.notes or None) if grade else None,
        repo_sha=facts.repo_sha,
        timestamp=utc_timestamp(now),
        harness_version=harness_version(),
        nodeid=nodeid,
        test_case=test_case,
        outcome=outcome,
        sample=trial.sample,
        scores=(*(grade.scores if grade else ()), *run.context.checks),
        grader=_grader(run, grade, outcome),
        error=one_line(error) if error else None,
        xfail=phases.expected,
        crashed=run.crashed and outcome == "error",
        unmeasured=is_unmeasured(error),
        entry_hash=entry.hash,
        tags=entry.tags,
        difficulty=entry.difficulty,
        weight=entry.weight,
        params=run.defaults.params.as_dict(),
        error_mode=error_mode_of(grade.level, grade.failure_label, grade.scores) if grade else None,
        confidence=run.context.confidence,
        judge=_judged_by(run, answer),
        **_variant(trial),
        guard=trial.standing.guard,
        quarantined_until=str(until) if (until := trial.standing.quarantined_until) else None,
        contamination=trial.standing.contamination,
        tool_calls=own_tool_calls(answer) if answer else (),
        turns=turn_records(entry, answer, grade, run.context.turns_kept),
        **{**_measured(answer, calls), "calls": (*described_once(calls), *run.judge_calls)},
    )


def _what_broke(run: TrialRun, phases: Phases, outcome: Outcome) -> BaseException | None:
    """Return what kept the trial from an end of its own, or a grader whose grade the test did not ask for."""
    grading_error = run.asked.grading_error if run.asked else None
    if outcome in ("error", "unscored", "over_budget"):
        return phases.error or grading_error
    return grading_error if outcome != "skipped" else None


def _grader(run: TrialRun, grade: Grade | None, outcome: Outcome) -> str | None:
    """Name what decided: where graders were waiting for an answer that its budget cut short, the budget."""
    if grade is not None:
        return grade.grader
    return "budget" if outcome == OverBudget.state and run.trial.spec.graders else None


def _variant(trial: Trial) -> dict[str, Any]:
    made = trial.variant
    if made is None:
        return {}
    how = PerturbationInfo(kind=made.kind, settings=dict(made.settings), same_gold=made.same_gold)
    return {"parent_id": made.parent.id, "perturbation": how}


def _judged_by(run: TrialRun, answer: Answer | None) -> JudgeInfo | None:
    """Tell which judges graded, and what asking them took, apart from what the model under test took."""
    signature = merged(run.context.judged_by)
    if signature is None and not run.judge_calls:
        return None
    usage = sum((call.reply.usage for call in run.judge_calls), Usage())
    cost = total_cost(run.judge_calls)
    of_answer = [one for one in run.context.judged if answer is not None and one.text == answer.text]
    verdicts = dict.fromkeys(
        JudgeVerdict(hash=one.judge_hash, level=one.level, abstained=one.abstained) for one in of_answer
    )
    return JudgeInfo(
        model=signature.model if signature else None,  # a judge that was asked, and judged nothing, is not named
        hash=signature.hash if signature else None,
        usage=usage,
        cost_usd=cost,
        verdicts=tuple(verdicts),
        controls=tuple(
            JudgeControl(hash=one.judge_hash, is_right=one.is_right, level=one.level, passed=one.passed)
            for one in run.controls
        ),
    )


def _measured(answer: Answer | None, calls: tuple[Call, ...]) -> dict[str, Any]:
    prompts = sorted({call.system for call in calls if call.system})
    measured: dict[str, Any] = {
        "calls": calls,
        "request_hash": _one_hash([call.request_hash for call in calls]),
        "prompt_hash": fingerprint(prompts) if prompts else None,
        "attempts": sum(call.attempts for call in calls) or None,
        "cached": all(call.cached for call in calls) if calls else None,
    }
    if answer is not None:
        for name in ("usage", "cost_usd", "latency_s", "ttft_s", "finish_reason"):
            measured[name] = getattr(answer, name)
    return measured


def _one_hash(hashes: list[str]) -> str | None:
    return (hashes[0] if len(hashes) == 1 else fingerprint(hashes)) if hashes else None


def final_answer(run: TrialRun) -> Answer | None:
    """Return what the trial answered: the task's answer, else what the test's own last call gave."""
    if run.asked is not None:
        return run.asked.answer
    if not run.calls:
        return None
    calls = run.calls
    return with_trace(answer_of(calls[-1]), calls, sum(call.latency_s for call in calls))


def _refined(phases: Phases, answer: Answer | None, grade: Grade | None) -> Outcome:
    """A failed trial whose answer was cut off, withheld or held no value is that, and not a wrong answer."""
    if phases.outcome != "failed":
        return phases.outcome
    state = grade.state if grade is not None else getattr(phases.error, "state", None)
    if state is None or state == "graded":
        state = cut_state(answer.finish_reason) if answer is not None and grade is None else None
    return state if is_model_failure(state) else "failed"


def is_model_failure(state: str | None) -> TypeGuard[ModelFailure]:
    """Tell whether a state or outcome is the model's own failure to give what can be judged, within its budget."""
    return state in get_args(ModelFailure)


def junit_properties(record: Record) -> Iterable[tuple[str, object]]:
    """Name what CI systems show beside a test."""
    yield "llm_model", f"{record.provider}:{record.model}"
    if record.grade:
        yield "llm_grade", record.grade
    if record.failure_label:
        yield "llm_failure_label", record.failure_label
    values = [score.value for score in record.scores if score.value is not None]
    if values:
        yield "llm_score", min(values)
    if record.cost_usd is not None:
        yield "llm_cost_usd", record.cost_usd
