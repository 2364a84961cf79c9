"""What differs between two benchmarks, for machines: every entry, value and share, none shortened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_llmeval.benchmark.checking.diff import Changed, Diff
from pytest_llmeval.benchmark.checking.field_changes import FieldChange
from pytest_llmeval.benchmark.checking.mix import KINDS, total_variation
from pytest_llmeval.benchmark.loading import Benchmark


def diff_values(found: Diff, old: Benchmark, new: Benchmark) -> dict[str, Any]:
    """Return all that differs, as JSON has it."""
    return {
        "old": {**old.described(), "name": old.shown},
        "new": {**new.described(), "name": new.shown},
        "same": found.same,
        "added": [entry.id for entry in found.added],
        "removed": [entry.id for entry in found.removed],
        "modified": _entries(found.modified),
        "moved": _entries(found.moved),
        "renamed": _entries(found.renamed),
        "slices": {kind: _slices(found, kind) for kind in KINDS},
    }


def _entries(changed: Iterable[Changed]) -> list[dict[str, Any]]:
    return [
        {"id": one.after.id, "id_before": one.before.id, "changes": [_change(told) for told in one.changes]}
        for one in changed
    ]


def _change(told: FieldChange) -> dict[str, Any]:
    values = {"field": told.field, "before": told.before, "after": told.after}
    return {**values, "added": told.added, "removed": told.removed} if told.of_list else values


def _slices(found: Diff, kind: str) -> dict[str, Any]:
    names = sorted({*found.before.counts.get(kind, ()), *found.after.counts.get(kind, ())})
    return {
        "total_variation": total_variation(found.before, found.after, kind),
        "values": {
            name: {
                side: {"count": mix.of(kind, name), "n": mix.size, "share": mix.share(kind, name)}
                for side, mix in (("old", found.before), ("new", found.after))
            }
            for name in names
        },
    }
