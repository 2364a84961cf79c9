"""`pytest-llmeval merge`: the shards of a run as one log."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from pytest_llmeval.analysis.summaries import Summaries
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import RunLogError
from pytest_llmeval.reports.figures import counted
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.log_names import log_stem
from pytest_llmeval.runs.merging import Merging, plan_merge
from pytest_llmeval.runs.reading import check_can_be_read_again
from pytest_llmeval.runs.sidecar import sidecar_path, write_sidecar
from pytest_llmeval.runs.whole_file import create_whole

INCOMPLETE = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("out", metavar="OUT", type=Path, help="the log to make, .gz or not; never overwritten")
    parser.add_argument("shards", metavar="SHARD", nargs="+", type=Path, help="the logs of one run")
    parser.epilog = "exit status: 0 merged, 1 merged but shards are missing, 2 nothing was written"


def run(given: argparse.Namespace) -> int:
    """Merge; 0 done, 1 done but shards are missing, 2 nothing was written."""
    if sidecar_path(given.out).exists():
        raise RunLogError(f"{sidecar_path(given.out)}: exists already; name another log or move it away")
    for shard in given.shards:
        check_can_be_read_again(shard)
    merging = plan_merge(log_stem(given.out), given.shards)
    summaries = Summaries()
    records = create_whole(given.out, _lines(merging, summaries), like=given.shards)
    info = merging.info(summaries.totals())
    if info is not None:
        write_sidecar(given.out, info)
    return _told(merging, given.out, records)


def _lines(merging: Merging, summaries: Summaries) -> Iterator[bytes]:
    for record in merging.records():
        summaries.add(record)
        yield record_line(record)


def _told(merging: Merging, out: Path, records: int) -> int:
    for fault in merging.torn:
        note(str(fault))
    once = f", {merging.repeated:,} repeated ones left out" if merging.repeated else ""
    note(f"{counted(records, 'record')} of {counted(len(merging.shards), 'shard')} merged into {out}{once}")
    if merging.missing:
        note(f"missing shards: {', '.join(merging.missing)}; the run is marked incomplete until they are merged too")
        return INCOMPLETE
    return 0
