"""The screen of a grading session: progress above, a card that scrolls, and below it the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pytest_llmeval.grading.grade import ERROR_MODES, FAILURE_LABELS, LEVELS, ErrorMode, FailureLabel, Level
from pytest_llmeval.grading.judge.rubric import Dimension, Rubric
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.grading_card import folded
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of, wrapped
from pytest_llmeval.safe_text import one_line

GRADES: Mapping[str, Level] = MappingProxyType(dict(zip("cpuw", LEVELS, strict=True)))
"""The key of each grade."""
LABELS: Mapping[str, FailureLabel | None] = MappingProxyType(
    {**dict(zip("123456", FAILURE_LABELS, strict=True)), "0": None}
)
"""The key of each failure label."""
MODES: Mapping[str, ErrorMode | None] = MappingProxyType({**dict(zip("12345", ERROR_MODES, strict=True)), "0": None})
"""The key of each error mode."""
ASKS_MODE = "m"
"""The key that asks for the error mode, before the label ends the question."""

_BAR = 20
_LEAST_ROOM = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rater has come."""

    rater: str
    done: int
    """Graded, in earlier sessions too."""
    total: int
    skipped: int = 0
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What is on the screen."""

    lines: tuple[Line, ...]
    offset: int
    """How many lines of the card are above it."""
    step: int
    """How many lines to move for the next page, one staying in sight."""


def page(
    progress: Progress,
    card: Sequence[Line],
    keys: Sequence[Line],
    *,
    width: int,
    height: int,
    offset: int = 0,
    message: str | None = "",
) -> Page:
    """Set a screen that is as high as the terminal.

    Args:
        progress: Shown above.
        card: What may be longer than the screen.
        keys: Shown below.
        width: Columns.
        height: Lines.
        offset: How many lines of the card to leave out above; as many as there are at most.
        message: The last line; None keeps it free for a question.
    """
    head = [_progress_line(progress, width), _rule(width)]
    room = max(height - len(head) - len(keys) - 2, _LEAST_ROOM)
    offset = max(0, min(offset, len(card) - room))
    shown = [Line((Segment(" "), *one.segments)) for one in card[offset : offset + room]]
    below = len(card) - offset - len(shown)
    hint = f" {counted(below, 'more line')}: space " if below else " b back " if offset else ""
    last = [] if message is None else [line(Segment(f" {fit(message, width - 2)}", ("yellow",)))]
    blank = [line()] * (room - len(shown))
    return Page((*head, *shown, *blank, _rule(width, hint), *keys, *last), offset, max(room - 1, 1))


def _progress_line(progress: Progress, width: int) -> Line:
    filled = _BAR * progress.done // max(progress.total, 1)
    told = f" {progress.done} of {progress.total} graded"
    told += f" · {progress.skipped} skipped" if progress.skipped else ""
    whose = one_line(progress.rater, 20) + (" · blind" if progress.blind else "")
    gap = width - width_of(told) - _BAR - width_of(whose) - 2
    bar = [Segment("█" * filled, ("green",)), Segment("░" * (_BAR - filled), ("light",))]
    return line(" ", *bar, told, " " * max(gap, 1), whose)


def _rule(width: int, hint: str = "") -> Line:
    dashes = "─" * (width - width_of(hint) - 2)
    return line(Segment(dashes, ("light",)), Segment(hint, ("cyan",)), Segment("──", ("light",)))


def grade_keys(width: int, rubric: Rubric | None = None) -> list[Line]:
    """Tell the keys while a card waits for its grade, or for the numbers of a rubric."""
    grades = [f"{key} {words(level)}" for key, level in GRADES.items()]
    if rubric is not None:
        grades = [f"r rate {', '.join(one.name for one in rubric.dimensions)}"]
    return [*keyed(grades, width), *keyed(["s skip", "z undo", "space more", "b back", "q quit"], width)]


def dimension_lines(dimension: Dimension, given: Mapping[str, int], width: int, fault: str = "") -> list[Line]:
    """Tell what a dimension asks and what its numbers mean, below those given so far.

    Args:
        dimension: The one that is asked now.
        given: Numbers of those before.
        width: Columns.
        fault: What was wrong with the number typed last.
    """
    lines = [said(", ".join(f"{name} {number}" for name, number in given.items()))] if given else []
    lines += [line(" ", Segment(fit(dimension.asks or words(dimension.name), width - 2), ("cyan",)))]
    lines += [
        line(f"   {fit(f'{number} {meaning}', width - 4)}") for number, meaning in sorted(dimension.anchors.items())
    ]
    return [*lines, *(asked_again(fault, width) if fault else [])]


def label_keys(level: Level, width: int, mode: ErrorMode | None = None) -> list[Line]:
    """Tell the keys while a grade waits for its label.

    Args:
        level: The grade.
        width: Columns.
        mode: The error mode that was given, if any.
    """
    told = [f"{key} {words(label or 'none of these')}" for key, label in LABELS.items()]
    head = words(level) + (f" ({mode})" if mode else "")
    return [said(f"{head}, because of"), *keyed([*told, f"{ASKS_MODE} error mode", "z back"], width)]


def mode_keys(level: Level, width: int) -> list[Line]:
    """Tell the keys while a grade waits for its error mode."""
    told = [f"{key} {mode or 'none of these'}" for key, mode in MODES.items()]
    return [said(f"{words(level)}, in the way of"), *keyed([*told, "z back"], width)]


def end_keys(width: int) -> list[Line]:
    """Tell the keys after the last card."""
    return keyed(["z undo", "q quit"], width)


def said(text: str) -> Line:
    """Repeat what was chosen."""
    return line(" ", Segment(text, ("bold",)))


def asked_again(fault: str, width: int) -> list[Line]:
    """Tell why what was typed will not do; whole, because the way out stands last."""
    return [line(" ", Segment(one, ("yellow",))) for one in folded(fault, width - 2)]


def unknown_key(key: str, wanted: str) -> str:
    r"""Say that a key does nothing where another is wanted; one without a sign of its own is not named.

    Example:
        >>> unknown_key("x", "label"), unknown_key("\n", "label")
        ("'x' is no label", 'this key is no label')
    """
    told = one_line(key, 10)
    return f"{repr(told) if told else 'this key'} is no {wanted}"


def words(name: str) -> str:
    """Write a grade or label as people say it."""
    return name.replace("_", " ")


def keyed(told: Sequence[str], width: int) -> list[Line]:
    """Set keys with their meaning, the keys standing out; each is told as ``k what it does``."""
    lines = []
    for text in wrapped(" ", told, width, "   "):
        parts = [one.partition(" ") for one in text.strip().split("   ")]
        pieces = [piece for key, _, rest in parts for piece in (Segment(key, ("bold",)), Segment(f" {rest}   "))]
        lines.append(line(" ", *pieces))
    return lines
