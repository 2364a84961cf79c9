"""What a dry run prints: for each model the calls, the tokens read and a range of prices."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_llmeval.models.estimate import CHARACTERS_PER_TOKEN, LEAST_OUTPUT, USUAL_OUTPUT, ModelEstimate
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, fit, in_ascii, line, safe, width_of, wrapped

NOTHING = "nothing is selected that would ask a model"
HEAD = ("model", "calls", "input tokens", "price")
LEAST_WIDTH = 60
FAULTS_SHOWN = 5


def estimate_lines(
    estimates: Sequence[ModelEstimate],
    *,
    faults: Sequence[str] = (),
    batch: bool = False,
    width: int = 80,
    ascii_only: bool = False,
) -> list[Line]:
    """Tell what a run would take.

    Args:
        estimates: One for each model.
        faults: Why some questions cannot be asked at all.
        batch: Whether prices are those of a batch.
        width: Columns of the terminal; at least 60 are used.
        ascii_only: For terminals whose encoding has no dashes.
    """
    width = max(width, LEAST_WIDTH)
    told = _table(estimates, width, ascii_only=ascii_only) if estimates else [line(NOTHING)]
    for fault in faults[:FAULTS_SHOWN]:
        words = safe(fault, ascii_only=ascii_only, limit=1000).split(" ")
        told += [line(Segment(text, ("red",))) for text in wrapped("cannot be asked: ", words, width, " ")]
    if len(faults) > FAULTS_SHOWN:
        told.append(line(f"… and {len(faults) - FAULTS_SHOWN:,} more that cannot be asked"))
    if estimates:
        told += [
            line(Segment(text, ("light",)))
            for text in wrapped(
                "assumed: ", _assumptions(batch, judged=any(one.judges for one in estimates)), width, "; "
            )
        ]
    told.append(line("nothing was asked, no test was run"))
    return in_ascii(told) if ascii_only else told


def _assumptions(batch: bool, *, judged: bool) -> list[str]:
    return [
        f"{CHARACTERS_PER_TOKEN} characters are a token",
        f"replies take {LEAST_OUTPUT} token to max_tokens, or {USUAL_OUTPUT:,} where that is not set",
        "tools, turns and code of your own may ask more",
        *(["a judge is asked once a trial, and reads what the model may write"] if judged else []),
        "cached answers are not considered",
        *(["all is asked in batches"] if batch else []),
    ]


def _table(estimates: Sequence[ModelEstimate], width: int, *, ascii_only: bool) -> list[Line]:
    rows = [HEAD, *((_name(one, ascii_only=ascii_only), *_figures(one)) for one in estimates)]
    if len(estimates) > 1:
        rows.append(("all", *_figures(_total(estimates), unknown=any(one.low_usd is None for one in estimates))))
    _, *columns = (max(width_of(row[column]) for row in rows) for column in range(len(HEAD)))
    room = width - sum(columns) - 2 * len(columns)
    names = min(max(width_of(row[0]) for row in rows), max(room, 8))
    return [line(Segment(_row(row, [names, *columns]), () if number else ("bold",))) for number, row in enumerate(rows)]


def _name(one: ModelEstimate, *, ascii_only: bool) -> str:
    return ("judge " if one.judges else "") + safe(one.model, ascii_only=ascii_only)


def _row(row: Sequence[str], columns: Sequence[int]) -> str:
    name, *numbers, price = row
    right = (" " * (wide - width_of(text)) + text for text, wide in zip(numbers, columns[1:], strict=False))
    return "  ".join([fit(name, columns[0]), *right, price])


def _figures(one: ModelEstimate, *, unknown: bool = False) -> tuple[str, str, str]:
    least = "at least " if one.at_least else ""
    return f"{least}{one.calls:,}", f"{least}{one.input_tokens:,}", _price(one, unknown=unknown)


def _price(one: ModelEstimate, *, unknown: bool) -> str:
    if one.low_usd is None or one.high_usd is None:
        return "unknown"
    low, high = figures.cost(one.low_usd), figures.cost(one.high_usd)
    told = low if low == high else f"{low} – {high}"
    return f"{told}, or more" if one.at_least or unknown else told


def _total(estimates: Sequence[ModelEstimate]) -> ModelEstimate:
    """Add up the models; the price is that of those whose price is known."""
    priced = [(one.low_usd, one.high_usd) for one in estimates if one.low_usd is not None and one.high_usd is not None]
    return ModelEstimate(
        "all",
        sum(one.calls for one in estimates),
        sum(one.input_tokens for one in estimates),
        sum(low for low, _ in priced) if priced else None,
        sum(high for _, high in priced) if priced else None,
        any(one.at_least for one in estimates),
    )
