r"""Numbers as people and models write them: separators, units, percent, fractions, powers of ten.

    1,234.5   1 234   1'234   1_234   1.234,56   -$5   −5   3/4   1 3/4   ½   5%
    2.5 million   5e3   5×10³   10^6   \frac{3}{4}

One comma is a decimal comma where it cannot be a thousands separator (``1,5``, ``0,123``), and separates the members
of a list where there are several (``1,2,3``). Numbers inside words and version numbers (``gpt4``, ``3.11.4``) are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from pytest_llmeval.errors import ExtractionError
from pytest_llmeval.grading.extraction import marked_answers
from pytest_llmeval.safe_text import one_line

# Wide enough for any exponent a text may hold, without traps: 1e999999 in an answer is a number, not a crash.
ARITHMETIC = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])

_FOLD = str.maketrans(
    {
        **dict.fromkeys("−‐‑–﹣－", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
        "’": "'",
        "\u066b": ".",
        "\u066c": ",",
    }
)
_LATEX = (
    (re.compile(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}"), r"\1/\2"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\(?:text|mathrm|textbf|mathbf)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\times|\\cdot"), "×"),
    (re.compile(r"\\[,;!\s]"), ""),
    (re.compile(r"\\([$%])"), r"\1"),
)
_VULGAR = re.compile("[¼½¾⅐-⅞]")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}

_NUMBER = re.compile(
    r"""
    (?P<sign>(?<![\w)\]])[-+])?                             # not the dash of 3-5 or of (x)-5
    (?:(?P<currency>[$€£¥₹₽₩])(?P<inner>-)?)?
    (?<![^\W_])(?<!\d\.)                                    # not inside a word, not the tail of a version number
    (?:
        (?:(?P<mixed>\d{1,6})[ ])?(?<!\d/)(?P<over>\d++)/(?P<under>\d++)(?!/|\.\d)
      | (?: (?P<grouped>[1-9]\d{0,2}(?:,\d{3})++(?!\d|,\d)(?:\.\d++)?+)
          | (?P<spaced>[1-9]\d{0,2}(?P<gap>[ '_])\d{3}(?:(?P=gap)\d{3})*+(?!\d)(?:[.,]\d++)?+)
          | (?P<continental>[1-9]\d{0,2}(?:\.\d{3})++,\d++)
          | (?P<comma>(?<!\d,)\d++,\d++(?!,\d))
          | (?P<plain>\d++(?:\.\d++)?+|\.\d++)
        )(?!\.\d)
        (?P<exponent>[eE][-+]?\d{1,6}(?!\w))?
    )
    """,
    re.VERBOSE,
)
_POWER = re.compile(r"[ ]?[×x*·][ ]?10(?:\^\{?([-+]?\d{1,6})\}?|([⁻⁺]?[⁰¹²³⁴-⁹]{1,6}))")
_POWER_OF_TEN = re.compile(r"\^\{?([-+]?\d{1,6})\}?|([⁻⁺]?[⁰¹²³⁴-⁹]{1,6})")
_SCALE = re.compile(r"[ ]?(thousand|million|billion|trillion)\b")
_UNIT = re.compile(r"[ ]?([%$€£¥₹₽₩]|[°‰]?[^\W\d_]*(?:[²³]|\^[23])?(?:/[^\W\d_]+[²³]?)?)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a text."""

    value: Decimal
    """As written: ``5%`` is 5."""
    unit: str
    """The word or currency sign beside it, ``%`` for percent, empty where there is none."""
    text: str
    """What was read."""

    @property
    def readings(self) -> tuple[Decimal, ...]:
        """Return the values it can stand for: a percentage is also its hundredth."""
        return (self.value, ARITHMETIC.scaleb(self.value, -2)) if self.unit == "%" else (self.value,)


def last_number(text: str) -> Decimal:
    r"""Return the number a text ends up with: the one it marks as its answer, else its last.

    Raises:
        ExtractionError: Where there is none.

    Example:
        >>> last_number("3 boxes of 24 make 72, so:\n#### 1,072")
        Decimal('1072')
    """
    return find_number(text).value


def find_number(text: str) -> Number:
    """Like `last_number`, with the unit.

    Raises:
        ExtractionError: Where there is none.
    """
    for marked in marked_answers(text):
        # "the answer is 6 * 7 = 42": what is claimed stands behind the last equals sign.
        if (number := next(numbers_in(marked.rpartition("=")[2]), None)) is not None:
            return number
    for number in deque(numbers_in(text), maxlen=1):
        return number
    raise ExtractionError(f"there is no number in {one_line(text)!r}")


def numbers_in(text: str) -> Iterator[Number]:
    """Yield the numbers of a text, in order."""
    text, place = _plain(text), 0
    while (match := _NUMBER.search(text, place)) is not None:
        shift, place = _shift(text, match)
        value = _value(match)
        if value is not None:
            unit = _UNIT.match(text, place)
            value = ARITHMETIC.scaleb(value, shift) if shift else value
            yield Number(value, _unit_name(unit, match["currency"]), text[match.start() : place])


def _plain(text: str) -> str:
    text = text.translate(_FOLD)
    if "\\" in text or "{,}" in text:
        for pattern, plain in _LATEX:
            text = pattern.sub(plain, text)
    return _VULGAR.sub(lambda match: " " + unicodedata.normalize("NFKD", match.group()).replace("\u2044", "/"), text)


def _shift(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Read the power of ten behind a number; return its exponent, and where it ends."""
    place, shift = match.end(), 0
    if match["plain"] == "10" and (power := _POWER_OF_TEN.match(text, place)):
        place, shift = power.end(), _exponent(power) - 1  # 10^6 is 10 shifted by 5
    elif power := _POWER.match(text, place):
        place, shift = power.end(), _exponent(power)
    if scale := _SCALE.match(text, place):
        place, shift = scale.end(), shift + _SCALES[scale.group(1)]
    return shift, place


def _exponent(power: re.Match[str]) -> int:
    return int(power.group(1) or power.group(2).translate(_RAISED))


def _value(match: re.Match[str]) -> Decimal | None:
    value = _fraction(match) if match["under"] else _decimal(match)
    return value.copy_negate() if value and "-" in (match["sign"], match["inner"]) else value


def _decimal(match: re.Match[str]) -> Decimal:
    if digits := match["grouped"]:
        digits = digits.replace(",", "")
    elif digits := match["spaced"]:
        digits = digits.replace(match["gap"], "").replace(",", ".")
    elif digits := match["continental"]:
        digits = digits.replace(".", "").replace(",", ".")
    else:
        digits = (match["comma"] or match["plain"]).replace(",", ".")
    return Decimal(digits + (match["exponent"] or ""))


def _fraction(match: re.Match[str]) -> Decimal | None:
    under = Decimal(match["under"])
    if not under:
        return None
    return ARITHMETIC.add(Decimal(match["mixed"] or 0), ARITHMETIC.divide(Decimal(match["over"]), under))


def _unit_name(unit: re.Match[str] | None, currency: str | None) -> str:
    name = unit.group(1) if unit else ""
    if currency:
        return currency
    return "%" if name in {"percent", "pct"} else name
