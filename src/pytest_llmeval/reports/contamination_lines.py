"""Whether a benchmark was checked for contamination, and how answers to clean and to flagged entries compare."""

from __future__ import annotations


def checked_told(day: str, *, flagged: int, clean: int, changed: int = 0) -> str:
    """Say in a few words what a check came to.

    Args:
        day: Of the check.
        flagged: Entries that were found in the corpus.
        clean: Entries that were not.
        changed: Entries that changed since, or are new.

    Example:
        >>> checked_told("2026-11-01", flagged=3, clean=37, changed=2)
        'checked 2026-11-01, 3 of 40 flagged, 2 changed or new'
        >>> checked_told("2026-11-01", flagged=0, clean=40)
        'checked 2026-11-01, none of 40 flagged'
    """
    found = f"{flagged:,}" if flagged else "none"
    told = f"checked {day}, {found} of {flagged + clean:,} flagged"
    return told + (f", {changed:,} changed or new" if changed else "")
