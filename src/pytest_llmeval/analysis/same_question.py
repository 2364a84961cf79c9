"""Which answers of two sides are to the same question: by entry and sample, and by eval where several ask an entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

_T = TypeVar("_T")


class Place(NamedTuple):
    """Where an answer stands in a run, so that its partner is found."""

    eval: str
    """As `eval_of` gives it; empty where no entry is asked by several."""
    question_id: str
    sample: int


class Asked(Protocol):
    """What says which question an answer is to."""

    @property
    def question(self) -> str:
        """Return what was asked."""
        ...

    @property
    def entry_hash(self) -> str | None:
        """Return what identifies the entry, where the log says so."""
        ...


def placed_alike(one: Mapping[Place, _T], other: Mapping[Place, _T]) -> tuple[dict[Place, _T], dict[Place, _T]]:
    """Place the answers of two sides so that those to the same question have the same place.

    An eval may have been renamed in between, so its name counts only where it is needed to tell answers apart.

    Args:
        one: By place, with the eval of each.
        other: The other side's.
    """
    by_eval = _several_ask(one) or _several_ask(other)
    return _placed(one, by_eval=by_eval), _placed(other, by_eval=by_eval)


def _several_ask(places: Iterable[Place]) -> bool:
    asked = Counter((one.question_id, one.sample) for one in places)
    return any(times > 1 for times in asked.values())


def _placed(answers: Mapping[Place, _T], *, by_eval: bool) -> dict[Place, _T]:
    return {place if by_eval else place._replace(eval=""): one for place, one in answers.items()}


def is_same_question(one: Asked, other: Asked) -> bool:
    """Tell whether two answers are to the same entry as it stood: by its hash, else by what was asked."""
    if one.entry_hash and other.entry_hash:
        return one.entry_hash == other.entry_hash
    return one.question == other.question
