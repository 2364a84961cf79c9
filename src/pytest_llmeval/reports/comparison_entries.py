"""The entries of a comparison by name: which flipped and with what answers, which could not be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pytest_llmeval.analysis.comparing.comparison import Comparison
from pytest_llmeval.analysis.comparing.conditions import Change
from pytest_llmeval.analysis.comparing.pairing import Pair, Pairing
from pytest_llmeval.analysis.comparing.trial import TEXT_KEPT, Trial
from pytest_llmeval.reports.lines import Line, Segment, fit, line, paragraph, shortened, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen

T = TypeVar("T")
LOST_SHOWN = 5
NAMES_SHOWN = 12
ANSWER_LINES = 2


def entry_lines(comparison: Comparison, screen: Screen) -> Iterator[Line]:
    """Tell the entries that were lost, with both answers, and name those that were gained."""
    lost, all_shown = comparison.lost, screen.verbosity > 0
    shown = lost if all_shown else lost[:LOST_SHOWN]
    if lost:
        yield line()
        worst = f", the worst {len(shown)} first" if len(shown) < len(lost) else ""
        yield line(Segment(f"  {len(lost):,} lost{worst}", ("bold",)))
    for one in shown:
        yield from _lost(one, screen)
    if len(shown) < len(lost):
        rest = lost[len(shown) :]
        yield from _names(f"    and {len(rest):,} more", rest, _name, screen)
    for word, found in (("gained", comparison.gained), ("lower grade", comparison.lower)):
        if found:
            yield line()
            yield from _names(f"  {len(found):,} {word}", found, _name, screen)


def _name(one: Pair, screen: Screen) -> str:
    sample = f" (sample {one.new.sample})" if one.new.sample > 1 else ""
    return screen.safe(one.name, 60) + sample


def _safe(name: str, screen: Screen) -> str:
    return screen.safe(name, 80)


def _names(label: str, found: Sequence[T], name: Callable[[T, Screen], str], screen: Screen) -> Iterator[Line]:
    shown = found if screen.verbosity > 0 else found[:NAMES_SHOWN]
    rest = [f"{len(found) - len(shown):,} more with --verbose"] if len(shown) < len(found) else []
    listed = [*(name(one, screen) for one in shown), *rest]
    listed[:-1] = [f"{name}," for name in listed[:-1]]
    yield from map(line, wrapped(f"{label}: ", listed, screen.width, " "))


def _lost(one: Pair, screen: Screen) -> Iterator[Line]:
    said = f"{_plain(one.base)} -> {_plain(one.new)}"
    label = f" · {one.new.label}" if one.new.label else ""
    name = shortened(
        f"{_name(one, screen)} · {screen.safe(one.new.category, 30)}", screen.width - width_of(said + label) - 7
    )
    yield line("    ", Segment(name, ("bold",)), " · ", said, Segment(label, ("red",)))
    yield from _text("asked", one.new.question, screen, most=1)
    yield from _text("base", one.base.answer or "no answer", screen)
    same = one.new.answer and one.base.answer_hash == one.new.answer_hash
    yield from _text("new", "the same answer, judged differently" if same else one.new.answer or "no answer", screen)
    if one.new.notes:
        yield from _text("why", one.new.notes, screen)


def _plain(trial: Trial) -> str:
    return trial.verdict.replace("_", " ")


def _text(label: str, text: str, screen: Screen, most: int = ANSWER_LINES) -> Iterator[Line]:
    pieces = paragraph(screen.safe(text, TEXT_KEPT), screen.width - 13)
    if screen.verbosity <= 0 and len(pieces) > most:
        rest = " ".join(pieces[most - 1 : most + 1])
        pieces = [*pieces[: most - 1], shortened(rest, screen.width - 13)]
    for number, piece in enumerate(pieces):
        yield line(Segment(f"      {'' if number else label:<7}", ("light",)), piece)


def counted_lines(pairing: Pairing, screen: Screen) -> Iterator[Line]:
    """Name what counts although it is contaminated."""
    if pairing.flagged_counted:
        told = f"  {len(pairing.flagged_counted):,} contaminated, counted all the same"
        yield line()
        yield from _names(told, pairing.flagged_counted, _safe, screen)


def uncompared_lines(pairing: Pairing, screen: Screen) -> Iterator[Line]:
    """Name what is in no figure."""
    groups = [
        ("changed entries", pairing.changed),
        ("new entries", pairing.added),
        ("removed entries", pairing.removed),
        ("quarantined", pairing.quarantined),
        ("decide nothing", pairing.set_aside),
        ("contaminated", pairing.flagged),
        ("no two verdicts", tuple(f"{one.name} ({one.base} -> {one.new})" for one in pairing.left_out)),
    ]
    told = [(label, names) for label, names in groups if names]
    if not told and not pairing.odd_samples:
        return
    yield line()
    yield line(Segment("  not compared", ("light",)))
    for label, names in told:
        yield from _names(f"  {fit(label, 16)}{len(names):>6,}", names, _safe, screen)
    if pairing.odd_samples:
        yield line(f"  {fit('odd samples', 16)}{pairing.odd_samples:>6,}  that only one run has")


def changed_lines(changes: Sequence[Change], screen: Screen) -> Iterator[Line]:
    """Tell what else is not the same in both runs, where it may explain the difference."""
    yield line()
    if not changes:
        yield line(Segment("  nothing else on record changed between the runs", ("light",)))
        return
    yield line(Segment("  what changed between the runs", ("light",)))
    for one in changes:
        values = f"{screen.safe(one.base)} -> {screen.safe(one.new)}"
        pieces = paragraph(values, screen.width - 24) or [""]
        for number, piece in enumerate(pieces):
            yield line(f"  {fit('' if number else screen.safe(one.what, 40), 20)}  {piece}")
