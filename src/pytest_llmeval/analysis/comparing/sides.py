"""One side of a comparison: the trials of one model of one run, kept small enough for a hundred thousand of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from pytest_llmeval.analysis.comparing.conditions import Conditions
from pytest_llmeval.analysis.comparing.traits import Traits, traits_of
from pytest_llmeval.analysis.contested import Raters, VoteRules
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.analysis.verdicts import Verdict, verdict_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.grade import LEVELS
from pytest_llmeval.runs.blessing import records_lost
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.hand_grading import BY_HAND
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path

TEXT_KEPT = 400
"""Characters of questions and answers that are shown; one more is kept, to know that something is missing."""
STEPS: Mapping[Verdict, int] = {level: len(LEVELS) - 1 - at for at, level in enumerate(LEVELS)}
"""What a level counts for in the mean grade: fully correct 3, partially correct 2, unsupported 1, wrong 0.

An answer that could not be graded counts 0 as well.
"""
TOP_STEP = len(LEVELS) - 1

Kind = Literal["graded", "checked"]
"""A grader gave a verdict, or the test's own asserts did."""
_SAYS_NOTHING = ("error", "unscored", "skipped")
NOT_GRADED = "not graded yet"


class Trial(NamedTuple):
    """What a comparison needs of a record.

    There is one for each of what may be 100,000 records: a frozen dataclass takes three times as long to make.
    """

    question_id: str
    eval: str
    """The test function with its test case, as `eval_of` gives it; empty for foreign logs."""
    sample: int
    category: str
    kind: Kind | None
    """None where there is no verdict."""
    verdict: str
    """The grade or the state that stands for it, else the outcome; what was missing where there is no verdict."""
    correct: bool
    """Fully correct, or passed where nothing was graded."""
    step: int | None
    """The grade as a number from 0 to 3, None where nothing was graded."""
    label: str | None
    question: str
    """As it stands in the log, control codes and all, as are answer and notes."""
    answer: str
    notes: str
    entry_hash: str | None
    question_hash: int
    answer_hash: int
    prompt_hash: str | None
    refused: bool
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    """None as well where the answer, or a part of it, came from the cache; so the next."""
    latency_s: float | None
    traits: Traits
    """How it went about it."""
    tags: tuple[str, ...] = ()
    guard: str | None = None
    """Why the entry must pass, where it must."""
    quarantined: bool = False
    """A known failure at the time of the run; it counts for nothing."""
    set_aside: bool = False
    """Its grade is shown, and decides nothing."""
    judged_by: str | None = None
    """Hash of the judge whose verdict is its grade."""
    flagged: bool = False
    """Its question stands in a corpus; unlike one set aside it keeps its verdict, as it may have to pass."""

    @property
    def scored(self) -> bool:
        """Tell whether there is a verdict."""
        return self.kind is not None


def trial_of(record: Record) -> Trial:
    """Take from a record what a comparison needs."""
    kind, verdict, correct = _judged(record)
    return Trial(
        question_id=record.question_id,
        eval=eval_of(record),
        sample=record.sample,
        category=record.category,
        kind=kind,
        verdict=verdict,
        correct=correct,
        step=STEPS.get(verdict, 0) if kind == "graded" else None,  # type: ignore[call-overload]
        label=record.failure_label if kind and not correct else None,
        question=record.question[: TEXT_KEPT + 1],
        answer=(record.answer or "")[: TEXT_KEPT + 1],
        notes=(record.grading_notes or record.error or "")[: TEXT_KEPT + 1],
        entry_hash=record.entry_hash,
        question_hash=hash(record.question),
        answer_hash=hash(record.answer),
        prompt_hash=record.prompt_hash,
        refused=record.finish_reason == "refusal",
        input_tokens=record.usage.input_tokens,
        output_tokens=record.usage.output_tokens,
        cost_usd=None if record.is_from_cache else record.cost_usd,
        latency_s=None if record.is_from_cache else record.latency_s,
        traits=traits_of(record),
        tags=record.tags,
        guard=record.guard,
        quarantined=record.quarantined_until is not None,
        judged_by=_judged_by(record),
        flagged=record.contamination == "flagged",
    )


def _judged(record: Record) -> tuple[Kind | None, str, bool]:
    if record.outcome in _SAYS_NOTHING:
        return None, record.outcome, False
    verdict = verdict_of(record)
    if verdict is not None:
        return "graded", verdict, verdict == "fully_correct"
    if record.outcome is not None:
        return "checked", record.outcome, record.outcome == "passed"
    return None, NOT_GRADED, False


def _judged_by(record: Record) -> str | None:
    """Return the judge whose verdict the grade is; none where a person gave it, though a judge agrees."""
    if record.judge is None or record.grade is None or (record.grader or "").startswith(BY_HAND):
        return None
    return next((one.hash for one in record.judge.verdicts if one.level == record.grade), None)


@dataclass(slots=True)
class Side:
    """The trials of one model of one run; of trials that were run again the last counts."""

    path: Path
    model: str
    info: RunInfo | None = None
    """The run's sidecar, where there is one."""
    trials: dict[tuple[str, str, int], Trial] = field(default_factory=dict)
    """By eval, entry and sample."""
    conditions: Conditions = field(default_factory=Conditions)
    repeated: int = 0
    """Records that a later one of the same trial replaced."""
    votes: VoteRules = field(default_factory=VoteRules)
    """What votes must come to for a grade to decide."""
    raters: Raters = field(default_factory=Raters)
    """How far they agree; not fed where no rule asks."""
    perturbed: dict[tuple[str, str, int], tuple[str, Trial]] = field(default_factory=dict)
    """Trials of variants, each with the id of the entry it was made of; in figures of robustness only."""
    torn: bool = False
    """The log ends in a line that was cut off, so a record is lost."""
    lost: str | None = None
    """What the log lacks of the records that its sidecar knows of."""
    counts_flagged: bool = False
    """Whether contaminated entries count all the same in figures of this run and in comparisons with others."""

    def add(self, record: Record, *, set_aside: str | None = None) -> None:
        """Take in one more record; one of a variant apart from the others.

        Args:
            record: The record.
            set_aside: Why its grade must decide nothing, where it must not; it then has no verdict.
        """
        trial = trial_of(record)
        if self.votes.are_any and not record.is_variant:
            self.raters.add(record)
            set_aside = set_aside or self.votes.why(record)
        if set_aside is not None:
            trial = trial._replace(kind=None, verdict=set_aside, correct=False, step=None, label=None, set_aside=True)
        key = (trial.eval, trial.question_id, trial.sample)
        if record.parent_id is not None and record.is_variant:
            self.perturbed[key] = (record.parent_id, trial)
            return
        self.repeated += key in self.trials
        self.trials[key] = trial
        self.conditions.add(record)

    @property
    def scored(self) -> int:
        """Return how many trials have a verdict."""
        return self.kinds.total()

    @property
    def kinds(self) -> Counter[Kind]:
        """Return how many verdicts came from graders, and how many from asserts."""
        kinds: Counter[Kind | None] = Counter([trial.kind for trial in self.trials.values()])
        return Counter({kind: times for kind, times in kinds.items() if kind})

    @property
    def unfinished(self) -> str | None:
        """Say why the run is not whole; None where it is, or where nothing says so."""
        if self.torn:
            return "its last line is cut off"
        if self.lost is not None:
            return self.lost
        if self.info is not None and self.info.blessed is not None:
            return None  # a person has looked at what is missing
        if self.info is not None and not self.info.complete:
            return "it was stopped before its end" if self.info.finished else "it has not finished"
        return None


def read_sides(path: Path, votes: VoteRules | None = None) -> dict[str, Side]:
    """Read a log with its sidecar.

    Args:
        path: The log.
        votes: What votes must come to for a grade to decide.

    Returns:
        A side per model, in order of first appearance.

    Raises:
        RunLogError: Where the log, or a sidecar that is there, cannot be read.
    """
    info = read_sidecar(path) if sidecar_path(path).exists() else None
    torn: list[Fault] = []

    def note(fault: Fault) -> None:
        if not fault.torn:
            raise RunLogError(str(fault))
        torn.append(fault)

    sides = sides_of(path, iter_records(path, on_fault=note, every_try=True), info, votes)
    lost = records_lost(path, info) if info is not None else None
    for side in sides.values():
        side.torn, side.lost = bool(torn), lost
    return sides


def sides_of(
    path: Path, records: Iterable[Record], info: RunInfo | None = None, votes: VoteRules | None = None
) -> dict[str, Side]:
    """Sort records by model."""
    sides: dict[str, Side] = {}
    for record in records:
        model = model_of(record)
        if model not in sides:
            sides[model] = Side(path, model, info, votes=votes or VoteRules())
        sides[model].add(record)
    return sides
