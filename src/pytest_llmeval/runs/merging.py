"""Merging: the logs of a run that was split over machines, made one again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_llmeval.benchmark.sampling import Shard
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.fingerprint import fingerprint
from pytest_llmeval.runs.line import record_as_json
from pytest_llmeval.runs.reading import Fault, iter_records, torn_only
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path

_PLACE_BOUND = frozenset({"platform"})
"""Versions that may differ between the machines of one run."""


@dataclass(frozen=True, slots=True)
class ShardLog:
    """The log of one part of a run."""

    log: Path
    info: RunInfo | None
    """What its sidecar says, where there is one."""

    @property
    def part(self) -> Shard | None:
        """Return which part of how many it is, where the sidecar says so.

        Raises:
            RunLogError: Where it says something else.
        """
        if self.info is None or self.info.shard is None:
            return None
        try:
            return Shard.parse(self.info.shard)
        except ConfigurationError:
            raise RunLogError(f"{sidecar_path(self.log)}: shard must read like 2/5, got {self.info.shard!r}") from None


@dataclass
class Merging:
    """The shards of one run, found to belong together; yields their records once, then knows what is missing."""

    shards: Sequence[ShardLog]
    run_id: str
    """Of the whole: the shards' own where they share one, else the name of the merged log."""
    repeated: int = 0
    """Records that two shards hold alike; each counts once."""
    torn: list[Fault] = field(default_factory=list)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the shards that were not named, as ``3/5``."""
        parts = [part for shard in self.shards if (part := shard.part)]
        there = {part.index for part in parts}
        of = parts[0].count if parts else 0
        return tuple(f"{number}/{of}" for number in range(1, of + 1) if number not in there)

    @property
    def complete(self) -> bool:
        """Tell whether the merged log holds the whole run, as far as sidecars say."""
        return not self.missing and not self.torn and all(shard.info and shard.info.complete for shard in self.shards)

    def records(self) -> Iterator[Record]:
        """Yield every record once, under the run id of the whole.

        Raises:
            RunLogError: Where two shards hold different records of one trial, or records contradict each other.
        """
        places: dict[tuple[object, ...], tuple[str, Path]] = {}
        conditions = _Conditions()
        for shard in self.shards:
            times: Counter[tuple[object, ...]] = Counter()
            for record in iter_records(shard.log, on_fault=torn_only(self.torn.append)):
                conditions.hold(record, shard.log)
                place = _place(record, times)
                content = fingerprint({**record_as_json(record), "run_id": None})
                before = places.get(place)
                if before is None:
                    places[place] = (content, shard.log)
                    yield record.model_copy(update={"run_id": self.run_id})
                elif before[0] != content:
                    raise RunLogError(_two_records(record, before[1], shard.log))
                else:
                    self.repeated += 1

    def info(self, totals: dict[str, Any]) -> RunInfo | None:
        """Return the sidecar of the whole; None where no shard has one.

        Args:
            totals: Over all records.
        """
        infos = [shard.info for shard in self.shards if shard.info]
        if not infos:
            return None
        ended = [info.finished for info in infos if info.finished]
        statuses = [info.exit_status for info in infos if info.exit_status is not None]
        told = {
            **infos[0].model_dump(),
            "shard": None,
            "run_id": self.run_id,
            "started": min(info.started for info in infos),
            "finished": max(ended) if len(ended) == len(self.shards) else None,
            "complete": self.complete,
            "exit_status": max(statuses, default=None),
            "totals": totals,
            **dict.fromkeys(("gate", "gate_stage", "accepted")),  # verdicts on a part say nothing of the whole
            "gates": (),
            "deselected": sum(info.deselected - info.left_to_shards for info in infos),
            "left_to_shards": 0,
            "merged_from": [shard.log.name for shard in self.shards],
            "merged_runs": list(dict.fromkeys(info.run_id for info in infos)),
        }
        return RunInfo.model_validate(told)


def _place(record: Record, times: Counter[tuple[object, ...]]) -> tuple[object, ...]:
    """Return what a trial is found by in another shard; ``times`` counts those of one shard.

    Several evals, or parameters of one, may ask the same entry; the item's name tells them apart. Lines without one, as
    plain scripts write them, all count: several about one question may be its samples.
    """
    asked = (record.question_id, record.provider, record.model, record.sample)
    if record.nodeid:
        return record.nodeid, *asked
    times[asked] += 1
    return times[asked], *asked


def _two_records(record: Record, first: Path, second: Path) -> str:
    which = f"{record.question_id!r} (sample {record.sample} of {record.model}) is in {first} and in {second}"
    return f"{which}, with different contents; are these logs of one run? merge only its shards"


class _Conditions:
    """Holds what all records of one run have in common against each one."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, Path]] = {}
        self._whole: dict[str, tuple[str, Path]] = {}

    def hold(self, record: Record, log: Path) -> None:
        if record.entry_hash is not None:
            what = f"entry {record.question_id!r} was another question or had another gold answer"
            of_eval = f"{(record.nodeid or '').partition('[')[0]} {record.question_id}"
            self._same(self._entries, of_eval, record.entry_hash, log, what)
        for name in ("repo_sha", "harness_version"):
            value = getattr(record, name)
            if value is not None:
                self._same(self._whole, name, value, log, f"{name} differs")

    def _same(self, known: dict[str, tuple[str, Path]], key: str, value: str, log: Path, what: str) -> None:
        before = known.setdefault(key, (value, log))
        if before[0] != value:
            raise _apart(before[1], log, what)


def _apart(first: Path, second: Path, what: str) -> RunLogError:
    return RunLogError(f"{first} and {second} are not of one run: {what}; compare them instead of merging")


def plan_merge(name: str, logs: Sequence[Path]) -> Merging:
    """Find out whether logs are shards of one run, as far as their sidecars tell.

    Args:
        name: The run's, should the shards have been given different ids.
        logs: The shards.

    Raises:
        RunLogError: Where they are not, or a sidecar cannot be read.
    """
    shards = [ShardLog(log, read_sidecar(log) if sidecar_path(log).exists() else None) for log in logs]
    known = [shard for shard in shards if shard.info]
    for shard in known[1:]:
        for what, seen in _COMPARED.items():
            if seen(_info(known[0])) != seen(_info(shard)):
                raise _apart(known[0].log, shard.log, f"{what} differ ({_difference(seen, known[0], shard)})")
    _same_number_of_parts(shards)
    ids = {next(iter_records(shard.log, every_try=True)).run_id for shard in shards}
    return Merging(shards, ids.pop() if len(ids) == 1 else name)


def _info(shard: ShardLog) -> RunInfo:
    assert shard.info is not None  # noqa: S101  only shards with a sidecar are compared
    return shard.info


_COMPARED: dict[str, Callable[[RunInfo], Any]] = {
    "models": lambda info: sorted(info.models),
    "benchmarks": lambda info: sorted((one.name, one.hash or "") for one in info.benchmarks),
    "params": lambda info: info.params,
    "versions": lambda info: {name: told for name, told in info.versions.items() if name not in _PLACE_BOUND},
    "commits": lambda info: info.git.sha,
}


def _difference(seen: Callable[[RunInfo], Any], first: ShardLog, second: ShardLog) -> str:
    a, b = seen(_info(first)), seen(_info(second))
    if isinstance(a, dict) and isinstance(b, dict):
        names = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
        a, b = {name: a.get(name) for name in names}, {name: b.get(name) for name in names}
    return f"{json.dumps(a)} and {json.dumps(b)}"


def _same_number_of_parts(shards: Iterable[ShardLog]) -> None:
    known = [(part.count, shard.log) for shard in shards if (part := shard.part)]
    for count, log in known[1:]:
        if count != known[0][0]:
            raise _apart(known[0][1], log, f"one of {known[0][0]} shards, and one of {count}")
