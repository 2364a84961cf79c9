"""What is said of batches while they are waited for."""

from __future__ import annotations

from pytest_llmeval.models.batches.waiting import Progress
from pytest_llmeval.reports import figures


def progress_text(progress: Progress) -> str:
    """Tell how far batches have come.

    Example:
        >>> progress_text(Progress(2, 1, 500, 120, 3, 72.0))
        'llm-batch: 123 of 500 done, 3 of them failed, 1 of 2 batches over, waiting for 1 m 12 s'
    """
    done = progress.succeeded + progress.errored
    told = [f"{done:,} of {progress.requests:,} done"]
    if progress.errored:
        told.append(f"{progress.errored:,} of them failed")
    if progress.batches > 1:
        told.append(f"{progress.over:,} of {progress.batches:,} batches over")
    told.append(_waiting(progress.waited_s) if progress.over < progress.batches else "over")
    if progress.trouble:
        told.append(f"the last poll failed: {progress.trouble}")
    return f"llm-batch: {', '.join(told)}"


def _waiting(seconds: float) -> str:
    return "waiting" if seconds < 1 else f"waiting for {figures.duration(seconds)}"
