"""Which answers a person should grade, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, TypeAlias, get_args

from pytest_llmeval.analysis.contested import said_by_judges
from pytest_llmeval.analysis.people.doubt import RightBefore, certainty
from pytest_llmeval.analysis.verdicts import verdict_of
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.graded_trial import GradedTrial
from pytest_llmeval.runs.hand_grading import latest_by_rater
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.trial_places import placed

Only: TypeAlias = Literal["ungraded", "disagreed", "judged"]
"""``ungraded``: nobody and nothing gave a grade; ``disagreed``: people, machine or judges came to different ones;
``judged``: a model was the judge."""
ONLY: tuple[Only, ...] = get_args(Only)
Order: TypeAlias = Literal["log", "shuffled", "doubtful"]
"""``doubtful``: what got worse, what must pass, what is contested or has no grade first; see `doubt.certainty`."""
ORDERS: tuple[Order, ...] = get_args(Order)

HIGH, LOW = 0.75, 0.25


@dataclass(frozen=True, slots=True)
class Queue:
    """What a rater has chosen to grade."""

    todo: tuple[int, ...]
    """What is left, as places among the trials of the log, in the order to be asked."""
    done: int
    """How many of the chosen were graded in earlier sessions."""


def grading_queue(
    trials: Sequence[GradedTrial],
    *,
    rater: str,
    only: Only | None = None,
    sample: int | None = None,
    seed: int = 0,
    order: Order = "log",
    right_before: RightBefore | None = None,
    also: Collection[int] = (),
    again: Collection[str] = (),
) -> Queue:
    """Choose what a rater has still to grade.

    The choice is the same whenever the same run is asked for: what was graded meanwhile is left out only at the end.

    Args:
        trials: All trials of the run.
        rater: What this rater has graded is not asked again; under ``disagreed``, what somebody has settled.
        only: Which trials; all that have an answer by default.
        sample: How many, as evenly over the grades the machine gave as they come; the most doubtful in that order.
        seed: Chooses the sample and the shuffled order.
        order: How they are asked.
        right_before: What was right in an earlier run; for what is doubtful.
        also: Trials that are asked among the others whether these chose them or not.
        again: Ids of the only entries to ask about, whoever has graded or settled them before.
    """
    chosen = [number for number, trial in enumerate(trials) if has_answer(trial) and _is(trial, only, rater)]
    if again:
        chosen = [number for number in chosen if trials[number].record.question_id in again]
    found = placed(trial.record for trial in trials)
    lots = {number: fingerprint([seed, *place]) for number, (place, _) in enumerate(found)}
    keys = [certainty(_before(one, only, rater), right_before) for one in trials] if order == "doubtful" else []
    if sample is not None:
        drawn = sorted(chosen, key=keys.__getitem__) if keys else _in_turn(trials, chosen, lots)
        chosen = list(islice(drawn, sample))
    chosen = sorted({*chosen, *also})
    if order == "shuffled":
        chosen.sort(key=lots.__getitem__)
    elif keys:
        chosen.sort(key=keys.__getitem__)
    todo = tuple(
        number
        for number in chosen
        if trials[number].record.question_id in again or not _is_done(trials[number], only, rater)
    )
    return Queue(todo, done=len(chosen) - len(todo))


def has_answer(trial: GradedTrial) -> bool:
    """Tell whether there is something to grade."""
    return trial.record.answer is not None


def _is(trial: GradedTrial, only: Only | None, rater: str) -> bool:
    if only == "ungraded":
        return trial.record.grade is None and all(vote.rater == rater for vote in trial.votes)
    if only == "judged":
        judge = trial.record.judge
        return (judge is not None and judge.has_judged) or any(score.kind == "judge" for score in trial.record.scores)
    return only is None or disagreed(trial)


def disagreed(trial: GradedTrial) -> bool:
    """Tell whether those who graded an answer came to different grades, or judges to different verdicts."""
    levels = {vote.grade for vote in latest_by_rater(trial.votes).values()}
    if trial.record.grade is not None:
        levels.add(trial.record.grade)
    return len(levels) > 1 or any(len(said) > 1 for said in said_by_judges(trial.record).values())


def _is_done(trial: GradedTrial, only: Only | None, rater: str) -> bool:
    if only == "disagreed":
        return any(vote.adjudication for vote in trial.votes)
    return any(vote.rater == rater for vote in trial.votes)


def _before(trial: GradedTrial, only: Only | None, rater: str) -> GradedTrial:
    """Return a trial without the votes that make it done, for these must not move others into the choice."""
    if only == "disagreed":
        return replace(trial, votes=tuple(vote for vote in trial.votes if not vote.adjudication))
    return replace(trial, votes=tuple(vote for vote in trial.votes if vote.rater != rater or vote.adjudication))


def _in_turn(trials: Sequence[GradedTrial], chosen: Sequence[int], lots: dict[int, str]) -> Iterator[int]:
    """Draw from each stratum in turn, so that the first so many hold rare grades too."""
    strata: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(chosen, key=lots.__getitem__, reverse=True):
        strata[stratum(trials[number].record)].append(number)
    while strata:
        for name in sorted(strata):
            yield strata[name].pop()
            if not strata[name]:
                del strata[name]


def stratum(record: Record) -> str:
    """Return what the machine made of a trial: its grade, else how high its lowest score is, else how it ended."""
    verdict = verdict_of(record)
    if verdict is not None:
        return verdict
    lowest = min((score.value for score in record.scores if score.value is not None), default=None)
    if lowest is None:
        return record.outcome or "not graded"
    return "high score" if lowest >= HIGH else "low score" if lowest < LOW else "middle score"
