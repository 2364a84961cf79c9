"""What all tests of the project share."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.kept_imports import keep_imports, put_back

# Processes that tests start import the same modules again and again: what was compiled is kept, whatever a shell says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A busy machine makes examples slow, and no rule is broken by that.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """Keep what was collected out of garbage collection: it stays, and a walk over it takes half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def libraries_put_back() -> Iterator[None]:
    """Ask for it before what takes them out at its end."""
    yield
    put_back()


@pytest.fixture
def pytester(libraries_put_back: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Pytest's own, whose runs in this process import each library once."""
    keep_imports(pytester, monkeypatch)
    return pytester
