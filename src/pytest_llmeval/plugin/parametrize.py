"""From trials to test items, with their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.plugin.marker import ENTRY_MARKER, MARKER, VARIANT_MARKER
from pytest_llmeval.plugin.parameter import PARAMETER
from pytest_llmeval.plugin.trial import Trial

NO_MODEL = "no model under test; name one, such as --llm-model=openai:gpt-4o-mini, or --llm-model=offline:bm25 to try"

RESERVED = frozenset(
    {"skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings", "tryfirst", "trylast"}
    | {"asyncio", "anyio", "trio", "django_db", "serial", MARKER, ENTRY_MARKER, VARIANT_MARKER}
)
"""Marks that make pytest or a common plugin act; a category of that name is selected by ``llm_entry`` alone."""

COMPARABLE = tuple(name for name in Entry.model_fields if name != "question")
"""Fields that ``-m "llm_entry(...)"`` can name."""
PLAIN = (str, int)
"""Types of the values that it can compare."""


def parametrize(metafunc: pytest.Metafunc, found: Sequence[Trial]) -> None:
    """Give a test function one item for each trial."""
    # Pytest refuses to set a parameter that nobody asks for. There is no fixture of that name, and pytest itself takes
    # it out again when it works out what each item needs; items find their trial in the callspec.
    metafunc.fixturenames.append(PARAMETER)
    marks = Marks(metafunc.config)
    metafunc.parametrize(
        PARAMETER,
        [pytest.param(trial, id=trial.name, marks=marks.of(trial)) for trial in found],
        indirect=True,
    )


class Marks:
    """Makes the marks of items, one object for each name, registered so that ``--strict-markers`` knows it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._made: dict[str, pytest.MarkDecorator | None] = {}
        self._entry: pytest.MarkDecorator = getattr(pytest.mark, ENTRY_MARKER)  # pytest looks a name up each time
        self._variant: pytest.MarkDecorator = getattr(pytest.mark, VARIANT_MARKER)
        self._acting = {line.partition("(")[0] for line in config.getini("markers") if "(" in line.partition(":")[0]}

    def of(self, trial: Trial) -> list[pytest.MarkDecorator]:
        """Return the marks of a trial's item: category, tags, ``llm_entry``, and a skip where there is no model."""
        slices = [self._slice(name) for name in trial.entry.slices]
        made = [mark for mark in slices if mark is not None]
        made.append(self._entry.with_args(**_fields(trial.entry)))
        if trial.variant is not None:
            made.append(self._variant.with_args(**{**_comparable(trial.variant.settings), "kind": trial.variant.kind}))
        if trial.model is None:
            made.append(pytest.mark.skip(reason=NO_MODEL))
        return made

    def _slice(self, text: str) -> pytest.MarkDecorator | None:
        name = "_".join(text.split())
        if name not in self._made:
            self._made[name] = None if self._acts(name) else self._register(name)
        return self._made[name]

    def _acts(self, name: str) -> bool:
        return name in RESERVED or name in self._acting or name.startswith("_")

    def _register(self, name: str) -> pytest.MarkDecorator:
        self._config.addinivalue_line("markers", f"{name}: evals of this category or tag.")
        mark: pytest.MarkDecorator = getattr(pytest.mark, name)
        return mark


def _fields(entry: Entry) -> dict[str, Any]:
    """Return what ``-m "llm_entry(...)"`` can compare: every field whose value is a plain one."""
    held = entry.__dict__  # an attribute of a pydantic model takes several times as long
    own = {name: held[name] for name in COMPARABLE if isinstance(held[name], PLAIN)}
    return {**_comparable(entry.metadata), **own} if entry.metadata else own


def _comparable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if isinstance(v, PLAIN) and k.isidentifier()}
