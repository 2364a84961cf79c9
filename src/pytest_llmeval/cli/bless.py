"""`pytest-llmeval bless`: a run becomes the baseline that later runs are compared with."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.noise import RATE, noise_of
from pytest_llmeval.analysis.comparing.sides import Side, read_sides
from pytest_llmeval.analysis.summary import model_of
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import ConfigurationError, RunLogError
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.runs.baselines import DEFAULT_NAME, baseline_path, check_name, folder_near
from pytest_llmeval.runs.blessing import bless
from pytest_llmeval.runs.people import who
from pytest_llmeval.runs.provenance import utc_timestamp
from pytest_llmeval.runs.reading import check_can_be_read_again, iter_records
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.sidecar import RunInfo, SignedOff, read_sidecar, sidecar_path
from pytest_llmeval.safe_text import one_line
from pytest_llmeval.seen_from import seen_from

REFUSED = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("log", metavar="RUN", type=Path, help="the run log")
    parser.add_argument(
        "--name", default=DEFAULT_NAME, help="what the baseline is called; each has one run per model (default: main)"
    )
    parser.add_argument("--model", metavar="NAME", help="bless this model only, where the log has several")
    parser.add_argument("--into", metavar="DIR", type=Path, help="where baselines are kept (default: llm-baselines)")
    parser.add_argument(
        "--again",
        metavar="RUN",
        type=Path,
        help="the same run made once more: what differs is noise, and no gate calls less a drop",
    )
    parser.add_argument("--reason", metavar="TEXT", help="why; kept with the baseline")
    parser.add_argument("--force", action="store_true", help="bless a run that is not whole")
    parser.epilog = (
        "A run that was cut short, in which evals were deselected, or that nothing says is complete, is refused.\n\n"
        "exit status: 0 blessed, 1 refused, 2 misuse"
    )


def run(given: argparse.Namespace) -> int:
    """Bless; 0 done, 1 refused."""
    name = check_name(given.name)
    check_can_be_read_again(given.log)
    sides = read_sides(given.log)
    chosen = _chosen(sides, given.model)
    faults = list(dict.fromkeys(fault for side in chosen.values() for fault in _faults(side)))
    for fault in faults:
        note(f"{given.log}: {fault}")
    if any(not side.scored for side in chosen.values()):
        return REFUSED
    if faults and not given.force:
        note("not blessed; make the run whole (--llm-resume), or add --force to have it as it is")
        return REFUSED
    noise = _noise(given, chosen)
    folder = given.into or folder_near(Path.cwd(), otherwise=given.log.parent)
    for model, side in chosen.items():
        _bless(given, baseline_path(folder, name, model), side, noise.get(model, {}), forced=bool(faults))
    return 0


def _noise(given: argparse.Namespace, chosen: dict[str, Side]) -> dict[str, dict[str, float]]:
    """Compare each model with itself in the repetition.

    Raises:
        RunLogError: Where that is no repetition of the run.
    """
    if given.again is None:
        return {}
    others, found = read_sides(given.again), {}
    for model, side in chosen.items():
        compared = compare(side, others[model]) if model in others else None
        if compared is None or not compared.pairing.pairs:
            raise RunLogError(f"{given.again}: has no answer of {model} to what {given.log} asks; name a repetition")
        odd = [one.reason for one in compared.obstacles] + [f"other {one.what}" for one in compared.changes]
        first, second = side.info, others[model].info
        if first is not None and second is not None and first.run_id == second.run_id:
            odd.append("it is the same run")
        if odd:
            raise RunLogError(f"{given.again}: is no repetition of {given.log}: {'; '.join(odd)}")
        found[model] = noise_of(compared.pairing.pairs)
    return found


def _chosen(sides: dict[str, Side], wanted: str | None) -> dict[str, Side]:
    found = {model: side for model, side in sides.items() if wanted in (None, model, model.partition(":")[2])}
    if not found:
        raise ConfigurationError(f"the run has no model {wanted!r}; it has {', '.join(sides)}")
    return found


def _faults(side: Side) -> Iterator[str]:
    info = side.info
    if not side.scored:
        yield f"{side.model} has no verdict on any trial; grade it first: pytest-llmeval grade {side.path}"
    if info is None:
        yield "no sidecar, so nothing says whether it is complete"
        return
    if side.torn or side.lost or not info.complete:
        yield f"not complete: {side.unfinished or 'it was cut short'}"
    if info.deselected:
        yield f"not whole: {info.deselected:,} evals were deselected"
    if info.shard:
        yield f"not whole: it is shard {info.shard}; merge all of them first: pytest-llmeval merge OUT SHARD..."


def _bless(given: argparse.Namespace, path: Path, side: Side, noise: dict[str, float], *, forced: bool) -> None:
    replaced = _replaced(path)
    signed = SignedOff(by=who(Path.cwd()), at=utc_timestamp(), reason=given.reason)
    info = side.info or RunInfo(run_id=_first(given.log).run_id, started=_first(given.log).timestamp)
    told = {"blessed": signed, "models": (side.model,), "batches": (), "noise": noise}
    written = bless(path, _records_of(given.log, side), info.model_copy(update=told), like=given.log)
    said = " although it is not whole" if forced else ""
    shown = seen_from(Path.cwd(), path)
    note(f"{shown}: blessed{said}, {one_line(side.model)}, {written:,} records of run {info.run_id}{replaced}")
    if noise:
        note(f"two runs of it differ by up to {noise[RATE]:.1f} points by chance; no gate calls less a drop")
    without = len(side.trials) - side.scored
    if without:
        note(f"{without:,} of its {len(side.trials):,} trials have no verdict, and no run is compared with those")
    if skipped := info.totals.get("skipped"):
        note(f"skipped by the suite, so without a verdict: {counted(skipped, 'trial')}")
    if info.gate == "failed":
        note("its gate failed; later runs are now held against it all the same")


def _first(log: Path) -> Record:
    return next(iter_records(log, on_fault=lambda _fault: None, every_try=True))


def _records_of(log: Path, side: Side) -> Iterator[Record]:
    # Read again rather than kept: a log may be larger than the memory.
    for record in iter_records(log, on_fault=lambda _fault: None):
        if model_of(record) == side.model:
            yield record


def _replaced(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        was = read_sidecar(path)
    except RunLogError:
        return f", in place of another whose {sidecar_path(path).name} is missing or broken"
    return f", in place of run {was.run_id}" + (f" of {was.blessed.at[:10]}" if was.blessed else "")
