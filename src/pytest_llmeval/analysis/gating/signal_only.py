"""Grades that must not decide a gate: of slices that a judge cannot do itself, and of graders over their limit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_llmeval.analysis.judges.judge_labels import judge_levels
from pytest_llmeval.analysis.judges.judge_trust import Trust
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.runs.grader_checks import KeptCheck, over_limit
from pytest_llmeval.runs.record import Record

BEYOND = "beyond judge"
UNLABELLED = "no label"

Place = tuple[str, str, str]
"""The judge's hash, the model it grades, and the category."""


@dataclass(frozen=True, slots=True)
class SignalOnly:
    """What of a run is shown, but decides nothing."""

    places: Mapping[Place, str] = field(default_factory=dict)
    """Slices in which the grades of a judge decide nothing, with the reason."""
    graders: Mapping[str, KeptCheck] = field(default_factory=dict)
    """Graders over their limit, by their id."""

    def why(self, record: Record) -> str | None:
        """Say why the grade of a record must not decide; None where it may."""
        return self._why_of_grader(record) or self._why_of_judge(record)

    def objections(self, reasons: Collection[str]) -> tuple[str, ...]:
        """Tell of each grader over its limit that had a part in a run, with the next command.

        Args:
            reasons: What `why` said of the run's records.
        """
        return tuple(one.objection for name, one in self.graders.items() if over_limit(name) in reasons)

    def _why_of_grader(self, record: Record) -> str | None:
        if not self.graders:
            return None
        signed = dict.fromkeys([record.grader or "", *(score.grader for score in record.scores)])
        return next((over_limit(name) for name in signed if name in self.graders), None)

    def _why_of_judge(self, record: Record) -> str | None:
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
