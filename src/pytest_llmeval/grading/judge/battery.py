"""The bias battery: pairs of answers of known worth, to try a judge with before it is believed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import Level, rank
from pytest_llmeval.grading.judge.pairwise import Better

Expects = Literal["prefers", "no_reward"]
"""``prefers``: one answer is right and the other is not, so the right one must be found better. ``no_reward``: one is
the other dressed up, with the same content, so it must not be found better."""
_MANY = 20


@dataclass(frozen=True, slots=True)
class Case:
    """Two answers to one question.

    Args:
        id: Names it.
        kind: What it tries: ``length``, ``injection`` and so on; any word will do.
        question: What was asked.
        gold_answer: The right answer, which the judge is shown.
        better: The right answer; under ``no_reward`` the plain one.
        worse: The wrong answer; under ``no_reward`` the dressed one.
        expects: What a good judge does.
    """

    id: str
    kind: str
    question: str
    gold_answer: str
    better: str
    worse: str
    expects: Expects = "prefers"

    @property
    def entry(self) -> Entry:
        """Return the question as an entry of a benchmark."""
        return Entry(id=self.id, question=self.question, gold_answer=self.gold_answer)

    def passed_by_levels(self, better: Level | None, worse: Level | None) -> bool | None:
        """Tell whether the levels given to both are what a good judge gives; None where one is missing."""
        if better is None or worse is None:
            return None
        above = rank(better) - rank(worse)
        return above < 0 if self.expects == "prefers" else above <= 0

    def passed_in_pairs(self, better_first: Better | None, worse_first: Better | None) -> bool | None:
        """Tell whether what was said in both orders is what a good judge says; None where one is missing.

        Args:
            better_first: With the better answer in the first place.
            worse_first: With the worse one in the first place.
        """
        if better_first is None or worse_first is None:
            return None
        if self.expects == "prefers":
            return (better_first, worse_first) == ("first", "second")
        return (better_first, worse_first) != ("second", "first")


def builtin_cases() -> tuple[Case, ...]:
    """Return the cases that come with this package."""
    text = (files("pytest_llmeval.grading.judge") / "battery.jsonl").read_text("utf-8")
    return _cases(text.splitlines(), "the built-in battery")


def cases_in(path: Path) -> tuple[Case, ...]:
    """Read cases of the user's own: one JSON object a line, with the fields of `Case`.

    Raises:
        ConfigurationError: With every fault of the file.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})"
        ) from None
    return _cases(lines, str(path))


def _cases(lines: Iterable[str], where: str) -> tuple[Case, ...]:
    found: list[Case] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_case(line))
            except ValueError as error:
                faults.append(f"{where}:{number}: {error}")
    names = [case.id for case in found]
    faults += [f"{where}: two cases have the id {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
    if faults or not found:
        raise ConfigurationError("\n".join(faults[:_MANY]) or f"{where}: holds no case")
    return tuple(found)


def _case(line: str) -> Case:
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):  # the words of json name line 1, for it sees no more
        raise ValueError("not JSON") from None
    if not isinstance(told, dict):
        raise ValueError("not a JSON object")
    names = [field.name for field in fields(Case)]
    missing = [name for name in names if name not in told and name != "expects"]
    if missing:
        raise ValueError(f"has no {', '.join(missing)}")
    given = {name: told[name] for name in names if name in told}
    odd = [name for name, value in given.items() if not isinstance(value, str)]
    if odd:
        raise ValueError(f"{', '.join(odd)} must be text")
    if given.get("expects", "prefers") not in get_args(Expects):
        raise ValueError(f"expects must be one of {', '.join(get_args(Expects))}, got {given['expects']!r}")
    return Case(**given)
