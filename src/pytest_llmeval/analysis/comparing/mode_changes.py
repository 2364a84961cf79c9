"""In what ways the answers of a pair of runs are wrong, mode by mode; no part of the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pytest_llmeval.analysis.comparing.pairing import EntryKey, Pair
from pytest_llmeval.analysis.comparing.signs import sign_test_by_entry
from pytest_llmeval.analysis.comparing.trial import Trial
from pytest_llmeval.analysis.error_modes import NO_MODE, Mode, is_inconsistent, voice_of
from pytest_llmeval.analysis.statistics.paired import holm
from pytest_llmeval.grading.grade import ERROR_MODES

MODES: tuple[Mode, ...] = (*ERROR_MODES, NO_MODE)


@dataclass(frozen=True, slots=True)
class ModeChange:
    """How many answers fail in one way, before and after."""

    mode: Mode
    base: int
    new: int
    p: float
    """Of McNemar's test over entries, corrected for how many modes were seen; no part of the verdict."""


def measure_modes(pairs: Sequence[Pair]) -> list[ModeChange]:
    """Count the error modes of graded pairs on both sides; empty where none says more than a failure label."""
    entries = [pair.entry for pair in pairs]
    base, new = (list(_modes(entries, list(map(attrgetter(side), pairs)))) for side in ("base", "new"))
    labels = [pair.base.label for pair in pairs], [pair.new.label for pair in pairs]
    if not (_say_more(base, labels[0]) or _say_more(new, labels[1])):
        return []
    before, after = Counter(base), Counter(new)
    changes: defaultdict[Mode | None, tuple[list[EntryKey], list[int]]] = defaultdict(lambda: ([], []))
    for entry, was, now in zip(entries, base, new, strict=True):
        if was != now:
            for mode, step in ((was, -1), (now, 1)):
                changes[mode][0].append(entry)
                changes[mode][1].append(step)
    seen = [mode for mode in MODES if before[mode] or after[mode]]
    p_values = holm([sign_test_by_entry(*changes[mode]) for mode in seen])
    return [ModeChange(mode, before[mode], after[mode], p) for mode, p in zip(seen, p_values, strict=True)]


def _say_more(modes: Sequence[Mode | None], labels: Sequence[str | None]) -> bool:
    return any(mode not in (None, NO_MODE, label) for mode, label in zip(modes, labels, strict=True))


def _modes(entries: Sequence[EntryKey], trials: Sequence[Trial]) -> Iterator[Mode | None]:
    """Yield the mode of each trial of one side; None for one that is right, or that nothing graded."""
    if len(set(entries)) == len(entries):
        yield from map(_of_its_own, trials)
        return
    voices = [voice_of(trial.answer, right=trial.correct) for trial in trials]
    said: defaultdict[EntryKey, list[int]] = defaultdict(list)
    for entry, voice in zip(entries, voices, strict=True):
        said[entry].append(voice)
    for entry, trial, voice in zip(entries, trials, voices, strict=True):
        mode = _of_its_own(trial)
        yield "inconsistent" if mode == NO_MODE and is_inconsistent(voice, said[entry]) else mode


def _of_its_own(trial: Trial) -> Mode | None:
    """Return the mode as far as the trial alone tells."""
    return None if trial.correct or trial.step is None else trial.traits.error_mode or NO_MODE
