"""The baseline memo: one paragraph that says where a system stands and what would help it most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import NO_LABEL, Summary
from pytest_llmeval.analysis.verdicts import Slice
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.contamination_lines import part_told
from pytest_llmeval.safe_text import one_line

REMEDIES: Mapping[str, str] = {
    "missing_evidence": "bringing what the answers need within the system's reach, or having it say what it lacks",
    "retrieval_miss": "retrieval that finds the right files: query, index and number of passages",
    "wrong_chunk": "smaller or better cut passages and their ranking: the file was right, the part was not",
    "hallucination": "keeping answers to the evidence: instructions, citations, a check of each claim",
    "reasoning_error": "a stronger model, more steps, or worked examples: the evidence was there",
    "scope_confusion": "a clearer task: which part of the system a question is about, and what is out of scope",
}
"""What to work on, by failure label."""
THIN = 5
"""A category of fewer answers is neither the strongest nor the weakest, unless all are as small."""
LABELS_NAMED = 3


def memo(run: RunFigures, summary: Summary) -> str:
    """Write the paragraph on one model of a run."""
    return " ".join(_sentences(run, summary))


def _sentences(run: RunFigures, summary: Summary) -> Iterator[str]:
    graded = summary.overall.judged > 0
    share = summary.overall.fully_correct if graded else summary.overall.pass_rate
    where = f"run {one_line(run.run_id)}" + (f", repository {one_line(run.repo_sha[:8])}" if run.repo_sha else "")
    if not share.n:
        trials = figures.counted(summary.records, "trial")
        yield f"{one_line(summary.model)} ({where}) has no graded answer yet in {trials}."
        return
    what = "fully correct" if graded else "passed"
    low, high = _bounds(share)
    interval = f"95 % interval {100 * low:.0f} to {100 * high:.0f} %"
    interval += ", samples of an entry taken as one" if share.independent < share.n else ""
    yield f"{one_line(summary.model)} ({where}): {figures.part_of(share)} answers {what}"
    yield f"({figures.percent(share)}, {interval})."
    yield from _categories(summary, what, graded=graded)
    yield from _failures(summary, share)
    yield from _apart(run, summary)


def _categories(summary: Summary, what: str, *, graded: bool) -> Iterator[str]:
    shares = {name: _share(part, graded=graded) for name, part in summary.categories.items()}
    found = {name: share for name, share in shares.items() if share.n}
    found = {name: share for name, share in found.items() if share.n >= THIN} or found
    if len(found) < 2:
        return
    large = f" with {THIN} answers or more" if len(found) < len(shares) else ""
    if len({share.rate for share in found.values()}) == 1:
        yield f"All {len(found)} categories{large} are alike ({figures.percent(next(iter(found.values())))})."
        return
    # By the bound, not the rate: 1 of 1 is not stronger than 29 of 30.
    strongest = max(found, key=lambda name: (_bounds(found[name])[0], name))
    weakest = min(found, key=lambda name: (_bounds(found[name])[1], name))
    if strongest == weakest:
        return
    yield f"Strongest category: {one_line(strongest)}, {_of(found[strongest])} {what};"
    yield f"weakest: {one_line(weakest)}, {_of(found[weakest])}."


def _share(part: Slice, *, graded: bool) -> Proportion:
    return part.fully_correct if graded else part.pass_rate


def _bounds(share: Proportion) -> tuple[float, float]:
    return share.interval or (0.0, 1.0)


def _of(share: Proportion) -> str:
    return f"{figures.part_of(share)} ({figures.percent(share)})"


def _failures(summary: Summary, share: Proportion) -> Iterator[str]:
    n = summary.not_fully_correct
    labels = [(label, times) for label, times in summary.failure_labels.most_common() if label != NO_LABEL]
    if not labels:
        if n:
            none = "The other has no" if n == 1 else f"None of the {n:,} others has a"
            yield f"{none} failure label yet; label {'it' if n == 1 else 'them'} to learn what would help."
        return
    labelled = sum(times for _, times in labels)
    if 2 * labelled < n:
        named = ", ".join(f"{label} {times:,}" for label, times in labels[:LABELS_NAMED])
        yield f"Of the {n:,} others {labelled:,} {'has' if labelled == 1 else 'have'} a failure label ({named});"
        yield "label more of them to learn what would help."
        return
    label, times = labels[0]
    level = [other for other, often in labels[1:] if often == times]
    rest = f", of which {labelled:,} have a label" if labelled < n else ""
    yield f"Most common failure: {label}, {times:,} of the {n:,} others{rest}{_as_often(level)}."
    reached = Proportion(share.count + times, share.n)
    yield f"What would help most: {REMEDIES[label]}; with all of these right it would be {figures.percent(reached)}."


def _as_often(labels: list[str]) -> str:
    return f" ({' and '.join(labels)} as often)" if labels else ""


def _apart(run: RunFigures, summary: Summary) -> Iterator[str]:
    apart = summary.outcomes["error"] + summary.outcomes["unscored"]
    if apart:
        yield f"{figures.counted(apart, 'more trial')} ended without a verdict and {_be(apart)} in no number."
    if found := summary.contamination.figures():
        without = f" (right of the clean ones: {part_told(found.clean)})" if found.clean.trials else ""
        yield f"{found.flagged.trials:,} of these answers {_be(found.flagged.trials)} to contaminated entries{without}."
    if summary.pending:
        yield f"{summary.pending:,} more {_be(summary.pending)} not graded yet."
    if run.info is not None and not run.info.complete:
        yield "The run is not complete."


def _be(number: int) -> str:
    return "is" if number == 1 else "are"
