"""A grader of retrieval: was the needed evidence found, and how high up."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.evidence import clean_path, same_file
from pytest_llmeval.grading.grade import FailureLabel, Grade, Score
from pytest_llmeval.grading.retrieval.ranked import Ranked, Same, ranked
from pytest_llmeval.grading.rule_grader import RuleGrader, check_share, texts_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files

Ranking = Callable[[Answer], Sequence[str]]
"""Takes what was retrieved out of an answer, best first."""

_FIELDS = {"files": "expected_files", "symbols": "expected_symbols"}
_CODE = re.compile(r"`([^`\s]+)`")
_SYMBOL = re.compile(r"[^\W\d][\w.:]*")


@dataclass(frozen=True, slots=True)
class Retrieval(RuleGrader):
    """The needed evidence is among what was retrieved; how much of it and how high up are scores.

    ==============================  =================  ================
    what was retrieved              grade              failure label
    ==============================  =================  ================
    ``min_recall`` of what needs be  fully correct
    some of it                      partially correct  retrieval_miss
    other things only               unsupported        retrieval_miss
    nothing                         unsupported        missing_evidence
    ==============================  =================  ================

    The scores are ``precision``, ``recall``, ``hit``, ``mrr`` (the reciprocal rank, whose mean it is) and ``ndcg``;
    with ``k`` as ``recall@5``, of symbols as ``symbol_recall``. They are defined as in trec_eval.

    Args:
        of: ``files``, held against the entry's ``expected_files``; ``symbols``, against ``expected_symbols``; or the
            name of another field of the entry, such as ``gold_passages``, which lists ids or maps each to its gain.
        k: How many places count; all where None.
        relevant: What is needed, in place of the entry's field: a list, or a mapping to gains above 0.
        ranking: Takes what was retrieved out of the answer, best first; by default its ``evidence_files``, for symbols
            the names that its text puts between backticks.
        min_recall: From which recall on the answer is fully correct.
    """

    name: ClassVar[str] = "retrieval"

    of: str = "files"
    _: KW_ONLY
    k: int | None = None
    relevant: Sequence[str] | Mapping[str, float] = ()
    ranking: Ranking | None = None
    min_recall: float = 1.0

    def __post_init__(self) -> None:
        check_share(self.name, min_recall=self.min_recall)
        if self.k is not None and (not isinstance(self.k, int) or self.k < 1):
            raise ConfigurationError(f"graders.retrieval(k={self.k!r}): k must be a whole number from 1, or None")

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Rank what was retrieved against what is needed."""
        needed = self._needed(entry)
        found = ranked(self._retrieved(answer), needed, self._same())
        lacking = found.missing(self.k)
        notes = f"not retrieved: {', '.join(lacking)}" if lacking else ""
        scores = list(self._scores(found, notes))
        recall = round(found.recall(self.k), 12)
        if recall >= self.min_recall and recall:
            return self.graded("fully_correct", *scores)
        if recall:
            return self.graded("partially_correct", *scores, label="retrieval_miss", notes=notes)
        label: FailureLabel = "retrieval_miss" if found.places else "missing_evidence"
        return self.graded("unsupported", *scores, label=label, notes=notes)

    def _scores(self, found: Ranked, notes: str) -> Iterator[Score]:
        measures = {
            "recall": found.recall,
            "precision": found.precision,
            "hit": found.hit,
            "mrr": found.reciprocal_rank,
            "ndcg": found.ndcg,
        }
        prefix = "" if self.of == "files" else f"{self.of.removesuffix('s')}_"
        for name, measure in measures.items():
            value = measure(self.k)
            enough = round(value, 12) >= self.min_recall if name == "recall" else None
            detail = notes or f"{found.hits(self.k)} of {len(found.wanted)}"
            at = f"@{self.k}" if self.k else ""
            yield Score(f"{prefix}{name}{at}", value, enough, detail if name == "recall" else "")

    def _needed(self, entry: Entry) -> dict[str, float]:
        field = _FIELDS.get(self.of, self.of)
        given: Any = self.needed(self.relevant or None, entry, field, "relevant")
        gains = given if isinstance(given, Mapping) else dict.fromkeys(texts_of(given), 1.0)
        sound = all(isinstance(gain, int | float) and 0 <= gain < math.inf for gain in gains.values())
        kept = {self._clean(item): float(gain) for item, gain in gains.items() if gain} if sound else {}
        if not kept:
            raise GraderError(
                f"graders.retrieval({self.of!r}): the {field} of entry {entry.id!r} must list what is relevant, "
                f"or map it to gains above 0, got {given!r}"
            )
        return kept

    def _retrieved(self, answer: Answer) -> list[str]:
        if self.ranking is not None:
            return [self._clean(item) for item in self.ranking(answer)]
        if self.of == "symbols":
            return list(named_symbols(answer.text))
        return [self._clean(path) for path in answer.evidence_files]

    def _clean(self, item: str) -> str:
        if self.of == "symbols":
            return item.strip().removesuffix("()")
        return clean_path(item) if self.of == "files" else item

    def _same(self) -> Same:
        if self.of == "files":
            return _is_file
        return _is_symbol if self.of == "symbols" else str.__eq__


def named_symbols(text: str) -> tuple[str, ...]:
    """Return the names of code that a text puts between backticks, in order, without repeats; files are none.

    Example:
        >>> named_symbols("`RunLog.append()` in `runs/run_log.py` calls `write`, see `a + b`")
        ('RunLog.append', 'write')
    """
    bare = (one.removesuffix("()") for one in _CODE.findall(text))
    return tuple(dict.fromkeys(one for one in bare if _SYMBOL.fullmatch(one) and not cited_files(one)))


def _is_file(path: str, expected: str) -> bool:
    return same_file(path, expected, may_be_short=False)


def _is_symbol(name: str, expected: str) -> bool:
    return name == expected or name.endswith(f".{expected}") or expected.endswith(f".{name}")


retrieval = Retrieval
