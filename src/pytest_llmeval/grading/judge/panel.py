"""From the votes of one or several judges to one grade."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS, FailureLabel, Grade, Level, Score, rank
from pytest_llmeval.grading.judge.asking import Vote
from pytest_llmeval.grading.judge.rubric import TOTAL, Dimension, Rubric
from pytest_llmeval.grading.judge.verdict import LONGEST_RATIONALE, Verdict
from pytest_llmeval.safe_text import one_line

_SAID = re.compile(r"(?P<level>[a-z_]+)(?: \((?P<label>[a-z_]+)\))?: ")
_NUMBERS = re.compile(r"[a-z][a-z0-9_]* -?\d+(?:, [a-z][a-z0-9_]* -?\d+)*: ")


def decide(votes: Sequence[Vote], rubric: Rubric, grader: str) -> Grade:
    """Make one grade of the votes.

    The level is the median of the levels given, of two in the middle the lower: where more than half agree, it is
    theirs. With dimensions each dimension's score is the median, and the level follows from those. The failure label is
    the one given most often by those who gave the level. Where fewer than half of the judges gave a verdict, the answer
    is unscored. Every vote is kept as a score.

    Args:
        votes: One per judge, at least one.
        rubric: What was asked.
        grader: Id of the grader, with its version.
    """
    verdicts = [vote.verdict for vote in votes if vote.verdict is not None]
    if not verdicts or 2 * len(verdicts) < len(votes):
        nothing = Score(TOTAL, None, None, _faults(votes), "judge", grader)
        kept = _kept(votes, rubric, grader)
        return Grade(None, None, _faults(votes), (nothing, *kept), grader, "unscored")
    middle = {one.name: median(verdict.scores[one.name] for verdict in verdicts) for one in rubric.dimensions}
    level = rubric.level_of(middle) if middle else _median_level(verdicts)
    notes = _notes(votes, level, _below(rubric, middle))
    value = rubric.total(middle) if middle else value_of(level)
    total = Score(TOTAL, value, None, notes, "judge", grader)  # whether it will do is the test's to say
    measured = (_score(one, middle[one.name], grader) for one in rubric.dimensions)
    return Grade(level, _label(verdicts, level), notes, (total, *measured, *_kept(votes, rubric, grader)), grader)


def value_of(level: Level) -> float:
    """Return a level as a number in equal steps, so that the level can be told from it: 1, 2/3, 1/3, 0."""
    return (len(LEVELS) - 1 - rank(level)) / (len(LEVELS) - 1)


def vote_name(judge: str) -> str:
    """Return the name of the score that keeps one judge's vote."""
    return f"{TOTAL}[{judge}]"


def voter_of(score_name: str) -> str | None:
    """Return whose vote a score keeps; None for any other score.

    Example:
        >>> voter_of(vote_name("openai:gpt-4o")), voter_of("rubric_judge")
        ('openai:gpt-4o', None)
    """
    head = f"{TOTAL}["
    return score_name[len(head) : -1] if score_name.startswith(head) and score_name.endswith("]") else None


def level_said(detail: str) -> tuple[Level, FailureLabel | None] | None:
    """Return level and failure label of a vote by the detail its score keeps; None for one with numbers in place of it.

    Example:
        >>> level_said("wrong (hallucination): It is made up."), level_said("accuracy 4, tone 5: Fine.")
        (('wrong', 'hallucination'), None)
    """
    found = _SAID.match(detail)
    if found is None or found["level"] not in LEVELS:
        return None
    label = found["label"] if found["label"] in FAILURE_LABELS else None
    return found["level"], label


def scores_said(detail: str) -> dict[str, int]:
    """Return the number of each dimension of a vote by the detail its score keeps; none for one with a level.

    Example:
        >>> scores_said("accuracy 4, tone 5: Fine."), scores_said("wrong: It is made up.")
        ({'accuracy': 4, 'tone': 5}, {})
    """
    given = _NUMBERS.match(detail)
    pairs = (one.rsplit(" ", 1) for one in given[0].removesuffix(": ").split(", ")) if given else ()
    return {name: int(number) for name, number in pairs}


def _median_level(verdicts: Sequence[Verdict]) -> Level:
    return sorted((verdict.level for verdict in verdicts), key=rank)[len(verdicts) // 2]


def _label(verdicts: Sequence[Verdict], level: Level) -> FailureLabel | None:
    labels = Counter(v.failure_label for v in verdicts if v.level == level and v.failure_label)
    return labels.most_common(1)[0][0] if labels else None


def _score(dimension: Dimension, score: float, grader: str) -> Score:
    """Make a dimension's score; only a floor can fail it, passing is the total's to say."""
    detail = f"{score:g} on a scale from {dimension.scale[0]} to {dimension.scale[1]}"
    failed = False if dimension.is_below_floor(score) else None
    return Score(dimension.name, dimension.normalized(score), failed, detail, "judge", grader)


def _kept(votes: Sequence[Vote], rubric: Rubric, grader: str) -> tuple[Score, ...]:
    """Keep the votes of a panel; the one vote of a single judge is the total itself."""
    return tuple(_vote(vote, rubric, grader) for vote in votes) if len(votes) > 1 else ()


def _vote(vote: Vote, rubric: Rubric, grader: str) -> Score:
    name, verdict = vote_name(vote.judge), vote.verdict
    if verdict is None:
        return Score(name, None, None, vote.fault, "judge", grader)
    value = rubric.total(verdict.scores) if verdict.scores else value_of(verdict.level)
    label = f" ({verdict.failure_label})" if verdict.failure_label else ""
    given = ", ".join(f"{name} {score}" for name, score in verdict.scores.items()) or f"{verdict.level}{label}"
    detail = f"{given}: {one_line(verdict.rationale, LONGEST_RATIONALE)}"
    return Score(name, value, verdict.level == "fully_correct", detail, "judge", grader)


def _notes(votes: Sequence[Vote], level: Level, below: str) -> str:
    """Say why: floors that were missed, who disagreed, the rationale of one who gave the level, who gave no verdict."""
    given = [(vote.judge, vote.verdict) for vote in votes if vote.verdict is not None]
    spoken = next((verdict for _, verdict in given if verdict.level == level), given[0][1])
    parts = [below, _disagreement([(judge, verdict.level) for judge, verdict in given])]
    parts += [one_line(spoken.rationale, LONGEST_RATIONALE), _faults(votes)]
    return "; ".join(part for part in parts if part)


def _disagreement(given: Sequence[tuple[str, Level]]) -> str:
    if len({level for _, level in given}) < 2:
        return ""
    return f"the judges disagree: {', '.join(f'{judge} says {level}' for judge, level in given)}"


def _below(rubric: Rubric, scores: Mapping[str, float]) -> str:
    below = rubric.below_floor(scores) if scores else ()
    return ", ".join(f"{one.name} is {scores[one.name]:g}, below its floor {one.floor}" for one in below)


def _faults(votes: Sequence[Vote]) -> str:
    return "; ".join(f"{vote.judge}: {vote.fault}" for vote in votes if vote.verdict is None)
