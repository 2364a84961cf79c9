"""Variants: entries made of other entries, each with the id of its original and how it came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.ablation import FIELD, WeakEvidence, WithoutEvidence
from pytest_llmeval.benchmark.perturbation.injection import Injection
from pytest_llmeval.benchmark.perturbation.order import Order
from pytest_llmeval.benchmark.perturbation.own import Paraphrase
from pytest_llmeval.benchmark.perturbation.perturbation import Draft, Perturbation
from pytest_llmeval.benchmark.perturbation.surroundings import Distractors, Listed, Malformed, Template
from pytest_llmeval.benchmark.perturbation.wording import Case, Punctuation, Spacing, Typos
from pytest_llmeval.errors import ConfigurationError

NAMED: Mapping[str, type[Perturbation]] = {
    kind.default_name: kind
    for kind in (
        Typos,
        Case,
        Punctuation,
        Spacing,
        Template,
        Order,
        Distractors,
        Malformed,
        Listed,
        Injection,
        WithoutEvidence,
        WeakEvidence,
    )
}
"""Kinds that can be asked for by name, with their defaults."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An entry that was made of another."""

    entry: Entry
    parent: Entry
    """The original."""
    kind: str
    settings: Mapping[str, Any]
    """How it was made: the kind's settings, and what is this variant's own."""

    @property
    def same_gold(self) -> bool:
        """Tell whether the original's right answer is still the right one as it is written."""
        return bool(self.entry.gold_answer == self.parent.gold_answer) and FIELD not in self.entry.metadata


def read_perturbations(value: Any) -> tuple[Perturbation, ...]:
    """Read the marker's ``perturb``: a kind, or several; each by name, made with settings, or a function.

    Raises:
        ConfigurationError: For what is no kind, and for two of the same name.
    """
    given = (value,) if isinstance(value, str | Perturbation) or callable(value) else value
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        raise ConfigurationError(f"llm_eval's perturb must be a kind of perturbation or several, got {value!r}")
    found = tuple(map(_perturbation, given))
    for kind, times in Counter(one.kind for one in found).items():
        if times > 1:
            raise ConfigurationError(f"llm_eval's perturb holds {kind!r} twice; give one of them another name=...")
    return found


def _perturbation(value: Any) -> Perturbation:
    if isinstance(value, Perturbation):
        return value
    if isinstance(value, str):
        if value not in NAMED:
            raise ConfigurationError(
                f"llm_eval's perturb knows no kind {value!r}; it knows {', '.join(NAMED)}, those of "
                "pytest_llmeval.perturbations, and functions of entry and random"
            )
        return NAMED[value]()
    if callable(value):
        name = str(getattr(value, "__name__", type(value).__name__))
        return Paraphrase(value, name="paraphrase" if name == "<lambda>" else name)
    raise ConfigurationError(f"llm_eval's perturb must hold kinds of perturbation, got {value!r}")


def variants_of(entry: Entry, perturbations: Iterable[Perturbation]) -> Iterator[Variant]:
    """Yield the variants of one entry, in the order of the kinds.

    Raises:
        ConfigurationError: Where a change does not make a valid entry.
    """
    for perturbation in perturbations:
        for draft in perturbation.drafts(entry):
            yield Variant(_made(entry, draft, perturbation), entry, perturbation.kind, dict(draft.settings))


def _made(entry: Entry, draft: Draft, perturbation: Perturbation) -> Entry:
    changes = dict(draft.changes)
    if "metadata" in changes:
        changes["metadata"] = {**entry.metadata, **changes["metadata"]}
    try:
        # A new entry rather than a copy: a copy would keep the hash of the original.
        return Entry.model_validate({**entry.model_dump(), **changes, "id": f"{entry.id}-{draft.suffix}"})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise perturbation.fault(f"what it makes of entry {entry.id!r} is no entry: {where}: {fault['msg']}") from None


def all_variants(entries: Sequence[Entry], perturbations: Sequence[Perturbation]) -> dict[str, tuple[Variant, ...]]:
    """Return the variants of each entry, by its id.

    Raises:
        ConfigurationError: Where a kind applies to no entry, or a variant's id is taken.
    """
    made = {entry.id: tuple(variants_of(entry, perturbations)) for entry in entries}
    kinds = {variant.kind for variants in made.values() for variant in variants}
    for perturbation in perturbations:
        if perturbation.kind not in kinds:
            raise ConfigurationError(
                f"perturb={perturbation.kind!r} changes none of the {len(entries)} entries; leave it out"
            )
    _check_ids(entries, made)
    return made


def _check_ids(entries: Sequence[Entry], made: Mapping[str, Sequence[Variant]]) -> None:
    taken = {entry.id for entry in entries}
    for variants in made.values():
        for variant in variants:
            if variant.entry.id in taken:
                raise ConfigurationError(
                    f"the {variant.kind} variant of entry {variant.parent.id!r} would be called {variant.entry.id!r}, "
                    "as another entry is; rename one"
                )
            taken.add(variant.entry.id)
