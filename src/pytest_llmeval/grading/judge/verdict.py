"""The verdict of one judge: the schema it is asked for, and a reader that believes nothing else."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pytest_llmeval.errors import UnscoredError
from pytest_llmeval.grading.grade import LEVELS, FailureLabel, Level
from pytest_llmeval.grading.judge.rubric import Rubric
from pytest_llmeval.safe_text import one_line

NO_LABEL = "none"
"""How a judge says that there is no failure label; not null, which not every provider takes in a schema's enum."""

CANNOT_JUDGE = "cannot_judge"
"""How a judge says, in place of a level, that a person should judge this."""

LONGEST_RATIONALE = 1000
"""Characters of a rationale that a grade keeps; the whole stands in the judge's call."""

_WHOLE_FENCE = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL)


JUDGED = "judged"
"""The field in which a judge says whether the numbers of a rubric with dimensions are its verdict."""
_ABSTAINS = "the judge says that it cannot judge this"


class CannotJudge(UnscoredError):
    """The judge itself says that it cannot tell; a person should.

    Args:
        rationale: What it said for that.
    """

    def __init__(self, rationale: str) -> None:
        super().__init__(f"{_ABSTAINS}: {one_line(rationale)}")


def says_cannot_judge(fault: str) -> bool:
    """Tell by why there is no verdict whether the judge itself said so, and did not fail to give one."""
    return fault.startswith(_ABSTAINS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge made of an answer."""

    rationale: str
    level: Level
    failure_label: FailureLabel | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    """The number given in each dimension; empty for a rubric without dimensions."""


def verdict_schema(rubric: Rubric) -> dict[str, Any]:
    """Return the JSON Schema of a verdict: closed, everything required, the rationale before what it leads to.

    It keeps to what the structured outputs of all providers take: no ranges, no unions. It is the same for every
    answer, because providers compile a schema when they first see it.
    """
    if rubric.dimensions:
        numbers = {one.name: {"type": "integer", "enum": list(one.steps)} for one in rubric.dimensions}
        judged = {"type": "string", "enum": ["yes", CANNOT_JUDGE]}
        asked: dict[str, Any] = {JUDGED: judged, "scores": closed_object(numbers)}
    else:
        asked = {
            "level": {"type": "string", "enum": [*LEVELS, CANNOT_JUDGE]},
            "failure_label": {"type": "string", "enum": [NO_LABEL, *rubric.labels]},
        }
    text = {"type": "string"}
    return {"title": "verdict", **closed_object({"rationale": text, **asked, "key": text})}


def closed_object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with these properties, all of them required, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def read_verdict(text: str, rubric: Rubric, key: str) -> Verdict:
    """Read a judge's reply, which must be one whole verdict and nothing else.

    A fence around the whole reply is passed over; prose, a second verdict, a field given twice or unknown, NaN and
    numbers off the scale are not.

    Args:
        text: The reply.
        rubric: What was asked.
        key: The key of the prompt's sections. A verdict without it was not written for this prompt: the judge copied
            one that stood in the answer.

    Raises:
        UnscoredError: Where the reply is no such verdict; says on one line what is the matter.
        CannotJudge: Where the judge says so.
    """
    body, rationale = read_reasoned(text, verdict_schema(rubric)["required"], key)
    if rubric.dimensions:
        if one_of(body, JUDGED, ("yes", CANNOT_JUDGE)) == CANNOT_JUDGE:
            raise CannotJudge(rationale)
        scores = _scores(body["scores"], rubric)
        return Verdict(rationale, rubric.level_of(scores), None, scores)
    level = one_of(body, "level", (*LEVELS, CANNOT_JUDGE))
    label = one_of(body, "failure_label", (NO_LABEL, *rubric.labels))
    if level == CANNOT_JUDGE:
        raise CannotJudge(rationale)
    if level == "fully_correct" and label != NO_LABEL:
        raise UnscoredError(f"the verdict contradicts itself: fully_correct with the failure label {label}")
    return Verdict(rationale, level, None if label == NO_LABEL else label)


def read_reasoned(text: str, names: Sequence[str], key: str) -> tuple[dict[str, Any], str]:
    """Read a reply that must be one JSON object with these fields, among them a rationale and the prompt's key.

    Returns:
        The object, and its rationale.

    Raises:
        UnscoredError: Where it is none.
    """
    body = _only_object(text)
    _check_names(body, names, "the verdict")
    rationale = body["rationale"]
    if not isinstance(rationale, str) or not rationale.strip():
        raise UnscoredError("the judge gave no rationale")
    if body["key"] != key:
        raise UnscoredError("the verdict does not bear the key of the question, so it was not given on it")
    return body, rationale


def _only_object(text: str) -> dict[str, Any]:
    stripped = text.strip()
    if not stripped:
        raise UnscoredError("the judge's reply is empty")
    fence = _WHOLE_FENCE.fullmatch(stripped)
    try:
        value = _DECODER.decode(fence[1].strip() if fence else stripped)
    except UnscoredError:
        raise
    except (ValueError, RecursionError):
        raise UnscoredError(
            f"the judge's reply is not one JSON object and nothing else: {one_line(stripped)!r}"
        ) from None
    if not isinstance(value, dict):
        raise UnscoredError(f"the judge's reply is no JSON object: {one_line(stripped)!r}")
    return value


def _check_names(body: Mapping[str, Any], wanted: Sequence[str], where: str) -> None:
    missing, unknown = [name for name in wanted if name not in body], sorted(body.keys() - set(wanted))
    if missing:
        raise UnscoredError(f"{where} has no {one_line(', '.join(missing))}")
    if unknown:
        raise UnscoredError(f"{where} has fields that were not asked for: {one_line(', '.join(unknown))}")


def _scores(given: Any, rubric: Rubric) -> dict[str, int]:
    if not isinstance(given, dict):
        raise UnscoredError("the verdict's scores are no JSON object")
    _check_names(given, [one.name for one in rubric.dimensions], "the verdict's scores")
    for one in rubric.dimensions:
        value = given[one.name]
        if type(value) is not int or value not in one.steps:  # a bool is an int, and 4.0 is none
            low, high = one.scale
            raise UnscoredError(
                f"{one.name} must be a whole number from {low} to {high}, got {one_line(reprlib.repr(value))}"
            )
    return dict(given)


def one_of(body: Mapping[str, Any], name: str, known: tuple[Any, ...]) -> Any:
    """Return a field that must be one of the known words.

    Raises:
        UnscoredError: Where it is not.
    """
    value = body[name]
    if not isinstance(value, str) or value not in known:
        raise UnscoredError(f"{name} must be one of {', '.join(known)}, got {one_line(reprlib.repr(value))}")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnscoredError("the judge's reply gives a field twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise UnscoredError(f"the judge's reply holds {name}, which is no number")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
