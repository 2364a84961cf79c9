"""What is told of several models side by side: rows with a cell for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.analysis.repeats import RepeatFigures
from pytest_llmeval.analysis.statistics.estimates import Percentiles, Proportion
from pytest_llmeval.analysis.summary import NO_LABEL, Summary
from pytest_llmeval.analysis.verdicts import VERDICTS, Slice, Verdict
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.reports import figures, repeat_figures
from pytest_llmeval.reports.contamination_lines import gap_cell, part_told
from pytest_llmeval.reports.evidence_lines import STATES, made_up
from pytest_llmeval.reports.latency_lines import percentiles_shown
from pytest_llmeval.reports.lines import Style, shortened
from pytest_llmeval.reports.one_model import CATEGORIES_SHOWN, LABEL_WIDTH, STYLES, Screen
from pytest_llmeval.reports.robustness_lines import gap_points, points, rate_share, share
from pytest_llmeval.runs.record import OUTCOMES
from pytest_llmeval.safe_text import one_line

WIDEST_NAME = 27
"""Columns of an entry's name with its counts; as much as a model has where two stand on 80 columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """A label with a cell per model; without cells a title."""

    label: str
    cells: tuple[str, ...] = ()
    styles: tuple[Style, ...] = ()


def rows_of(summaries: Sequence[Summary], screen: Screen) -> list[Row]:
    """Make all rows for all models, so that tables below each other have the same rows."""
    return [
        *_distribution(summaries),
        *_repeats(summaries, screen),
        *_failures(summaries),
        *_categories(summaries, screen),
        *_contamination(summaries),
        *_behaviour(summaries),
        *_evidence(summaries),
        *_outcomes(summaries),
        *_price(summaries),
        *_variants(summaries),
    ]


def _row(label: str, summaries: Sequence[Summary], cell: Callable[[Summary], str], *styles: Style) -> Row:
    return Row(label, tuple(cell(summary) for summary in summaries), styles)


def _distribution(summaries: Sequence[Summary]) -> Iterator[Row]:
    if any(summary.overall.judged for summary in summaries):
        yield _row("graded", summaries, lambda summary: _number(summary.overall.judged))
    for verdict in VERDICTS:
        if any(s.overall.verdicts[verdict] or (verdict in LEVELS and s.overall.judged) for s in summaries):
            yield _row(verdict.replace("_", " "), summaries, _verdict_cell(verdict), *STYLES[verdict])
    if any(summary.overall.ungraded for summary in summaries):
        yield _row("passed, not graded", summaries, lambda summary: figures.share_of(summary.overall.pass_rate))


def _verdict_cell(verdict: Verdict) -> Callable[[Summary], str]:
    def cell(summary: Summary) -> str:
        share = Proportion(summary.overall.verdicts[verdict], summary.overall.judged)
        bounds = summary.overall.fully_correct.interval if verdict == "fully_correct" else None
        return f"{_number(share.count)}  {figures.percent(share):>5} {figures.interval(bounds)}".rstrip()

    return cell


def _number(value: int) -> str:
    return f"{figures.count(value):>4}"


def _repeats(summaries: Sequence[Summary], screen: Screen) -> Iterator[Row]:
    found = [summary.repeats for summary in summaries]
    repeated = [one for one in found if one is not None]
    if not repeated:
        return
    everything = screen.verbosity > 0
    tries = sorted({k for one in repeated for k in repeat_figures.tries_shown(one, all_of_them=everything)})
    yield Row("repeated samples")
    yield Row("samples of each", tuple(map(_samples_cell, found)))
    for row in zip(*(repeat_figures.shares(one, tries) for one in found), strict=True):
        cells = (f"{repeat_figures.percent(s.estimate):>11} {repeat_figures.interval(s.estimate)}" for s in row)
        yield Row(row[0].label, tuple(cell.rstrip() for cell in cells))
    yield from _unstable(found, max(len(one.unstable) for one in repeated), screen)


def _unstable(found: Sequence[RepeatFigures | None], most: int, screen: Screen) -> Iterator[Row]:
    shown = most if screen.verbosity > 0 else min(most, repeat_figures.UNSTABLE_SHOWN)
    for at in range(shown):
        yield Row("" if at else "most unstable", tuple(_unstable_cell(one, at, screen) for one in found))
    if shown < most:
        more = (max(0, one.unstable_entries - shown) if one else 0 for one in found)
        yield Row("", tuple(f"… {count:,} more with -v" if count else "" for count in more))


def _samples_cell(found: RepeatFigures | None) -> str:
    if found is None:
        return figures.UNKNOWN
    return f"{repeat_figures.samples_per_entry(found):>4} of {repeat_figures.entries_of(found)}"


def _unstable_cell(found: RepeatFigures | None, at: int, screen: Screen) -> str:
    if found is None or at >= len(found.unstable):
        return ""
    return shortened(screen.safe(repeat_figures.unstable_entry(found.unstable[at], found)), WIDEST_NAME)


def _failures(summaries: Sequence[Summary]) -> Iterator[Row]:
    labels: Counter[str] = Counter()
    for summary in summaries:
        labels.update(summary.failure_labels)
    if any(label != NO_LABEL for label in labels):
        yield Row("why not fully correct")
        for label, _ in labels.most_common():
            yield _row(label, summaries, _label_cell(label))


def _label_cell(label: str) -> Callable[[Summary], str]:
    def cell(summary: Summary) -> str:
        share = Proportion(summary.failure_labels[label], summary.not_fully_correct)
        return f"{_number(share.count)}  {figures.percent(share):>5}"

    return cell


def _categories(summaries: Sequence[Summary], screen: Screen) -> Iterator[Row]:
    names = sorted({name for summary in summaries for name in summary.categories})
    if names in ([], [UNCATEGORIZED]):
        return
    graded = any(summary.overall.judged for summary in summaries)
    yield Row(f"{'fully correct' if graded else 'passed'} by category")
    shown = names if screen.verbosity > 0 else names[:CATEGORIES_SHOWN]
    for name in shown:
        cells = tuple(_accuracy(summary.categories.get(name, Slice()), graded=graded) for summary in summaries)
        yield Row(screen.safe(name), cells)
    if len(shown) < len(names):
        yield Row(f"… {len(names) - len(shown)} more", ("with -v",) * len(summaries))


def _accuracy(part: Slice, *, graded: bool) -> str:
    if graded and part.ungraded and not part.judged:
        return f"{figures.part_of(part.pass_rate)} passed"  # its interval would leave no room for a second model
    share = part.fully_correct if graded else part.pass_rate
    return f"{_number(share.count)[: 4 - len(figures.count(share.count))]}{figures.share_of(share)}"


def _contamination(summaries: Sequence[Summary]) -> Iterator[Row]:
    found = [one.contamination.figures() for one in summaries]
    known = [one for one in found if one is not None]
    if not known:
        return
    yield Row("contamination: right answers")
    for label, part in (("clean", "clean"), ("contaminated", "flagged"), ("not checked", "unchecked")):
        if any(getattr(one, part).trials for one in known):
            yield Row(label, tuple(part_told(getattr(one, part)) if one else figures.UNKNOWN for one in found))
    yield Row("gap in points", tuple(gap_cell(one.gap if one else None) for one in found))


def _behaviour(summaries: Sequence[Summary]) -> Iterator[Row]:
    found = [{rate.name: rate for rate in summary.behaviour.rates()} for summary in summaries]
    names = [rule.rate for rule in RULES if any(rule.rate in rates for rates in found)]
    if names:
        yield Row("behaviour")
    for name in names:
        yield Row(name, tuple(rate_share(rates[name]) if name in rates else figures.UNKNOWN for rates in found))
    gaps = [summary.behaviour.hedging_gap() for summary in summaries]
    if any(gaps):
        yield Row("hedging gap", tuple(gap_points(gap) if gap else figures.UNKNOWN for gap in gaps))


def _evidence(summaries: Sequence[Summary]) -> Iterator[Row]:
    found = [{one.evidence: one for one in summary.evidence.figures()} for summary in summaries]
    if any(found):
        yield Row("evidence: hallucinates")
    for state, label in STATES.items():
        if any(state in one for one in found):
            yield Row(label, tuple(made_up(one[state]) if state in one else figures.UNKNOWN for one in found))


def _variants(summaries: Sequence[Summary]) -> Iterator[Row]:
    found = [summary.robustness.figures() for summary in summaries]
    if not any(found):
        return
    yield Row("perturbed variants, in no figure above")
    yield _row("trials", summaries, lambda one: _number(one.variants.records if one.variants else 0))
    yield Row("right", tuple(share(one.all_kinds.perturbed) if one else figures.UNKNOWN for one in found))
    yield Row("worst variant", tuple(share(one.worst) if one else figures.UNKNOWN for one in found))
    yield Row("all pass", tuple(share(one.all_pass) if one else figures.UNKNOWN for one in found))
    kinds = dict.fromkeys(kind.kind for one in found if one for kind in one.kinds)
    for name in kinds:
        told = (next((kind for kind in one.kinds if kind.kind == name), None) if one else None for one in found)
        yield Row(one_line(f"drop {name}", LABEL_WIDTH), tuple(points(kind.drop if kind else None) for kind in told))


def _outcomes(summaries: Sequence[Summary]) -> Iterator[Row]:
    told = [outcome for outcome in OUTCOMES if any(summary.outcomes[outcome] for summary in summaries)]
    if told:  # logs of other programs have none
        yield Row("outcomes")
    for outcome in told:
        apart = outcome in ("error", "unscored")
        yield _row(outcome, summaries, _outcome_cell(outcome), *(("yellow",) if apart else ()))


def _outcome_cell(outcome: str) -> Callable[[Summary], str]:
    return lambda summary: _number(summary.outcomes[outcome])


def _price(summaries: Sequence[Summary]) -> Iterator[Row]:
    yield Row("tokens, cost, latency")
    yield _row("tokens in", summaries, lambda summary: figures.sum_of(summary.input_tokens))
    yield _row("tokens out", summaries, lambda summary: figures.sum_of(summary.output_tokens))
    if any(one.estimated for one in summaries):
        yield _row("estimated in trials", summaries, lambda summary: _number(summary.estimated))
    yield _row("cost", summaries, lambda summary: figures.sum_of(summary.cost_usd, figures.cost))
    if any(one.judge_cost_usd.counted or one.judge_cost_usd.unknown for one in summaries):
        yield _row("cost of judging", summaries, lambda summary: figures.sum_of(summary.judge_cost_usd, figures.cost))
    yield from _percentile_rows("latency", [one.latency_s for one in summaries])
    yield from _percentile_rows("first token", [one.first_token_s for one in summaries])
    yield from _percentile_rows("per output token", [one.per_token_s for one in summaries])


def _percentile_rows(label: str, spreads: Sequence[Percentiles]) -> Iterator[Row]:
    for name in max((percentiles_shown(spread) for spread in spreads), key=len):
        yield Row(f"{label} {name}", tuple(figures.duration(getattr(spread, name)) for spread in spreads))
