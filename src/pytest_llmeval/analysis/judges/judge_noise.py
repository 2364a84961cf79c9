"""The noise of judges: by how much a run differs from another only because judges do not say the same twice."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pytest_llmeval.analysis.comparing.noise import CATEGORY, GRADE, RATE
from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair, pair
from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import TOP_STEP
from pytest_llmeval.analysis.statistics.power import noise_floor
from pytest_llmeval.runs.calibrations import Repeatability, read_calibrations


def with_judge_noise(base: Side, new: Side, folder: Path) -> Side:
    """Return the base with the noise of the judges that graded the two, where they were seen to grade anew.

    The noise of a repetition of the base has that of its judges in it, so the larger of the two counts.

    Args:
        base: What is compared against; one without a sidecar has no place for noise.
        new: What is judged.
        folder: Where calibrations of judges are kept.

    Raises:
        RunLogError: Where a calibration cannot be read.
    """
    judges = {trial.judged_by for side in (base, new) for trial in side.trials.values() if trial.judged_by}
    found = read_calibrations(folder, sorted(judges))
    repeats = {name: one.repeatability for name, one in found.items() if one.repeatability is not None}
    if not repeats or base.info is None:
        return base
    floors = judge_noise(pair(base, new).pairs, repeats)
    noise = {**base.info.noise, **{name: max(of, base.info.noise.get(name, 0.0)) for name, of in floors.items()}}
    return replace(base, info=base.info.model_copy(update={"noise": noise}))


def judge_noise(pairs: Sequence[Pair], repeats: Mapping[str, Repeatability]) -> dict[str, float]:
    """Return by how many points of a hundred each figure differs where judges grade the same answers twice.

    Of each trial that a judge graded, the variance within its gradings of one answer; 1.96 standard deviations of the
    mean difference of all entries.

    Args:
        pairs: Of the two runs.
        repeats: What is known of judges, by their hash; others have no noise.

    Returns:
        As `noise.noise_of`; without the figures in which there is none.
    """
    correct = {name: one.correct_variance or 0.0 for name, one in repeats.items()}
    steps = {name: (one.step_variance or 0.0) / TOP_STEP**2 for name, one in repeats.items()}
    by_category: defaultdict[str, list[Pair]] = defaultdict(list)
    for one in pairs:
        by_category[one.new.category].append(one)
    graded = [one for one in pairs if one.base.step is not None]
    told = {RATE: _points(pairs, correct.get), GRADE: _points(graded, steps.get)}
    told |= {CATEGORY + name: _points(of, correct.get) for name, of in by_category.items()}
    return {name: points for name, points in told.items() if points}


def _points(pairs: Sequence[Pair], variance_of: Callable[[str, float], float]) -> float:
    by_entry: defaultdict[EntryKey, list[float]] = defaultdict(list)
    for one in pairs:
        both = (variance_of(trial.judged_by or "", 0.0) for trial in (one.base, one.new))
        by_entry[one.entry].append(sum(both))
    spreads = [math.sqrt(math.fsum(samples)) / len(samples) for samples in by_entry.values()]
    return 100 * min(1.0, noise_floor(spreads)) if spreads else 0.0
