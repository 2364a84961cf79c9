"""Judged grades that must not decide a gate, though the judge may be believed elsewhere: slices it cannot do itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.analysis.judge_labels import judge_levels
from pytest_llmeval.analysis.judge_trust import Trust
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.runs.record import Record

BEYOND = "beyond judge"
UNLABELLED = "no label"

Place = tuple[str, str, str]
"""The judge's hash, the model it grades, and the category."""


@dataclass(frozen=True, slots=True)
class SignalOnly:
    """The slices of a run in which the grades of a judge are shown, but decide nothing."""

    places: Mapping[Place, str] = field(default_factory=dict)
    """With the reason."""

    def why(self, record: Record) -> str | None:
        """Say why the grade of a record must not decide; None where it may, as where no judge had a part in it."""
        if not self.places or record.judge is None:
            return None
        hashes = [*judge_levels(record)] or [record.judge.hash or ""]
        found = (self.places.get((name, model_of(record), record.category)) for name in hashes)
        return next((reason for reason in found if reason), None)


def signal_only(found: Iterable[Trust], *, allow_uncalibrated: bool = False) -> SignalOnly:
    """Collect the slices in which judges that may gate must not.

    Args:
        found: The judges of a run.
        allow_uncalibrated: Whether the user lets all grades decide but those of a judge that failed its controls.
    """
    return SignalOnly({} if allow_uncalibrated else {place: why for one in found for place, why in _places(one)})


def _places(one: Trust) -> Iterator[tuple[Place, str]]:
    for model, category in one.use.slices:
        if one.calibration is not None and category in one.calibration.beyond(model):
            yield (one.use.hash, model, category), BEYOND
        elif category in one.unlabelled:
            yield (one.use.hash, model, category), UNLABELLED
