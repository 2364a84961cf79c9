"""What differs between two benchmarks, entry by entry: a pure function of their entries."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_llmeval.benchmark.checking.field_changes import FieldChange, field_changes
from pytest_llmeval.benchmark.checking.mix import KINDS, Mix, Shift, mix_of, shifts
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import has_content_id


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that is in both, and not the same."""

    before: Entry
    after: Entry
    changes: tuple[FieldChange, ...]
    """Field by field; the id is none of them."""


@dataclass(frozen=True, slots=True)
class Diff:
    """All that differs. An entry that moved to another split and was modified as well is in both lists."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    modified: tuple[Changed, ...]
    """By any field but the split."""
    moved: tuple[Changed, ...]
    """From one split to another: the one change is that of the split."""
    renamed: tuple[Changed, ...]
    """The same content under another id; changes are of slices, weights and bookkeeping."""
    before: Mix
    after: Mix
    retired: tuple[int, int] = (0, 0)
    """Entries that the mixes leave out, before and after."""

    @property
    def same(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.added or self.removed or self.modified or self.moved or self.renamed)

    def shifts(self) -> Mapping[str, Sequence[Shift]]:
        """Return the slices whose share changed, by kind; kinds without any are left out."""
        found = {kind: shifts(self.before, self.after, kind) for kind in KINDS}
        return {kind: moved for kind, moved in found.items() if moved}


def diff(old: Sequence[Entry], new: Sequence[Entry]) -> Diff:
    """Compare two benchmarks by the ids of their entries.

    What has another id is the same entry where its content is the same (it was renamed), or where neither file gives it
    an id and the question is the same: its id was made of its content, which was modified.

    Args:
        old: Entries with ids that differ.
        new: The same, later.
    """
    was, now = {entry.id: entry for entry in old}, {entry.id: entry for entry in new}
    removed = [entry for entry in old if entry.id not in now]
    added = [entry for entry in new if entry.id not in was]
    renamed = _paired(removed, added, lambda entry: entry.hash)
    unnamed = _paired(
        _left(removed, [one for one, _ in renamed]),
        _left(added, [one for _, one in renamed]),
        lambda entry: entry.question if has_content_id(entry) else None,
    )
    both = [(was[entry.id], entry) for entry in new if entry.id in was] + unnamed
    changed = [Changed(one, other, tuple(field_changes(one, other))) for one, other in both]
    gone, come = ({pair[side].id for pair in (*renamed, *unnamed)} for side in (0, 1))
    return Diff(
        added=tuple(entry for entry in added if entry.id not in come),
        removed=tuple(entry for entry in removed if entry.id not in gone),
        modified=tuple(rest for one in changed if (rest := _part(one, split=False)).changes),
        moved=tuple(part for one in changed if (part := _part(one, split=True)).changes),
        renamed=tuple(Changed(one, other, tuple(field_changes(one, other))) for one, other in renamed),
        before=mix_of(old),
        after=mix_of(new),
        retired=(len(old) - mix_of(old).size, len(new) - mix_of(new).size),
    )


def _part(one: Changed, *, split: bool) -> Changed:
    return Changed(one.before, one.after, tuple(told for told in one.changes if (told.field == "split") is split))


def _left(entries: Iterable[Entry], taken: Iterable[Entry]) -> list[Entry]:
    known = {entry.id for entry in taken}
    return [entry for entry in entries if entry.id not in known]


def _paired(
    removed: Iterable[Entry], added: Iterable[Entry], key: Callable[[Entry], str | None]
) -> list[tuple[Entry, Entry]]:
    """Pair what has the same key, in the order of the files; None is nobody's key."""
    waiting: defaultdict[str, deque[Entry]] = defaultdict(deque)
    for entry in removed:
        if (found := key(entry)) is not None:
            waiting[found].append(entry)
    pairs = []
    for entry in added:
        found = key(entry)
        if found is not None and waiting.get(found):
            pairs.append((waiting[found].popleft(), entry))
    return pairs
