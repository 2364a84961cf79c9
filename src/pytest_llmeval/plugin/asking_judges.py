"""What items will ask of judges, as far as that is known before they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from pytest_llmeval.grading.judge.asking import PARAMS
from pytest_llmeval.grading.judge.controls import control_of, rubric_judges
from pytest_llmeval.grading.judge.prompt import make_prompt
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from pytest_llmeval.grading.judge.verdict import verdict_schema
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.gateway_judge import judge_request
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.plugin.asking import ANSWERS, is_left_out
from pytest_llmeval.plugin.items import FINISHED, name_of, trial_of
from pytest_llmeval.plugin.past import Past
from pytest_llmeval.plugin.trial import Trial
from pytest_llmeval.runs.earlier import answer_in


@dataclass(frozen=True, slots=True)
class Judging:
    """An item that asks judges."""

    item: pytest.Item
    trial: Trial
    graders: tuple[RubricJudge, ...]
    answer: Answer | None
    """What is to be judged, where a replay knows it."""
    asks_more: bool
    """Whether the test holds the ``judge`` fixture, and may ask as often as it likes."""


def judging(items: Iterable[pytest.Item], past: Past) -> Iterator[Judging]:
    """Find the items that ask judges: those of a replay too, for it judges anew."""
    for item in items:
        trial = trial_of(item)
        if trial is None or trial.model is None or FINISHED in item.stash or is_left_out(item):
            continue
        names = getattr(item, "fixturenames", ())
        graders = tuple(rubric_judges(trial.spec.graders)) if any(name in ANSWERS for name in names) else ()
        record, refusal = past.answered(name_of(item), trial)
        if refusal is None and (graders or "judge" in names):
            answer = answer_in(record) if record is not None else None
            yield Judging(item, trial, graders, answer, "judge" in names)


def judge_requests(found: Judging, judges: Sequence[ModelName], control_share: float) -> Iterator[Request]:
    """Yield what an item will have judges asked; of its own calls to ``judge`` it stands for one each.

    Args:
        found: The item.
        judges: Whom it asks.
        control_share: Of trials that get a control.

    Raises:
        LLMEvalError: Where it cannot be asked, for want of a gold answer for instance.
    """
    trial = found.trial
    control = control_of(trial.entry, trial.decoy, trial.sample, control_share) if found.graders else None
    for grader in (*found.graders, *([RubricJudge()] if found.asks_more else [])):
        yield from _requests(grader, trial, found.answer or Answer(""), judges)
        if control is not None and grader in found.graders:
            yield from _requests(grader, trial, Answer(control.text), judges)


def _requests(grader: RubricJudge, trial: Trial, answer: Answer, judges: Sequence[ModelName]) -> Iterator[Request]:
    rubric = grader.rubric or Rubric()
    prompt = make_prompt(trial.entry, answer, rubric, grader.reference)
    for model in judges:
        params = {**PARAMS, **grader.params}
        yield judge_request(model, prompt.messages, prompt.system, verdict_schema(rubric), params)
