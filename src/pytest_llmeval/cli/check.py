"""`pytest-llmeval check`: what would make a benchmark's numbers wrong, found before a model is asked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from pytest_llmeval.analysis.comparing.items import item_findings, items_of
from pytest_llmeval.analysis.comparing.sides import read_sides
from pytest_llmeval.benchmark.checking.checks import check_benchmark
from pytest_llmeval.benchmark.checking.corpus import Corpus
from pytest_llmeval.benchmark.checking.coverage import Matrix, check_field, counted_entries, matrix_of
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.manifest import (
    Manifest,
    manifest_path,
    manifest_text,
    read_manifest,
    released,
)
from pytest_llmeval.benchmark.checking.meaning import Meaning
from pytest_llmeval.benchmark.loading import Benchmark, load_benchmark
from pytest_llmeval.cli.check_arguments import declare, strictness_of
from pytest_llmeval.cli.check_contamination import Looked, look
from pytest_llmeval.cli.check_deduplicated import check_target, write_deduplicated
from pytest_llmeval.cli.check_meaning import meaning_asked
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.check_lines import check_lines
from pytest_llmeval.reports.lines import Segment, line
from pytest_llmeval.reports.matrix_lines import matrix_lines, matrix_values
from pytest_llmeval.runs.locking import alone
from pytest_llmeval.runs.whole_file import replace_whole

__all__ = ["declare", "run"]

FOUND = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """A benchmark, and what there is to tell of it."""

    benchmark: Benchmark
    manifest: Manifest | None
    looked: Looked
    meaning: Meaning | None
    matrices: tuple[Matrix, ...]
    findings: tuple[Finding, ...]


def run(given: argparse.Namespace) -> int:
    """Tell the findings; 0, 1 where any counts, 2 where a file cannot be used."""
    with meaning_asked(given) as meaning:
        checked = _checked(given, meaning)
    failed = any(given.strict or one.severity == "error" for one in checked.findings)
    if given.release and not failed:
        checked = replace(checked, manifest=_release(given, checked))
    _tell(given, checked)
    if given.write_deduplicated:
        write_deduplicated(checked.benchmark, checked.findings, given.write_deduplicated)
    if given.release and failed:
        note(f"version {given.release} is not released; mend the errors first")
    return FOUND if failed else 0


def _checked(given: argparse.Namespace, meaning: Meaning | None) -> Checked:
    benchmark = load_benchmark(given.benchmark)
    if given.write_deduplicated:
        check_target(benchmark, given.write_deduplicated)
    manifest = read_manifest(given.benchmark)
    looked = look(given, benchmark, strictness_of(given).contamination, meaning)
    matrices = tuple(_matrices(given, benchmark))
    findings = tuple(_findings(given, benchmark, manifest, looked, meaning))
    return Checked(benchmark, manifest, looked, meaning, matrices, findings)


def _findings(
    given: argparse.Namespace,
    benchmark: Benchmark,
    manifest: Manifest | None,
    looked: Looked,
    meaning: Meaning | None,
) -> Iterator[Finding]:
    found = check_benchmark(
        benchmark,
        root=given.root,
        today=datetime.now(UTC).date(),
        manifest=manifest,
        prompts=dict(Corpus(given.prompt)),
        matches=looked.matches,
        meaning=meaning,
        required=given.require,
        strictness=strictness_of(given),
    )
    # What differs from the latest release is what is released now.
    yield from (one for one in found if not (given.release and one.check == "manifest"))
    if given.answered:
        sides = [side for log in given.answered for side in read_sides(log).values()]
        yield from item_findings(items_of(sides))


def _matrices(given: argparse.Namespace, benchmark: Benchmark) -> Iterator[Matrix]:
    for first, second in given.matrix:
        for field in (first, second):
            check_field(counted_entries(benchmark.entries, first, second), field, f"--matrix: {benchmark.shown}")
        yield matrix_of(benchmark.entries, first, second)


def _release(given: argparse.Namespace, checked: Checked) -> Manifest:
    day = datetime.now(UTC).date().isoformat()
    path = manifest_path(given.benchmark)
    with alone(path, "another release is being written to it; run this one again", option="a copy of the benchmark"):
        before = read_manifest(given.benchmark)  # anew: another may have been released meanwhile
        made = released(checked.benchmark, before, given.release, given.why, day)
        replace_whole(path, [manifest_text(made).encode()])
    note(f"version {made.version} written to {path}")
    return made


def _tell(given: argparse.Namespace, checked: Checked) -> None:
    if given.json:
        write([json.dumps(_values(given, checked), indent=2, ensure_ascii=False)])
        return
    screen = screen_of(sys.stdout, verbosity=int(given.verbose))
    heading = line(Segment(" · ".join(_heading(checked)), ("bold",)))
    tables = [told for one in checked.matrices for told in (*matrix_lines(one, given.min_slice, screen), line())]
    lines = [heading, line(), *tables, *check_lines(checked.findings, screen)]
    write_lines(lines, sys.stdout, ascii_only=screen.ascii_only)


def _heading(checked: Checked) -> Iterator[str]:
    benchmark = checked.benchmark
    retired = len(benchmark.entries) - len(benchmark.current)
    yield benchmark.shown
    yield f"{len(benchmark.entries):,} entries" + (f", {retired:,} retired" if retired else "")
    yield f"version {checked.manifest.version}" if checked.manifest else "no version"
    yield f"contamination {checked.looked}"


def _values(given: argparse.Namespace, checked: Checked) -> dict[str, object]:
    bounds = ("min_slice", "mix_shift", "alike", "stale_after", "contained", "ngram")
    matrices, meaning = [matrix_values(one) for one in checked.matrices], checked.meaning
    return {
        "benchmark": checked.benchmark.described(),
        "version": checked.manifest.version if checked.manifest else None,
        "contamination": str(checked.looked),
        "embedder": meaning and meaning.name,
        "thresholds": {**{name: getattr(given, name) for name in bounds}, "meaning": meaning and meaning.least},
        "findings": [asdict(one) for one in checked.findings],
        **({"matrices": matrices} if matrices else {}),
    }
