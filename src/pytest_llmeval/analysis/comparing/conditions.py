"""Under what conditions a run was made, and what of it changed to the next run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_llmeval.analysis.served import without_aliases
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.benchmark.formats import name_without_suffix
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo

SHORT_HASH = 8
MOST_VALUES = 4
"""Different values of one condition that are told; further ones are counted."""
ABSENT = "none"
"""Stands for a condition that a run did not have."""


SERVED: Mapping[str, str] = {"model": "served model", "judge": "served judge"}
"""Who answered by the provider's own word, by the role of the call."""


@dataclass(frozen=True, slots=True)
class Change:
    """One condition that is not the same in both runs."""

    what: str
    base: str
    new: str


@dataclass(slots=True)
class Conditions:
    """What the records of a side say about how they were made; fed record by record."""

    values: dict[str, dict[str, None]] = field(default_factory=dict)
    """Name of the condition to its values, in order of first appearance."""
    states_all: bool = True
    """Whether every record is of a log of ours, in which what is not stated was not there."""

    _seen: set[tuple[Any, ...]] = field(default_factory=set, repr=False, compare=False)
    """What records said so far, as they say it: the next one mostly says the same."""

    def add(self, record: Record) -> None:
        """Take in one more record."""
        said = _as_said(record)
        if said in self._seen:
            return
        self._seen.add(said)
        self.states_all = self.states_all and _is_ours(record)
        for what, value in _conditions_of(record):
            self.values.setdefault(what, {})[value] = None

    def of(self, what: str) -> tuple[str, ...]:
        """Return the values a condition had."""
        return tuple(self.values.get(what, ()))


def _is_ours(record: Record) -> bool:
    """Tell whether a record states its schema; the sixteen fields, of which any program makes a log, do not."""
    return "schema_version" in record.model_fields_set


def _as_said(record: Record) -> tuple[Any, ...]:
    """Return all that `_conditions_of` goes by."""
    judge = record.judge
    return (
        _is_ours(record),
        record.provider,
        record.model,
        record.prompt_hash,
        record.retrieval_method,
        record.repo_sha,
        record.harness_version,
        str(record.params),
        record.grader,
        *[score.grader for score in record.scores],
        judge and (judge.model, judge.hash),
        *[(call.role, call.reply.served_model, call.reply.system_fingerprint) for call in record.calls],
    )


def _conditions_of(record: Record) -> Iterator[tuple[str, str]]:
    yield "model", model_of(record)
    for call in record.calls:
        if call.reply.served_model:
            yield SERVED[call.role], call.reply.served_model
        if call.role == "model" and call.reply.system_fingerprint:
            yield "system fingerprint", call.reply.system_fingerprint
    for what, value in (
        ("system prompt", record.prompt_hash),
        ("retrieval", record.retrieval_method),
        ("repository", record.repo_sha and record.repo_sha[:SHORT_HASH]),
        ("harness", record.harness_version),
    ):
        if value:
            yield what, value
    if record.params:
        yield "parameters", _params(record.params)
    for grader in {score.grader for score in record.scores} | {record.grader}:
        if grader:
            yield "graders", grader
    if record.judge is not None and (judge := " ".join(filter(None, (record.judge.model, record.judge.hash)))):
        yield "judge", judge


def _params(params: dict[str, Any]) -> str:
    return ", ".join(f"{name}={params[name]!r}" for name in sorted(params))


MAKES_INCOMPARABLE = ("graders", "judge")
"""With another one of these a difference says nothing about the model."""


def incomparable(base: Conditions, new: Conditions) -> list[Change]:
    """Return the conditions under which grades do not mean the same; none where a side does not state them."""
    return [change for what in MAKES_INCOMPARABLE if (change := _changed(what, base.of(what), new.of(what)))]


def changes(base: Conditions, new: Conditions, base_info: RunInfo | None, new_info: RunInfo | None) -> list[Change]:
    """Return every condition that is not the same.

    What one side does not state is a change between two logs of ours, which state all they know; a log of another
    program may leave out anything.
    """
    absent = (ABSENT,) if base.states_all and new.states_all else ()
    names = {**base.values, **new.values}
    told = [_changed(what, base.of(what) or absent, new.of(what) or absent) for what in names]
    if base_info is not None and new_info is not None:
        told += _sidecar_changes(base_info, new_info)
    return [change for change in told if change is not None]


def _changed(what: str, base: tuple[str, ...], new: tuple[str, ...]) -> Change | None:
    if what in SERVED.values():  # an alias may stand for just the dated version that the other side names
        known = {*base, *new}
        base, new = (tuple(without_aliases(names, known)) for names in (base, new))
    if not base or not new or set(base) == set(new):
        return None
    return Change(what, _listed(base, new), _listed(new, base))


def _listed(values: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Name values, first those that the other side does not have."""
    kept = set(others)
    ordered = sorted(values, key=lambda value: (value in kept, value))
    more = f", {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(ordered[:MOST_VALUES]) + more


def _benchmark_change(was: BenchmarkInfo, now: BenchmarkInfo) -> Change | None:
    """Tell other content, by version where both sides have one that differs, else by hash.

    The same content under another version, which was released in between, is no change.
    """
    if not was.hash or not now.hash or was.hash == now.hash:
        return None
    what = f"benchmark {name_without_suffix(now.name)}"
    versions = [f"version {one.told_version}" for one in (was, now) if one.told_version]
    if len(versions) == 2 and versions[0] != versions[1]:
        return Change(what, versions[0], versions[1])
    return Change(what, was.hash[:SHORT_HASH], now.hash[:SHORT_HASH])


def _sidecar_changes(base: RunInfo, new: RunInfo) -> Iterator[Change | None]:
    told = {one.name: one for one in base.benchmarks}
    for benchmark in new.benchmarks:
        if was := told.get(benchmark.name):
            yield _benchmark_change(was, benchmark)
    yield _changed("benchmarks", tuple(told), tuple(one.name for one in new.benchmarks))
    yield _changed("branch", *((info.git.branch,) if info.git.branch else () for info in (base, new)))
    if base.git.dirty != new.git.dirty and None not in (base.git.dirty, new.git.dirty):
        state = {True: "uncommitted changes", False: "as committed"}
        yield Change("work tree", state[bool(base.git.dirty)], state[bool(new.git.dirty)])
    for name in sorted(base.versions.keys() & new.versions.keys()):
        if base.versions[name] != new.versions[name] and name != "harness":
            yield Change(name, base.versions[name], new.versions[name])
