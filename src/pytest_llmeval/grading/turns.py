"""Grading a conversation: every turn by what is expected of it, the whole by the lowest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError, NothingExpected
from pytest_llmeval.grading.combining import LEVEL_VALUES, Composite
from pytest_llmeval.grading.cuts import honest_about_cuts
from pytest_llmeval.grading.grade import Grade, Kind, Score, lowest
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.grading.named_grader import NamedGrader
from pytest_llmeval.grading.running import RunInThread, grade_answer
from pytest_llmeval.models.answer import Answer

TURNS = "turns"
"""The key of a grade's metadata under which the grades of the turns stand."""
NOT_REACHED = "the conversation ended before this turn"


async def grade_entry(graders: Sequence[Grader], entry: Entry, answer: Answer, *, run_in_thread: RunInThread) -> Grade:
    """Grade an answer: of an entry with turns each of them, of any other the whole.

    A turn is graded by the graders it names itself (``graders``), else by all given ones that find in it what they
    need: graders by rule pass over a turn of which they can expect nothing, any other grader judges the turns that
    expect something. The whole is graded by the entry's own expectations, and by graders of traces such as budgets.

    Args:
        graders: At least one, or turns that name theirs.
        entry: The question, or the conversation.
        answer: What the system under test said.
        run_in_thread: Where plain functions run.

    Returns:
        The lowest grade, with one score ``turn_N`` for each turn that was graded; its notes begin with the first turn
        that failed.

    Raises:
        GraderError: Where a grader crashed, or nothing at all is expected of the conversation.
    """
    if not entry.turns:
        return await grade_answer(graders, entry, answer, run_in_thread=run_in_thread)
    if not answer.turns:
        raise GraderError(
            f"entry {entry.id!r} has turns and its task returned an answer without: give Answer(turns=[...]), "
            "one answer for each turn"
        )
    turns = [
        await _grade_turn(graders, turn, _answer_to(place, answer), run_in_thread)
        for place, turn in enumerate(entry.turns)
    ]
    whole = await _grade_part(_for_whole(graders, entry), entry, answer, run_in_thread)
    return _combined(entry, turns, whole)


def names_graders(entry: Entry) -> bool:
    """Tell whether a turn of the entry brings graders of its own."""
    return bool(entry.turns) and any(_named(turn) for turn in entry.turns)


def _named(turn: Entry) -> tuple[Grader, ...]:
    from pytest_llmeval.grading.by_name import graders_named  # knows every grader there is, which few entries name

    return graders_named([turn.metadata.get("grader"), *_listed(turn.metadata.get("graders"))])


def _answer_to(place: int, answer: Answer) -> Answer | None:
    return replace(answer.turns[place], context=answer.context) if place < len(answer.turns) else None


async def _grade_turn(
    graders: Sequence[Grader], turn: Entry, answer: Answer | None, run_in_thread: RunInThread
) -> Grade | None:
    named = _named(turn)
    if answer is None:
        return Grade("wrong", None, NOT_REACHED, (), TURNS) if named or turn.expects_something else None
    if named:
        return await grade_answer(named, turn, answer, run_in_thread=run_in_thread)
    chosen = [one for one in graders if not getattr(one, "of_whole", False)]
    return await _grade_part(chosen, turn, answer, run_in_thread)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _for_whole(graders: Sequence[Grader], entry: Entry) -> list[Grader]:
    return [one for one in graders if getattr(one, "of_whole", False) or entry.expects_something]


async def _grade_part(
    graders: Sequence[Grader], entry: Entry, answer: Answer, run_in_thread: RunInThread
) -> Grade | None:
    """Grade by those graders that find what they need; None where that is none of them."""
    found: list[Grade] = []
    for grader in graders:
        if not (isinstance(grader, NamedGrader) or entry.expects_something) or _passes_over(grader, entry):
            continue
        try:
            found.append(await grade_answer([grader], entry, answer, run_in_thread=run_in_thread))
        except NothingExpected:
            if isinstance(grader, Composite):  # one of its parts would be left out unseen
                raise
    return honest_about_cuts(lowest(found), answer) if found else None


def _passes_over(grader: Grader, entry: Entry) -> bool:
    try:
        return isinstance(grader, Composite) and grader.for_entry(entry) is None
    except NothingExpected:
        return True


def _combined(entry: Entry, turns: Sequence[Grade | None], whole: Grade | None) -> Grade:
    graded = [(number, grade) for number, grade in enumerate(turns, 1) if grade is not None]
    parts = [grade for _, grade in graded] + ([whole] if whole is not None else [])
    if not parts:
        raise NothingExpected(
            f"nothing is expected of the conversation {entry.id!r}; give a turn a gold_answer, criteria, "
            "expected_tools or graders of its own"
        )
    worst = lowest(parts)
    scores = tuple(_turn_score(number, grade) for number, grade in graded)
    notes = [f"turn {number} of {len(turns)}: {_fault(grade)}" for number, grade in graded if _failed(grade)]
    notes += [_fault(whole)] if whole is not None and _failed(whole) else []
    return replace(
        worst,
        notes="; ".join(notes),
        scores=(*scores, *(score for grade in parts for score in grade.scores)),
        metadata={**worst.metadata, TURNS: tuple(turns)},
    )


def _failed(grade: Grade) -> bool:
    return grade.level != "fully_correct"


def _fault(grade: Grade) -> str:
    return f"{grade}: {grade.notes}" if grade.notes else str(grade)


def _turn_score(number: int, grade: Grade) -> Score:
    unscored = grade.state == "unscored"
    value = None if unscored else LEVEL_VALUES[grade.level] if grade.level else 0.0
    kinds: list[Kind] = [score.kind for score in grade.scores if score.kind != "verifiable"]
    passed = None if unscored else not _failed(grade)
    return Score(f"turn_{number}", value, passed, grade.notes, kinds[0] if kinds else "verifiable", grade.grader)


def grades_by_turn(grade: Grade | None, number: int) -> tuple[Grade | None, ...]:
    """Return the grade of each of so many turns; None for those of which nothing was expected."""
    found = grade.metadata.get(TURNS, ()) if grade is not None else ()
    return tuple(found[place] if place < len(found) else None for place in range(number))
