"""The part of `pytest-llmeval check` that looks for questions in a corpus, and keeps what it finds for later runs."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pytest_llmeval.benchmark.checking.contamination import is_sought, kept_check, matches_in
from pytest_llmeval.benchmark.checking.contamination_file import (
    Checked,
    ContaminationCheck,
    contamination_path,
    contamination_text,
    read_contamination,
)
from pytest_llmeval.benchmark.checking.corpus import Corpus
from pytest_llmeval.benchmark.checking.meaning import Meaning
from pytest_llmeval.benchmark.checking.text_index import Match, Thresholds
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.reports.contamination_lines import checked_told
from pytest_llmeval.runs.whole_file import replace_whole
from pytest_llmeval.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a benchmark's contamination: from the corpus named now, else from the check that is kept."""

    benchmark: Benchmark
    matches: Mapping[str, Match] | None
    """What was found now; None where no corpus was named."""
    kept: ContaminationCheck | None
    too_short: int = 0
    """Entries that were not looked for now, because they stand in any text."""

    def __str__(self) -> str:
        if self.matches is not None:
            short = f", {self.too_short:,} too short to look for" if self.too_short else ""
            return f"checked, {len(self.matches):,} flagged{short}"
        if self.kept is None:
            return "not checked"
        found = Counter[Checked](map(self.kept.of, self.benchmark.current))
        return checked_told(self.kept.day, flagged=found["flagged"], clean=found["clean"], changed=found["changed"])


def look(
    given: argparse.Namespace, benchmark: Benchmark, thresholds: Thresholds, meaning: Meaning | None = None
) -> Looked:
    """Look for the questions in the corpus, where one is named, and keep what was found where that is asked for.

    Raises:
        BenchmarkError: For a corpus, or a check kept earlier, that cannot be read.
        ConfigurationError: Where there is nothing to keep, no text to look in, or the embedder fails.
    """
    if given.keep and not given.against:
        raise ConfigurationError("--keep keeps what --against finds; name a corpus, such as --against train.jsonl")
    earlier = read_contamination(given.benchmark)
    if not given.against:
        return Looked(benchmark, None, earlier)
    corpus = Corpus(given.against)
    sought = [*filter(is_sought, benchmark.current)]
    matches = matches_in(sought, corpus, thresholds, meaning)
    if not corpus.has_text:
        named = one_line(", ".join(map(str, given.against)), 200)
        raise ConfigurationError(f"--against: there is no text in {named}, so nothing was checked; name the corpus")
    if given.keep:
        made = kept_check(
            benchmark.name,
            sought,
            matches,
            against=corpus.files,
            thresholds=thresholds,
            meaning=meaning,
            checked=datetime.now(UTC).isoformat(timespec="seconds"),
            earlier=earlier,
        )
        path = contamination_path(given.benchmark)
        replace_whole(path, [contamination_text(made).encode()])
        note(f"{path}: kept for later runs, {len(made.flagged):,} of {len(made.entries):,} entries flagged")
        for told in _forgotten(earlier, made):
            note(told)
    return Looked(benchmark, matches, earlier, too_short=len(benchmark.current) - len(sought))


def _forgotten(earlier: ContaminationCheck | None, made: ContaminationCheck) -> Iterator[str]:
    """Say what a check takes the place of, where it has not looked into all that was looked into before."""
    if earlier is None:
        return
    now = {told for one in made.against for told in (one.name, one.sha256)}
    left = [one.name for one in earlier.against if now.isdisjoint((one.name, one.sha256))]
    if not left:
        return
    lost = [name for name in earlier.flagged if name not in made.flagged and name in made.entries]
    told = f"it takes the place of the check of {earlier.day} against {one_line(', '.join(left), 200)}"
    yield f"{told}, which flagged {len(lost):,} more; name all files at once to keep both"
