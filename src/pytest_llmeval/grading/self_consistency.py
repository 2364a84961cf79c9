"""Self-consistency: a question is asked several times within one trial, and what most replies say is the answer."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ExtractionError
from pytest_llmeval.grading.context import TrialContext, context_of
from pytest_llmeval.grading.cuts import cut_state
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.grade_check import kind_of
from pytest_llmeval.grading.grader import Grader, grader_id
from pytest_llmeval.grading.inner_grader import NO_GRADER, check_inner, inner_grade
from pytest_llmeval.grading.judge.asking import side_by_side
from pytest_llmeval.grading.named_grader import shown_setting
from pytest_llmeval.grading.rule_grader import Extractor
from pytest_llmeval.grading.task_grader import TaskGrader
from pytest_llmeval.grading.voting import entropy, leader
from pytest_llmeval.grading.wording import normalized
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.task import AskTheQuestion
from pytest_llmeval.models.tracing import answer_of

MOST = 1000
"""Calls of one trial; more is a slip."""


@dataclass(frozen=True, slots=True)
class SelfConsistency:
    """A task that asks ``n`` times and answers with the majority, and the grader that tells what the vote was worth.

    Use both on one marker: ``task=vote.task, graders=vote.grader``. The answer is the first reply that says what most
    say; of answers that tie, the one that was given first. Wang, X. et al. (2023), Self-Consistency Improves Chain of
    Thought Reasoning in Language Models, arXiv:2203.11171.

    Args:
        grader_of_answers: Tells whether a reply is right.
        n: How often the question is asked, from 2 to 1000; each is a call.
        temperature: Of these calls, above 0, or all replies are alike. None leaves it to the provider.
        extract: Takes out of a reply what it says, for replies that reason first; the whole text where None. Texts are
            the same whatever their case and spacing. A reply it finds nothing in has no vote, nor has one that was cut
            off.
    """

    grader_of_answers: Grader = NO_GRADER
    n: int = 5
    _: KW_ONLY
    temperature: float | None = 0.7
    extract: Extractor | None = None

    def __post_init__(self) -> None:
        check_inner("self_consistency", self.grader_of_answers)
        if isinstance(self.n, bool) or not isinstance(self.n, int) or not 2 <= self.n <= MOST:
            raise ConfigurationError(f"self_consistency(): n must be a whole number from 2 to {MOST}, got {self.n!r}")
        if self.temperature is not None and not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ConfigurationError(
                f"self_consistency(): temperature must be above 0, or all replies are alike, got {self.temperature!r}"
            )
        if self.extract is not None and not callable(self.extract):
            raise ConfigurationError(f"self_consistency(): extract must be a function of a text, got {self.extract!r}")

    @property
    def asks(self) -> int:
        """Return how often the task asks, so that an estimate can count its calls."""
        return self.n

    @property
    def grader(self) -> VoteGrader:
        """Return the grader that goes with the task."""
        return VoteGrader(self)

    @property
    def id(self) -> str:
        """Return the name with all settings."""
        extract = f", extract={shown_setting(self.extract)}" if self.extract else ""
        return f"self_consistency({grader_id(self.grader_of_answers)}, n={self.n}{extract})"

    async def task(self, entry: Entry, llm: LLM) -> Answer:
        """Ask ``n`` times at once.

        Returns:
            The first of the replies that say what most say; the first reply where none says anything.

        Raises:
            ConfigurationError: Where the trial is not a single question: it has turns, or tools.
        """
        if entry.turns or llm.tools:
            has = "turns" if entry.turns else "tools"
            raise ConfigurationError(
                f"self_consistency() lets single replies vote, and entry {entry.id!r} has {has}; take --llm-samples"
            )
        roots = llm.context.roots if isinstance(llm.context, TrialContext) else ()
        ask = AskTheQuestion(tuple(map(Path, roots)))
        voters = [llm.again(number, of=self.n, temperature=self.temperature) for number in range(1, self.n + 1)]
        replies = await side_by_side([ask(entry, voter) for voter in voters])
        return replies[leader([self.said(reply) for reply in replies]) or 0]

    def said(self, reply: Answer) -> Hashable | None:
        """Return what a reply says, in a form in which equal answers are equal; None where it has no vote."""
        if cut_state(reply.finish_reason):
            return None
        try:
            value = self.extract(reply.text) if self.extract else reply.text
        except ExtractionError:
            return None
        if isinstance(value, str):
            return normalized(value) or None
        return value if isinstance(value, Hashable) else json.dumps(value, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class VoteGrader(TaskGrader[SelfConsistency]):
    """Grades the majority's answer as it stands, and tells how often a single reply is right and how far all agree.

    Scores: ``majority`` (1 where the answer is right), ``single`` (the share of the replies that
    are), ``agreement`` (the share that says what most say) and ``certainty`` (1 less the entropy of the vote over
    the most it can be). The agreement is a signal of confidence in the record, too.
    """

    name: ClassVar[str] = "self_consistency"
    maker: ClassVar[str] = "self_consistency()"
    called: ClassVar[str] = "vote"

    async def __call__(self, entry: Entry, answer: Answer) -> Grade:
        """Grade the answer, and every reply.

        Raises:
            GraderError: Where the calls of the trial are not those of the task.
            UnscoredError: Where a reply could not be graded.
        """
        calls = self.calls_of(entry, answer, self.settings.n)
        replies = [replace(answer_of(call), context=answer.context) for call in calls]
        different = list({reply.text: reply for reply in [*replies, answer]}.values())
        right_by, whose = self.settings.grader_of_answers, f"{self.maker}: a reply"
        found = await side_by_side([inner_grade(right_by, entry, reply, whose) for reply in different])
        grades = {reply.text: grade for reply, grade in zip(different, found, strict=True)}
        right = [grades[reply.text].level == "fully_correct" for reply in replies]
        whole = grades[answer.text]
        scores = [*self._accuracies(whole, right), *self._agreement(replies, answer)]
        signed = tuple(replace(one, grader=self.id) for one in scores)
        return replace(whole, scores=(*whole.scores, *signed), grader=self.id)

    def _accuracies(self, whole: Grade, right: Sequence[bool]) -> Iterator[Score]:
        kind, is_right = kind_of(whole), whole.level == "fully_correct"
        yield Score("majority", float(is_right), is_right, "", kind)
        yield Score("single", sum(right) / len(right), None, f"{sum(right)} of {len(right)} right", kind)

    def _agreement(self, replies: Sequence[Answer], answer: Answer) -> Iterator[Score]:
        times = Counter(said for reply in replies if (said := self.settings.said(reply)) is not None)
        if not times:
            return
        n, most, bits = len(replies), max(times.values()), entropy(times.values())
        detail = f"{most} of {n} say the same, entropy {bits:.2f} bits"
        yield Score("agreement", most / n, None, detail, self.kind)
        yield Score("certainty", 1 - bits / math.log2(n), None, detail, self.kind)
        context = context_of(answer)
        if context is not None:
            context.confidence["agreement"] = most / n


self_consistency = SelfConsistency
