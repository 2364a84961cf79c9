"""A grader of missing inputs: the model should ask for them, and call nothing with what it made up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.grading.grade import FailureLabel, Grade, Kind, Score
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.grading.traces.trace import trace_of
from pytest_llmeval.grading.wording import says, words_of
from pytest_llmeval.models.answer import Answer, ToolCall

_ASKS = re.compile(
    r"\?|？|\b(?:please|could you|can you|kindly)\b[^.!?]*"
    r"\b(?:tell|provide|specify|give|share|confirm|let me know|clarify)"
    r"|\b(?:i (?:still )?need|let me know|tell me)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AsksBack(RuleGrader):
    """The model asks for what it was not told, and calls no tool before it knows.

    Right is an answer that calls no tool, asks, and names every missing input; one that asks and names some of them is
    partially correct. A call is wrong, and worse where it holds a value for the missing input: that value is made up.

    Args:
        about: The missing inputs; of each, a list holds accepted wordings (``["date", "when", "which day"]``), of which
            the first is also the name of the argument. By default the entry's ``missing_inputs``.
    """

    name: ClassVar[str] = "asks_back"
    kind: ClassVar[Kind] = "heuristic"

    about: Any = None

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look for calls, a question, and the inputs in it."""
        given = self.needed(self.about, entry, "missing_inputs", "about")
        inputs = [texts_of(one) for one in (given if isinstance(given, list | tuple) else [given])]
        calls = trace_of(answer).tool_calls
        asked = _ASKS.search(answer.text) is not None
        words = words_of(answer.text)
        named = [one for one in inputs if any(says(words, wording) for wording in one)]
        held_back = Score("no_over_call", float(not calls), not calls, _called(calls), "verifiable")
        asks = Score(
            self.name, float(asked) * len(named) / len(inputs), asked and len(named) == len(inputs), "", self.kind
        )
        if calls:
            made_up = [f"made up {name}" for name in _made_up(inputs, calls)]
            label: FailureLabel | None = "hallucination" if made_up else None
            return self.graded("wrong", held_back, asks, label=label, notes="; ".join([_called(calls), *made_up]))
        if not asked or not named:
            notes = "asks nothing" if not asked else f"does not ask for {_listed(inputs)}"
            return self.graded("wrong", held_back, asks, notes=notes)
        lacking = [one for one in inputs if one not in named]
        if lacking:
            return self.graded("partially_correct", held_back, asks, notes=f"does not ask for {_listed(lacking)}")
        return self.graded("fully_correct", held_back, asks)


def _called(calls: Sequence[ToolCall]) -> str:
    return f"called {', '.join(map(shown_call, calls))}" if calls else ""


def _made_up(inputs: Sequence[tuple[str, ...]], calls: Sequence[ToolCall]) -> list[str]:
    given = {_plain(name): value for call in calls for name, value in call.arguments.items()}
    return [
        f"{one[0]} {given[_plain(one[0])]!r}" for one in inputs if given.get(_plain(one[0])) not in (None, "", [], {})
    ]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _listed(inputs: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(one[0] for one in inputs)


asks_back = AsksBack
