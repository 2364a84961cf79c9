"""Comparing wordings: what differs only in case, spacing, quotes or markdown is the same."""

from __future__ import annotations

import re
import unicodedata

_FOLD = str.maketrans({**dict.fromkeys("‘’‚‛ʼ`´", "'"), **dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("−‐‑‒–—", "-")})
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_PAIRS = ("**", "*", '"', "'", "$")
# A word: an identifier, a number with its sign and separators, a language's name (C++, C#), or a percent sign.
_WORD = re.compile(r"(?<!\w)-?\d++(?:[.,]\d++)*+|\w+(?:[+#]+(?!\w))?|%")
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


def normalized(text: str) -> str:
    r"""Fold what carries no meaning in a short answer.

    Unicode normal form, case, white space, the shape of quotes and dashes, quotes or emphasis around the whole, and
    punctuation at its end. What can carry meaning stays: signs, ``C#``, ``f()``, ``5!``.

    Example:
        >>> normalized("  **“The  Hague”.**  ")
        'the hague'
    """
    folded = unicodedata.normalize("NFC", text).translate(_UNSEEN).translate(_FOLD).casefold()
    bare = " ".join(unicodedata.normalize("NFC", folded).split())
    while (shorter := _peeled(bare)) != bare:
        bare = shorter
    return bare


def _peeled(text: str) -> str:
    shorter = text.rstrip(".,;:…")
    if shorter[-1:] in ("!", "?") and not shorter[-2:-1].isdigit():  # 5! is not 5
        shorter = shorter[:-1]
    for mark in _PAIRS:
        if len(shorter) > 2 * len(mark) and shorter.startswith(mark) and shorter.endswith(mark):
            shorter = shorter[len(mark) : -len(mark)]
    return shorter.strip() or text


def words_of(text: str) -> str:
    """Return the words of a text, normalised, each between single spaces, so that wordings can be looked up in it.

    Example:
        >>> words_of("Call `RunLog.append()`, 1,000 times!")
        ' call runlog append 1000 times '
    """
    folded = unicodedata.normalize("NFKC", text.translate(_UNSEEN).translate(_FOLD)).casefold()
    found = (_bare(word) for word in _WORD.findall(folded))
    return f" {' '.join(word for word in found if word)} "


def says(text_words: str, wording: str) -> bool:
    """Tell whether a wording's words stand in `words_of` a text, next to each other; an empty wording never does."""
    wanted = words_of(wording)
    return bool(wanted.strip()) and wanted in text_words


def _bare(word: str) -> str:
    if "," in word and _THOUSANDS.fullmatch(word):
        return word.replace(",", "")
    return word.strip("_")  # emphasis in markdown; __init__ loses them on both sides
