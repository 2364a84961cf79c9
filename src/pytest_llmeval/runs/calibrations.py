"""Calibrations of judges: one JSON file for each judge's hash, in a folder of the project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.calibration_figures import CategoryFigures, LengthBiasFigure
from pytest_llmeval.runs.kept_findings import FORMAT_VERSION, Figure, Share, read_kept, write_kept


class Limits(BaseModel):
    """What a judge must reach to be believed."""

    model_config = ConfigDict(frozen=True, extra="allow")

    least_n: int = 30
    """Answers that judge and people graded."""
    least_agreement: float = 0.8
    """Share of the very same level."""
    least_kappa: float = 0.6
    """Cohen's kappa with linear weights; substantial agreement by Landis and Koch (1977)."""


CeilingState = Literal["below", "likely below", "not below", "unknown"]
"""What a judge can do beside the model whose answers it grades; ``unknown`` where too few entries say anything."""


class SliceCeiling(BaseModel):
    """How many entries of one category judge and candidate solve, by rules."""

    model_config = ConfigDict(frozen=True, extra="allow")

    state: CeilingState
    judge_n: int
    """Entries the judge's share is of."""
    candidate_n: int
    judge: Figure
    candidate: Figure
    difference: Figure
    """Judge less candidate, from -1 to 1."""
    p: float | None = None
    paired: bool = True
    """Whether both shares are of the same entries."""

    @property
    def is_beyond(self) -> bool:
        """Tell whether the category is beyond the judge."""
        return self.state in ("below", "likely below")


class Ceiling(BaseModel):
    """A judge held against one model as a solver of the same entries."""

    model_config = ConfigDict(frozen=True, extra="allow")

    candidate: str
    """The model under test, as ``provider:model``."""
    runs: tuple[str, ...] = ()
    """The logs with the answers of both."""
    timestamp: str
    categories: dict[str, SliceCeiling] = Field(default_factory=dict)

    @property
    def beyond(self) -> frozenset[str]:
        """Return the categories in which the judge solves less."""
        return frozenset(name for name, one in self.categories.items() if one.is_beyond)


class Repeatability(BaseModel):
    """What a judge said of the same answers in a run and in its replays."""

    model_config = ConfigDict(frozen=True, extra="allow")

    runs: tuple[str, ...]
    """The logs, first the one that was replayed."""
    timestamp: str
    gradings: int
    """How often the answers were graded, at least 2."""
    n: int
    """Answers with more than one verdict."""
    without_verdict: int = 0
    """Gradings of the same answers that came to none."""
    flips: Share
    """Answers that did not get the same level each time."""
    flip_rate: Figure
    deviation: float | None = None
    """Standard deviation within an answer, in levels, of which the worst is 0 and the best 3."""
    correct_variance: float | None = None
    """Mean variance within an answer of being fully correct (1) or not (0)."""
    step_variance: float | None = None
    """Mean variance within an answer of the level."""


class Calibration(BaseModel):
    """How far one judge, in one version, agreed with people."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    format_version: int = FORMAT_VERSION
    judge: str
    """As ``provider:model``; the judges of a panel are joined by a comma."""
    hash: str
    """Identifies model, prompt, rubric and parameters together; another hash is another judge."""
    run: str
    """The log that was labelled."""
    raters: tuple[str, ...] = ()
    timestamp: str
    n: int
    without_verdict: int = 0
    contested: int = 0
    same: Share
    agreement: Figure
    """The share of the same level, with its interval."""
    kappa: dict[str, Figure] = Field(default_factory=dict)
    """By weights: ``none``, ``linear``, ``quadratic``."""
    bias: Figure = Figure()
    absolute_error: float | None = None
    false_passes: Share
    false_failures: Share
    length_slope: Figure = Figure()
    """Of the steps above people on the characters, whatever people's grade is."""
    length_bias: LengthBiasFigure = LengthBiasFigure()
    confusion: tuple[dict[str, Any], ...] = ()
    categories: dict[str, CategoryFigures] = Field(default_factory=dict)
    limits: Limits = Limits()
    calibrated: bool
    """Whether it reaches the limits, so that its grades may decide something."""
    reasons: tuple[str, ...] = ()
    """Why it does not."""
    ceilings: tuple[Ceiling, ...] = ()
    """What it can do itself beside the models whose answers it grades; none where nobody has asked it."""
    repeatability: Repeatability | None = None
    """How steady it is; null where it was not seen to grade the same answers again."""

    def beyond(self, model: str) -> frozenset[str]:
        """Return the categories that are beyond the judge where it grades this model.

        Of a model it was never held against, all that are beyond it for any other: a new version of the model under
        test is not likely to be the weaker one.
        """
        own = [one for one in self.ceilings if one.candidate == model] or self.ceilings
        return frozenset(name for one in own for name in one.beyond)


def calibration_path(folder: Path, judge_hash: str) -> Path:
    """Return where the calibration of a judge lies."""
    return folder / f"{judge_hash}.json"


def write_calibration(folder: Path, calibration: Calibration) -> Path:
    """Write a calibration, in place of an older one of the same judge, whole or not at all.

    Raises:
        RunLogError: Where it cannot be written.
    """
    return write_kept(calibration_path(folder, calibration.hash), calibration)


def read_calibration(folder: Path, judge_hash: str) -> Calibration | None:
    """Return the calibration of a judge, None where there is none.

    Raises:
        RunLogError: Where the file cannot be read, or is of another judge.
    """
    if not re.fullmatch("[0-9a-f]+", judge_hash):
        return None  # a log may hold anything, and this becomes a path
    path = calibration_path(folder, judge_hash)
    found = read_kept(path, Calibration, "calibration", "calibrate the judge anew")
    if found is not None and found.hash != judge_hash:
        raise RunLogError(f"{path}: is the calibration of judge {found.hash}; rename it, or calibrate anew")
    return found


def read_calibrations(folder: Path, hashes: Iterable[str]) -> dict[str, Calibration]:
    """Return the calibrations there are of some judges, by their hash."""
    found = {name: read_calibration(folder, name) for name in hashes}
    return {name: one for name, one in found.items() if one is not None}
