"""An assertion about a whole run: its answers are as sure as they are right."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path

from pytest_llmeval.analysis.confidence import Answered, Confidences, calibration_of
from pytest_llmeval.analysis.details import Details
from pytest_llmeval.analysis.statistics.calibration import BINNINGS, BINS, Binning
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record

AT_LEAST = 30


def assert_calibrated(
    run: str | os.PathLike[str] | Iterable[Record],
    max_ece: float,
    *,
    signal: str = "stated",
    bins: int = BINS,
    binning: Binning = "width",
    at_least: int = AT_LEAST,
) -> None:
    """Assert that the expected calibration error of every model of a run is low enough.

    Args:
        run: A run log, or records.
        max_ece: The highest error that will do, from 0 to 1.
        signal: Which confidence of the records; ``agreement`` is worked out from samples.
        bins: How many bins, at least 1.
        binning: Bins of equal ``width`` or equal ``mass``.
        at_least: With fewer answers nothing can be said, so the assertion fails.

    Raises:
        AssertionError: Naming each model whose error is higher, or that has too few answers with the signal.
        ConfigurationError: For a setting that makes no sense.
        RunLogError: For a log that cannot be read.
    """
    if not (math.isfinite(max_ece) and 0 <= max_ece <= 1) or bins < 1 or binning not in BINNINGS or at_least < 1:
        raise ConfigurationError(
            f"assert_calibrated(max_ece={max_ece!r}, bins={bins!r}, binning={binning!r}, at_least={at_least!r}): "
            f"max_ece must lie between 0 and 1, bins and at_least be 1 or more, binning one of {', '.join(BINNINGS)}"
        )
    faults = [
        f"{model}: {fault}"
        for model, confidences in _by_model(run).items()
        if (fault := _fault(confidences.answers(signal), max_ece, bins, binning, at_least))
    ]
    if faults:
        raise AssertionError(f"not calibrated by its {signal} confidence: {'; '.join(faults)}")


def _by_model(run: str | os.PathLike[str] | Iterable[Record]) -> dict[str, Confidences]:
    records = iter_records(Path(run)) if isinstance(run, str | os.PathLike) else run
    details: dict[str, Details] = {}
    for record in records:
        details.setdefault(model_of(record), Details()).add(record)
    if not details:
        raise AssertionError("not calibrated: the run has no record")
    return {model: one.confidences for model, one in details.items()}


def _fault(answers: list[Answered], max_ece: float, bins: int, binning: Binning, at_least: int) -> str | None:
    if len(answers) < at_least:
        return f"only {len(answers)} judged answers have it, wanted at least {at_least}"
    found = calibration_of([one.confidence for one in answers], [one.right for one in answers], binning, bins)
    if found.ece <= max_ece:
        return None
    return (
        f"ECE is {found.ece:.3f} in {bins} bins of equal {binning}, wanted at most {max_ece:g} "
        f"(n {len(answers):,}; by chance up to {found.by_chance:.3f})"
    )
