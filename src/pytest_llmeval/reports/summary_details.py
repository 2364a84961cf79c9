"""The second half of a summary: weights, price of a success, spreads, worst slices, and what to mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pytest_llmeval.analysis.details import Details, WorstSlice, cost_per_success
from pytest_llmeval.analysis.judges.known_graders import KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.statistics.spread import Spread
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.abstention_lines import abstention_lines
from pytest_llmeval.reports.caveats import Reading, shown_caveats
from pytest_llmeval.reports.confidence_lines import confidence_lines, vote_lines
from pytest_llmeval.reports.error_mode_lines import error_mode_lines
from pytest_llmeval.reports.graded_by_lines import graded_by_lines
from pytest_llmeval.reports.latency_lines import latency_told
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of, wrapped
from pytest_llmeval.reports.one_model import LABEL_WIDTH, Screen
from pytest_llmeval.reports.repeat_lines import repeat_lines
from pytest_llmeval.reports.robustness_lines import behaviour_by_category, rates_by_slice
from pytest_llmeval.reports.token_lines import token_lines
from pytest_llmeval.reports.tool_lines import tool_lines
from pytest_llmeval.reports.turn_lines import turn_lines
from pytest_llmeval.reports.versions import versions_told

SLICES_SHOWN = 50
LEAST_NAME = 10
"""Columns that a slice's name gets on any screen; the rest is its figures' first."""
_BARS = "▁▂▃▄▅▆▇█"
_CUTS = ("low", "p5", "p25", "p50", "p75", "p95", "high")


def run_heading(run: RunFigures, screen: Screen) -> Iterator[Line]:
    """Tell which run it is: id, commit, time, versions and logs."""
    told = [f"repo {screen.safe(run.repo_sha[:8])}"] if run.repo_sha else ["no repository"]
    told += [screen.safe(run.began[:16].replace("T", " "))] if run.began else []
    told += [] if run.info is None or run.info.complete else ["not complete"]
    told += map(screen.safe, versions_told(run.info.benchmarks)) if run.info else ()
    for text in wrapped(f"run {screen.safe(run.run_id)} · ", told, screen.width):
        yield line(Segment(text, ("cyan",)))
    for log in run.logs:
        yield line(Segment(f"log {screen.safe(str(log), 4096)}", ("light",)))


def detail_lines(
    run: RunFigures, summary: Summary, screen: Screen, known: KnownGraders | None = None
) -> Iterator[Line]:
    """Tell of one model what its summary leaves out, and what to mind when reading it.

    Args:
        run: The run.
        summary: Of one of its models.
        screen: What is printed on.
        known: Whether those who graded may be believed; nothing is said of them where that was not looked up.
    """
    details, log = run.details(summary), str(next(iter(run.logs), "RUN"))
    yield from graded_by_lines(details.graded_by, log, screen)
    yield from _success(summary, details, screen)
    parts = [
        _spreads(details, screen),
        error_mode_lines(summary.error_modes, screen),
        tool_lines(details.tools, screen),
        abstention_lines(list(details.abstentions.figures()), log, screen),
        turn_lines(details.turns.figures(), screen),
        repeat_lines(summary, screen),
        _worst(details.worst_slices(summary), screen),
        behaviour_by_category(summary, width=screen.width, safe=screen.safe),
        vote_lines(details.confidences.votes(), screen),
        *(confidence_lines(found, screen) for found in details.confidences.figures()),
    ]
    for part in [*parts, _by(run, summary, screen), _mind(Reading(run, summary, known or KnownGraders()), screen)]:
        told = list(part)
        if told:
            yield line()
            yield from told


def _success(summary: Summary, details: Details, screen: Screen) -> Iterator[Line]:
    price = cost_per_success(summary)
    if price.dollars is not None:
        yield _row("cost of a success", f"{'at least ' if price.at_least else ''}{figures.cost(price.dollars)}", screen)
    if details.is_weighted and details.weighted_rate is not None:
        whole = summary.overall.fully_correct if summary.overall.judged else summary.overall.pass_rate
        yield _row("by weight", f"{100 * details.weighted_rate:.0f} %, unweighted {figures.percent(whole)}", screen)
    if details.citations.per_answer is not None:
        told = f"{figures.share_of(details.citations.rate)} · {details.citations.per_answer:.1f} an answer"
        yield _row("answers that cite", told, screen)
    for name, spread in details.spreads().items():
        if name.startswith("score "):
            low, high = spread.interval
            told = f"mean {spread.mean:.2f} [{low:.2f}–{high:.2f}] · n {figures.count(spread.n)}"
            yield _row(screen.safe(name), told, screen)


def _row(label: str, text: str, screen: Screen) -> Line:
    return line(f"  {fit(label, LABEL_WIDTH - 3)} ", fit(text, screen.width - LABEL_WIDTH))


def _spreads(details: Details, screen: Screen) -> Iterator[Line]:
    found = {name: spread for name, spread in details.spreads().items() if not spread.two_valued}
    if not found:
        return
    titles = "".join(f"{name:>7}" for name in ("min", *_CUTS[1:-1], "max"))
    yield line(Segment(f"  {fit('spread', LABEL_WIDTH - 5)}{titles}", ("light",)))
    for name, spread in found.items():
        cuts = "".join(f"{fit(_short(name)(getattr(spread, cut)), 6).rstrip():>7}" for cut in _CUTS)
        label = "cost in cents" if name == "cost" else screen.safe(name)
        yield line(f"  {fit(label, LABEL_WIDTH - 5)}{cuts}  {_bars(spread, screen)}")
    if screen.verbosity > 0:
        yield from _worst_entries(details, found, screen)


def _worst_entries(details: Details, found: Mapping[str, Spread], screen: Screen) -> Iterator[Line]:
    yield line(Segment("  at the bad end", ("light",)))
    for name, far in details.worst().items():
        if name in found:
            told = " · ".join(f"{screen.safe(entry)} {_short(name)(value)}" for entry, value in far)
            yield line(
                f"    {fit(screen.safe(name), LABEL_WIDTH - 5)} {fit(told, screen.width - LABEL_WIDTH).rstrip()}"
            )


def _short(name: str) -> Callable[[float], str]:
    if name == "latency":
        return lambda value: figures.duration(value).replace(" ", "")
    if name == "cost":
        return lambda value: f"{100 * value:.3f}" if value < 0.1 else f"{100 * value:.1f}"
    return figures.count if name == "output tokens" else "{:.2f}".format


def _bars(spread: Spread, screen: Screen) -> str:
    most = max(spread.bins)
    heights = [-(-count * (len(_BARS) - 1) // most) for count in spread.bins]
    if screen.ascii_only:
        return "".join(" .:-=+*#"[height] for height in heights)
    return "".join(_BARS[height] if height else " " for height in heights)


def _worst(found: Sequence[WorstSlice], screen: Screen) -> Iterator[Line]:
    if not found:
        return
    yield line(Segment("  worst slices, the surest first", ("light",)))
    width = max(width_of(f"{one.kind} {screen.safe(one.name)}") for one in found)
    for one in found:
        name = fit(f"{one.kind} {screen.safe(one.name)}", min(width, screen.width - 38))
        yield line(f"    {name}  {figures.share_of(one.share)}")


def _by(run: RunFigures, summary: Summary, screen: Screen) -> Iterator[Line]:
    if run.slicing is None:
        return
    found, field = run.slices(summary), screen.safe(run.slicing.field)
    yield from _slices(f"by {field}", [(name, _share(part)) for name, part in found.items()], screen)
    for rate, told in rates_by_slice(found):
        yield from _slices(f"{rate} by {field}", told, screen)
    yield from token_lines(field, found, screen)
    times = [(name, " · ".join(latency_told(part))) for name, part in found.items()]
    if any(spent for _, spent in times):
        yield from _slices(f"latency by {field}", [(name, spent or figures.UNKNOWN) for name, spent in times], screen)


def _slices(title: str, found: Sequence[tuple[str, str]], screen: Screen) -> Iterator[Line]:
    yield line(Segment(f"  {title}", ("light",)))
    shown = found if screen.verbosity > 0 else found[:SLICES_SHOWN]
    names = max((width_of(screen.safe(name)) for name, _ in shown), default=0)
    told_in = max((width_of(told) for _, told in shown), default=0)
    width = min(names, max(screen.width - 6 - told_in, LEAST_NAME))
    for name, told in shown:
        yield line(f"    {fit(screen.safe(name), width)}  {fit(told, screen.width - width - 6).rstrip()}")
    if len(shown) < len(found):
        yield line(Segment(f"    … {len(found) - len(shown)} more with -v", ("light",)))


def _share(part: Summary) -> str:
    if part.overall.judged:
        return figures.share_of(part.overall.fully_correct)
    told = figures.share_of(part.overall.pass_rate)
    return f"{told} passed" if part.overall.ungraded else f"{told} nothing measured in {part.records:,}"


def _mind(read: Reading, screen: Screen) -> Iterator[Line]:
    for number, text in enumerate(shown_caveats(read)):
        label = "  read with care: " if number == 0 else " " * 18
        for told in wrapped(label, screen.safe(text, 1000).split(" "), screen.width, " "):
            yield line(Segment(told, ("yellow",)))
