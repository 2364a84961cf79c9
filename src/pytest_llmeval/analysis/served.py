"""Who answered, by the provider's own word, where one and the same model was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pytest_llmeval.runs.record import Record

# A date has at least four digits, as providers write it: 20241022, 2024-08-06, 240515, 2411, 0613, 05-06, 08-2024.
# Fewer are the number of a version: claude-opus-4-1 is another model than claude-opus-4. Only Google's revisions have
# three, from 001 on: gemini-1.5-pro stands for whichever of them is the stable one, as other aliases do, so beside
# gemini-1.5-pro-002 it is no other model; gemini-1.5-pro-001 is one, for neither of the two is an alias.
_DATED = re.compile(
    r"[-@:]v?(?:[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{4}-[01][0-9](?:-[0-3][0-9])?|[01][0-9]-(?:[0-3][0-9]|[0-9]{4}))|-0[0-9]{2}"
)


def is_version_of(served: str, alias: str) -> bool:
    """Tell whether a name is a dated version of another, which may stand for any of them.

    Example:
        >>> is_version_of("gpt-4o-mini-2024-07-18", "gpt-4o-mini"), is_version_of("gpt-4o-mini", "gpt-4o")
        (True, False)
        >>> is_version_of("mistral-small-2503", "mistral-small-latest")
        True
        >>> is_version_of("claude-opus-4-1", "claude-opus-4")
        False
    """
    stem = alias.removesuffix("-latest")
    return served != alias and served.startswith(stem) and _DATED.fullmatch(served[len(stem) :]) is not None


def without_aliases(names: Iterable[str], among: Collection[str]) -> list[str]:
    """Leave out the names that may mean the same as another: aliases of which there is a dated version.

    Args:
        names: Served models.
        among: All there are.

    Example:
        >>> without_aliases(["gpt-4o", "gpt-4o-2024-08-06"], ["gpt-4o", "gpt-4o-2024-08-06"])
        ['gpt-4o-2024-08-06']
    """
    return [name for name in names if not any(is_version_of(other, name) for other in among)]


Kind = Literal["served model", "system fingerprint"]
KINDS: tuple[Kind, Kind] = ("served model", "system fingerprint")
_Asked = tuple[str, str]
"""Role of the call, and ``provider:model``."""


@dataclass(frozen=True, slots=True)
class ServedMix:
    """A model that was asked for, and answered by several."""

    asked: str
    """As ``provider:model``."""
    is_judge: bool
    what: Kind
    calls: tuple[tuple[str, int], ...]
    """Who answered, and how many calls; the most frequent first."""


class ServedModels:
    """Fed record by record; the calls of judges are apart from those of the model under test."""

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, str, str, str | None, str | None]] = Counter()

    @classmethod
    def of_all(cls, parts: Iterable[ServedModels]) -> ServedModels:
        """Join what was seen of several models under test, which may share a judge."""
        whole = cls()
        for part in parts:
            whole._calls.update(part._calls)
        return whole

    def add(self, record: Record) -> None:
        """Take in one more record."""
        for call in record.calls:
            reply = call.reply
            if reply.served_model is not None or reply.system_fingerprint is not None:
                self._calls[call.role, call.provider, call.model, reply.served_model, reply.system_fingerprint] += 1

    def mixes(self) -> list[ServedMix]:
        """Return what was asked for once and answered by several, changes of the model before those of its fingerprint.

        A fingerprint is told where the model itself is the same.
        """
        models, marks = self._answered()
        changed = [_mix(asked, KINDS[0], found) for asked, found in models.items() if _several(found)]
        again = {(mix.is_judge, mix.asked) for mix in changed}
        other = [_mix(asked, KINDS[1], found) for asked, found in marks.items() if len(found) > 1]
        return [*changed, *(mix for mix in other if (mix.is_judge, mix.asked) not in again)]

    def of_models(self) -> Iterator[tuple[str, Kind, frozenset[str]]]:
        """Yield for each model under test that was asked who answered: the models, then their fingerprints."""
        for kind, found in zip(KINDS, self._answered(), strict=True):
            for (role, asked), names in found.items():
                if role == "model":
                    yield asked, kind, frozenset(names)

    def _answered(self) -> tuple[dict[_Asked, Counter[str]], dict[_Asked, Counter[str]]]:
        """Return by role and name who answered: models, and fingerprints."""
        models: dict[_Asked, Counter[str]] = {}
        marks: dict[_Asked, Counter[str]] = {}
        for (role, provider, model, served, mark), times in self._calls.items():
            asked = (role, f"{provider}:{model}")
            for found, name in ((models, served), (marks, mark)):
                if name is not None:
                    found.setdefault(asked, Counter())[name] += times
        return models, marks


class ServedChange(NamedTuple):
    """A model that was asked for in several runs, and answered by another than before."""

    place: int
    """Of the run, from 0."""
    asked: str
    """As ``provider:model``."""
    kind: Kind
    before_at: int
    """Place of the last run before it that told who answered."""
    before: frozenset[str]
    now: frozenset[str]


def changes_of_served(runs: Iterable[ServedModels]) -> Iterator[ServedChange]:
    """Yield where models under test were answered by others than before, by the rules of `ServedModels.mixes`.

    Runs whose provider did not say who answered are passed over, and so are those that only told an alias of what
    answered before.

    Args:
        runs: In the order of time.
    """
    last: dict[tuple[str, Kind], tuple[int, frozenset[str]]] = {}
    for place, run in enumerate(runs):
        others = set()
        for asked, kind, names in run.of_models():
            at, known = last.get((asked, kind), (place, frozenset()))
            among = known | names if kind == KINDS[0] else ()
            before, now = (frozenset(without_aliases(some, among)) for some in (known, names))
            if before and now and before != now and asked not in others:
                others.add(asked)
                yield ServedChange(place, asked, kind, at, before, now)
            last[asked, kind] = (place, now) if now else (at, known)


def _several(found: Counter[str]) -> bool:
    return len(without_aliases(found, found)) > 1


def _mix(asked: _Asked, what: Kind, found: Counter[str]) -> ServedMix:
    role, model = asked
    return ServedMix(model, role == "judge", what, tuple(sorted(found.items(), key=lambda one: (-one[1], one[0]))))
