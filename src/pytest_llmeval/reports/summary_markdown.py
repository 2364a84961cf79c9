"""A summary as Markdown, for pull requests and wikis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_llmeval.analysis.details import cost_per_success
from pytest_llmeval.analysis.judges.known_graders import KnownGraders
from pytest_llmeval.analysis.run_figures import RunFigures
from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.caveats import Reading, shown_caveats
from pytest_llmeval.reports.confidence_lines import confidence_sentence
from pytest_llmeval.reports.contamination_lines import contamination_rows
from pytest_llmeval.reports.error_mode_lines import error_mode_rows
from pytest_llmeval.reports.evidence_lines import STATES, made_up_and_rise
from pytest_llmeval.reports.latency_lines import short_times
from pytest_llmeval.reports.noise_lines import noise_rows
from pytest_llmeval.reports.one_model import verdicts_shown
from pytest_llmeval.reports.repeat_lines import repeat_rows
from pytest_llmeval.reports.robustness_lines import points, rate_share, rates_by_slice, share, whole_rows
from pytest_llmeval.reports.token_figures import token_cells, token_columns, tokens_told
from pytest_llmeval.safe_text import one_line

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#~"})


def plain(text: str) -> str:
    r"""Escape a text so that Markdown shows it as it is, on one line.

    Example:
        >>> plain("a|b <i>")
        'a\\|b \\<i\\>'
    """
    return _escaped(one_line(text, 200))


def _escaped(text: str) -> str:
    return text.translate(_MARKS)


def markdown_lines(run: RunFigures, known: Mapping[str, KnownGraders] | None = None) -> Iterator[str]:
    """Yield the summary of a run line by line.

    Args:
        run: The run.
        known: By model, whether those who graded may be believed.
    """
    yield f"### Run {plain(run.run_id)}"
    for summary in run.summaries:
        yield ""
        yield from _model(Reading(run, summary, (known or {}).get(summary.model, KnownGraders())))


def _model(read: Reading) -> Iterator[str]:
    run, summary = read.run, read.summary
    whole, price = summary.overall, cost_per_success(summary)
    yield f"**{plain(summary.model)}**: {_headline(summary)}"
    yield ""
    counts = [(verdict.replace("_", " "), f"{whole.verdicts[verdict]:,}") for verdict in verdicts_shown(whole)]
    counts += [(label, f"{times:,}") for label, times in summary.failure_labels.most_common()]
    yield from _table(("grade or failure", "trials"), counts)
    yield from _table(("error mode", "of failed answers"), error_mode_rows(summary.error_modes))
    yield from _table(("category", "fully correct" if whole.judged else "passed"), _categories(summary))
    yield from _table(("contamination", "right"), contamination_rows(summary.contamination.figures()))
    for titles, rows in repeat_rows(summary):
        yield from _table(titles, rows)
    yield from _table(("behaviour", "rate"), ((rate.name, rate_share(rate)) for rate in summary.behaviour.rates()))
    evidence = ((STATES[one.evidence], made_up_and_rise(one)) for one in summary.evidence.figures())
    yield from _table(("evidence", "hallucinates"), evidence)
    yield from _variants(summary)
    if run.slicing is not None:
        slices, field = run.slices(summary), plain(run.slicing.field)
        graded = whole.judged > 0
        found = ((name, figures.right_in(part.overall, graded=graded)) for name, part in slices.items())
        yield from _table((field, "fully correct" if whole.judged else "passed"), found)
        for rate, told in rates_by_slice(slices):
            yield from _table((field, rate), told)
        yield from _tokens(field, slices)
    at_least = "at least " if price.at_least and price.dollars is not None else ""
    cost = at_least + figures.cost(price.dollars)
    yield f"Cost {figures.sum_of(summary.cost_usd, figures.cost)}, of a success {cost}; {short_times(summary)}."
    if summary.knows_tokens:
        judges = f"; judges {tokens_told(summary, of_judges=True)}" if summary.has_judges else ""
        yield f"Tokens {tokens_told(summary)}{judges}."
    for one in run.details(summary).confidences.figures():
        yield ""
        yield confidence_sentence(one, plain(one.signal))
    notes = [f"- {_escaped(text)}" for text in shown_caveats(read)]
    yield from ["", *notes] if notes else []


def _tokens(field: str, slices: Mapping[str, Summary]) -> Iterator[str]:
    if any(part.knows_tokens for part in slices.values()):
        columns = token_columns(slices)
        rows = ((name, *token_cells(part, columns)) for name, part in slices.items())
        yield from _table((f"{field}, tokens", *columns), rows)


def _variants(summary: Summary) -> Iterator[str]:
    found = summary.robustness.figures()
    kinds = (*found.kinds, found.all_kinds) if found else ()
    drops = ((kind.kind, f"{share(kind.perturbed)}, {points(kind.drop)}") for kind in kinds)
    yield from _table(("variants, in no figure above", "right, drop in points"), drops)
    whole = ((label, share(one)) for label, one, _ in whole_rows(found)) if found else ()
    yield from _table(("of each entry", "share"), whole)
    yield from _table(("variants by noise level", "right, and ended gracefully"), noise_rows(summary.noise))


def _headline(summary: Summary) -> str:
    graded = summary.overall.judged > 0
    return f"{figures.right_in(summary.overall, graded=graded)} {'fully correct' if graded else 'passed'}"


def _categories(summary: Summary) -> Iterator[tuple[str, str]]:
    graded = summary.overall.judged > 0
    for name, part in sorted(summary.categories.items()):
        yield name, figures.right_in(part, graded=graded)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    told = [f"| {' | '.join([plain(name), *cells])} |" for name, *cells in rows]
    if told:
        yield f"| {' | '.join(titles)} |"
        yield "| --- " * len(titles) + "|"
        yield from told
        yield ""
