"""The trials of a marker: which entries and variants, with every fault of theirs told at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.faults import SHOWN
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.benchmark.perturbation.variants import Variant, all_variants
from pytest_llmeval.benchmark.selecting import select
from pytest_llmeval.errors import BenchmarkError, ConfigurationError
from pytest_llmeval.grading.judge.controls import decoys, rubric_judges
from pytest_llmeval.grading.steps.reading import read_steps
from pytest_llmeval.grading.turns import names_graders
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.response_schema import read_schema
from pytest_llmeval.plugin.marker import EvalSpec
from pytest_llmeval.plugin.standing import ordinary, standing_of, today
from pytest_llmeval.plugin.trial import Trial, tools_of
from pytest_llmeval.safe_text import one_line


def trials(
    spec: EvalSpec,
    benchmark: Benchmark,
    models: Sequence[ModelName],
    samples: int,
    roots: Iterable[Path],
    marks: Iterable[pytest.Mark] = (),
    check: ContaminationCheck | None = None,
) -> list[Trial]:
    """Return a marker's trials: entry by entry, each followed by its variants, with every model and sample.

    Args:
        spec: The marker.
        benchmark: What it names.
        models: Those under test.
        samples: How often each is asked.
        roots: Where entries' files are looked for.
        marks: All marks of the test function.
        check: What is known of the benchmark's contamination.

    Raises:
        ConfigurationError: Where ``where`` chooses nothing, or a perturbation changes nothing, which is a mistake more
            often than meant.
        BenchmarkError: With every entry whose tools, turns or steps cannot be read.
    """
    chosen = _chosen(spec, benchmark)
    places, of_function, on = tuple(roots), tuple(marks), today()
    wrong = decoys(chosen) if any(rubric_judges(spec.graders)) else {}
    # Looked up before a schema takes the place of its file's name: what was checked is the entry as the file has it.
    checked = {entry.id: check.of(entry) for entry in chosen} if check else {}
    stood = [
        (entry, None, standing_of(entry, of_function, on, checked.get(entry.id)))
        if variant is None
        else (entry, variant, ordinary(checked.get(variant.parent.id)))
        for entry, variant in _asked([_with_schema(entry, places) for entry in chosen], spec)
    ]
    shown = _model_labels(models)
    return [
        Trial(
            entry,
            model,
            sample,
            spec,
            samples,
            places,
            variant,
            standing,
            decoy=wrong.get(entry.id),
            name=f"{shown[model]}{entry.id}{f'-s{sample}' if sample > 1 else ''}",
        )
        for entry, variant, standing in stood
        for model in models or (None,)
        for sample in range(1, samples + 1)
    ]


def _chosen(spec: EvalSpec, benchmark: Benchmark) -> Sequence[Entry]:
    chosen = select(benchmark.entries, where=spec.where, limit=spec.limit)
    if not chosen.entries:
        retired = f", {chosen.retired} of them retired" if chosen.retired else ""
        raise ConfigurationError(
            f"no entry of {benchmark.shown} is left to run ({len(benchmark.entries)} read{retired})"
        )
    if faults := [fault for entry in chosen.entries if (fault := _fault_of(entry, spec))]:
        more = [f"and {len(faults) - SHOWN:,} more"] if len(faults) > SHOWN else []
        raise BenchmarkError([*faults[:SHOWN], *more])
    return chosen.entries


def _model_labels(models: Sequence[ModelName]) -> dict[ModelName | None, str]:
    """Name models as ids do: not at all where there is one, by model alone where that tells them apart."""
    if len(models) < 2:
        return dict.fromkeys([*models, None], "")
    names = [model.model for model in models]
    return {model: f"{model.model if names.count(model.model) == 1 else model}-" for model in models}


def asked_once(found: Sequence[Trial]) -> list[Entry]:
    """Return the entries of trials, without variants, each once however many models and samples there are."""
    return [one.entry for one in found if one.variant is None and one.sample == 1 and one.model == found[0].model]


def _asked(entries: Sequence[Entry], spec: EvalSpec) -> Iterator[tuple[Entry, Variant | None]]:
    made = all_variants(entries, spec.perturb) if spec.perturb else {}
    for entry in entries:
        yield entry, None
        for variant in made.get(entry.id, ()):
            yield variant.entry, variant


def _fault_of(entry: Entry, spec: EvalSpec) -> str | None:
    """Say what of an entry's tools, turns and steps cannot be read; it is told now, and not by the first item."""
    try:
        if spec.tools or entry.fake_tools:
            tools_of(entry, spec)
        if entry.turns or "steps" in entry.metadata:
            _check_named_graders(entry)
    except ConfigurationError as error:
        return str(error)
    return None


def _check_named_graders(entry: Entry) -> None:
    try:
        names_graders(entry)
        for part in (entry, *entry.turns):
            read_steps(part.field("steps") or ())
    except ConfigurationError as error:
        raise ConfigurationError(f"entry {entry.id!r}: {error}") from None


def _with_schema(entry: Entry, roots: Sequence[Path]) -> Entry:
    """Return the entry with the JSON Schemas themselves where it names files: its hash then covers what they say."""
    changed: dict[str, Any] = {}
    if isinstance(entry.response_schema, str):
        changed["response_schema"] = _schema_of(entry.response_schema, f"entry {entry.id!r}", roots)
    if any(isinstance(turn.response_schema, str) for turn in entry.turns):
        changed["turns"] = [_with_schema(turn, roots).model_dump() for turn in entry.turns]
    # A new entry rather than a copy: a copy would keep the hash that was worked out for the file's name.
    return Entry.model_validate({**entry.model_dump(), **changed}) if changed else entry


def _schema_of(named: str, whose: str, roots: Sequence[Path]) -> dict[str, Any]:
    path = next((root / named for root in roots if _is_file(root / named)), None)
    if path is None:
        shown = one_line(named)
        raise ConfigurationError(f"{whose}: response_schema {shown} does not exist beside the benchmark")
    return dict(read_schema(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file: a schema written as text
        return False
