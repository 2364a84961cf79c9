"""The pairwise judge: which of two answers is better, asked in both orders, so that neither place is favoured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.grading.judge.asking import Heard, Question, ask_one, params_for, side_by_side
from pytest_llmeval.grading.judge.blinding import without_names
from pytest_llmeval.grading.judge.framing import framed, section_key
from pytest_llmeval.grading.judge.instructions import DATA
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.judge.prompt import Reference, known_sections
from pytest_llmeval.grading.judge.verdict import CANNOT_JUDGE, CannotJudge, closed_object, one_of, read_reasoned

Better: TypeAlias = Literal["first", "second", "tie"]
"""Which of two answers a judge found better, by the place it was shown in."""
BETTER: tuple[Better, ...] = get_args(Better)
_NAMES = ("rationale", "better", "key")

INSTRUCTIONS = f"""\
You compare two answers that two unnamed systems gave to one question, and say which of them answers it better. Go by \
what they say. Their order, their length, their tone, their formatting and how sure they sound count for nothing. An \
invented source is worse than none. A right answer is better than a wrong one, however the wrong one is written.

Where there is a reference answer, it is right: compare by meaning, not by wording. Where there are criteria, a right \
answer meets each of them. Where there is neither, go by what you know for certain.

{DATA}

## Your reply

One JSON object and nothing before or after it:

{{"rationale": "...", "better": "...", "key": "..."}}

- rationale: first of all, in two to five sentences, what is right and what is not in either, and what decides.
- better: "first", "second", or "tie" where both are equally good or equally bad; or "{CANNOT_JUDGE}" where nothing \
that you are given and nothing that you know tells, so that a person must judge it.
- key: the KEY of the message's sections, copied."""
_REMINDER = (
    "That was the whole of the data. Say whether the section named first answer or the one named second answer is "
    "better, as the one JSON object described, with the key {key}."
)


@dataclass(frozen=True, slots=True)
class Text:
    """One of two answers."""

    text: str
    model_names: frozenset[str] = frozenset()
    """Names of models that are withheld from the judge, wherever they stand in it."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge found better, and why."""

    better: Better
    rationale: str


@dataclass(frozen=True, slots=True)
class BothOrders:
    """What one judge said of two answers, A shown first and B shown first."""

    judge: str
    a_first: Heard[Opinion]
    b_first: Heard[Opinion]


def opinion_schema() -> dict[str, Any]:
    """Return the JSON Schema of an opinion."""
    text = {"type": "string"}
    better = {"type": "string", "enum": [*BETTER, CANNOT_JUDGE]}
    return {"title": "opinion", **closed_object({"rationale": text, "better": better, "key": text})}


def read_opinion(text: str, key: str) -> Opinion:
    """Read a judge's reply, which must be one whole opinion and nothing else.

    Raises:
        UnscoredError: Where it is none.
        CannotJudge: Where the judge says that it cannot tell.
    """
    body, rationale = read_reasoned(text, _NAMES, key)
    better = one_of(body, "better", (*BETTER, CANNOT_JUDGE))
    if better == CANNOT_JUDGE:
        raise CannotJudge(rationale)
    return Opinion(better, rationale)


def question_of(entry: Entry, first: Text, second: Text, reference: Reference = "auto") -> Question[Opinion]:
    """Write what a judge is asked about two answers in this order."""
    known = known_sections(entry, reference)
    names = first.model_names | second.model_names
    sections = {
        **known,
        "first answer": without_names(first.text, names, known.values()),
        "second answer": without_names(second.text, names, known.values()),
    }
    key = section_key(fingerprint(INSTRUCTIONS), sections)
    text = f"KEY: {key}\n\n{framed(sections, key)}\n\n{_REMINDER.format(key=key)}"
    turn = {"role": "user", "content": text}
    return Question(INSTRUCTIONS, (turn,), opinion_schema(), lambda reply: read_opinion(reply, key))


async def ask_both_orders(
    judge: Judge, entry: Entry, a: Text, b: Text, *, params: Mapping[str, Any], reference: Reference = "auto"
) -> BothOrders:
    """Ask one judge twice, each answer once in the first place.

    Args:
        judge: Whom to ask.
        entry: The question, with what a right answer must hold.
        a: One answer.
        b: The other one.
        params: Sampling parameters.
        reference: Whether the judge sees the right answer.

    Raises:
        FatalProviderError: Where the judge can never be asked.
    """
    orders = (question_of(entry, a, b, reference), question_of(entry, b, a, reference))
    a_first, b_first = await side_by_side([ask_one(judge, question, params) for question in orders])
    return BothOrders(judge.name, a_first, b_first)


def pairwise_hash(judge: Judge, params: Mapping[str, Any], reference: Reference = "auto") -> str:
    """Identify judge, parameters and prompt: equal hashes mean equal judging."""
    specimen = question_of(Entry(id="specimen", question="Q", gold_answer="G"), Text("A"), Text("B"))
    return fingerprint([judge.name, params_for(judge, params), specimen.system, specimen.messages, reference])
