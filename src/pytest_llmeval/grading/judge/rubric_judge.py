"""The rubric judge: a grader that asks one or several models for a verdict by a written rubric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.context import JudgedText, context_of
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.judge.asking import ask_judges, params_for
from pytest_llmeval.grading.judge.panel import decide
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import Reference, make_prompt, prompt_hash
from pytest_llmeval.grading.judge.rubric import TOTAL, Rubric
from pytest_llmeval.grading.judge.signature import Signature
from pytest_llmeval.models.answer import Answer

NO_JUDGE = "no judge was named, so nothing was graded; add --llm-judge-model=provider:model"


@dataclass(frozen=True, slots=True)
class RubricJudge:
    """Models grade the answer by a rubric; where they reach no verdict, it is unscored: neither right nor wrong.

    Several judges are a panel: the median counts, every vote is kept as a score. The score ``rubric_judge`` sums up:
    the total of a rubric with dimensions, else 1, 2/3, 1/3 or 0 by the level.

    Args:
        rubric: What is asked of the answer; by default for one of the four levels and a failure label.
        reference: Whether the judge sees the gold answer and the expected files and symbols: always (an entry without
            gold answer is an error), never, or (``auto``) where the entry has any. Its criteria are always shown.
        params: Sampling parameters of the judges, such as ``max_tokens``; the temperature is 0 where none is given,
            and not sent where it is None.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).

    Raises:
        ConfigurationError: For a rubric or a reference that is none.
    """

    name: ClassVar[str] = TOTAL
    runs_inline: ClassVar[bool] = True
    """It is a coroutine: it waits on the event loop and needs no thread."""

    rubric: Rubric | None = None
    _: KW_ONLY
    reference: Reference = "auto"
    params: Mapping[str, Any] = field(default_factory=dict)
    judges: Sequence[Judge] = ()

    def __post_init__(self) -> None:
        if self.rubric is not None and not isinstance(self.rubric, Rubric):
            raise ConfigurationError(
                f"graders.rubric_judge({self.rubric!r}): give a Rubric, or nothing for four levels"
            )
        if self.reference not in (True, False, "auto"):
            raise ConfigurationError(
                f'graders.rubric_judge(reference={self.reference!r}): must be True, False or "auto"'
            )

    @property
    def id(self) -> str:
        """Return the name, with the version of a rubric of the user's own."""
        return self.name if self.rubric is None else f"{self.name}(#{self.rubric.hash[:8]})"

    def signature(self, judges: Sequence[Judge]) -> Signature:
        """Identify judges, parameters, rubric and prompt: equal signatures mean equal grading.

        Args:
            judges: Who judges, in any order.
        """
        rubric = self.rubric or Rubric()
        asked = sorted((judge.name, fingerprint(params_for(judge, self.params))) for judge in judges)
        version = fingerprint([asked, rubric.hash, prompt_hash(rubric), self.reference])
        return Signature(", ".join(name for name, _ in asked), version)

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Ask the judges and make one grade of their votes.

        Raises:
            GraderError: Where the entry lacks the gold answer that must be shown.
            FatalProviderError: Where a judge can never be asked.
        """
        context = context_of(answer)
        judges = tuple(self.judges or (context.judges if context else ()))
        if not judges:
            return Grade(None, None, NO_JUDGE, (), self.id, "unscored")
        rubric, signature = self.rubric or Rubric(), self.signature(judges)
        if context is not None:
            context.judged_by.append(signature)
        prompt = make_prompt(entry, answer, rubric, self.reference)
        votes = await ask_judges(judges, prompt, rubric, self.params)
        grade = decide(votes, rubric, f"{self.name}@{signature.hash}")
        if context is not None:
            abstained = grade.level is None and any(vote.abstained for vote in votes)
            context.judged.append(JudgedText(signature.hash, answer.text, grade.level, abstained))
        about = {"model": signature.model, "hash": signature.hash}
        return replace(grade, metadata={"judge": about, "basis": prompt.basis, "votes": votes})


rubric_judge = RubricJudge
