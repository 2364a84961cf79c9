"""Running a part of the evals: a shard of them, or a sample."""

from __future__ import annotations

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.sampling import Sample, Shard, choose_sample, in_shard
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.plugin.items import trial_of
from pytest_llmeval.plugin.settings import Settings


class Slicer:
    """Deselects what ``--llm-shard`` and ``--llm-sample`` leave out, each benchmark by itself.

    Args:
        settings: Says which part.

    Raises:
        pytest.UsageError: Where it says that in no way that can be read.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            self._sample = Sample.parse(settings.sample) if settings.sample else None
            self.shard = Shard.parse(settings.shard) if settings.shard else None
        except ConfigurationError as error:
            raise pytest.UsageError(str(error)) from None
        self._seed = settings.seed

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the items of the entries that are chosen."""
        if self._sample is None and self.shard is None:
            return
        wanted = {key: {entry.id for entry in self._chosen(entries)} for key, entries in _entries(items).items()}
        kept = [
            item for item in items if (trial := trial_of(item)) is None or trial.origin.id in wanted[id(trial.spec)]
        ]
        left_out = set(items) - set(kept)
        if left_out:
            config.hook.pytest_deselected(items=[item for item in items if item in left_out])
            items[:] = kept

    def _chosen(self, entries: dict[str, Entry]) -> list[Entry]:
        chosen = list(entries.values())
        if self._sample is not None:  # first, so that the shards of a sample add up to it
            chosen = list(choose_sample(chosen, self._sample, self._seed))
        return [entry for entry in chosen if self.shard is None or in_shard(entry.id, self.shard)]


def _entries(items: list[pytest.Item]) -> dict[int, dict[str, Entry]]:
    """Return the benchmark's entries of each marker, in the order of the items; variants go with their originals."""
    found: dict[int, dict[str, Entry]] = {}
    for item in items:
        trial = trial_of(item)
        if trial is not None:
            found.setdefault(id(trial.spec), {})[trial.origin.id] = trial.origin
    return found
