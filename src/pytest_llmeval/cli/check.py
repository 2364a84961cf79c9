"""`pytest-llmeval check`: what would make a benchmark's numbers wrong, found before a model is asked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pytest_llmeval.analysis.comparing.items import item_findings, items_of
from pytest_llmeval.analysis.comparing.sides import read_sides
from pytest_llmeval.benchmark.checking.checks import check_benchmark
from pytest_llmeval.benchmark.checking.corpus import Corpus
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.manifest import (
    Manifest,
    manifest_path,
    manifest_text,
    read_manifest,
    released,
)
from pytest_llmeval.benchmark.loading import Benchmark, load_benchmark
from pytest_llmeval.cli.check_arguments import declare, strictness_of
from pytest_llmeval.cli.check_contamination import Looked, look
from pytest_llmeval.cli.printing import note, write
from pytest_llmeval.reports.ansi import screen_of, write_lines
from pytest_llmeval.reports.check_lines import check_lines
from pytest_llmeval.reports.lines import Segment, line
from pytest_llmeval.runs.whole_file import replace_whole

__all__ = ["declare", "run"]

FOUND = 1


def run(given: argparse.Namespace) -> int:
    """Tell the findings; 0, 1 where any counts, 2 where a file cannot be used."""
    benchmark = load_benchmark(given.benchmark)
    manifest = read_manifest(given.benchmark)
    looked = look(given, benchmark, strictness_of(given).contamination)
    findings = _findings(given, benchmark, manifest, looked)
    failed = any(given.strict or one.severity == "error" for one in findings)
    if given.release and not failed:
        manifest = _release(given, benchmark, manifest)
        findings = [one for one in findings if one.check != "manifest"]
    _tell(given, benchmark, manifest, findings, looked)
    if given.release and failed:
        note(f"version {given.release} is not released; mend the errors first")
    return FOUND if failed else 0


def _findings(
    given: argparse.Namespace, benchmark: Benchmark, manifest: Manifest | None, looked: Looked
) -> list[Finding]:
    found = check_benchmark(
        benchmark,
        root=given.root,
        today=datetime.now(UTC).date(),
        manifest=manifest,
        prompts=dict(Corpus(given.prompt)),
        matches=looked.matches,
        strictness=strictness_of(given),
    )
    if given.answered:
        sides = [side for log in given.answered for side in read_sides(log).values()]
        found += item_findings(items_of(sides))
    return [one for one in found if one.check != "manifest"] if given.release else found


def _release(given: argparse.Namespace, benchmark: Benchmark, manifest: Manifest | None) -> Manifest:
    made = released(benchmark, manifest, given.release, given.why, datetime.now(UTC).date().isoformat())
    path = manifest_path(given.benchmark)
    replace_whole(path, [manifest_text(made).encode()])
    note(f"version {made.version} written to {path}")
    return made


def _tell(
    given: argparse.Namespace,
    benchmark: Benchmark,
    manifest: Manifest | None,
    findings: Sequence[Finding],
    looked: Looked,
) -> None:
    if given.json:
        write([json.dumps(_values(given, benchmark, manifest, findings, looked), indent=2, ensure_ascii=False)])
        return
    screen = screen_of(sys.stdout, verbosity=int(given.verbose))
    heading = line(Segment(" · ".join(_heading(benchmark, manifest, looked)), ("bold",)))
    write_lines([heading, line(), *check_lines(findings, screen)], sys.stdout, ascii_only=screen.ascii_only)


def _heading(benchmark: Benchmark, manifest: Manifest | None, looked: Looked) -> Iterator[str]:
    retired = len(benchmark.entries) - len(benchmark.current)
    yield benchmark.shown
    yield f"{len(benchmark.entries):,} entries" + (f", {retired:,} retired" if retired else "")
    yield f"version {manifest.version}" if manifest else "no version"
    yield f"contamination {looked}"


def _values(
    given: argparse.Namespace,
    benchmark: Benchmark,
    manifest: Manifest | None,
    findings: Sequence[Finding],
    looked: Looked,
) -> dict[str, object]:
    return {
        "benchmark": benchmark.described(),
        "version": manifest.version if manifest else None,
        "contamination": str(looked),
        "thresholds": {
            name: getattr(given, name)
            for name in ("min_slice", "mix_shift", "alike", "stale_after", "contained", "ngram")
        },
        "findings": [asdict(one) for one in findings],
    }
