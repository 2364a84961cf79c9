"""Whether the judges of a run may be believed, as lines below its summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_llmeval.analysis.judges.judge_trust import JudgeUse, Trust, TrustState
from pytest_llmeval.analysis.judges.self_preference import Favour
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, safe
from pytest_llmeval.reports.one_model import LABEL_WIDTH

SAID: Mapping[TrustState, str] = {
    "uncalibrated": "uncalibrated judge: signal only",
    "below limits": "judge below its limits: signal only",
    "stale": "stale calibration: signal only",
    "void": "judge failed its controls: its grades are void",
}
NAMES_SHOWN = 5
HELD_BACK = "signal only there"
ALLOWED = "gates there by --llm-allow-uncalibrated-judge"


def trust_lines(
    found: Iterable[Trust], *, log: str, brief: bool = False, allowed: bool = False, ascii_only: bool = False
) -> list[Line]:
    """Tell of each judge whether its grades may decide something, and if not, what would make them.

    Args:
        found: The judges of a run.
        log: The run's log, for the command to run next.
        brief: One line for each that may not be believed.
        allowed: Whether uncalibrated judges may gate all the same.
        ascii_only: For terminals that have no more.
    """
    return [told for one in found for told in _lines(one, log, brief=brief, allowed=allowed, ascii_only=ascii_only)]


def _lines(one: Trust, log: str, *, brief: bool, allowed: bool, ascii_only: bool) -> Iterator[Line]:
    name = f"{safe(one.use.model, ascii_only=ascii_only, limit=80)} ({one.use.hash[:8]})"
    if brief:
        if one.state != "calibrated":
            yield line(Segment(f"{_said(one, allowed=allowed)}: {name}", ("yellow",)))
        elif one.beyond:
            yield line(Segment(f"{_beyond(one, allowed=allowed, ascii_only=ascii_only)}: {name}", ("yellow",)))
        return
    yield _row("judge", name)
    if one.use.controls:
        yield _row("", f"controls {figures.share_of(one.use.control_share)}")
    yield from _used(one.use)
    yield from _steady(one)
    if one.state == "calibrated":
        yield _row("", Segment(_calibrated(one), ("green",)))
        yield from _slices(one, allowed=allowed, ascii_only=ascii_only)
        return
    style: tuple[Style, ...] = ("red",) if one.state == "void" else ("yellow",)
    yield _row("", Segment(_said(one, allowed=allowed), style))
    yield _row("", safe(one.reason, ascii_only=ascii_only, limit=300))
    if one.state in ("uncalibrated", "stale"):
        yield _row("", f"pytest-llmeval calibrate {safe(log, ascii_only=ascii_only, limit=4096)} --labels FILE")


def favour_lines(found: Iterable[Favour], *, ascii_only: bool = False) -> list[Line]:
    """Tell how much more the judges of a panel give to models of their own family than the other judges do."""
    told: list[Line] = []
    for one in found:
        low, high = one.interval
        others = "" if one.others is None else f", to others {one.others:+.2f}, n {one.others_n:,}"
        style: tuple[Style, ...] = ("yellow",) if one.is_proven else ()
        told.append(_row("own family", safe(one.judge, ascii_only=ascii_only, limit=80)))
        given = f"gives it {one.own:+.2f} [{low:+.2f} to {high:+.2f}] beside the panel, n {one.own_n:,}{others}"
        told.append(_row("", Segment(given, style)))
    return told


def _used(use: JudgeUse) -> Iterator[Line]:
    if use.without_verdict:
        abstained = f", on {use.abstained:,} it says that a person should judge" if use.abstained else ""
        yield _row("", Segment(f"no verdict on {use.without_verdict:,} of {use.trials:,}{abstained}", ("yellow",)))
    if use.gamed.n:
        tau = use.rank_correlation
        known = "" if tau is None else f", tau {tau:.2f} of {use.beside_rules.total():,}"
        style: tuple[Style, ...] = ("yellow",) if use.gamed.count else ()
        yield _row("", Segment(f"fully correct, and fails by rules: {figures.share_of(use.gamed)}{known}", style))


def _steady(one: Trust) -> Iterator[Line]:
    known = None if one.calibration is None else one.calibration.repeatability
    if known is not None and known.deviation is not None:
        flips = figures.share_of(Proportion(known.flips.count, known.flips.n))
        yield _row("", f"says another level when asked again: {flips}, sd {known.deviation:.2f} levels")


def _said(one: Trust, *, allowed: bool) -> str:
    told = SAID.get(one.state, "")
    gates = allowed and one.state != "void"
    return told.replace("signal only", "gates by --llm-allow-uncalibrated-judge") if gates else told


def _calibrated(one: Trust) -> str:
    if one.calibration is None:
        return ""
    same = one.calibration.same
    return f"calibrated: agrees with people on {figures.share_of(Proportion(same.count, same.n))}"


def _slices(one: Trust, *, allowed: bool, ascii_only: bool) -> Iterator[Line]:
    if one.unlabelled:
        named = _named(one.unlabelled, ascii_only=ascii_only)
        yield _row("", Segment(f"no label of {named}: {ALLOWED if allowed else HELD_BACK}", ("yellow",)))
    if one.beyond:
        yield _row("", Segment(_beyond(one, allowed=allowed, ascii_only=ascii_only), ("yellow",)))


def _beyond(one: Trust, *, allowed: bool, ascii_only: bool) -> str:
    return f"beyond judge in {_named(one.beyond, ascii_only=ascii_only)}: {ALLOWED if allowed else HELD_BACK}"


def _named(names: Sequence[str], *, ascii_only: bool) -> str:
    told = [safe(name, ascii_only=ascii_only, limit=30) for name in names[:NAMES_SHOWN]]
    return ", ".join(told) + (", …" if len(names) > NAMES_SHOWN else "")


def _row(label: str, *parts: str | Segment) -> Line:
    return line(f"  {fit(label, LABEL_WIDTH - 2)}", *parts)
