"""Modules of the user's own: graders and providers that the command line names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.providers.registry import ProviderRegistry, builtin_providers

HOOK = "pytest_llmeval_register_providers"
"""The function by which a ``conftest.py`` or a plugin adds providers to a run."""


@contextmanager
def importable_here() -> Iterator[None]:
    """Let modules of the working folder be imported meanwhile, as for ``python -m``."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def providers_with(named: Sequence[str]) -> ProviderRegistry:
    """Return a new registry with the built-in providers, and those that modules add as they do in a run.

    Args:
        named: Modules, or paths of Python files such as ``evals/conftest.py``.

    Raises:
        ConfigurationError: Where one cannot be imported, adds none, or takes a name that is taken.
    """
    registry = builtin_providers()
    for name in named:
        hook = getattr(_module(name), HOOK, None)
        if not callable(hook):
            raise ConfigurationError(f"--providers {name}: has no function {HOOK}(registry); name the module that has")
        hook(registry=registry)
    return registry


def _module(name: str) -> ModuleType:
    try:
        return _from_file(Path(name)) if name.endswith(".py") else import_module(name)
    except Exception as error:  # whatever the user's own code raises
        raise ConfigurationError(f"--providers {name}: cannot be imported ({type(error).__name__}: {error})") from error


def _from_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"llm_eval_providers_{path.stem}", path)
    assert spec is not None  # noqa: S101  there is one for every name that ends in .py
    assert spec.loader is not None  # noqa: S101  likewise
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
