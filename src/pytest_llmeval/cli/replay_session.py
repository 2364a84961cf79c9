"""A replay under way: the request is sent again, and each reply graded as the recorded one is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_llmeval.analysis.replay import Replay, Try
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.asking import JudgeDesk
from pytest_llmeval.errors import (
    BudgetExhausted,
    ConfigurationError,
    FatalProviderError,
    InfrastructureError,
    LLMEvalError,
    NotReplayable,
)
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Level
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.judge.asking import side_by_side
from pytest_llmeval.grading.running import grade_answer
from pytest_llmeval.models.answer import Answer, Call
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.resending import described_again, request_of
from pytest_llmeval.models.tracing import answer_of, with_trace
from pytest_llmeval.redaction import REDACTED
from pytest_llmeval.runs.record import Record
from pytest_llmeval.safe_text import one_line

UNGRADED = "nothing to grade it with; name a grader, such as --grader contains"


@dataclass(frozen=True)
class Sending:
    """What is sent.

    Args:
        record: The trial.
        number: Which of its calls of the model under test, from 1; None for the last.
        model: Who is asked in place of the run's model.
        base_url: Where it is sent, where that is not the provider's own endpoint.
        times: How often.
    """

    record: Record
    number: int | None = None
    model: ModelName | None = None
    base_url: str | None = None
    times: int = 1

    def calls(self) -> tuple[Call, ...]:
        """Return the trial's calls up to the one that is sent again.

        Raises:
            NotReplayable: Where there is none.
        """
        found = described_again(call for call in self.record.calls if call.role == "model")
        if not found:
            why = self.record.error or "its task made none through llm, or another program wrote the log"
            raise NotReplayable(f"the record of {self.record.question_id!r} holds no call to send again: {why}")
        if self.number is not None and self.number > len(found):
            raise ConfigurationError(f"--call must be at most {len(found)}, the calls of the trial, got {self.number}")
        return found[: self.number]

    @property
    def is_last(self) -> bool:
        """Tell whether it is the call whose reply the trial's graders graded."""
        whole = sum(call.role == "model" for call in self.record.calls)
        return self.number in (None, whole)

    def request(self, call: Call) -> Request:
        """Return the request of a call, to the model that is asked now.

        Raises:
            NotReplayable: Where the record does not hold all of it.
            ConfigurationError: Where it was sent to an endpoint that was not named again.
        """
        if call.base_url and not self.base_url and not self.model:
            raise ConfigurationError(
                f"the run sent it to {call.base_url}; add --base-url={call.base_url} to send it there with your key, "
                "or --model to ask another model"
            )
        request = request_of(call, self.record.sample, self.base_url)
        return replace(request, model=self.model) if self.model else request


@dataclass(frozen=True)
class Grading:
    """How replies are graded.

    Args:
        entry: The question, with its gold answer where that is known.
        graders: None grade nothing.
        judges: Whom they may ask.
        at_least: From which level on a reply passes.
    """

    entry: Entry
    graders: Sequence[Grader]
    judges: Sequence[str] = ()
    at_least: Level = "fully_correct"


@dataclass
class Replaying:
    """One replay; made by the command, which hands it the open desk.

    Args:
        sending: What is sent.
        grading: How replies are graded.
        desk: Where models and judges are asked.
    """

    sending: Sending
    grading: Grading
    desk: JudgeDesk
    spent: list[Call] = field(default_factory=list)
    """Every call it made, those of judges too."""

    def run(self) -> Replay:
        """Send the request and grade what comes back, beside what the run was told.

        Raises:
            NotReplayable: Where the record does not hold the request.
            FatalProviderError: Where the model can never be asked.
        """
        calls = self.sending.calls()
        request = self.sending.request(calls[-1])
        changed = replace(request, params=request.params.updated(self.desk.params))
        return self.desk.loop.run(self._replay(calls, request, changed))

    async def _replay(self, calls: tuple[Call, ...], request: Request, changed: Request) -> Replay:
        record = self.sending.record
        deviations = tuple(self._deviations(calls[-1], request, changed))
        before = await self._graded(calls[:-1], calls[-1], 0)
        tries = await side_by_side(
            [self._once(calls[:-1], changed, number) for number in range(1, self.sending.times + 1)]
        )
        whole = sum(call.role == "model" for call in record.calls)
        return Replay(record, len(calls), whole, changed, deviations, before, tuple(tries), self.grading.at_least)

    def _deviations(self, call: Call, request: Request, changed: Request) -> list[str]:
        found = ["another model"] if self.sending.model and str(self.sending.model) != _asked(call) else []
        found += ["other parameters"] if changed.params != request.params else []
        if REDACTED in str((call.system, call.messages)):
            return [*found, f"{REDACTED} stands for a secret in it"]
        version = self.desk.gateway.provider_of(request.model.provider).adapter_version
        if not found and request.key(version) != call.request_hash:
            found.append("its hash is not that of the run: another endpoint, another version, or an edited log")
        return found

    async def _once(self, earlier: Sequence[Call], request: Request, number: int) -> Try:
        try:
            call = await self.desk.gateway.send(request, anew=True)
        except FatalProviderError:
            raise
        except (InfrastructureError, BudgetExhausted) as error:
            return Try(None, None, str(error))
        self.spent.append(call)
        return await self._graded(earlier, call, number)

    async def _graded(self, earlier: Sequence[Call], call: Call, number: int) -> Try:
        if not self.grading.graders:
            return Try(call, None, UNGRADED)
        answer = self._answer([*earlier, call], number)
        try:
            grade = await grade_answer(
                self.grading.graders, self.grading.entry, answer, run_in_thread=asyncio.to_thread
            )
        except FatalProviderError:
            raise
        except LLMEvalError as error:
            return Try(call, None, one_line(str(error), 300))
        return Try(call, grade, grade.notes if grade.state == "unscored" else "")

    def _answer(self, trace: list[Call], number: int) -> Answer:
        """Make the answer that a trace of calls comes to, with whom graders may ask."""
        judges = tuple(
            self.desk.judge(ModelName.parse(name), self.spent.append, sample=max(number, 1))
            for name in self.grading.judges
        )
        answer = with_trace(answer_of(trace[-1]), trace, 0.0)
        context = TrialContext(self.grading.entry, answer, judges=judges, roots=(Path.cwd(),))
        return replace(answer, context=context)


def _asked(call: Call) -> str:
    return f"{call.provider}:{call.model}"
