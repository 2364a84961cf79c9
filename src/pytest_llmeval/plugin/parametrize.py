"""From a marker to test items: which trials, under which ids, with which marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck, read_contamination
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.faults import SHOWN
from pytest_llmeval.benchmark.loading import Benchmark, benchmark_from_entries, load_benchmark
from pytest_llmeval.benchmark.perturbation.variants import Variant, all_variants
from pytest_llmeval.benchmark.selecting import select
from pytest_llmeval.errors import BenchmarkError, ConfigurationError
from pytest_llmeval.grading.judge.controls import decoys, rubric_judges
from pytest_llmeval.grading.steps.reading import read_steps
from pytest_llmeval.grading.turns import names_graders
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.response_schema import read_schema
from pytest_llmeval.plugin.marker import ENTRY_MARKER, MARKER, VARIANT_MARKER, EvalSpec
from pytest_llmeval.plugin.parameter import PARAMETER
from pytest_llmeval.plugin.standing import ordinary, standing_of, today
from pytest_llmeval.plugin.trial import Trial, tools_of

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


class Shelf:
    """The benchmarks of a session, each read once however many tests use it."""

    def __init__(self, rootdir: Path) -> None:
        self._rootdir = rootdir
        self._read: dict[object, Benchmark] = {}
        self._kept: list[object] = []
        self._checks: dict[Path, ContaminationCheck | None] = {}

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Return what was read so far."""
        return tuple(self._read.values())

    def take(self, spec: EvalSpec, test_file: Path) -> Benchmark:
        """Return a marker's benchmark.

        Raises:
            BenchmarkError: With every fault of the file, or that of the check for contamination beside it.
        """
        columns = tuple(sorted((spec.columns or {}).items()))
        if spec.source is None:
            return self._entries(spec, columns)
        path = self._find(spec.source, test_file)
        if (path, columns) not in self._read:
            benchmark = load_benchmark(path, columns=spec.columns)
            self._checks[path] = read_contamination(path)  # before the benchmark is kept: a fault is told each time
            self._read[path, columns] = benchmark
        return self._read[path, columns]

    def check_of(self, benchmark: Benchmark) -> ContaminationCheck | None:
        """Return the check for contamination that lies beside a benchmark's file."""
        return self._checks.get(benchmark.path) if benchmark.path is not None else None

    def _entries(self, spec: EvalSpec, columns: tuple[tuple[str, str], ...]) -> Benchmark:
        key = (id(spec.entries), columns)
        if key not in self._read:
            self._kept.append(spec.entries)  # while it lives, its id names nothing else
            self._read[key] = benchmark_from_entries(spec.entries or (), columns=spec.columns)
        return self._read[key]

    def _find(self, source: Path, test_file: Path) -> Path:
        beside = test_file.parent / source
        at_root = self._rootdir / source
        return at_root if at_root.exists() and not beside.exists() else beside


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
    chosen = select(benchmark.entries, where=spec.where, limit=spec.limit)
    if not chosen.entries:
        retired = f", {chosen.retired} of them retired" if chosen.retired else ""
        raise ConfigurationError(
            f"no entry of {benchmark.shown} is left to run ({len(benchmark.entries)} read{retired})"
        )
    if faults := [fault for entry in chosen.entries if (fault := _fault_of(entry, spec))]:
        more = [f"and {len(faults) - SHOWN:,} more"] if len(faults) > SHOWN else []
        raise BenchmarkError([*faults[:SHOWN], *more])
    places, of_function, on = tuple(roots), tuple(marks), today()
    wrong = decoys(chosen.entries) if any(rubric_judges(spec.graders)) else {}
    # Looked up before a schema takes the place of its file's name: what was checked is the entry as the file has it.
    checked = {entry.id: check.of(entry) for entry in chosen.entries} if check else {}
    stood = [
        (entry, None, standing_of(entry, of_function, on, checked.get(entry.id)))
        if variant is None
        else (entry, variant, ordinary(checked.get(variant.parent.id)))
        for entry, variant in _asked([_with_schema(entry, places) for entry in chosen.entries], spec)
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
    path = next((root / named for root in roots if (root / named).is_file()), None)
    if path is None:
        raise ConfigurationError(f"{whose}: response_schema {named} does not exist beside the benchmark")
    return dict(read_schema(path))


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


def _model_labels(models: Sequence[ModelName]) -> dict[ModelName | None, str]:
    """Name models as ids do: not at all where there is one, by model alone where that tells them apart."""
    if len(models) < 2:
        return dict.fromkeys([*models, None], "")
    names = [model.model for model in models]
    return {model: f"{model.model if names.count(model.model) == 1 else model}-" for model in models}


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
