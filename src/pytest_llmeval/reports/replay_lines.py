"""What is told of a request that was sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from pytest_llmeval.analysis.replay import Fault, Replay, Try
from pytest_llmeval.reports import figures
from pytest_llmeval.reports.lines import Line, Segment, Style, fit, line, wrapped
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.runs.line import record_as_json

_LABEL = 14
_GRADE = 19
TRIES_SHOWN = 10
_STYLES: Mapping[bool | None, tuple[Style, ...]] = MappingProxyType({True: ("green",), False: ("red",), None: ()})
MEANING: Mapping[Fault, str] = MappingProxyType(
    {
        "model": "the request fails outside your code too",
        "construction": "the same request passes outside your code, or one failure was chance; --times N tells",
        "other_model": "this model passes the same request, the run's model did not",
        "chance": "the same request passes at times; ask for several samples to know how often",
        "none": "it passes, as the recorded reply did",
        "unknown": "no verdict",
    }
)
REPLY_PASSES = "the recorded reply passes by itself; what your code or test made of it did not"


def replay_lines(found: Replay, screen: Screen) -> Iterator[Line]:
    """Tell what was sent, what came back, and whose the failure is."""
    record = found.record
    name = screen.safe(record.nodeid or record.question_id, screen.width)
    yield line(Segment(name, ("bold",)))
    asked = f"call {found.number:,} of {found.of_calls:,} · {screen.safe(str(found.request.model), 60)}"
    sent = "as the run sent it" if not found.deviations else f"not as the run sent it: {'; '.join(found.deviations)}"
    for text in wrapped(f"{asked} · ", sent.split(), screen.width, " "):
        yield line(Segment(text, ("light",)))
    if screen.verbosity > 0:
        yield from _request(found, screen)
    yield line()
    yield from _row("in the run", found.before, found, screen)
    for one in found.tries[: None if screen.verbosity > 0 else TRIES_SHOWN]:
        yield from _row("sent again", one, found, screen)
    if len(found.tries) > TRIES_SHOWN and screen.verbosity <= 0:
        yield line(Segment(f"  … {len(found.tries) - TRIES_SHOWN:,} more with -v", ("light",)))
    yield line()
    yield line(f"  {fit('passed again', _LABEL)}{figures.share_of(found.passed)}")
    meaning = screen.safe(f"{fault_name(found)}: {_meaning(found)}", 1000)
    for text in wrapped(f"  {fit('at fault', _LABEL)}", meaning.split(), screen.width, " "):
        yield line(Segment(text, ("bold",)))


def fault_name(found: Replay) -> str:
    """Write whose the failure is as people read it."""
    return found.fault.replace("_", " ")


def _meaning(found: Replay) -> str:
    if found.fault == "construction" and found.before.passed(found.at_least):
        return REPLY_PASSES
    if found.fault == "unknown":
        return next((one.error for one in (found.before, *found.tries) if one.error), MEANING["unknown"])
    return MEANING[found.fault]


def _request(found: Replay, screen: Screen) -> Iterator[Line]:
    yield line()
    turns = [(str(turn["role"]), str(turn.get("content") or "")) for turn in found.request.messages]
    for role, text in [*([("system", found.request.system)] if found.request.system else []), *turns]:
        yield line(f"  {fit(screen.safe(role, 12), _LABEL)}", screen.safe(text, 10 * screen.width))
    if found.request.tools:
        names = ", ".join(tool.name for tool in found.request.tools)
        yield line(f"  {fit('tools', _LABEL)}", screen.safe(names, 10 * screen.width))


def _row(label: str, one: Try, found: Replay, screen: Screen) -> Iterator[Line]:
    told = str(one.grade).replace("_", " ") if one.grade else figures.UNKNOWN
    text = one.call.reply.text or _called(one) if one.call else one.error
    shown = screen.safe(text, max(screen.width - _LABEL - _GRADE - 2, 20))
    yield line(f"  {fit(label, _LABEL)}", Segment(fit(told, _GRADE), _STYLES[one.passed(found.at_least)]), shown)


def _called(one: Try) -> str:
    names = [call.name for call in one.call.reply.tool_calls] if one.call else []
    return f"calls {', '.join(names)}" if names else "(no text)"


def replay_values(found: Replay) -> dict[str, Any]:
    """Return all of it for JSON."""
    record = record_as_json(found.record)
    request = asdict(found.request)
    share = found.passed
    return {
        **{name: record[name] for name in ("run_id", "question_id", "nodeid", "sample")},
        "call": found.number,
        "calls": found.of_calls,
        "request": {**request, "model": str(found.request.model), "params": found.request.params.as_dict()},
        "literal": not found.deviations,
        "deviations": list(found.deviations),
        "in_the_run": _values(found.before, found),
        "sent_again": [_values(one, found) for one in found.tries],
        "passed": share.count,
        "n": share.n,
        "fault": found.fault,
    }


def _values(one: Try, found: Replay) -> dict[str, Any]:
    return {
        "text": one.call.reply.text if one.call else None,
        "tool_calls": [call.name for call in one.call.reply.tool_calls] if one.call else [],
        "finish_reason": one.call.reply.finish_reason if one.call else None,
        "grade": str(one.grade) if one.grade else None,
        "notes": one.grade.notes if one.grade else "",
        "passed": one.passed(found.at_least),
        "error": one.error or None,
    }
