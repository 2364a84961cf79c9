"""What judges said of answers beside what people said of the same: the raw material of a calibration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.grading.grade import Level
from pytest_llmeval.grading.judge.rubric import TOTAL
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import Vote, latest_by_rater
from pytest_llmeval.runs.record import Record

BY_JUDGE = f"{TOTAL}@"
"""How the grader id of a grade by a judge begins; the judge's hash follows."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer that a judge was asked about and people have graded."""

    question_id: str
    model: str
    sample: int
    category: str
    characters: int
    judge: Level | None
    """None where the judge reached no verdict."""
    human: Level
    words: int
    """Of the answer, as white space parts them."""


@dataclass(frozen=True, slots=True)
class JudgeLabels:
    """All that can be held against one judge."""

    model: str
    hash: str
    answers: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """What people said of a run, with what its judges said."""

    judges: tuple[JudgeLabels, ...]
    raters: tuple[str, ...]
    contested: int
    """Answers on which people are split evenly; nobody has settled them, so they are in no figure."""
    unjudged: int
    """Answers with a label that no judge was asked about."""


def judge_levels(record: Record) -> dict[str, Level | None]:
    """Return what each judge made of a record's answer, by the judge's hash."""
    if record.judge is None:
        return {}
    told = {one.hash: one.level for one in record.judge.verdicts}
    if told or record.judge.hash is None:
        return told
    # Logs of before verdicts were kept: the record's own grade, where the judge gave it.
    mine = record.grader == f"{BY_JUDGE}{record.judge.hash}"
    if not mine and record.outcome != "unscored":
        return {}
    return {record.judge.hash: record.grade if mine else None}


def label_of(votes: Iterable[Vote]) -> Level | None:
    """Return what people came to: what somebody settled, else what most said; None where they are split evenly."""
    given = tuple(votes)
    settled = [vote.grade for vote in given if vote.adjudication]
    if settled:
        return settled[-1]
    said = Counter(vote.grade for vote in latest_by_rater(given).values()).most_common(2)
    if not said or (len(said) > 1 and said[0][1] == said[1][1]):
        return None
    return said[0][0]


def labels_of(trials: Sequence[GradedTrial], votes: Mapping[int, Sequence[Vote]]) -> Labels:
    """Put labels beside verdicts.

    Args:
        trials: Of the run.
        votes: What people said, by the place of the trial.
    """
    found: defaultdict[tuple[str, str], list[Labelled]] = defaultdict(list)
    contested = unjudged = 0
    for number, given in votes.items():
        record, human = trials[number].record, label_of(given)
        levels = judge_levels(record)
        unjudged += not levels
        if human is None:
            contested += 1
            continue
        for judge_hash, level in levels.items():
            found[_judge_of(record), judge_hash].append(_labelled(record, level, human))
    raters = dict.fromkeys(vote.rater for given in votes.values() for vote in given)
    judges = tuple(JudgeLabels(model, name, tuple(answers)) for (model, name), answers in found.items())
    return Labels(judges, tuple(raters), contested, unjudged)


def _judge_of(record: Record) -> str:
    return (record.judge.model if record.judge else None) or "unknown judge"


def _labelled(record: Record, level: Level | None, human: Level) -> Labelled:
    return Labelled(
        record.question_id,
        f"{record.provider}:{record.model}",
        record.sample,
        record.category,
        len(record.answer or ""),
        level,
        human,
        len((record.answer or "").split()),
    )
