"""Which judge gave a grade, so that its grades can be told from those of another, or of another rubric."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_llmeval.fingerprint import fingerprint


@dataclass(frozen=True, slots=True, order=True)
class Signature:
    """A judge or panel in one version.

    Args:
        model: The judge, as ``provider:model``; the judges of a panel are joined by a comma.
        hash: Identifies models, parameters, rubric and prompt together.
    """

    model: str
    hash: str


def merged(signatures: Iterable[Signature]) -> Signature | None:
    """Return the one signature that stands for several, in any order; None where there is none."""
    found = sorted(set(signatures))
    if len(found) < 2:
        return found[0] if found else None
    models = dict.fromkeys(name for one in found for name in one.model.split(", "))
    return Signature(", ".join(models), fingerprint([one.hash for one in found]))
