"""Sparing the garbage collector what stays to the end of the session: collected items, imported SDKs, told reports."""

from __future__ import annotations

import gc
from functools import partial

import pytest

FROZEN = pytest.StashKey[bool]()
"""Whether the session of a config has frozen anything."""
MANY = 1_000
"""Trials that are worth a freeze: what pytest keeps of them is some fifty thousand objects."""


def freeze_what_is_there() -> None:
    """Take all that exists now out of the garbage collector's sight.

    Ten thousand items and an SDK are half a million objects that stay while tests run, and that Python would go through
    again and again meanwhile.
    """
    gc.freeze()


def freeze_collected(config: pytest.Config) -> None:
    """Freeze what collecting has made, until `thaw_at_end`."""
    config.stash[FROZEN] = True
    freeze_what_is_there()


class TrialsFrozen:
    """Freezes what pytest keeps of trials that are over, each time there are `MANY` more.

    It keeps their reports to the end. Gone through by every full collection, they would make the time that a run takes
    grow with the square of its trials. Garbage is collected before, or it would stay as well.
    """

    def __init__(self) -> None:
        self._over = 0

    def one_more(self) -> None:
        """Count a trial that is over."""
        self._over += 1
        if self._over % MANY == 0 and gc.isenabled():
            gc.collect()
            freeze_what_is_there()


def thaw_at_end(config: pytest.Config) -> None:
    """See to it that what a session has frozen is given back when all is over.

    To be called while pytest is configured: cleanups run in reverse, so that this one comes after the collecting of
    garbage with which pytest ends, which need not go through items that are still in use.
    """
    config.add_cleanup(partial(_thaw, config))


def _thaw(config: pytest.Config) -> None:
    if config.stash.get(FROZEN, False):
        gc.unfreeze()
