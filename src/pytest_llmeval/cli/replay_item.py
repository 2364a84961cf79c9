"""What is replayed: the trial an item names, its entry, and the graders that graded it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from pytest_llmeval.analysis.replay import one_of
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.printing import note
from pytest_llmeval.cli.run_entries import entries_of
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.grading.checking.named import named_grader
from pytest_llmeval.grading.grader import Grader
from pytest_llmeval.runs.earlier import model_of, same_entry
from pytest_llmeval.runs.record import Record

COMPOSITES = ("all_of(", "any_of(", "weighted(")
"""How the ids of graders made of graders begin: their parts' scores do not say how the verdict follows."""


def trial_in(records: Iterable[Record], item: str, *, model: str | None = None, sample: int | None = None) -> Record:
    """Return the trial that a name stands for: the first that failed, else the first.

    Args:
        records: Of a run.
        item: An entry's id, a test item's, or the part of that behind ``::``.
        model: As ``provider:model``; None for any.
        sample: None for any.

    Raises:
        RunLogError: Where there is none.
    """
    last = {one.nodeid or (one.question_id, one.sample, model_of(one)): one for one in records}  # of reruns the last
    found = [one for one in last.values() if item in _names(one)]
    if not found:
        close = get_close_matches(item, {name for one in last.values() for name in _names(one)}, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise RunLogError(f"the run has no entry and no test item {item!r}{meant}")
    of_model = [one for one in found if model in (None, model_of(one))]
    if not of_model:
        raise RunLogError(f"the run asked {item!r} of {_list(model_of(one) for one in found)}, not of {model}")
    of_sample = [one for one in of_model if sample in (None, one.sample)]
    if not of_sample:
        raise RunLogError(f"the run has of {item!r} sample {_list(str(one.sample) for one in of_model)}, not {sample}")
    return one_of(of_sample)


def _names(record: Record) -> tuple[str, ...]:
    nodeid = record.nodeid or ""
    return tuple(name for name in (record.question_id, nodeid, nodeid.rpartition("::")[2]) if name)


def _list(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def entry_in(record: Record, log: Path, benchmark: Path | None) -> Entry:
    """Return the record's entry as the benchmark has it; where there is none, what the record itself says.

    Raises:
        BenchmarkError: Where the file that is named cannot be used.
    """
    found = next((one for one in entries_of(log, benchmark) if one.id == record.question_id), None)
    if found is None:
        note(f"no gold answer of {record.question_id!r}: name the benchmark with --benchmark FILE")
        return Entry(id=record.question_id, question=record.question or "?", category=record.category)
    if not same_entry(record, found):
        note(f"entry {found.id!r} has changed since the run; it is graded as the benchmark has it now")
    return found


def graders_in(record: Record, named: Sequence[str], *, at_the_end: bool) -> tuple[Grader, ...]:
    """Make the graders that are named, else those that graded the record.

    Args:
        record: The trial.
        named: Expressions, see `named_grader`.
        at_the_end: Whether the trial's last call is replayed; only its reply is what the record's graders graded.

    Returns:
        None where the record was graded by nobody, or the call is not the one that was graded.

    Raises:
        ConfigurationError: For a name that is not enough to make the grader.
    """
    if named:
        return tuple(map(named_grader, named))
    return tuple(map(_grader_of_record, _recorded(record))) if at_the_end else ()


def _recorded(record: Record) -> list[str]:
    own = record.grader or ""
    scored = (one.grader for one in record.scores if one.kind != "human" and not one.name.startswith("assert_"))
    found = [own] if own.startswith(COMPOSITES) else [one for one in scored if one] or [own]
    return list(dict.fromkeys(one.partition("@")[0] for one in found if one))  # a judge signs with its hash


def _grader_of_record(name: str) -> Grader:
    """Make a grader of ours from its id; a module that a log names is not imported."""
    try:
        if ":" in name.partition("(")[0]:
            raise ConfigurationError(f"grader {name!r} is none of ours")
        return named_grader(name)
    except ConfigurationError:
        raise ConfigurationError(
            f"the run graded with {name!r}, and the name is not enough to make it again; "
            "name one with --grader, such as --grader contains or --grader my_module:my_grader"
        ) from None


def judges_in(record: Record, graders: Sequence[Grader], named: Sequence[str]) -> tuple[str, ...]:
    """Return whom the graders may ask: the judges that are named, else the run's where a judge graded."""
    if named or record.judge is None or not record.judge.model:
        return tuple(named)
    return tuple(record.judge.model.split(", ")) if graders else ()
