"""A trial's run: what becomes of it in one attempt of one test item."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import dataclass, replace

from pytest_llmeval.errors import LLMEvalError, OverBudget, UnscoredError
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.controls import ControlResult, control_of, put_control, rubric_judges
from pytest_llmeval.grading.turns import grade_entry, names_graders
from pytest_llmeval.models.answer import Answer, Call
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.gateway_judge import GatewayJudge
from pytest_llmeval.models.loop_thread import run_in_thread
from pytest_llmeval.models.run_ahead import Job
from pytest_llmeval.models.task import run_task
from pytest_llmeval.plugin.engine import Engine
from pytest_llmeval.plugin.judging import TrialJudge
from pytest_llmeval.plugin.requests_of_trial import RequestsOfTrial
from pytest_llmeval.plugin.trial import Trial, defaults_of, tools_of
from pytest_llmeval.runs.earlier import RecordedCalls, answer_in
from pytest_llmeval.runs.record import Record

TOO_LATE = "the model was asked before this test began; declare its tools on the marker, llm_eval(tools=[...])"


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking and grading gave."""

    answer: Answer
    grade: Grade | None = None
    grading_error: Exception | None = None


class TrialRun:
    """One attempt at a trial.

    Made when its item is hinted to run ahead or set up, whichever comes first; ends in a record at teardown. A rerun of
    the item makes a new one.

    Args:
        trial: What it is about.
        engine: Makes the calls.
        anew: Whether to ask although the answer is in the cache, as a rerun does.
        earlier: The trial's record in the run that is replayed; None where the model is asked.
        refusal: Why the trial is not run at all; raised where its answer is wanted.
    """

    def __init__(
        self,
        trial: Trial,
        engine: Engine,
        *,
        anew: bool = False,
        earlier: Record | None = None,
        refusal: LLMEvalError | None = None,
    ) -> None:
        self.trial = trial
        self._engine = engine
        self._earlier = earlier
        self._refusal = trial.refusal or refusal
        self.judge_calls: list[Call] = []
        """What judges were asked on the way; no part of what the model under test did."""
        judges = (GatewayJudge(name, engine.gateway, self.judge_calls.append, anew=anew) for name in engine.judges)
        self.context = TrialContext(trial.entry, judges=tuple(judges), sandbox=engine.sandbox, roots=trial.roots)
        self.controls: list[ControlResult] = []
        """What judges made of answers of known worth."""
        self.defaults = defaults_of(trial, engine.params, engine.base_url)
        self._anew = anew
        self._llm: LLM | None = None
        self._job: Job[Asked] | None = None
        self.body: Job[None] | None = None
        """The test's own async body, where it was hinted to run ahead of its turn."""
        self.hinted = False
        self.begun = False
        self.crashed = False
        """Whether the task broke by itself, for no reason of the harness or the provider."""
        self.asked: Asked | None = None
        """Set once the answer was fetched by the test."""

    @property
    def llm(self) -> LLM:
        """The client; made when it is first asked for, as many evals only look at their entry."""
        if self._llm is None:
            trial, engine = self.trial, self._engine
            recorded = RecordedCalls(self._earlier) if self._earlier is not None else None
            requests = RequestsOfTrial(trial.entry.id, engine.gateway, self._anew, recorded, self._refusal)
            tools = tools_of(trial.entry, trial.spec)
            self._llm = LLM(self.defaults, requests.send, engine.loop, self.context, tools)
        return self._llm

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call of the model under test so far."""
        return tuple(self._llm.calls) if self._llm is not None else ()

    @property
    def job(self) -> Job[Asked]:
        """Asking and grading, as one piece of work."""
        if self._job is None:
            self.llm  # noqa: B018  made here: later the loop's thread and the test's could each make one
            self._job = Job(self._ask_and_grade)
        return self._job

    @property
    def judge(self) -> TrialJudge:
        """What the ``judge`` fixture gives."""
        return TrialJudge(self.context, self._engine.loop)

    def answer(self) -> Answer:
        """Wait for the answer.

        Raises:
            ProviderError: Where there is none.
            Exception: Whatever the task raised.
        """
        return self._fetch().answer

    def grade(self) -> Grade:
        """Wait for the grade.

        Raises:
            GraderError: Where a grader crashed.
        """
        asked = self._fetch()
        if asked.grading_error is not None:
            raise asked.grading_error
        if asked.grade is None:
            raise UnscoredError("the grade fixture needs graders=[...] on the llm_eval marker")
        return asked.grade

    def _fetch(self) -> Asked:
        if self.asked is None:
            try:
                self.asked = self._engine.run_ahead.result(self.job)
            except CancelledError:
                raise UnscoredError("the run was stopped before this question was asked") from None
        return self.asked

    async def _ask_and_grade(self) -> Asked:
        entry, spec = self.trial.entry, self.trial.spec
        answer = await self._answer()
        self.context.answer = answer
        answer = replace(answer, context=self.context)
        if not spec.graders and not names_graders(entry):
            return Asked(answer)
        try:
            grade = await grade_entry(spec.graders, entry, answer, run_in_thread=run_in_thread)
        except Exception as error:
            return Asked(answer, grading_error=error)
        await self._put_controls()
        return Asked(answer, replace(grade, context=self.context))

    async def _put_controls(self) -> None:
        """Put an answer of known worth to the judges that have just judged, where this trial is one that gets it."""
        trial = self.trial
        control = control_of(trial.entry, trial.decoy, trial.sample, self._engine.control_share)
        if control is None:
            return
        for grader in rubric_judges(trial.spec.graders):
            result = await put_control(grader, trial.entry, control, self.context.judges)
            self.controls += [result] if result is not None else []

    async def _answer(self) -> Answer:
        if self._refusal is not None:
            raise self._refusal
        if self._earlier is not None:
            recorded = answer_in(self._earlier)
            self.llm.tools.calls.extend(recorded.tool_calls)
            if self._earlier.outcome == OverBudget.state:
                self.llm.calls.extend(recorded.calls)
                raise OverBudget(self._earlier.error or "stopped over the trial's budget")
            return recorded
        self.llm.tools.closed = TOO_LATE
        task = self.trial.spec.task or self._engine.default_task(self.trial.roots)
        try:
            return await run_task(task, self.trial.entry, self.llm)
        except Exception as error:
            self.crashed = not isinstance(error, LLMEvalError)
            raise
