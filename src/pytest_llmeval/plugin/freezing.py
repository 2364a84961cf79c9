"""Sparing the garbage collector what stays to the end of the session: collected items, imported SDKs."""

from __future__ import annotations

import gc
from functools import partial

import pytest

FROZEN = pytest.StashKey[bool]()
"""Whether the session of a config has frozen anything."""


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


def thaw_at_end(config: pytest.Config) -> None:
    """See to it that what a session has frozen is given back when all is over.

    To be called while pytest is configured: cleanups run in reverse, so that this one comes after the collecting of
    garbage with which pytest ends, which need not go through items that are still in use.
    """
    config.add_cleanup(partial(_thaw, config))


def _thaw(config: pytest.Config) -> None:
    if config.stash.get(FROZEN, False):
        gc.unfreeze()
