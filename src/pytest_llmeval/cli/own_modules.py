"""Modules of the user's own: graders, providers and functions that the command line names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

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
        hook = getattr(_module(name, f"--providers {name}"), HOOK, None)
        if not callable(hook):
            raise ConfigurationError(f"--providers {name}: has no function {HOOK}(registry); name the module that has")
        hook(registry=registry)
    return registry


def function_named(name: str, option: str) -> Callable[..., Any]:
    """Return a function of the user's.

    Args:
        name: ``package.module:function``, or ``path/to/file.py:function``.
        option: That names it.

    Raises:
        ConfigurationError: Where there is none of this name.
    """
    place, colon, attribute = name.rpartition(":")
    if not (place and colon and attribute):
        raise ConfigurationError(f"{option} {name}: name it as MODULE:FUNCTION, such as my_models:embed")
    found = getattr(_module(place, f"{option} {name}"), attribute, None)
    if not callable(found):
        raise ConfigurationError(f"{option} {name}: {place} has no function {attribute}")
    function: Callable[..., Any] = found
    return function


def _module(name: str, named: str) -> ModuleType:
    try:
        return _from_file(Path(name)) if name.endswith(".py") else import_module(name)
    except Exception as error:  # whatever the user's own code raises
        raise ConfigurationError(f"{named}: cannot be imported ({type(error).__name__}: {error})") from error


def _from_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"llm_eval_own_{path.stem}", path)
    assert spec is not None  # noqa: S101  there is one for every name that ends in .py
    assert spec.loader is not None  # noqa: S101  likewise
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
