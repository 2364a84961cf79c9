"""What a run prints on the terminal: a header when it begins, a summary when it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_llmeval.analysis.summary import Summary
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, in_ascii, line, safe, shortened, width_of, wrapped
from pytest_llmeval.reports.one_model import LABEL_WIDTH, REASONS_SHOWN, WIDEST_LABEL, Screen, headline, model_block
from pytest_llmeval.reports.side_by_side import columns_that_fit, tables
from pytest_llmeval.runs.provenance import GitState

LEAST_WIDTH = 60

SAMPLES = "only accuracy's interval takes samples of an entry as one"


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What is known of a run before it begins."""

    run_id: str
    models: tuple[str, ...]
    entries: int
    """Entries selected, over all benchmarks."""
    trials: int
    """Test items selected: entries by models by samples."""
    git: GitState = field(default_factory=GitState)
    log: str | Path | None = None
    contamination: tuple[str, ...] = ()
    """What is known of the entries' contamination; nothing where nobody has checked."""
    versions: tuple[str, ...] = ()
    """Of the benchmarks that have one, each with the benchmark's name."""


def header_lines(header: RunHeader, *, width: int = 80, ascii_only: bool = False) -> list[str]:
    """Tell models, entries, repository, what is known of contamination, run id and log in two or three lines.

    A path is never cut: it is there to be copied.
    """
    models = [safe(model, ascii_only=ascii_only) for model in header.models] or ["no model"]
    sizes = _plural(header.entries, "entry", "entries")
    if header.trials != header.entries:
        sizes += f", {_plural(header.trials, 'trial', 'trials')}"
    versions = [safe(version, ascii_only=ascii_only) for version in header.versions]
    pieces = [*models, sizes, *versions, _repository(header.git), *header.contamination]
    told = wrapped("llm-eval: ", pieces, max(width, LEAST_WIDTH))
    run = f"llm-run:  {header.run_id}"
    if header.log is not None:
        log = f"log {safe(str(header.log), ascii_only=ascii_only, limit=4096)}"
        run_and_log = f"{run} · {log}"
        told += [run_and_log] if len(run_and_log) <= width else [run, f"llm-log:  {log[4:]}"]
    else:
        told.append(run)
    return [one.text for one in in_ascii(map(line, told))] if ascii_only else told


def _repository(git: GitState) -> str:
    if git.short_sha is None:
        return "no repository"
    return f"repo {git.short_sha}{' (dirty)' if git.dirty else ''}"


def summary_lines(
    summaries: Iterable[Summary],
    *,
    width: int = 80,
    verbosity: int = 0,
    wall_s: float | None = None,
    log: str | Path | None = None,
    ascii_only: bool = False,
) -> list[Line]:
    """Sum a run up.

    Args:
        summaries: One per model.
        width: Columns of the terminal; no line is wider, but for the log's path. At least 60 are used.
        verbosity: As pytest counts: negative for a line per model, above 0 for all reasons and categories.
        wall_s: How long the run took.
        log: Where its records are.
        ascii_only: For terminals whose encoding has no bars and dashes.
    """
    screen = Screen(max(width, LEAST_WIDTH), verbosity, ascii_only)
    found = list(summaries)
    lines = list(_quiet(found, screen) if verbosity < 0 else _full(found, screen))
    lines += _footer(found, screen, wall_s, log)
    return in_ascii(lines) if ascii_only else lines


def _quiet(summaries: list[Summary], screen: Screen) -> Iterator[Line]:
    for summary in summaries:
        apart = [_plural(n, "error", "errors") for n in [summary.outcomes["error"]] if n]
        apart += [f"{n:,} unscored" for n in [summary.outcomes["unscored"]] if n]
        told = " · ".join([headline(summary), *apart])
        name = shortened(screen.safe(summary.model), screen.width - width_of(told) - 2)
        yield line(shortened(f"{name}: {told}", screen.width))


def _full(summaries: list[Summary], screen: Screen) -> Iterator[Line]:
    if not summaries:
        yield line("no trial was run")
        return
    at_once = columns_that_fit(summaries, screen) if len(summaries) > 1 else 1
    if at_once < 2:
        for number, summary in enumerate(summaries):
            yield from [line()] if number else []
            yield from model_block(summary, screen)
        return
    yield from tables(summaries, at_once, screen)
    yield from _reasons_of_all(
        "errors and unscored trials are in no rate", {s.model: s.reasons for s in summaries}, screen
    )
    faults = {s.model: s.grader_faults for s in summaries}
    yield from _reasons_of_all("where a grader broke, the trial is counted without a grade", faults, screen)
    yield line()


def _reasons_of_all(heading: str, reasons: Mapping[str, Counter[str]], screen: Screen) -> Iterator[Line]:
    found = [(times, model, reason) for model, told in reasons.items() for reason, times in told.most_common()]
    if not found:
        return
    yield line()
    yield line(Segment(heading, ("light",)))
    found.sort(key=lambda one: -one[0])
    shown = found if screen.verbosity > 0 else found[:REASONS_SHOWN]
    for times, model, reason in shown:
        whose = "" if model in reason else f"{screen.safe(model, WIDEST_LABEL)}: "
        told = f"  {times:,} × {whose}{screen.safe(reason)}"
        yield line(Segment(fit(told, screen.width), ("red",)))
    if len(shown) < len(found):
        yield line(Segment(f"  … {len(found) - len(shown)} more reasons with -v", ("light",)))


def _footer(summaries: list[Summary], screen: Screen, wall_s: float | None, log: str | Path | None) -> list[Line]:
    label = "" if screen.verbosity < 0 else " " * 2
    pad = LABEL_WIDTH - len(label) if label else 0
    told = []
    if wall_s is not None and label:
        told.append(line(f"{label}{fit('time', pad)}{figures.duration(wall_s)}"))
    if label and any(summary.samples > 1 for summary in summaries):
        told.append(line(Segment(f"{label}{SAMPLES}", ("light",))))
    if log is not None:
        told.append(line(label, fit("log", pad) if label else "log ", screen.safe(str(log), 4096)))
    return told


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
