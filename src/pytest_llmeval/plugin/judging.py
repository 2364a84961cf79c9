"""Judges in a run: the models of ``--llm-judge-model``, asked through the same gateway as the model under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.grader import as_grade
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.rubric_judge import rubric_judge
from pytest_llmeval.models.answer import Answer, Call, Reply
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Message, Params, Request


class RunJudge:
    """One judge for one trial: implements the port that graders ask.

    Args:
        model: Who judges.
        gateway: Sends, counts and caches as for every call of the run; judge calls are priced apart.
        keep: Takes each call for the record.
        anew: Whether to ask although the cache has a verdict, as a rerun does.
    """

    def __init__(self, model: ModelName, gateway: Gateway, keep: Callable[[Call], None], *, anew: bool) -> None:
        self._model = model
        self._gateway = gateway
        self._keep = keep
        self._anew = anew

    @property
    def name(self) -> str:
        """The judge, as ``provider:model``."""
        return str(self._model)

    @property
    def params(self) -> Mapping[str, Any]:
        """No parameters of the run's own: the grader's hold."""
        return MappingProxyType({})

    async def ask(
        self, messages: Sequence[Message], *, system: str, schema: Mapping[str, Any] | None, params: Mapping[str, Any]
    ) -> Reply:
        """Ask through the gateway; the sample is always the first, so equal answers share one verdict."""
        request = Request(
            self._model, tuple(messages), system, response_schema=schema, params=Params().updated(dict(params))
        )
        call = await self._gateway.send(request, "judge", anew=self._anew)
        self._keep(call)
        return call.reply


class TrialJudge:
    """The ``judge`` fixture: grades what a test hands it, by the judges of the run.

    Args:
        context: Of the trial; holds the entry and the judges.
        loop: The session's loop.
    """

    def __init__(self, context: TrialContext, loop: LoopThread) -> None:
        self._context = context
        self._loop = loop

    async def agrade(self, answer: Answer | str, rubric: Rubric | None = None) -> Grade:
        """Grade an answer.

        Args:
            answer: The answer, or text.
            rubric: What to judge by; the four levels where None.

        Returns:
            The grade; in state ``unscored`` where no judge was named or none gave a usable verdict.
        """
        grader = rubric_judge(rubric, judges=tuple(self._context.judges))
        told = answer if isinstance(answer, Answer) else Answer(answer)
        verdict = await self._loop.join(_graded(grader, self._context, told))
        return as_grade(verdict, "rubric_judge")

    def grade(self, answer: Answer | str, rubric: Rubric | None = None) -> Grade:
        """Grade an answer from sync code; see `agrade`."""
        return self._loop.run(self.agrade(answer, rubric))


async def _graded(grader: Any, context: TrialContext, answer: Answer) -> Grade:
    grade: Grade = await grader(context.entry, replace(answer, context=context))
    return replace(grade, context=context)
