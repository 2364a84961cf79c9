"""A gate on a screen: what each rule says, what that comes to, and the next command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_llmeval.analysis.gating.gate_report import GateReport, ModelGate
from pytest_llmeval.analysis.gating.gates import DROP, Decision
from pytest_llmeval.reports.comparison import comparison_lines
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.baselines import DEFAULT_NAME, is_path
from pytest_llmeval.runs.sidecar import SignedOff

STYLES: Mapping[Decision, tuple[Style, ...]] = {
    "passed": ("green",),
    "failed": ("bold", "red"),
    "cannot decide": ("bold", "yellow"),
}
DECISION_WIDTH = 15
NAMES_SHOWN = 5
COUNTED = "counted all the same"
NOT_COUNTED = "in no figure; --llm-contaminated=count counts them"


def next_command(log: str, baseline: str | None) -> str:
    """Return the command that makes a run the baseline."""
    name = DEFAULT_NAME if baseline is None or is_path(baseline) else baseline
    return f"pytest-llmeval bless {log}" + ("" if name == DEFAULT_NAME else f" --name {name}")


def compared_lines(report: GateReport, screen: Screen) -> Iterator[Line]:
    """Tell the comparison of each model with its baseline, in the words of ``pytest-llmeval compare``."""
    compared = [one for one in report.models if one.comparison is not None]
    for number, one in enumerate(compared):
        if number:
            yield from (line(), line(Segment("-" * screen.width, ("light",))), line())
        assert one.comparison is not None  # noqa: S101  chosen so above
        yield from comparison_lines(one.comparison, screen)
        if one.notes:
            yield line()
        for note in one.notes:
            yield from _folded("  baseline: ", screen.safe(note, 1000), screen, ("yellow",))


def gate_lines(report: GateReport, screen: Screen, *, log: str, baseline: str | None) -> Iterator[Line]:
    """Tell the verdicts, then what they come to and what to do next.

    Args:
        report: What the gate came to.
        screen: With a negative verbosity only what did not pass is told.
        log: The run's log, as it is shown.
        baseline: Its name or path, where there is one.
    """
    for one in report.models:
        told = screen.verbosity >= 0 or any(verdict.decision != "passed" for verdict in one.verdicts)
        if len(report.models) > 1 and told:
            yield line(Segment(screen.safe(one.model), ("bold",)))
        yield from _verdicts(one, screen)
        if screen.verbosity >= 0:
            yield from _set_aside(one, screen)
            yield from _contaminated(one, screen)
            yield from _quarantine(one, screen)
    if report.skipped and screen.verbosity >= 0:
        trials = counted(report.skipped, "trial")
        yield from _folded(fit("  skipped", DECISION_WIDTH + 2), f"{trials}, by the suite's own choice", screen)
    yield from _result(report, screen)
    if screen.verbosity >= 0:
        yield from _next(report, screen, next_command(log, baseline))


def _verdicts(one: ModelGate, screen: Screen) -> Iterator[Line]:
    for verdict in one.verdicts:
        if screen.verbosity < 0 and verdict.decision == "passed":
            continue
        label = fit(f"  {verdict.decision}", DECISION_WIDTH + 2)
        told = f"{screen.safe(verdict.rule)} · {screen.safe(verdict.reason, 1000)}"
        yield from _folded(label, told, screen, STYLES[verdict.decision])


def _set_aside(one: ModelGate, screen: Screen) -> Iterator[Line]:
    for told in one.set_aside:
        yield from _folded(fit("  signal only", DECISION_WIDTH + 2), screen.safe(told), screen, ("yellow",))


def _contaminated(one: ModelGate, screen: Screen) -> Iterator[Line]:
    if one.contaminated:
        told = COUNTED if one.counts_contaminated else NOT_COUNTED
        label = fit("  contaminated", DECISION_WIDTH + 2)
        yield from _folded(label, f"{_named(one.contaminated, screen)} · {told}", screen, ("yellow",))


def _quarantine(one: ModelGate, screen: Screen) -> Iterator[Line]:
    if one.quarantined:
        yield from _folded(fit("  quarantine", DECISION_WIDTH + 2), _named(one.quarantined, screen), screen)
    if one.recovered:
        told = f"{_named(one.recovered, screen)} · right again, take it out of quarantine"
        yield from _folded(fit("  recovered", DECISION_WIDTH + 2), told, screen, ("yellow",))


def _named(names: tuple[str, ...], screen: Screen) -> str:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(screen.safe(name, 60) for name in names[:NAMES_SHOWN]) + more


def _result(report: GateReport, screen: Screen) -> Iterator[Line]:
    decision = report.decision
    told = f"gate: {decision}"
    if report.unfinished:
        told += f", {screen.safe(report.unfinished, 1000)}"
    yield from _folded("", told, screen, STYLES[decision])
    if report.accepted is not None:
        yield from _signed(report.accepted, screen)
    elif report.accept_asked and decision != "passed":
        yield from _folded("", f"--llm-accept has no effect: {report.not_acceptable}", screen, ("yellow",))


def _signed(signed: SignedOff, screen: Screen) -> Iterator[Line]:
    """Tell who accepted and why; the reason has lines of its own where both do not fit on one."""
    by, why = f"accepted by {screen.safe(signed.by)}", screen.safe(signed.reason or "", 1000)
    if width_of(by) + len(": ") + width_of(why) <= screen.width:
        yield line(Segment(f"{by}: {why}", ("yellow",)))
        return
    yield from _folded("", by, screen, ("yellow",))
    yield from _folded("  ", why, screen, ("yellow",))


def _next(report: GateReport, screen: Screen, bless: str) -> Iterator[Line]:
    if report.decision == "passed" or report.accepted is not None:
        return
    if any(verdict.about == "guarded" for verdict in report.of("failed")):
        told = "make what must pass right, or take its mark off; neither --llm-accept nor bless helps"
    elif report.not_acceptable is not None:
        way_out = "mend what is missing" if report.whole else "finish it with --llm-resume"
        if any(verdict.rule.startswith(DROP) for verdict in report.of("failed")):
            way_out = "mend it and run anew"  # to go on with it would only end it again
        told = f"{way_out}, or switch the gate off with --llm-gates=none"
    else:
        ways = list(_for_later_runs(report, bless))
        later = f", or for all later runs: {' and '.join(ways)}" if ways else ""
        told = f'if this is how it shall be: --llm-accept="REASON" once{later}'
    yield from _folded("  ", told, screen)


def _for_later_runs(report: GateReport, bless: str) -> Iterator[str]:
    """Name what changes the verdicts that failed for good."""
    about = {verdict.about for verdict in report.of("failed")}
    if "run" in about:
        yield "another limit"
    if "baseline" in about and report.can_be_blessed:
        yield bless


def _folded(label: str, text: str, screen: Screen, styles: tuple[Style, ...] = ()) -> Iterator[Line]:
    """Set a text after a label, over as many lines as it takes."""
    for number, piece in enumerate(wrapped(label, text.split(" "), screen.width, " ")):
        head = label if number == 0 else ""
        yield line(Segment(head, styles), piece[len(head) :]) if label.strip() else line(Segment(piece, styles))
