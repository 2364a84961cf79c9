"""What a record keeps of the turns of a conversation, and of tools that a task's own agent called."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.turns import grades_by_turn
from pytest_llmeval.models.answer import Answer, ToolCall
from pytest_llmeval.runs.record_parts import TurnRecord


def own_tool_calls(answer: Answer) -> tuple[ToolCall, ...]:
    """Return the tool calls that none of an answer's calls holds."""
    in_calls = any(call.reply.tool_calls for call in answer.calls)
    return () if in_calls else answer.tool_calls


def turn_records(
    entry: Entry, answer: Answer | None, grade: Grade | None, kept: Sequence[bool] = ()
) -> tuple[TurnRecord, ...]:
    """Write the turns down; those that were not reached have no answer.

    Args:
        entry: The conversation.
        answer: With the answer to each turn.
        grade: Of the whole.
        kept: Whether each answer kept to its format; empty where nobody looked.
    """
    if answer is None or not (entry.turns and answer.turns):
        return ()
    grades = grades_by_turn(grade, len(entry.turns))
    return tuple(
        _turn_record(
            turn,
            answer.turns[place] if place < len(answer.turns) else None,
            grades[place],
            kept[place] if place < len(kept) else None,
        )
        for place, turn in enumerate(entry.turns)
    )


def _turn_record(turn: Entry, answer: Answer | None, grade: Grade | None, kept: bool | None) -> TurnRecord:
    return TurnRecord(
        question=turn.question,
        answer=answer.text if answer else None,
        calls=len(answer.calls) if answer else 0,
        tool_calls=own_tool_calls(answer) if answer else (),
        finish_reason=answer.finish_reason if answer else None,
        grade=grade.level if grade else None,
        failure_label=grade.failure_label if grade else None,
        grading_notes=(grade.notes or None) if grade else None,
        kept_format=kept,
    )
