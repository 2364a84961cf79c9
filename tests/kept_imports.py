"""Keeps libraries imported between the runs that pytester makes in this process.

Pytester takes out of `sys.modules` what a run brought in, so that the test modules of two runs do not get mixed up. The
provider's SDKs and our own modules, of which there are thousands, would be imported anew for every run, which takes
longer than all the rest of it.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

INSTALLED = ("site-packages", "/src/pytest_llmeval/")
"""What the path of a module holds that no test has written."""
KEPT: dict[str, ModuleType] = {}


class Keeper:
    """A plugin of the inner run: takes note of what is imported when it ends."""

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Note every library; of pytest itself and its plugins each run sees what it would without this."""
        found = {name: module for name, module in sys.modules.items() if name not in KEPT and _is_library(name, module)}
        KEPT.update(found)


def _is_library(name: str, module: ModuleType) -> bool:
    if name.partition(".")[0] in ("_pytest", "pytest", "xdist", "execnet"):
        return False
    return any(part in (getattr(module, "__file__", None) or "") for part in INSTALLED)


def keep_imports(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the runs that a pytester makes in this process find the libraries that those before them imported."""
    run = pytester.inline_run

    def inline_run(*args: Any, plugins: Any = (), **kwargs: Any) -> Any:
        try:
            return run(*args, plugins=[*plugins, Keeper()], **kwargs)
        finally:
            put_back()

    monkeypatch.setattr(pytester, "inline_run", inline_run)


def put_back() -> None:
    """Put the libraries back where pytester has taken them out."""
    sys.modules.update(KEPT)
