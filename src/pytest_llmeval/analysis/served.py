"""Who answered, by the provider's own word, where one and the same model was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pytest_llmeval.runs.record import Record

_DATED = re.compile(r"[-@:]v?[0-9][0-9.-]*")


def is_version_of(served: str, alias: str) -> bool:
    """Tell whether a name is a dated version of another, which may stand for any of them.

    Example:
        >>> is_version_of("gpt-4o-mini-2024-07-18", "gpt-4o-mini"), is_version_of("gpt-4o-mini", "gpt-4o")
        (True, False)
        >>> is_version_of("mistral-small-2503", "mistral-small-latest")
        True
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


@dataclass(frozen=True, slots=True)
class ServedMix:
    """A model that was asked for, and answered by several."""

    asked: str
    """As ``provider:model``."""
    is_judge: bool
    what: str
    """``served model`` or ``system fingerprint``."""
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
        models: dict[tuple[str, str], Counter[str]] = {}
        marks: dict[tuple[str, str], Counter[str]] = {}
        for (role, provider, model, served, mark), times in self._calls.items():
            asked = (role, f"{provider}:{model}")
            for found, name in ((models, served), (marks, mark)):
                if name is not None:
                    found.setdefault(asked, Counter())[name] += times
        changed = [_mix(asked, "served model", found) for asked, found in models.items() if _several(found)]
        again = {(mix.is_judge, mix.asked) for mix in changed}
        other = [_mix(asked, "system fingerprint", found) for asked, found in marks.items() if len(found) > 1]
        return [*changed, *(mix for mix in other if (mix.is_judge, mix.asked) not in again)]


def _several(found: Counter[str]) -> bool:
    return len(without_aliases(found, found)) > 1


def _mix(asked: tuple[str, str], what: str, found: Counter[str]) -> ServedMix:
    role, model = asked
    return ServedMix(model, role == "judge", what, tuple(sorted(found.items(), key=lambda one: (-one[1], one[0]))))
