"""Texts in a table that people open in a spreadsheet: made harmless, and read back."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Put an apostrophe before a text that begins as a formula does, blanks or not, or that looks so treated already.

    Example:
        >>> harmless("=1+1"), harmless("'=1+1"), harmless("'tis")
        ("'=1+1", "''=1+1", "'tis")
    """
    # Neither NUL nor half a surrogate pair can be in a CSV file.
    told = text.replace("\0", "").encode("utf-8", "replace").decode()
    return f"'{told}" if _begins_as_formula(told.lstrip("'")) else told


def as_it_was(text: str) -> str:
    """Take the apostrophe off that `harmless` put before a text.

    Example:
        >>> as_it_was("'=1+1"), as_it_was("''=1+1"), as_it_was("'tis")
        ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and _begins_as_formula(text.lstrip("'")) else text


def _begins_as_formula(text: str) -> bool:
    return text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
