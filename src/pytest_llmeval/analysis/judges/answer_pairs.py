"""Pairs of answers to the same question: from two runs, or from two models of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pytest_llmeval.analysis.same_question import Place, is_same_question, placed_alike
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.judge.blinding import model_names
from pytest_llmeval.grading.judge.pairwise import Text
from pytest_llmeval.runs.eval_name import EvalNames, eval_of
from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, and what it answers."""

    run: str
    question_id: str
    eval: str
    sample: int
    question: str
    category: str
    entry_hash: str | None
    answer: Text | None


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Two answers to one question."""

    name: str
    """Of the entry, as comparisons name it."""
    base: Given
    new: Given
    base_text: Text
    new_text: Text


@dataclass(frozen=True, slots=True)
class AnswerPairs:
    """All pairs of two sides, and how many trials have no partner."""

    base: str
    """Who answers, as ``provider:model``."""
    new: str
    logs: tuple[str, str]
    """The base's log and the new one's, by their file names."""
    pairs: tuple[AnswerPair, ...]
    unpaired: int = 0
    """Trials that only one side has."""
    unanswered: int = 0
    """Pairs of trials of which at least one has no answer."""
    changed: int = 0
    """Pairs of trials whose entry is not the same."""

    @property
    def base_label(self) -> str:
        """Return what tells the base from the new side: its model, with its log where the models are the same."""
        return self.base if self.base != self.new else f"{self.base} in {self.logs[0]}"

    @property
    def new_label(self) -> str:
        """Return what tells the new side from the base."""
        return self.new if self.base != self.new else f"{self.new} in {self.logs[1]}"


_Answers: TypeAlias = Mapping[Place, Given]


def answer_pairs(
    base: Path, new: Path | None, *, model: str | None = None, base_model: str | None = None
) -> AnswerPairs:
    """Read the answers of two sides and pair them by entry and sample.

    Args:
        base: A run log.
        new: Another one; None where both models are in the first.
        model: The new side's model, as ``provider:model`` or the model alone.
        base_model: The base's.

    Raises:
        RunLogError: Where a log cannot be read.
        ConfigurationError: Where it is not clear which models are meant, or nothing can be paired.
    """
    olds = _by_model(base)
    news = olds if new is None else _by_model(new)
    if new is None and (model is None or base_model is None):
        base_model, model = _two_of(olds, base, base_model, model)
    base_name, new_name = _named(olds, base_model, base, "--base-model"), _named(news, model, new or base, "--model")
    if new is None and base_name == new_name:
        raise ConfigurationError(f"--model and --base-model both name {base_name}; name two models of {base}")
    found = _paired(base_name, new_name, (base.name, (new or base).name), olds[base_name], news[new_name])
    if not found.pairs:
        raise ConfigurationError(f"{base} and {new or base} have no two answers to the same question")
    return found


def _by_model(path: Path) -> dict[str, dict[Place, Given]]:
    found: dict[str, dict[Place, Given]] = {}
    for record in iter_records(path):
        one = _given(record)
        found.setdefault(model_of(record), {})[Place(one.eval, one.question_id, one.sample)] = one
    return found


def _given(record: Record) -> Given:
    names = model_names(record.calls) | ({record.model} if record.model else set())
    return Given(
        record.run_id,
        record.question_id,
        eval_of(record),
        record.sample,
        record.question,
        record.category,
        record.entry_hash,
        None if record.answer is None else Text(record.answer, frozenset(names)),
    )


def _two_of(sides: Iterable[str], path: Path, base_model: str | None, model: str | None) -> tuple[str, str]:
    names = list(sides)
    if len(names) != 2 or base_model or model:
        raise ConfigurationError(
            f"name a second log, or two models of {path} with --base-model and --model; it has {', '.join(names)}"
        )
    return names[0], names[1]


def _named(sides: Iterable[str], name: str | None, path: Path, option: str) -> str:
    names = list(sides)
    fits = [one for one in names if name in (None, one, one.partition(":")[2])]
    if len(fits) == 1:
        return fits[0]
    fault = f"has {'several models' if fits else f'no model {name!r}'}"
    raise ConfigurationError(f"{path} {fault} ({', '.join(names)}); name one of them with {option}")


def _paired(base_name: str, new_name: str, logs: tuple[str, str], olds: _Answers, news: _Answers) -> AnswerPairs:
    one, other = placed_alike(olds, news)
    names = EvalNames({place.eval for place in (*one, *other) if place.eval})
    common = [place for place in one if place in other]
    same = [place for place in common if is_same_question(one[place], other[place])]
    pairs = []
    for place in same:
        base, new = one[place], other[place]
        if base.answer is not None and new.answer is not None:
            pairs.append(AnswerPair(names.of(place.eval, place.question_id), base, new, base.answer, new.answer))
    unpaired, changed = len(one.keys() ^ other.keys()), len(common) - len(same)
    return AnswerPairs(base_name, new_name, logs, tuple(pairs), unpaired, len(same) - len(pairs), changed)
