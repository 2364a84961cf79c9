"""The parameter by which an eval's item has its trial."""

from __future__ import annotations

from typing import Any

import pytest

PARAMETER = "_llm_trial"


def value_of(item: pytest.Item) -> Any:
    """Return the item's value of the parameter; None for an item that is no eval."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get(PARAMETER)
