"""Sparing the garbage collector what stays to the end of the session: collected items, imported SDKs."""

from __future__ import annotations

import gc

import pytest


def freeze_what_is_there() -> None:
    """Take all that exists now out of the garbage collector's sight.

    Ten thousand items and an SDK are half a million objects that stay while tests run, and that Python would go through
    again and again meanwhile.
    """
    gc.freeze()


def thaw_at_end(config: pytest.Config) -> None:
    """Give all that was frozen back before pytest collects garbage at the end of the session, as it always does."""
    config.add_cleanup(gc.unfreeze)
