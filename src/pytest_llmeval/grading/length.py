"""A grader of length: words, sentences, characters."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import GraderError
from pytest_llmeval.grading.grade import Grade, Kind, Score
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.models.answer import Answer

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_`]{0,4}\s+|(?<=[。！？])")


def _sentences(text: str) -> int:
    return sum(1 for sentence in _SENTENCE_END.split(text) if sentence.strip())


@dataclass(frozen=True, slots=True)
class Length(RuleGrader):
    """The answer is neither too long nor too short.

    Bounds that are not given are taken from fields of the same names in the entry's metadata. Sentences end with
    ``.``, ``!``, ``?`` or their East Asian kin before white space: a rule of thumb.

    Args:
        min_words: Fewest words.
        max_words: Most words.
        min_sentences: Fewest sentences.
        max_sentences: Most sentences.
        min_chars: Fewest characters, counted without white space at the ends.
        max_chars: Most characters.
    """

    name: ClassVar[str] = "length"

    _: KW_ONLY
    min_words: int | None = None
    max_words: int | None = None
    min_sentences: int | None = None
    max_sentences: int | None = None
    min_chars: int | None = None
    max_chars: int | None = None

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Count."""
        text = answer.text.strip()
        counts = {"words": len(text.split()), "sentences": _sentences(text), "chars": len(text)}
        scores = [score for unit, count in counts.items() if (score := self._score(unit, count, entry)) is not None]
        if not scores:
            raise GraderError(
                f"graders.length() needs a bound, entry {entry.id!r} has none; write graders.length(max_words=...)"
            )
        missed = [score.detail for score in scores if not score.passed]
        return self.graded("wrong" if missed else "fully_correct", *scores, notes="; ".join(missed))

    def _score(self, unit: str, count: int, entry: Entry) -> Score | None:
        least, most = self._bound(f"min_{unit}", entry), self._bound(f"max_{unit}", entry)
        if least is None and most is None:
            return None
        fits = (least is None or count >= least) and (most is None or count <= most)
        wanted = " and ".join(
            [*([f"at least {least}"] if least is not None else []), *([f"at most {most}"] if most is not None else [])]
        )
        kind: Kind = "heuristic" if unit == "sentences" else "verifiable"
        return Score(f"length_{unit}", float(fits), fits, f"{count} {unit}, wanted {wanted}", kind)

    def _bound(self, name: str, entry: Entry) -> int | None:
        own = getattr(self, name)
        return own if own is not None else entry.metadata.get(name)


length = Length
