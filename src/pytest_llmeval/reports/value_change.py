"""One value beside another, each on one safe line: long ones shortened round the first difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from pytest_llmeval.benchmark.checking.field_changes import FieldChange
from pytest_llmeval.reports.figures import UNKNOWN
from pytest_llmeval.reports.lines import fit, width_of, wrapped
from pytest_llmeval.reports.one_model import Screen
from pytest_llmeval.safe_text import strip_control

MEMBERS_SHOWN = 6
"""Of a list, come and gone ones each."""


def change_lines(change: FieldChange, indent: str, screen: Screen) -> Iterator[str]:
    """Tell a change of a field in one line, or in three where the values are long."""
    name = screen.safe(change.field, 60)
    if change.of_list:
        yield from _members(indent, name, change, screen)
        return
    before, after = (shown(value, screen) for value in (change.before, change.after))
    whole = f"{indent}{name}: {before} -> {after}"
    if width_of(whole) <= screen.width:
        yield whole
        return
    yield f"{indent}{name}"
    yield from _below(indent, before, after, screen)


def _below(indent: str, before: str | None, after: str | None, screen: Screen) -> Iterator[str]:
    """Set what was above what is, shortened so that the difference is seen; None where there is nothing to set."""
    room = screen.width - len(indent) - 4
    texts = [before, after] if before is None or after is None else [*round_difference(before, after, room)]
    for sign, text in zip("-+", texts, strict=True):
        if text is not None:
            yield f"{indent}  {sign} {fit(text, room).rstrip() if width_of(text) > room else text}"


def shown(value: Any, screen: Screen) -> str:
    r"""Write a value so that it can be told from any other, blanks and unseen signs too; a dash for none.

    Example:
        >>> shown("a\n\u202eb", Screen()), shown(None, Screen()), shown({"a": 1}, Screen())
        ("'a\\n\\u202eb'", '–', '{"a": 1}')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return ascii(value) if screen.ascii_only else repr(value)
    return strip_control(json.dumps(value, ensure_ascii=screen.ascii_only, default=str))


def round_difference(before: str, after: str, room: int) -> tuple[str, str]:
    """Shorten two texts to a width so that where they first differ is seen in both.

    Example:
        >>> round_difference("The capital of France is Paris.", "The capital of France is Lyon.", 16)
        ('…ance is Paris.', '…ance is Lyon.')
    """
    if max(width_of(before), width_of(after)) <= room:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    differ = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    start = max(differ - room // (2 if before.isascii() else 3), 0)  # signs may be two columns wide
    return _from(before, start, room), _from(after, start, room)


def _from(text: str, start: int, room: int) -> str:
    cut = f"…{text[start:]}" if start else text
    return cut if len(cut) <= room else f"{cut[: room - 1]}…"


def _members(indent: str, name: str, change: FieldChange, screen: Screen) -> Iterator[str]:
    gone, come = _few(change.removed, screen), _few(change.added, screen)
    told = [*(f"+{one}" for one in come), *(f"-{one}" for one in gone)]
    label = f"{indent}{name}: "
    if all(width_of(one) <= screen.width - len(label) for one in told):
        yield from wrapped(label, told or ["in another order"], screen.width, " ")
        return
    yield f"{indent}{name}"
    for before, after in zip_longest(gone, come):
        yield from _below(indent, before, after, screen)


def _few(members: Sequence[Any], screen: Screen) -> list[str]:
    few = members if screen.verbosity > 0 else members[:MEMBERS_SHOWN]
    more = [f"{len(members) - len(few):,} more"] if len(few) < len(members) else []
    return [*(shown(one, screen) for one in few), *more]
