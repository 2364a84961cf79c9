"""What to mind when reading the figures of a model: what limits them, most weighty first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pytest_llmeval.analysis.judges.judge_trust import Trust
from pytest_llmeval.analysis.judges.known_graders import KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.benchmark.checking.dates import STALE_AFTER_DAYS
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.benchmark.formats import name_without_suffix
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.contamination_lines import contaminated_caveats
from pytest_llmeval.reports.served_lines import served_sentences
from pytest_llmeval.safe_text import one_line

THIN = 30
"""With fewer trials an interval is wider than most differences."""
CAVEATS_SHOWN = 6
"""So many are read; further ones are in ``--json``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read with care."""

    run: RunFigures
    summary: Summary
    """Of one of its models."""
    known: KnownGraders = field(default_factory=KnownGraders)
    """Whether those who graded that model may be believed."""


Caveat = Callable[[Reading], Iterator[str]]
"""Yields what there is to mind of one kind; nothing where all is well."""


def caveats(read: Reading) -> Iterator[str]:
    """Yield what limits the figures, each in one line without an end mark."""
    for kind in CAVEATS:
        yield from kind(read)


def shown_caveats(read: Reading) -> list[str]:
    """Return those that a person is told, and how many more there are."""
    found = list(caveats(read))
    more = len(found) - CAVEATS_SHOWN
    return [*found[:CAVEATS_SHOWN], *([f"{more:,} more in --json"] if more > 0 else [])]


def _not_complete(read: Reading) -> Iterator[str]:
    if read.run.info is not None and not read.run.info.complete:
        yield "the run is not complete, what is missing may be the hard part"


def _without_verdict(read: Reading) -> Iterator[str]:
    apart = read.summary.outcomes["error"] + read.summary.outcomes["unscored"]
    if 20 * apart > read.summary.records:
        yield f"{figures.count(apart)} of {figures.count(read.summary.records)} trials ended without a verdict"
    if read.summary.pending:
        yield f"{figures.counted(read.summary.pending, 'trial is', 'trials are')} not graded yet"


def _judges_in_doubt(read: Reading) -> Iterator[str]:
    known = read.known
    if known.fault is not None:
        yield f"what is known of judges and graders cannot be read: {one_line(known.fault, 300)}"
    for one in known.judges:
        if one.state != "calibrated":
            held = f" ({_agreement(one)})" if one.calibration is not None else ""
            yield f"{_judge(one)} is {one.state}: {one_line(one.reason, 200)}{held}"
    for check in known.over_limit:
        yield f"grader {one_line(check.grader, 80)} is over its limit: {one_line('; '.join(check.reasons), 200)}"


def _served(read: Reading) -> Iterator[str]:
    return served_sentences(read.summary.served.mixes())


def _thin_categories(read: Reading) -> Iterator[str]:
    thin = [name for name, part in read.summary.categories.items() if part.judged + part.ungraded < THIN]
    if thin and thin != [UNCATEGORIZED]:
        yield f"{len(thin)} of {len(read.summary.categories)} categories have fewer than {THIN} trials"


def _contaminated(read: Reading) -> Iterator[str]:
    return contaminated_caveats(read.summary.contamination)


def _not_known(read: Reading) -> Iterator[str]:
    told = []
    if read.summary.samples == 1 and read.summary.overall.judged + read.summary.overall.ungraded:
        told.append("how flaky answers are (1 sample of each entry)")
    if not read.summary.contamination.was_checked:
        told.append("contamination (not checked)")
    if told:
        yield f"not known: {', '.join(told)}"


def _overdue(read: Reading) -> Iterator[str]:
    for one in read.run.info.benchmarks if read.run.info is not None else ():
        if one.stale and one.entries:
            share = f"{figures.count(one.stale)} of {figures.counted(one.entries, 'entry', 'entries')}"
            name = one_line(name_without_suffix(one.name), 80)
            yield f"nobody had looked at {share} of {name} for {STALE_AFTER_DAYS} days"


def _from_the_cache(read: Reading) -> Iterator[str]:
    if read.summary.cached:
        share = figures.part_of(Proportion(read.summary.cached, read.summary.records))
        yield f"{share} answers came from a cache and measure no latency"


def _uncommitted(read: Reading) -> Iterator[str]:
    if read.run.info is not None and read.run.info.git.dirty:
        yield "the repository had changes that were not committed"


def _judges_calibrated(read: Reading) -> Iterator[str]:
    for one in read.known.judges:
        if one.state == "calibrated":
            beyond = f"; beyond it: {', '.join(one_line(name, 30) for name in one.beyond)}" if one.beyond else ""
            yield f"{_judge(one)} graded, and is calibrated: {_agreement(one)}{beyond}"


def _judge(one: Trust) -> str:
    return f"judge {one_line(one.use.model, 80)} ({one_line(one.use.hash, 80)[:8]})"


def _agreement(one: Trust) -> str:
    if one.calibration is None:
        return ""
    same, kappa = one.calibration.same, one.calibration.kappa.get("linear")
    told = f"agrees with people on {figures.share_of(Proportion(same.count, same.n))}"
    return told if kappa is None or kappa.value is None else f"{told}, kappa {kappa.value:.2f}"


CAVEATS: tuple[Caveat, ...] = (
    _not_complete,
    _judges_in_doubt,
    _without_verdict,
    _served,
    _contaminated,
    _thin_categories,
    _not_known,
    _from_the_cache,
    _judges_calibrated,
    _overdue,
    _uncommitted,
)
"""In the order of their weight."""
