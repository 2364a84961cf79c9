"""The graded log: the copy of a run log in which a person's grades are written, whole after each one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, tee
from pathlib import Path
from typing import Any

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.asked_again import AskedAgain, has_same_answer, is_another_try, is_graded_by_hand
from pytest_llmeval.runs.graded_trial import GradedTrial, read_trials
from pytest_llmeval.runs.hand_grading import Vote
from pytest_llmeval.runs.line import read_line
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.log_names import log_stem
from pytest_llmeval.runs.reading import Fault, numbered_lines
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.replaced import Replaced
from pytest_llmeval.runs.sidecar import read_sidecar, sidecar_path, write_sidecar
from pytest_llmeval.runs.trial_places import names_items, placed, without_items
from pytest_llmeval.runs.whole_file import replace_whole

SUFFIX = "-graded"
BUSY = (
    "is being graded in another session; end that one, or write elsewhere with --output, and take those grades in "
    "later with --answers"
)
"""What is said of a graded log that somebody else has open."""


class GradedLog:
    """Made from a run log, and from the graded one to go on with; saved after each vote; the run itself stays as it is.

    Hold it through `being_graded`: two sessions that wrote one file would undo each other's work.
    """

    def __init__(
        self,
        run: Path,
        path: Path,
        *,
        on_torn: Callable[[Fault], None] | None = None,
        on_replaced: Callable[[Replaced], None] | None = None,
        on_asked_again: Callable[[AskedAgain], None] | None = None,
    ) -> None:
        self.run = run
        self._on_torn = on_torn
        self._on_replaced = on_replaced
        self._on_asked_again = on_asked_again
        self._earlier_tries: list[bytes] = []
        self.path = path
        """Where the votes go."""
        self.trials = list(read_trials(path, on_torn=on_torn, on_replaced=self._keep)) if path.exists() else []
        if path.resolve() != run.resolve():
            self._take_in_what_is_new()
        elif not path.resolve().stem.endswith(SUFFIX) and not any(trial.votes for trial in self.trials):
            raise RunLogError(f"{path}: is the run itself, which stays as it is; name another file with --output")

    def _keep(self, replaced: Replaced) -> None:
        """Keep what does not count in the file all the same; it is nowhere else."""
        self._earlier_tries = [line for number, line, _ in numbered_lines(self.path) if number in replaced.lines]
        if self._on_replaced is not None:
            self._on_replaced(replaced)

    def _take_in_what_is_new(self) -> None:
        known = {place: number for number, (place, _) in enumerate(placed(trial.record for trial in self.trials))}
        found, twins = tee(
            read_trials(self.run, on_torn=self._on_torn, on_replaced=self._on_replaced)
        )  # read once, and not kept where it is known
        places = (place for place, _ in placed(trial.record for trial in twins))
        new, there = [], 0
        graded: dict[bool, list[str]] = {True: [], False: []}
        for place, trial in zip(places if names_items(known) else without_items(places), found, strict=True):
            number = known.get(place)
            if number is None:
                new.append(trial)
                continue
            there += 1
            if is_another_try(self.trials[number].record, trial.record):
                self._take_in(number, trial, graded)
        if known and not there:
            raise RunLogError(f"{self.path}: holds no trial of {self.run}; move it away, or name another with --output")
        self.trials += new
        for set_aside, entries in graded.items():
            if entries and self._on_asked_again is not None:
                self._on_asked_again(AskedAgain(self.path, tuple(entries), set_aside))

    def _take_in(self, number: int, trial: GradedTrial, graded: dict[bool, list[str]]) -> None:
        """Put another try in the place of a trial, unless that loses a grade."""
        old = self.trials[number]
        if is_graded_by_hand(old.record, old.votes):
            if trial.record.answer is None or has_same_answer(old.record, trial.record):
                return
            # An earlier try with its votes is passed over by whoever reads the file, but only where an item is named.
            names_item = bool(trial.record.nodeid and old.record.nodeid)
            graded[names_item].append(trial.record.question_id)
            if not names_item:
                return
            self._earlier_tries.append(old.line)
        self.trials[number] = trial

    def vote(self, number: int, vote: Vote) -> None:
        """Add a vote to a trial; it is in the file after `save`."""
        self.trials[number] = self.trials[number].with_votes((*self.trials[number].votes, vote))

    def vote_in_its_time(self, number: int, vote: Vote) -> None:
        """Add a vote that was given elsewhere among those of the trial, in the order of their times."""
        votes = sorted((*self.trials[number].votes, vote), key=lambda one: one.timestamp)
        self.trials[number] = self.trials[number].with_votes(tuple(votes))

    def take_back(self, number: int) -> None:
        """Take the last vote of a trial away."""
        self.trials[number] = self.trials[number].with_votes(self.trials[number].votes[:-1])

    def save(self) -> None:
        """Write all trials, whole or not at all.

        Raises:
            RunLogError: Where there is no room; what was saved before is untouched.
        """
        lines = (trial.line for trial in self.trials)
        replace_whole(self.path, chain(self._earlier_tries, lines), like=[self.run])

    def records(self) -> Iterator[Record]:
        """Yield the records as they stand in the graded log."""
        return (read_line(trial.line) for trial in self.trials)

    @property
    def lacks_sidecar(self) -> bool:
        """Tell whether the run has a sidecar, and the graded log none that is as new as the grades in it."""
        if self.path.resolve() == self.run.resolve() or not self.path.exists() or not sidecar_path(self.run).exists():
            return False
        own = sidecar_path(self.path)
        return not own.exists() or own.stat().st_mtime_ns < self.path.stat().st_mtime_ns

    def save_sidecar(self, totals: dict[str, Any]) -> None:
        """Write the sidecar of the run beside the graded log too, with new totals."""
        info = read_sidecar(self.run)
        told = {"totals": {**info.totals, **totals}, "graded_from": self.run.name}
        write_sidecar(self.path, info.model_copy(update=told))


def graded_path(run: Path) -> Path:
    """Return where the grades of a run go; a graded log is its own.

    Example:
        >>> graded_path(Path("llm-runs/a.jsonl")).as_posix(), graded_path(Path("a-graded.jsonl")).as_posix()
        ('llm-runs/a-graded.jsonl', 'a-graded.jsonl')
    """
    return run.with_name(f"{log_stem(run).removesuffix(SUFFIX)}{SUFFIX}.jsonl")


def is_graded(log: Path) -> bool:
    """Tell by its name whether a log is a graded one, packed or not."""
    return log_stem(log).endswith(SUFFIX)


@contextmanager
def being_graded(
    run: Path,
    path: Path | None = None,
    *,
    on_torn: Callable[[Fault], None] | None = None,
    on_replaced: Callable[[Replaced], None] | None = None,
    on_asked_again: Callable[[AskedAgain], None] | None = None,
) -> Iterator[GradedLog]:
    """Open the graded log of a run, keeping other sessions out as long.

    Args:
        run: The run log, or a graded one to go on with.
        path: Where votes go; by default `graded_path` says.
        on_torn: Is told of a last line that was cut off.
        on_replaced: Is told where tries do not count.
        on_asked_again: Is told where the run has another answer now than was graded.

    Raises:
        RunLogError: Where a file cannot be read, is of another run, or is being graded elsewhere.
    """
    path = path or graded_path(run)
    check_there(run)
    check_plain(path)
    with alone(path, BUSY):
        yield GradedLog(run, path, on_torn=on_torn, on_replaced=on_replaced, on_asked_again=on_asked_again)


def check_there(run: Path) -> None:
    """Want a run log to be there.

    Raises:
        RunLogError: Where it is not.
    """
    if not run.exists():
        raise RunLogError(f"{run}: cannot be read (No such file or directory)")


def check_plain(path: Path) -> None:
    """Want a file to write to that keeps what it is given, and whose name does not say that it is packed.

    Raises:
        RunLogError: Where it does: what is saved after each decision is plain text, which no reader would unpack; and
            for a pipe, of which what was decided before could not be read again.
    """
    if path.is_fifo():
        raise RunLogError(f"{path}: is a pipe, which keeps nothing; name a file with --output")
    if path.suffix == ".gz":
        raise RunLogError(f"{path}: is written as plain text; leave .gz out of --output")
