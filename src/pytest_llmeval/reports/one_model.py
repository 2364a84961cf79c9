"""The summary of one model: a block of lines, from what matters most to what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.repeats import RepeatFigures
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.analysis.summary import NO_LABEL, Summary
from pytest_llmeval.analysis.verdicts import VERDICTS, Slice, Verdict
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.reports import figures, repeat_figures
from pytest_llmeval.reports.contamination_lines import contamination_lines
from pytest_llmeval.reports.evidence_lines import evidence_lines
from pytest_llmeval.reports.latency_lines import times_told
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, safe, shortened, width_of, wrapped
from pytest_llmeval.reports.robustness_lines import behaviour_lines, robustness_lines
from pytest_llmeval.reports.token_figures import token_items

LABEL_WIDTH = 22
WIDEST_LABEL = 30
WIDEST_BAR = 24
CATEGORIES_SHOWN = 20
REASONS_SHOWN = 3

STYLES: Mapping[str, tuple[Style, ...]] = {
    "fully_correct": ("green",),
    "partially_correct": ("yellow",),
    "unsupported": ("red",),
    "wrong": ("red",),
    "truncated": ("yellow",),
    "filtered": ("yellow",),
    "unextractable": ("yellow",),
    "over_budget": ("yellow",),
}
_OUTCOMES_THAT_COUNT = ("passed", "failed", "truncated", "filtered", "unextractable", "over_budget")


@dataclass(frozen=True, slots=True)
class Screen:
    """What is to be printed on, and how much."""

    width: int = 80
    verbosity: int = 0
    """As pytest counts: -1 for ``-q``, 1 for ``-v``."""
    ascii_only: bool = False

    def safe(self, text: str, limit: int = 200) -> str:
        """Make a stranger's text fit for this screen."""
        return safe(text, ascii_only=self.ascii_only, limit=limit)


def model_block(summary: Summary, screen: Screen) -> Iterator[Line]:
    """Tell all about one model."""
    yield _heading(summary, screen)
    for part in (_distribution, _repeats, _failures, _by_category, _contamination, _behaviour, _evidence):
        told = list(part(summary, screen))
        if told:
            yield line()
            yield from told
    yield line()
    yield from _outcomes(summary, screen)
    yield from _price(summary, screen)
    variants = list(robustness_lines(summary, width=screen.width, verbosity=screen.verbosity))
    if variants:
        yield line()
        yield from variants
        yield line()


def _heading(summary: Summary, screen: Screen) -> Line:
    verdict = headline(summary)
    name = shortened(screen.safe(summary.model), screen.width - width_of(verdict) - 3)
    return line(Segment(name, ("bold",)), " · ", Segment(verdict, ("bold",)))


def headline(summary: Summary) -> str:
    """Say in a few words how a model did."""
    if summary.overall.judged:
        return _of_all("fully correct", summary.overall.fully_correct)
    if summary.overall.ungraded:
        return _of_all("passed", summary.overall.pass_rate)
    return f"nothing measured in {figures.counted(summary.records, 'trial')}"


def _of_all(what: str, share: Proportion) -> str:
    return f"{figures.part_of(share)} {what} · {figures.percent(share)} {figures.interval(share.interval)}"


def _distribution(summary: Summary, screen: Screen) -> Iterator[Line]:
    for verdict in verdicts_shown(summary.overall):
        share = Proportion(summary.overall.verdicts[verdict], summary.overall.judged)
        yield _bar_row(verdict.replace("_", " "), share, STYLES[verdict], screen)
    if summary.overall.ungraded and summary.overall.judged:
        told = _of_all("passed", summary.overall.pass_rate)
        yield _row("not graded", told, screen)
    if summary.pending:
        yield _row("not graded yet", figures.count(summary.pending), screen)


def verdicts_shown(part: Slice) -> list[Verdict]:
    """Return the four levels, and of the other states those that occur; nothing where nothing was graded."""
    return [verdict for verdict in VERDICTS if part.judged and (verdict in LEVELS or part.verdicts[verdict])]


def _repeats(summary: Summary, screen: Screen) -> Iterator[Line]:
    found = summary.repeats
    if found is None:
        return
    each = f"{repeat_figures.samples_per_entry(found)} samples of each of {repeat_figures.entries_of(found)}"
    bound = f", so k is at most {found.fewest:,}" if found.fewest < found.most else ""
    yield line(Segment(f"  {each}{bound}", ("light",)))
    tries = repeat_figures.tries_shown(found, all_of_them=screen.verbosity > 0)
    for share in repeat_figures.shares(found, tries):
        numbers = f"{repeat_figures.percent(share.estimate):>15}  {repeat_figures.interval(share.estimate):<10}"
        told = f"  {fit(share.label, LABEL_WIDTH - 2)}{numbers}"
        fits = width_of(told + share.meaning) <= screen.width
        yield line(told, Segment(share.meaning if fits else "", ("light",)))
    yield from _unstable(found, screen)


def _unstable(found: RepeatFigures, screen: Screen) -> Iterator[Line]:
    shown = found.unstable[: None if screen.verbosity > 0 else repeat_figures.UNSTABLE_SHOWN]
    told = [screen.safe(repeat_figures.unstable_entry(one, found), WIDEST_LABEL) for one in shown]
    if found.unstable_entries > len(shown):
        told.append(f"… {found.unstable_entries - len(shown):,} more with -v")
    yield from _wrapped_row("most unstable", told, screen)


def _failures(summary: Summary, screen: Screen) -> Iterator[Line]:
    n = summary.not_fully_correct
    labels = summary.failure_labels.most_common()
    if n and any(label != NO_LABEL for label, _ in labels):
        yield line(Segment(f"  why {figures.count(n)} of them were not fully correct", ("light",)))
        for label, times in labels:
            yield _bar_row(label, Proportion(times, n), (), screen)


def _bar_row(label: str, share: Proportion, styles: tuple[Style, ...], screen: Screen) -> Line:
    room = min(WIDEST_BAR, screen.width - LABEL_WIDTH - 18)
    halves = round(2 * room * (share.rate or 0))
    bar = "█" * (halves // 2) + "▌" * (halves % 2)
    numbers = f"{figures.count(share.count):>7}  {figures.percent(share):>6}  "
    return line(f"  {fit(label, LABEL_WIDTH - 2)}", numbers, Segment(bar or ("▌" if share.count else ""), styles))


def _row(label: str, text: str, screen: Screen, styles: tuple[Style, ...] = ()) -> Line:
    return line(f"  {fit(label, LABEL_WIDTH - 2)}", Segment(fit(text, screen.width - LABEL_WIDTH), styles))


def _by_category(summary: Summary, screen: Screen) -> Iterator[Line]:
    names = sorted(summary.categories)
    if names in ([], [UNCATEGORIZED]):
        return
    graded = summary.overall.judged > 0
    shown = names if screen.verbosity > 0 else names[:CATEGORIES_SHOWN]
    rows = [(screen.safe(name, WIDEST_LABEL), *_shares(summary.categories[name], graded=graded)) for name in shown]
    titles = ("by category", "fully correct", "partially correct") if graded else ("by category", "passed", "")
    first, second = (max(width_of(row[at]) for row in [titles, *rows]) for at in (0, 1))
    first = min(max(first + 2, LABEL_WIDTH - 2), screen.width - second - 2)
    for number, (name, share, more) in enumerate([titles, *rows]):
        told = f"  {fit(name, first)}{fit(share, second + 3)}"
        told += more if width_of(told) + len(titles[2]) <= screen.width else ""
        yield line(Segment(told, () if number else ("light",)))
    if len(shown) < len(names):
        yield line(Segment(f"  … {len(names) - len(shown)} more with -v", ("light",)))


def _shares(part: Slice, *, graded: bool) -> tuple[str, str]:
    share, partially = figures.right_in(part, graded=graded), part.partially_correct
    return share, f"{figures.count(partially.count)} · {figures.percent(partially)}" if graded and part.judged else ""


def _behaviour(summary: Summary, screen: Screen) -> Iterator[Line]:
    return behaviour_lines(summary, width=screen.width)


def _contamination(summary: Summary, screen: Screen) -> Iterator[Line]:
    return contamination_lines(summary.contamination.figures(), width=screen.width)


def _evidence(summary: Summary, screen: Screen) -> Iterator[Line]:
    return evidence_lines(summary.evidence.figures(), width=screen.width)


def _outcomes(summary: Summary, screen: Screen) -> Iterator[Line]:
    count = summary.outcomes
    told = [f"{times:,} {name}" for name in _OUTCOMES_THAT_COUNT if (times := count[name])]
    if told:
        yield from _wrapped_row("outcomes", told, screen)
    apart = []
    if count["error"]:
        apart.append(figures.counted(count["error"], "error"))
    apart += [f"{times:,} {name}" for name in ("unscored", "skipped") if (times := count[name])]
    if apart:
        yield _row("not in any rate", " · ".join(apart), screen, ("yellow",) if summary.reasons else ())
    yield from _reasons(summary.reasons, screen)
    if summary.grader_faults:
        trials = figures.counted(summary.grader_faults.total(), "trial")
        yield _row("a grader broke", f"{trials} · counted without a grade", screen, ("yellow",))
        yield from _reasons(summary.grader_faults, screen)


def _reasons(reasons: Counter[str], screen: Screen) -> Iterator[Line]:
    found = reasons.most_common()
    shown = found if screen.verbosity > 0 else found[:REASONS_SHOWN]
    for reason, times in shown:
        yield line(Segment(fit(f"    {times:,} × {screen.safe(reason)}", screen.width), ("red",)))
    if len(shown) < len(found):
        yield line(Segment(f"    … {len(found) - len(shown)} more reasons with -v", ("light",)))


def _price(summary: Summary, screen: Screen) -> Iterator[Line]:
    told = token_items(summary)
    told += [f"estimated in {figures.counted(summary.estimated, 'trial')}"] if summary.estimated else []
    yield from _wrapped_row("tokens", told if summary.knows_tokens else [figures.UNKNOWN], screen)
    yield _row("cost", figures.sum_of(summary.cost_usd, figures.cost), screen)
    if summary.has_judges:
        cost = figures.sum_of(summary.judge_cost_usd, figures.cost)
        yield from _wrapped_row("cost of judging", [cost, *token_items(summary, of_judges=True)], screen)
    for label, told in times_told(summary):
        yield from _wrapped_row(label, told, screen)


def _wrapped_row(label: str, items: list[str], screen: Screen) -> Iterator[Line]:
    yield from map(line, wrapped(f"  {fit(label, LABEL_WIDTH - 2)}", items, screen.width))
