"""Whether the judges of a run may be believed: what they judged, held against their calibrations and their controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_llmeval.analysis.judges.by_rules import solved_by_rules
from pytest_llmeval.analysis.judges.judge_labels import judge_levels
from pytest_llmeval.analysis.judges.self_preference import SelfPreference
from pytest_llmeval.analysis.statistics.discrimination import kendall_tau
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.grading.grade import Level, rank
from pytest_llmeval.runs.calibrations import Calibration
from pytest_llmeval.runs.record import Record

TrustState = Literal["calibrated", "uncalibrated", "below limits", "stale", "void"]
"""``uncalibrated``: never held against people; ``below limits``: held, and found wanting; ``stale``: it was calibrated
on other matter; ``void``: it failed the controls hidden in this very run."""

MOST_UNLABELLED = 0.2
"""The share of a run's trials that may lie in categories nobody has labelled; with more the calibration is stale."""
LARGEST_SHIFT = 0.5
"""Total variation distance between the categories of run and calibration, from 0 to 1; beyond it is another matter."""
LEAST_CONTROLS_PASSED = 0.8
FEWEST_CONTROLS = 5
"""With fewer, one mistake would void a run."""


@dataclass(slots=True)
class JudgeUse:
    """What one judge did in a run."""

    model: str
    hash: str
    categories: Counter[str] = field(default_factory=Counter)
    """Trials it was asked about, by category."""
    slices: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same, by the model that answered and by category."""
    without_verdict: int = 0
    abstained: int = 0
    """Of these, answers that it says a person should judge."""
    beside_rules: Counter[tuple[Level, bool]] = field(default_factory=Counter)
    """Its levels, with whether rules found the same answer right."""
    controls_passed: int = 0
    controls: int = 0
    """Controls on which it reached a verdict."""

    def note(self, record: Record) -> None:
        """Count one more trial that it had a part in."""
        self.categories[record.category] += 1
        self.slices[model_of(record), record.category] += 1

    @property
    def trials(self) -> int:
        """Return how many answers it was asked about."""
        return self.categories.total()

    @property
    def gamed(self) -> Proportion:
        """Return how many of the answers that it finds fully correct fail by rules: what pleases, and is not so."""
        praised = {right: times for (level, right), times in self.beside_rules.items() if level == "fully_correct"}
        return Proportion(praised.get(False, 0), sum(praised.values()))

    @property
    def rank_correlation(self) -> float | None:
        """Return Kendall's tau-b of its levels and what rules say; None where either says the same of all."""
        said = [
            (float(-rank(level)), right) for (level, right), times in self.beside_rules.items() for _ in range(times)
        ]
        return kendall_tau([level for level, _ in said], [right for _, right in said]) if said else None

    @property
    def control_share(self) -> Proportion:
        """Return how many controls it passed."""
        return Proportion(self.controls_passed, self.controls)

    @property
    def fails_controls(self) -> bool:
        """Tell whether it misjudged so many answers of known worth that its grades say nothing."""
        return self.controls >= FEWEST_CONTROLS and self.controls_passed < LEAST_CONTROLS_PASSED * self.controls


class JudgesInRun:
    """Fed record by record; knows every judge that took part."""

    def __init__(self) -> None:
        self._uses: dict[str, JudgeUse] = {}
        self.favours = SelfPreference()
        """How the judges of panels treat their own families."""

    def __iter__(self) -> Iterator[JudgeUse]:
        return iter(self._uses.values())

    def __len__(self) -> int:
        return len(self._uses)

    def add(self, record: Record) -> None:
        """Take in one more record; those that no judge graded change nothing."""
        if record.judge is None:
            return
        self.favours.add(record)
        levels = judge_levels(record)
        if not levels and record.judge.hash is not None:  # it judged another text than the answer
            self._use(record, record.judge.hash).note(record)
        for judge_hash, level in levels.items():
            use = self._use(record, judge_hash)
            use.note(record)
            use.without_verdict += level is None
            if level is not None and (right := solved_by_rules(record)) is not None:
                use.beside_rules[level, right] += 1
        for verdict in record.judge.verdicts:
            self._use(record, verdict.hash).abstained += verdict.abstained
        for control in record.judge.controls:
            use = self._use(record, control.hash)
            use.controls += control.passed is not None
            use.controls_passed += control.passed is True

    def _use(self, record: Record, judge_hash: str) -> JudgeUse:
        model = (record.judge.model if record.judge else None) or "unknown judge"
        return self._uses.setdefault(judge_hash, JudgeUse(model, judge_hash))


def judges_in(records: Iterable[Record]) -> JudgesInRun:
    """Return what the judges of a run did."""
    found = JudgesInRun()
    for record in records:
        found.add(record)
    return found


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether one judge of a run may be believed."""

    use: JudgeUse
    calibration: Calibration | None
    state: TrustState
    reason: str
    """One line; empty for a judge that may be believed."""
    unlabelled: tuple[str, ...] = ()
    """Categories of the run of which the calibration has no label."""

    @property
    def beyond(self) -> tuple[str, ...]:
        """Return the categories of the run that are beyond the judge: it solves less of them than whom it grades."""
        if self.calibration is None:
            return ()
        calibration = self.calibration
        return tuple(dict.fromkeys(name for model, name in self.use.slices if name in calibration.beyond(model)))

    @property
    def may_gate(self) -> bool:
        """Tell whether grades of this judge may decide something."""
        return self.state == "calibrated"


def trust_in(uses: Iterable[JudgeUse], calibrations: Mapping[str, Calibration]) -> tuple[Trust, ...]:
    """Tell of every judge whether it may be believed.

    Args:
        uses: What the judges of a run did.
        calibrations: By the judge's hash.
    """
    return tuple(_trust(use, calibrations.get(use.hash)) for use in uses)


def objections(found: Iterable[Trust], *, allow_uncalibrated: bool = False) -> tuple[str, ...]:
    """Say of each judge that must not decide a gate why it must not; empty where every judge may.

    Args:
        found: The judges of a run.
        allow_uncalibrated: Whether the user lets all decide but those that failed the controls of the run.
    """
    kept = (one for one in found if not one.may_gate and (one.state == "void" or not allow_uncalibrated))
    return tuple(f"judge {one.use.model} ({one.use.hash[:8]}) is {one.state}: {one.reason}" for one in kept)


def _trust(use: JudgeUse, calibration: Calibration | None) -> Trust:
    if use.fails_controls:
        share = use.control_share
        return Trust(use, calibration, "void", f"it passed only {share.count:,} of {share.n:,} controls")
    if calibration is None:
        return Trust(use, None, "uncalibrated", "nobody has held it against people")
    if not calibration.calibrated:
        return Trust(use, calibration, "below limits", "; ".join(calibration.reasons))
    unlabelled = tuple(name for name in use.categories if name not in calibration.categories)
    stale = _staleness(use, calibration, unlabelled)
    return Trust(use, calibration, "stale" if stale else "calibrated", stale, unlabelled)


def _staleness(use: JudgeUse, calibration: Calibration, unlabelled: Iterable[str]) -> str:
    without = sum(use.categories[name] for name in unlabelled)
    if without > MOST_UNLABELLED * use.trials:
        return f"nobody has labelled categories that hold {without:,} of {use.trials:,} trials"
    shift = distance(use.categories, {name: one.same.n for name, one in calibration.categories.items()})
    return f"it was calibrated on another mix of categories (distance {shift:.2f})" if shift > LARGEST_SHIFT else ""


def distance(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return the total variation distance of two mixes: the share that would have to change its category.

    Example:
        >>> distance({"a": 1, "b": 1}, {"a": 3, "b": 1}), distance({"a": 5}, {"b": 2})
        (0.25, 1.0)
    """
    total, others = sum(one.values()), sum(other.values())
    if not total or not others:
        return 0.0
    return sum(abs(one.get(name, 0) / total - other.get(name, 0) / others) for name in {*one, *other}) / 2


def trust_values(one: Trust) -> dict[str, Any]:
    """Return what a sidecar keeps of it."""
    controls = {"count": one.use.controls_passed, "n": one.use.controls}
    known = None if one.calibration is None else one.calibration.repeatability
    return {
        "model": one.use.model,
        "hash": one.use.hash,
        "trials": one.use.trials,
        "without_verdict": one.use.without_verdict,
        "abstained": one.use.abstained,
        "beside_rules": {
            "n": one.use.beside_rules.total(),
            "fully_correct": one.use.gamed.n,
            "of_these_failed": one.use.gamed.count,
            "tau": one.use.rank_correlation,
        },
        "controls": controls,
        "flips": known.flips.model_dump(mode="json") if known else None,
        "state": one.state,
        "reason": one.reason,
        "beyond": list(one.beyond),
        "unlabelled": list(one.unlabelled),
    }
