"""A grader of evidence: does the answer rest on the expected files, and name the expected symbols."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import NothingExpected
from pytest_llmeval.grading.grade import FailureLabel, Grade, Level, Score
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import cited_files


@dataclass(frozen=True, slots=True)
class Evidence(RuleGrader):
    """The answer rests on the expected files and names the expected symbols.

    ======================================  ===================  ================
    what is there                           grade                failure label
    ======================================  ===================  ================
    no evidence at all                      unsupported          missing_evidence
    evidence, but no expected file          unsupported          retrieval_miss
    some of the expected files              partially correct    retrieval_miss
    all files, a symbol missing             partially correct    wrong_chunk
    all files and symbols                   fully correct
    ======================================  ===================  ================

    Where only symbols are expected, none of them is ``unsupported``. Evidence is the answer's ``evidence_files``, and
    the files its text cites.

    Args:
        files: The expected files; by default the entry's ``expected_files``.
        symbols: The expected symbols; by default the entry's ``expected_symbols``.
    """

    name: ClassVar[str] = "evidence"

    files: Sequence[str] = ()
    symbols: Sequence[str] = ()

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Look files and symbols up."""
        files = texts_of(self.files or entry.expected_files)
        symbols = texts_of(self.symbols or entry.expected_symbols)
        if not files and not symbols:
            raise NothingExpected(
                f"graders.evidence() needs expected_files or expected_symbols, entry {entry.id!r} has neither; "
                "add them to the benchmark, or write graders.evidence(files=[...])"
            )
        found = found_files(answer, files)
        named = [symbol for symbol in symbols if names_symbol(answer.text, symbol)]
        scores = [_recall("file_recall", files, found), _recall("symbol_recall", symbols, named)]
        level, label = _verdict(bool(evidence_of(answer)), _part(files, found), _part(symbols, named))
        lacking = [
            score.detail for score, wanted in zip(scores, (files, symbols), strict=True) if wanted and not score.passed
        ]
        kept = [score for score, wanted in zip(scores, (files, symbols), strict=True) if wanted]
        return self.graded(level, *kept, label=label, notes="; ".join(lacking))


def evidence_of(answer: Answer) -> tuple[str, ...]:
    """Return the files an answer rests on, and those its text cites, without repeats."""
    return tuple(dict.fromkeys([*map(clean_path, answer.evidence_files), *cited_files(answer.text)]))


def found_files(answer: Answer, expected: Sequence[str]) -> list[str]:
    """Return those of the expected files that are among the evidence.

    A citation in prose may leave leading folders out (``grading/grade.py``); a path that was retrieved may not, so that
    a retrieved ``README.md`` is not ``docs/README.md``.
    """
    retrieved = {clean_path(path) for path in answer.evidence_files} if answer.retrieval_method else set()
    evidence = evidence_of(answer)
    return [
        file
        for file in expected
        if any(same_file(path, clean_path(file), may_be_short=path not in retrieved) for path in evidence)
        or _cites_literally(answer.text, clean_path(file))
    ]


def same_file(path: str, expected: str, *, may_be_short: bool) -> bool:
    """Tell whether two clean paths are of one file; a short one may leave leading folders of the expected one out."""
    return path == expected or path.endswith(f"/{expected}") or (may_be_short and expected.endswith(f"/{path}"))


def clean_path(path: str) -> str:
    """Return a path with slashes, without ``./`` and without line numbers."""
    return re.sub(r"(?::\d+(?:-\d+)?|#L\d+(?:-L\d+)?)$", "", path.replace("\\", "/")).removeprefix("./")


def names_symbol(text: str, symbol: str) -> bool:
    """Tell whether a text names a symbol as a whole word; of a dotted one, every part may stand for itself.

    Example:
        >>> names_symbol("the method `append` of `RunLog`", "RunLog.append()")
        True
    """
    bare = symbol.strip().removesuffix("()")
    return _stands_in(text, bare) or ("." in bare and all(_stands_in(text, part) for part in bare.split(".") if part))


def _verdict(evidence: bool, files: float | None, symbols: float | None) -> tuple[Level, FailureLabel | None]:
    if files == 0 or (files is None and symbols == 0):
        if not evidence:
            return "unsupported", "missing_evidence"
        return "unsupported", "retrieval_miss" if files == 0 else "wrong_chunk"
    if files is not None and files < 1:
        return "partially_correct", "retrieval_miss"
    if symbols is not None and symbols < 1:
        return "partially_correct", "wrong_chunk"
    return "fully_correct", None


def _part(wanted: Sequence[str], found: Sequence[str]) -> float | None:
    return len(found) / len(wanted) if wanted else None


def _recall(name: str, wanted: Sequence[str], found: Sequence[str]) -> Score:
    missing = [one for one in wanted if one not in found]
    what = name.removesuffix("_recall")
    detail = (
        f"missing {what}{'s' if len(missing) > 1 else ''}: {', '.join(missing)}"
        if missing
        else f"{len(found)} of {len(wanted)}"
    )
    return Score(name, _part(wanted, found), not missing, detail)


def _cites_literally(text: str, expected: str) -> bool:
    """Find what does not look like a path in prose, such as ``.ci/run``."""
    return bool(re.search(rf"(?<![\w./-]){re.escape(expected)}(?![\w/-]|\.\w)", text))


def _stands_in(text: str, word: str) -> bool:
    inside = r"[\w-]" if "-" in word else r"\w"  # --llm-log is not in --llm-log-dir
    before = rf"(?<!{inside})" if re.match(inside, word) else ""
    after = rf"(?!{inside})" if re.search(rf"{inside}$", word) else ""
    return bool(word) and re.search(before + re.escape(word) + after, text) is not None


evidence = Evidence
