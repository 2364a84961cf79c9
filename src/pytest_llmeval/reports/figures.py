"""Numbers as people read them: a percentage never without its n, unknown never as 0."""

from __future__ import annotations

from collections.abc import Callable

from pytest_llmeval.analysis.statistics.estimates import Interval, Proportion
from pytest_llmeval.analysis.statistics.total import Total
from pytest_llmeval.analysis.verdicts import Slice

UNKNOWN = "–"


def count(number: float) -> str:
    """Write a whole number with thousands separators.

    Example:
        >>> count(1234567)
        '1,234,567'
    """
    return f"{number:,.0f}"


def percent(share: Proportion) -> str:
    """Write a share in whole percents; 0 % and 100 % are said of none and all only.

    Example:
        >>> percent(Proportion(18, 40)), percent(Proportion(999, 1000)), percent(Proportion(0, 0))
        ('45 %', '>99 %', '–')
    """
    if not share.n:
        return UNKNOWN
    whole = round(100 * share.count / share.n)
    if whole == 0 and share.count:
        return "<1 %"
    return ">99 %" if whole == 100 and share.count < share.n else f"{whole} %"


def interval(bounds: Interval | None) -> str:
    """Write an interval of a share in whole percents.

    Example:
        >>> interval(Interval(0.307, 0.602))
        '[31–60]'
    """
    return f"[{round(100 * bounds.low)}–{round(100 * bounds.high)}]" if bounds else ""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Write how many there are of something.

    Example:
        >>> counted(1, "record"), counted(2000, "record"), counted(0, "entry", "entries")
        ('1 record', '2,000 records', '0 entries')
    """
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def part_of(share: Proportion) -> str:
    """Write a share as a count with its n.

    Example:
        >>> part_of(Proportion(18, 40))
        '18 of 40'
    """
    return f"{count(share.count)} of {count(share.n)}"


def share_of(share: Proportion) -> str:
    """Write a share in full: count, n, percent and 95 % interval.

    Example:
        >>> share_of(Proportion(18, 40)), share_of(Proportion(0, 0))
        ('18 of 40 · 45 % [31–60]', '–')
    """
    return f"{part_of(share)} · {percent(share)} {interval(share.interval)}" if share.n else UNKNOWN


def right_in(part: Slice, *, graded: bool) -> str:
    """Write the accuracy of a slice; where nothing in it has a grade the share that passed, which then says so.

    Args:
        part: The slice.
        graded: Whether anything of the whole it is a part of has a grade.

    Example:
        >>> right_in(Slice(passed=30, ungraded=40), graded=True)
        '30 of 40 · 75 % [60–86] passed'
    """
    if graded and (part.judged or not part.ungraded):
        return share_of(part.fully_correct)
    return share_of(part.pass_rate) + (" passed" if graded else "")


def share_values(share: Proportion) -> dict[str, float | None]:
    """Return a share for machines, unrounded; what is unknown is None."""
    low, high = share.interval or (None, None)
    return {"count": share.count, "n": share.n, "rate": share.rate, "low": low, "high": high}


def duration(seconds: float | None) -> str:
    """Write a time in the two largest units that matter.

    Example:
        >>> [duration(seconds) for seconds in (0.0042, 0.45, 4.21, 34.2, 72, 3720, None)]
        ['4 ms', '450 ms', '4.2 s', '34 s', '1 m 12 s', '1 h 02 m', '–']
    """
    if seconds is None:
        return UNKNOWN
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} m {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} m"


def cost(dollars: float | None) -> str:
    """Write an amount of US dollars; small ones with more digits, unknown ones as such.

    Example:
        >>> [cost(dollars) for dollars in (0, 0.00003, 0.0123, 12.5, 1234.5, None)]
        ['$0', '<$0.0001', '$0.0123', '$12.50', '$1,234.50', '–']
    """
    if dollars is None:
        return UNKNOWN
    if dollars == 0:
        return "$0"
    if dollars < 0.0001:
        return "<$0.0001"
    return f"${dollars:.4f}" if dollars < 1 else f"${dollars:,.2f}"


def sum_of(total: Total, written: Callable[[float], str] = count) -> str:
    """Write a sum, told as a lower bound where some of it is unknown.

    Example:
        >>> sum_of(Total(1500, 3, 1)), sum_of(Total(0.02, 3), cost), sum_of(Total(0, 0, 2))
        ('at least 1,500', '$0.0200', '–')
    """
    if total.value is None or (total.unknown and not total.value):
        return UNKNOWN
    return f"{'at least ' if total.unknown else ''}{written(total.value)}"
