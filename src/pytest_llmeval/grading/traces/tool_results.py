"""Graders of what was made of the results of tools: nothing invented, no failure hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.grade import FailureLabel, Grade, Kind, Level, Score
from pytest_llmeval.grading.judge.item_grading import graded_by_items
from pytest_llmeval.grading.judge.one_by_one import SaidOfEach
from pytest_llmeval.grading.judge.port import Judge
from pytest_llmeval.grading.named_grader import shown_setting
from pytest_llmeval.grading.numbers import Number, numbers_in
from pytest_llmeval.grading.rule_grader import RuleGrader, texts_of
from pytest_llmeval.grading.traces.borne_out import VALUES, shown_results
from pytest_llmeval.grading.traces.loops import canonical
from pytest_llmeval.grading.traces.showing import shown_call
from pytest_llmeval.grading.traces.trace import TOOL_FAULTS, trace_of
from pytest_llmeval.grading.wording import says, words_of
from pytest_llmeval.models.answer import Answer, ToolCall

_LIST_MARK = re.compile(r"(?m)^\s*\d+[.)]\s")
_ADMITS = re.compile(
    r"\b(?:could(?: not|n'?t)|can(?:not|'?t| not)|unable|fail(?:ed|s|ure)?|error|errors|timed out|time[- ]?out|"
    r"unavailable|not available|no (?:data|result|answer|response)|did(?: not|n'?t) (?:work|respond|return)|"
    r"was(?: not|n'?t) able|try(?:ing)? again|went wrong|problem|broken|down)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """What an answer states, beside what its tools gave."""

    numbers: int
    unknown: tuple[str, ...]
    """Numbers that stand in no result, and in nothing that the model was told; as often as they are stated."""
    planted: int
    lacking: tuple[str, ...]
    """Planted values that the answer does not hold."""
    has_results: bool
    """Whether any tool gave one."""


@dataclass(frozen=True, slots=True)
class ToolGrounded(RuleGrader):
    """What the answer states comes from the tools: every number in it stands in a result, or in what the user said.

    A number counts as found where it is a result's number rounded to as many digits. With ``values``, these texts must
    stand in the answer: a fake tool that gives back an unusual value shows whether the model read it.

    Numbers that no tool gave make the answer ``unsupported`` with the label ``hallucination``; without any result of a
    tool the label is ``missing_evidence``.

    With ``ask_judges`` the judges of the run are asked about numbers that no rule finds, such as a sum or another unit:
    of a panel the majority counts, a tie being no. Where they give no usable verdict the answer is unscored, neither
    right nor wrong; where all numbers are found, nobody is asked.

    Args:
        values: Texts the answer must hold; by default the entry's ``planted_values``, else none.
        ask_judges: Whether judges decide on what no rule finds.
        params: Sampling parameters of the judges; the temperature is 0 where none is given.
        judges: Who judges; by default the judges of the run (``--llm-judge-model``).
    """

    name: ClassVar[str] = "tool_grounded"
    kind: ClassVar[Kind] = "heuristic"

    values: Any = None
    _: KW_ONLY
    ask_judges: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    judges: Sequence[Judge] = ()

    @property
    def id(self) -> str:
        """Return the name with what decides; who judges, and how they are asked, is told by the judge's hash."""
        given = [] if self.values is None else [f"values={shown_setting(self.values)}"]
        given += ["ask_judges=True"] if self.ask_judges else []
        return f"{self.name}({', '.join(given)})" if given else self.name

    def __call__(self, entry: Entry, answer: Answer) -> Any:
        """Grade by rule; gives an awaitable where judges decide on what is left."""
        if not self.ask_judges:
            return self.judge(entry, answer)
        stated = self._stated(entry, answer)
        is_open = stated.unknown and stated.has_results
        return self._judged(stated, entry, answer) if is_open else self._graded(stated)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Compare numbers and planted values."""
        return self._graded(self._stated(entry, answer))

    async def _judged(self, stated: Stated, entry: Entry, answer: Answer) -> Grade:
        asked = tuple(dict.fromkeys(stated.unknown))
        results = shown_results(trace_of(answer).tool_calls, [text for text in _said(answer) if text != entry.question])

        def follows(said: SaidOfEach, signed: str) -> Grade:
            return self._by_judges(stated, asked, said, signed)

        return await graded_by_items(self, VALUES, asked, entry, answer, follows, material=results)

    def _by_judges(self, stated: Stated, asked: Sequence[str], said: SaidOfEach, signed: str) -> Grade:
        supported = {value for value, yes in zip(asked, said.yes, strict=True) if yes}
        left = tuple(value for value in stated.unknown if value not in supported)
        grade = self._graded(replace(stated, unknown=left))
        grounded, *others = (replace(score, grader=signed) for score in grade.scores)
        notes = "; ".join(note for note in (grade.notes, said.why) if note)
        return replace(grade, notes=notes, scores=(replace(grounded, kind="judge"), *others), grader=signed)

    def _stated(self, entry: Entry, answer: Answer) -> Stated:
        trace = trace_of(answer)
        results = [_unquoted(call.result.text) for call in trace.tool_calls if call.result is not None]
        told = [*results, *_said(answer), entry.question]
        known = [number.value for text in told for number in numbers_in(text)]
        stated = list(numbers_in(_LIST_MARK.sub("", answer.text)))
        unknown = tuple(number.text.strip() for number in stated if not _is_known(number, known))
        planted = texts_of(self.values if self.values is not None else entry.metadata.get("planted_values") or ())
        words = words_of(answer.text)
        lacking = tuple(one for one in planted if not says(words, one))
        return Stated(len(stated), unknown, len(planted), lacking, any(_is_ok(call) for call in trace.tool_calls))

    def _graded(self, found: Stated) -> Grade:
        unknown, lacking = found.unknown, found.lacking
        scores = [Score(self.name, _part(len(unknown), found.numbers), not unknown, "", self.kind)]
        if found.planted:
            scores.append(Score("planted_values", 1 - len(lacking) / found.planted, not lacking))
        notes = [f"no tool said {', '.join(dict.fromkeys(unknown))}"] if unknown else []
        notes += [f"does not use {', '.join(lacking)}"] if lacking else []
        told = "; ".join(notes)
        if unknown:
            label: FailureLabel = "hallucination" if found.has_results else "missing_evidence"
            return self.graded("unsupported", *scores, label=label, notes=told)
        level: Level = "wrong" if lacking else "fully_correct"
        return self.graded(level, *scores, notes=told)


def _said(answer: Answer) -> list[str]:
    """Return what the model was told besides the question: turns of user and tools, and the system prompt."""
    first = answer.calls[-1] if answer.calls else None
    messages = first.messages if first else ()
    said = [_text(turn.get("content")) for turn in messages if turn.get("role") in ("user", "system", "tool")]
    return [*said, (first.system or "") if first else ""]


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)


def _unquoted(text: str) -> str:
    """Take the quotes and brackets of JSON away, which would hide where a number ends."""
    return re.sub(r'[\[\]{}"]', " ", text).replace(",", ", ") if text[:1] in '[{"' else text


def _is_known(stated: Number, known: Iterable[Decimal]) -> bool:
    exponent = stated.value.as_tuple().exponent
    half = Decimal(5).scaleb(min(exponent, 0) - 1) if isinstance(exponent, int) else Decimal(0)
    return any(abs(one - stated.value) <= half for one in known)


def _part(missing: int, whole: int) -> float | None:
    return 1 - missing / whole if whole else None


def _is_ok(call: ToolCall) -> bool:
    return call.result is not None and call.result.status == "ok"


@dataclass(frozen=True, slots=True)
class ToolFailures(RuleGrader):
    """When tools failed, the model tried again within bounds, and told the user where that did not help.

    Fully correct where no tool failed, or a later call of each tool that did came through. Where one never did, the
    answer has to say so; one that does not hides the failure: ``unsupported``, label ``hallucination``. More equal
    calls of a failing tool than allowed are wrong.

    Args:
        max_tries: How often the same call of a tool that fails may be made, at least 1.
        admits: Wordings of which one must be in an answer after a failure; by default a list of usual ones.
    """

    name: ClassVar[str] = "tool_failures"
    kind: ClassVar[Kind] = "heuristic"

    _: KW_ONLY
    max_tries: int = 3
    admits: Any = None

    def __post_init__(self) -> None:
        if isinstance(self.max_tries, bool) or not isinstance(self.max_tries, int) or self.max_tries < 1:
            raise ConfigurationError(
                f"graders.tool_failures(max_tries={self.max_tries!r}): must be a whole number >= 1"
            )

    def judge(self, entry: Entry, answer: Answer) -> Grade:  # noqa: ARG002  every grader by rule takes the entry
        """Look at the tools that failed, and at what the answer says of it."""
        calls = trace_of(answer).tool_calls
        failed = [call for call in calls if call.result is not None and call.result.status in TOOL_FAULTS]
        tries = max((sum(canonical(one) == canonical(call) for one in failed) for call in failed), default=0)
        lost = [call for call in failed if not any(_is_ok(one) and one.name == call.name for one in calls)]
        admitted = not lost or self._admits(answer.text)
        bounded = Score("bounded_tries", float(tries <= self.max_tries), tries <= self.max_tries, f"{tries} tries")
        told = Score("failure_told", float(admitted), admitted, "", self.kind)
        if tries > self.max_tries:
            notes = f"a failing tool was called {tries} times alike, {self.max_tries} allowed"
            return self.graded("wrong", bounded, told, notes=notes)
        if not admitted:
            notes = f"does not say that {', '.join(dict.fromkeys(map(shown_call, lost)))} failed"
            return self.graded("unsupported", bounded, told, label="hallucination", notes=notes)
        return self.graded("fully_correct", bounded, told)

    def _admits(self, text: str) -> bool:
        if self.admits is None:
            return _ADMITS.search(text) is not None
        words = words_of(text)
        return any(says(words, one) for one in texts_of(self.admits))


tool_grounded = ToolGrounded
tool_failures = ToolFailures
