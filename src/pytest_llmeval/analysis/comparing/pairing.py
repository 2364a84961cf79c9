"""Pairing: which trials of two runs answer the same question, and which have no partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from pytest_llmeval.analysis.comparing.sides import Side
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.runs.eval_name import EvalNames

Asked = tuple[str, str]
"""An entry as one eval asks it: the eval, empty unless several ask the same entry, and the entry's id."""
EntryKey = tuple[str, int]
"""The entry itself: its id, and a hash of its question, as two benchmarks may share ids."""


class Pair(NamedTuple):
    """The same sample of the same entry in the same eval, with a verdict of the same kind on both sides."""

    asked: Asked
    name: str
    """What that is called in reports."""
    entry: EntryKey
    """Answers to one entry are no independent draws, in however many evals and samples it is asked."""
    base: Trial
    new: Trial


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A trial with a partner, but without two verdicts to compare."""

    name: str
    base: str
    """The verdict, or what was there in its place."""
    new: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """All that both sides hold, sorted by what can be compared."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    changed: tuple[str, ...]
    """Entries whose content is not the same; in no figure."""
    added: tuple[str, ...]
    """Entries of the new run only."""
    removed: tuple[str, ...]
    """Entries of the base only."""
    quarantined: tuple[str, ...]
    """Entries that were known failures when the new run was made; in no figure."""
    set_aside: tuple[str, ...]
    """Entries of the new run whose grades must decide nothing; in no figure."""
    flagged: tuple[str, ...]
    """Further entries that either run knows to be contaminated; in no figure."""
    flagged_counted: tuple[str, ...]
    """The same where the new run counts them all the same."""
    odd_samples: int
    """Trials of paired entries whose sample number only one side has."""
    base_entries: int
    """Entries the base has a verdict on; one that several evals ask counts as often, as it does in the next two."""
    paired_entries: int
    all_base_entries: int
    """Entries the base has, with a verdict or without, those in quarantine and contaminated ones left out."""

    @property
    def overlap(self) -> float:
        """Return the share of the base's entries that could be paired."""
        return self.paired_entries / self.base_entries if self.base_entries else 0.0

    @property
    def entries(self) -> int:
        """Return how many different entries the pairs are of."""
        return len({one.entry for one in self.pairs})


def pair(base: Side, new: Side) -> Pairing:
    """Pair the trials of two sides by entry and sample; an entry whose content changed is left out."""
    by_eval = _several_ask(base) or _several_ask(new)
    olds, news = _by_entry(base, by_eval=by_eval), _by_entry(new, by_eval=by_eval)
    name_of = _names(olds, news)
    quarantined, aside = _marked("quarantined", news), _marked("set_aside", news)
    _take_out({*quarantined, *aside}, olds, news)
    flagged = _marked("flagged", news, olds)  # what one of them has not checked may be so too
    _take_out(() if new.counts_flagged else flagged, olds, news)
    common = [entry for entry in olds if entry in news]
    changed = {entry: None for entry in common if _content_changed(olds[entry], news[entry])}
    same = [(entry, olds[entry], news[entry]) for entry in common if entry not in changed]
    pairs, left_out = _matched(same, name_of)
    return Pairing(
        pairs=tuple(pairs),
        left_out=tuple(left_out),
        changed=tuple(map(name_of, changed)),
        added=tuple(name_of(entry) for entry in news if entry not in olds),
        removed=tuple(name_of(entry) for entry in olds if entry not in news),
        quarantined=tuple(map(name_of, quarantined)),
        set_aside=tuple(map(name_of, aside)),
        flagged=() if new.counts_flagged else tuple(map(name_of, flagged)),
        flagged_counted=tuple(map(name_of, flagged)) if new.counts_flagged else (),
        odd_samples=sum([len(before) + len(after) for _, before, after in same]) - 2 * (len(pairs) + len(left_out)),
        base_entries=len({entry for entry, samples in olds.items() for trial in samples.values() if trial.kind}),
        paired_entries=len({one.asked for one in pairs}),
        all_base_entries=len(olds),
    )


def _take_out(entries: Iterable[Asked], *sides: dict[Asked, dict[int, Trial]]) -> None:
    for entry in entries:
        for side in sides:
            side.pop(entry, None)


def _matched(
    same: Iterable[tuple[Asked, Mapping[int, Trial], Mapping[int, Trial]]], name_of: Callable[[Asked], str]
) -> tuple[list[Pair], list[LeftOut]]:
    """Pair the samples that both sides have, as far as their verdicts are of one kind."""
    pairs, left_out = [], []
    for entry, before, after in same:
        for sample, one in sorted(before.items()):
            other = after.get(sample)
            if other is None:
                continue
            if one.kind is not None and one.kind == other.kind:
                pairs.append(Pair(entry, name_of(entry), (entry[1], one.question_hash), one, other))
            else:
                left_out.append(LeftOut(name_of(entry), _said(one), _said(other)))
    return pairs, left_out


def _names(*sides: Iterable[Asked]) -> Callable[[Asked], str]:
    names = EvalNames({test for side in sides for test, _ in side if test})
    return lambda asked: names.of(*asked)


def _marked(mark: str, *sides: Mapping[Asked, Mapping[int, Trial]]) -> list[Asked]:
    """Return the entries that bear a mark on any of these sides, in any sample."""
    is_so = attrgetter(mark)
    told = [entry for side in sides for entry, samples in side.items() for one in samples.values() if is_so(one)]
    return list(dict.fromkeys(told))


def _said(trial: Trial) -> str:
    return f"{trial.verdict}, not graded" if trial.kind == "checked" else trial.verdict


def _several_ask(side: Side) -> bool:
    """Tell whether two evals of a run asked an entry of the same id, so that the id alone does not name a trial."""
    return len({(question_id, sample) for _, question_id, sample in side.trials}) < len(side.trials)


def _by_entry(side: Side, *, by_eval: bool) -> dict[Asked, dict[int, Trial]]:
    found: defaultdict[Asked, dict[int, Trial]] = defaultdict(dict)
    for (test, question_id, sample), trial in side.trials.items():
        found[test if by_eval else "", question_id][sample] = trial
    return found


def _content_changed(base: Mapping[int, Trial], new: Mapping[int, Trial]) -> bool:
    one, other = next(iter(base.values())), next(iter(new.values()))
    if one.entry_hash and other.entry_hash:
        return one.entry_hash != other.entry_hash
    return one.question_hash != other.question_hash  # foreign logs have no hash, but always the question
