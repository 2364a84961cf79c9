"""Graders of an answer's wording: the same text, texts it holds or must not hold, a pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.extraction import by_pattern
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.json_text import find_json
from pytest_llmeval.grading.rule_grader import Extractor, RuleGrader, texts_of
from pytest_llmeval.grading.wording import normalized
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.safe_text import one_line


@dataclass(frozen=True, slots=True)
class ExactMatch(RuleGrader):
    """The whole answer is the gold answer.

    Args:
        expected: The right answer; a list means any of them; a mapping is compared with the answer's JSON. By default
            the entry's ``gold_answer``.
        normalize: Whether case, spacing, the shape of quotes, and quotes, emphasis and punctuation around the whole are
            set aside.
        extract: Takes the part to compare out of the text, such as `extraction.final_text`.
    """

    name: ClassVar[str] = "exact_match"

    expected: Any = None
    _: KW_ONLY
    normalize: bool = True
    extract: Extractor | None = None

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Compare."""
        gold = self.needed(self.expected, entry, "gold_answer", "expected")
        if isinstance(gold, dict):
            return self.decided(find_json(answer.text).value == gold, "the JSON is not the expected one")
        text = str(self.extract(answer.text)) if self.extract else answer.text
        same = normalized if self.normalize else str
        accepted = texts_of(gold)
        right = same(text) in {same(one) for one in accepted}
        return self.decided(right, f"got {one_line(same(text))!r}, expected {_either(same(one) for one in accepted)}")


@dataclass(frozen=True, slots=True)
class Contains(RuleGrader):
    """The answer holds all of the texts; some of them make it partially correct.

    Args:
        texts: One text or several; by default the entry's ``gold_answer``.
        any: Whether one of them is enough.
        case: Whether upper and lower case differ.
        words: Whether they must stand as whole words, so that ``5`` is not in ``15``.
    """

    name: ClassVar[str] = "contains"

    texts: Any = None
    _: KW_ONLY
    any: bool = False
    case: bool = False
    words: bool = False

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look each text up."""
        wanted = texts_of(self.needed(self.texts, entry, "gold_answer", "texts"))
        held = holding(answer.text, wanted, case=self.case, words=self.words)
        absent = [one for one in wanted if one not in held]
        if self.any:
            return self.decided(bool(held), f"none of {_either(wanted)}")
        return self.shared(len(wanted) - len(absent), len(wanted), f"missing {_listed(absent)}" if absent else "")


@dataclass(frozen=True, slots=True)
class Excludes(RuleGrader):
    """The answer holds none of the texts.

    Args:
        texts: One text or several.
        case: Whether upper and lower case differ.
        words: Whether only whole words count.
    """

    name: ClassVar[str] = "excludes"

    texts: Any
    _: KW_ONLY
    case: bool = False
    words: bool = False

    def __post_init__(self) -> None:
        if not texts_of(self.texts) or "" in texts_of(self.texts):
            raise ConfigurationError("graders.excludes() needs texts, none of them empty: graders.excludes('as an AI')")

    def judge(self, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  the same for every entry
        """Look each text up."""
        held = holding(answer.text, texts_of(self.texts), case=self.case, words=self.words)
        return self.decided(not held, f"holds {_listed(held)}")


@dataclass(frozen=True, slots=True)
class Regex(RuleGrader):
    """A pattern is found in the answer; with ``group``, what it captured is the gold answer.

    Args:
        pattern: A regular expression; by default the entry's ``gold_answer``.
        group: The group to compare with the gold answer, as `ExactMatch` compares.
        full: Whether the pattern must match the whole answer.
        ignore_case: Whether upper and lower case are the same.
    """

    name: ClassVar[str] = "regex"

    pattern: str | None = None
    _: KW_ONLY
    group: int | str | None = None
    full: bool = False
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if self.group is not None and self.pattern is None:
            raise ConfigurationError(
                "graders.regex(group=...) needs a pattern: graders.regex(r'answer: (.*)', group=1)"
            )
        if self.pattern is not None:
            _compiled(self.pattern, ConfigurationError)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Search."""
        pattern = str(self.needed(self.pattern, entry, "gold_answer", "pattern"))
        compiled = _compiled(pattern, GraderError, re.IGNORECASE if self.ignore_case else 0)
        if self.group is None:
            found = compiled.fullmatch(answer.text.strip()) if self.full else compiled.search(answer.text)
            return self.decided(found is not None, f"nothing matches {one_line(pattern)!r}")
        got = by_pattern(answer.text, pattern, self.group, ignore_case=self.ignore_case)
        accepted = texts_of(self.needed(None, entry, "gold_answer", "pattern"))
        right = normalized(got) in {normalized(one) for one in accepted}
        return self.decided(right, f"got {one_line(got)!r}, expected {_either(accepted)}")


def holding(text: str, wanted: Sequence[str], *, case: bool = False, words: bool = False) -> list[str]:
    """Return those of the wanted texts that a text holds; how it is spaced makes no difference."""
    body = _flat(text, case)
    if words:
        return [one for one in wanted if re.search(_as_words(_flat(one, case)), body)]
    return [one for one in wanted if _flat(one, case) and _flat(one, case) in body]


def _as_words(text: str) -> str:
    """Make the pattern of a text that is no part of a longer word or number."""
    return rf"(?<!\w)(?<!\d[.,]){re.escape(text)}(?!\w|[.,]\d)" if text else "(?!)"


def _flat(text: str, case: bool) -> str:
    return " ".join((text if case else text.casefold()).split())


def _compiled(pattern: str, error: type[Exception], flags: int = 0) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as fault:
        raise error(f"graders.regex(): {pattern!r} is no regular expression: {fault}") from None


def _listed(texts: list[str]) -> str:
    return ", ".join(repr(one_line(text)) for text in texts)


def _either(texts: Any) -> str:
    return " or ".join(repr(one_line(text)) for text in texts)


exact_match = ExactMatch
contains = Contains
excludes = Excludes
regex = Regex
