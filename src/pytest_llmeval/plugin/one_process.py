"""Flags that need all items in one process, and so cannot go with pytest-xdist."""

from __future__ import annotations

import pytest


def demand_one_process(config: pytest.Config, flag: str) -> None:
    """Make sure that this process runs the tests itself.

    Raises:
        pytest.UsageError: Where xdist would hand them out to workers.
    """
    if config.getoption("dist", "no") != "no":
        raise pytest.UsageError(f"{flag} needs all evals in one process; leave -n and --dist out, or add -n0")
