"""`pytest-llmeval grade --side-by-side`: a person says which of two answers is better."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_llmeval.analysis.people.preferring import AnswerPair, Pairs, pair_up, preferred
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.cli.preferring_session import is_chosen, preference_of
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.cli.run_entries import entries_of
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.reports.pair_card import preferred_lines, preferred_values
from pytest_llmeval.runs.graded_log import check_plain
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.preference_file import (
    VERDICTS,
    Preference,
    Verdict,
    preference_path,
    read_preferences,
    write_preferences,
)
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.vote_file import superseded, told_together
from pytest_llmeval.runs.vote_rows import rows_in_file


@dataclass(frozen=True, slots=True)
class _Contender:
    log: Path
    model: str
    trials: list[Record]


class _Logs:
    """Reads each log once, and finds the trials of the model that is meant."""

    def __init__(self, run: Path | None) -> None:
        self._run = run
        self._read: dict[Path, dict[str, list[Record]]] = {}

    def of(self, name: str) -> _Contender:
        """Return the trials of a model of the run, named with its provider or without; else those of a log."""
        models = self._models(self._run) if self._run else {}
        for model, trials in models.items():
            if self._run and name in (model, model.partition(":")[2]):
                return _Contender(self._run, model, trials)
        if not Path(name).exists() and not name.endswith((".jsonl", ".gz")):
            there = f"the models there are {', '.join(models)}" if models else "name a log"
            raise ConfigurationError(f"--side-by-side {name}: neither a model of the run nor a log; {there}")
        return self._only(Path(name))

    def _only(self, path: Path) -> _Contender:
        models = self._models(path)
        if len(models) > 1:
            raise ConfigurationError(
                f"--side-by-side {path}: holds several models ({', '.join(models)}); "
                f"say grade {path} --side-by-side MODEL MODEL"
            )
        return next(_Contender(path, model, trials) for model, trials in models.items())

    def _models(self, path: Path) -> Mapping[str, list[Record]]:
        if path not in self._read:
            found: defaultdict[str, list[Record]] = defaultdict(list)
            for record in iter_records(path):
                found[model_of(record)].append(record.model_copy(update={"calls": ()}))
            self._read[path] = found
        return self._read[path]


def side_by_side(given: argparse.Namespace, rater: str) -> int:
    """Ask, or take choices from a file, or only tell what they came to; 0 whenever it ends."""
    logs = _Logs(given.log)
    first, second = (logs.of(name) for name in given.side_by_side)
    pairs = _pairs(first, second, given.seed or 0)
    path = given.output or _kept_in(first.log, second.log)
    check_plain(path)
    if given.result:
        preferences = read_preferences(path)
    else:
        if given.answers is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise ConfigurationError("grade needs a terminal; without one give the choices with --answers FILE")
        with alone(path, "is being written in another session; end that one, or write elsewhere with --output"):
            preferences = read_preferences(path)
            if given.answers:
                _from_file(given.answers, pairs, preferences, path, rater)
            else:
                _by_hand(given, pairs, preferences, path, rater, first.log)
    _tell(given, pairs, preferences, _names(first, second))
    return 0


def _kept_in(first: Path, second: Path) -> Path:
    """Return where choices go: to those that were made with the two named in the other order, where there are some."""
    path, mirrored = preference_path(first, second), preference_path(second, first)
    return mirrored if mirrored.exists() and not path.exists() else path


def _pairs(first: _Contender, second: _Contender, seed: int) -> Pairs:
    if (first.log.resolve(), first.model) == (second.log.resolve(), second.model):
        raise ConfigurationError("--side-by-side needs two different models, or two runs")
    pairs = pair_up(first.trials, second.trials, seed=seed)
    if not pairs.pairs and not pairs.same:
        if pairs.changed:
            fault = f"was asked something else than {first.log} wherever it has an entry of the same id"
            raise RunLogError(f"{second.log}: {fault}; name two runs of one benchmark")
        raise RunLogError(f"{second.log}: answers no question that {first.log} answers; name two runs of one benchmark")
    return pairs


def _names(first: _Contender, second: _Contender) -> tuple[str, str]:
    if first.model != second.model:
        return first.model, second.model
    return f"{first.log.stem} {first.model}", f"{second.log.stem} {second.model}"


def _tell(given: argparse.Namespace, pairs: Pairs, preferences: Sequence[Preference], names: tuple[str, str]) -> None:
    found = preferred(pairs, preferences, names)
    if given.json:
        write([json.dumps(preferred_values(found), indent=2)])
    else:
        screen = screen_of(sys.stdout)
        write_lines(preferred_lines(found, screen), sys.stdout, ascii_only=screen.ascii_only)


def _by_hand(
    given: argparse.Namespace, pairs: Pairs, preferences: list[Preference], path: Path, rater: str, log: Path
) -> None:
    from pytest_llmeval.cli.grading_terminal import grading_terminal
    from pytest_llmeval.cli.preferring_session import PreferringSession

    if all(is_chosen(pair, preferences, rater) for pair in pairs.pairs[: given.sample]):
        note(f"nothing is left to choose for {rater} in {path}")
        return
    entries = {entry.id: entry for entry in entries_of(log, given.benchmark)}
    with grading_terminal() as terminal:
        session = PreferringSession(pairs, preferences, path, terminal, rater=rater, entries=entries, most=given.sample)
        with suppress(KeyboardInterrupt):  # as good as quitting: every choice is saved
            session.run()
    note(f"{session.decided} chosen, {session.left} left, in {path}")


def _from_file(answers: Path, pairs: Pairs, preferences: list[Preference], path: Path, rater: str) -> None:
    faults: list[str] = []
    read = []
    for number, row in rows_in_file(answers):
        try:
            read.append(_given(row, pairs, rater))
        except ValueError as error:
            faults.append(f"{answers}:{number}: {error}")
    if faults:
        raise RunLogError(told_together(faults))
    counting, before = pairs.choices(read), pairs.choices(preferences)
    new = [one for place, one in counting.items() if not _says_the_same(one, before.get(place))]
    preferences += new
    if new:
        write_preferences(path, preferences)
    taken = f"{counted(len(new), 'new choice')} taken from {answers} into {path}"
    note(taken + superseded(len(read) - len(counting)))


def _says_the_same(one: Preference, before: Preference | None) -> bool:
    return before is not None and (before.preferred, before.notes) == (one.preferred, one.notes)


def _given(row: Mapping[str, Any], pairs: Pairs, rater: str) -> Preference:
    verdict = str(row.get("preferred", "")).strip().lower().replace(" ", "_")
    chosen: Verdict | None = next((one for one in VERDICTS if one == verdict), None)
    if chosen is None:
        raise ValueError(f"preferred must be one of {', '.join(VERDICTS)}, got {row.get('preferred')!r}")
    notes = row.get("notes")
    pair = _meant(row, pairs)
    return preference_of(
        pair,
        chosen,
        str(row.get("rater") or rater),
        utc_timestamp(),
        None if notes is None else str(notes),
        shown=False,
    )


def _meant(row: Mapping[str, Any], pairs: Pairs) -> AnswerPair:
    name, sample, test = str(row.get("question_id", "")), str(row.get("sample") or ""), str(row.get("eval") or "")
    fits = [pair for pair in pairs.pairs if pair.first.question_id == name and sample in ("", str(pair.first.sample))]
    evals = sorted({pair.eval for pair in fits if pair.eval})
    if test:
        fits = [pair for pair in fits if f"::{pair.eval}".endswith(f"::{test}")]
    if len(fits) != 1:
        which = f"question_id, sample and eval ({', '.join(evals)})" if evals else "question_id and sample"
        raise ValueError(f"{name!r} has {len(fits)} pairs of different answers; say which with {which}")
    return fits[0]
