"""What judges are asked about values that no result of a tool holds as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_llmeval.grading.judge.one_by_one import OneByOne
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.models.answer import ToolCall
from pytest_llmeval.safe_text import trim_middle

MOST_CHARACTERS = 100_000
"""Of results shown to a judge, about four to a token; each gets an equal share."""

VALUES = OneByOne(
    "value",
    "Do the results bear out value {n}, as the answer states it?",
    yes=(
        "a result, or what the user said, gives it in other words or in another unit, or it follows at once from what "
        "they give, as a sum, a difference or a count does"
    ),
    no="nothing gives it, or what gives it says something else",
    guidance=(
        "The section values lists numbers that the answer states, numbered; none of them stands in a result as it is. "
        "The sections named result hold what the tools gave. Go by these and by what the user said alone: what you "
        "know besides does not count here, and a value that is true but does not follow from them is not borne out. "
        "Do the sum before you say yes. A number that states nothing, such as that of a step or a heading, is borne "
        "out. Name in the rationale each value that is not."
    ),
)


def shown_results(calls: Sequence[ToolCall], said: Sequence[str]) -> Mapping[str, str]:
    """Return what a judge is shown beside the question and the answer, as sections of its prompt.

    Args:
        calls: Of the trace, in order.
        said: What the model was told besides: the turns of the user, the system prompt.
    """
    given = [(call, call.result) for call in calls if call.result is not None]
    share = MOST_CHARACTERS // max(len(given), 1)
    results = {
        f"result {number}": f"{shown_call(call)}: {result.status}\n{trim_middle(result.text, share)}"
        for number, (call, result) in enumerate(given, 1)
    }
    known = {result.text for _, result in given}
    told = "\n\n".join(dict.fromkeys(text for text in said if text.strip() and text not in known))
    return {**results, **({"what the model was told": trim_middle(told, MOST_CHARACTERS)} if told else {})}
