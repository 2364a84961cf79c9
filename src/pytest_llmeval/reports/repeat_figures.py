"""The figures of repeated samples in words, for the summary of one model and for columns of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.repeats import Estimate, RepeatedEntry, RepeatFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures

UNSTABLE_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Share:
    """A line of the figures."""

    label: str
    estimate: Estimate | None
    """None where a model has too few samples for it."""
    meaning: str


def tries_shown(found: RepeatFigures, *, all_of_them: bool) -> list[int]:
    """Return those k whose pass@k is shown: the first and the last, unless all are wanted."""
    return list(found.pass_at) if all_of_them else sorted({1, found.fewest})


def shares(found: RepeatFigures | None, tries: Sequence[int]) -> Iterator[Share]:
    """Yield pass@k and pass^k of each k, and the flip rate; the same lines whatever a model has."""
    for k in tries:
        meaning = f"any of {k:,} samples right" if k > 1 else ""
        yield Share(f"pass@{k}", found.pass_at.get(k) if found else None, meaning)
    for k in tries:
        if k > 1:  # with one try it is pass@1
            yield Share(f"pass^{k}", found.pass_hat.get(k) if found else None, f"all of {k:,} samples right")
    yield Share("flip rate", found.flip_rate if found else None, "of neighbouring samples differ")


def slice_columns(found: RepeatFigures) -> tuple[str, ...]:
    """Return what is told of each slice: pass@1, of the largest k that is possible pass@k and pass^k, and flips."""
    k = found.fewest
    return ("pass@1", *([f"pass@{k}", f"pass^{k}"] if k > 1 else []), "flip rate", "n")


def slice_cells(found: RepeatFigures) -> tuple[str, ...]:
    """Return the figures of a slice in the order of its columns, in percent."""
    k = found.fewest
    shown = [found.pass_at[1], *([found.pass_at[k], found.pass_hat[k]] if k > 1 else []), found.flip_rate]
    told = (f"{percent(one).removesuffix(' %')} {interval(one)}".rstrip() for one in shown)
    return (*told, f"{found.entries:,}")


def by_slice(summary: Summary) -> dict[str, list[tuple[str, RepeatFigures]]]:
    """Return what samples came to by category and by tag, each a heading; neither where there is but one."""
    found: dict[str, list[tuple[str, RepeatFigures]]] = {}
    for (kind, name), part in summary.repeats_by_slice.items():
        found.setdefault(kind, []).append((name, part))
    return {kind: parts for kind, parts in found.items() if len(parts) > 1 or kind == "tag"}


def percent(estimate: Estimate | None) -> str:
    """Write a mean of shares in whole percents; 0 % and 100 % are said of none and all only."""
    return figures.percent(Proportion(*estimate.value.as_integer_ratio())) if estimate else figures.UNKNOWN


def interval(estimate: Estimate | None) -> str:
    """Write the interval of a mean of shares in whole percents."""
    return figures.interval(estimate.interval if estimate else None)


def samples_per_entry(found: RepeatFigures) -> str:
    """Write how many samples an entry has."""
    return f"{found.fewest:,}" if found.fewest == found.most else f"{found.fewest:,} to {found.most:,}"


def entries_of(found: RepeatFigures) -> str:
    """Write of how many entries the samples are."""
    return f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"


def unstable_entry(one: RepeatedEntry, found: RepeatFigures) -> str:
    """Write how often an entry was right, and which it is; its test as well where there are several."""
    name = f"{one.test.rpartition('::')[2]}[{one.question_id}]" if found.tests > 1 else one.question_id
    return f"{one.successes:,} of {one.n:,} {name}"
