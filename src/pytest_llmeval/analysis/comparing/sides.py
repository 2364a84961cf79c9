"""One side of a comparison: the trials of one model of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pytest_llmeval.analysis.comparing.conditions import Conditions
from pytest_llmeval.analysis.comparing.trial import Kind, Trial, trial_of
from pytest_llmeval.analysis.contested import Raters, VoteRules
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.blessing import records_lost
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, read_sidecar, sidecar_path


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
        key = trial.key
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
    if any(side.repeated for side in sides.values()) and path.is_file():
        sides = _without_replaced(sides_of(path, iter_records(path, on_fault=note), info, votes), sides)
    lost = records_lost(path, info) if info is not None else None
    for side in sides.values():
        side.torn, side.lost = bool(torn), lost
    return sides


def _without_replaced(sides: dict[str, Side], every_try: dict[str, Side]) -> dict[str, Side]:
    """Keep of later tries how many they replaced; what these said is in no figure, of conditions and raters neither."""
    for model, side in sides.items():
        side.repeated = every_try[model].repeated
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
