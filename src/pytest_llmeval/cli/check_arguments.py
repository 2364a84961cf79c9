"""What `pytest-llmeval check` can be asked: what to look at, and where it begins to object."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_llmeval.benchmark.checking.checks import Strictness
from pytest_llmeval.benchmark.checking.coverage import Requirement
from pytest_llmeval.benchmark.checking.meaning import LEAST
from pytest_llmeval.benchmark.checking.text_index import Thresholds
from pytest_llmeval.cli.numbers import between, percent, whole
from pytest_llmeval.errors import ConfigurationError


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("benchmark", metavar="BENCHMARK", type=Path, help="benchmark file of any format")
    _declare_looks(parser.add_argument_group("what else to look at"))
    _declare_bounds(parser.add_argument_group("where a check begins to object"), Strictness())
    parser.add_argument(
        "--write-deduplicated",
        metavar="FILE",
        type=Path,
        help="write the benchmark with one of each cluster of (near) duplicates into a new .jsonl file",
    )
    release = parser.add_argument_group("releasing a version")
    release.add_argument(
        "--release",
        metavar="VERSION",
        type=_version,
        help="write the entries as they are into the manifest, unless there are errors",
    )
    release.add_argument("--why", metavar="TEXT", default="", help="what the release is for")
    parser.add_argument("--strict", action="store_true", help="let warnings fail too")
    parser.add_argument("--json", action="store_true", help="all findings")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every finding")
    parser.epilog = "exit status: 0 no error, 1 some error (with --strict: or warning), 2 a file cannot be used"


def _declare_looks(look: argparse._ArgumentGroup) -> None:
    look.add_argument("--root", metavar="DIR", type=_folder, default=Path(), help="where expected files lie (.)")
    look.add_argument(
        "--prompt",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="prompts of your system, which must hold no entry",
    )
    look.add_argument(
        "--against",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="a corpus to look for the questions in: texts, or .jsonl",
    )
    look.add_argument(
        "--embedder",
        metavar="MODULE:FUNCTION",
        help="look in other words too: your function makes vectors of texts",
    )
    look.add_argument(
        "--keep", action="store_true", help="write what --against finds beside the benchmark, where runs look for it"
    )
    look.add_argument(
        "--answered",
        metavar="RUN",
        type=Path,
        nargs="+",
        default=[],
        help="run logs: which entries are too easy, too hard or unclear (five answers of each at least)",
    )
    look.add_argument(
        "--matrix",
        metavar="FIELD",
        nargs=2,
        action="append",
        default=[],
        help="count entries by two fields: category, tag, difficulty, split, status or any other (repeatable)",
    )
    look.add_argument(
        "--require",
        metavar="FIELD[*FIELD]=N",
        type=_requirement,
        action="append",
        default=[],
        help="each value, or combination of two, must have N active entries (repeatable)",
    )


def _declare_bounds(bounds: argparse._ArgumentGroup, standard: Strictness) -> None:
    bounds.add_argument(
        "--min-slice",
        metavar="N",
        type=whole(0),
        default=standard.least_in_slice,
        help="entries of a slice (%(default)s)",
    )
    bounds.add_argument(
        "--mix-shift",
        metavar="POINTS",
        type=percent,
        default=standard.mix_shift,
        help="by which the share of a slice moved since the latest release (%(default)g)",
    )
    bounds.add_argument(
        "--alike",
        metavar="SHARE",
        type=between(0, 1, without=(0,)),
        default=standard.alike,
        help="similarity of near duplicates (%(default)s)",
    )
    bounds.add_argument(
        "--stale-after",
        metavar="DAYS",
        type=whole(0),
        default=standard.stale_after_days,
        help="since the last review (%(default)s)",
    )
    bounds.add_argument(
        "--contained",
        metavar="SHARE",
        type=between(0, 1, without=(0,)),
        default=standard.contamination.contained,
        help="of a question's word runs in a document (%(default)s)",
    )
    bounds.add_argument(
        "--ngram",
        metavar="WORDS",
        type=whole(),
        default=standard.contamination.run,
        help="length of such a run (%(default)s)",
    )
    bounds.add_argument(
        "--meaning",
        metavar="COSINE",
        type=between(0, 1, without=(0,)),
        help=f"of texts that --embedder takes for the same ({LEAST})",
    )


def _version(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"must name a version such as 1.0, got {text!r}")
    return text


def _folder(text: str) -> Path:
    try:
        is_one = Path(text).is_dir()
    except OSError:  # longer than any name
        is_one = False
    if not is_one:
        raise argparse.ArgumentTypeError(f"must be a folder that is there, got {text!r}")
    return Path(text)


def _requirement(text: str) -> Requirement:
    try:
        return Requirement.parse(text, "coverage")
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def strictness_of(given: argparse.Namespace) -> Strictness:
    """Return where the check begins to object."""
    thresholds = Thresholds(run=given.ngram, contained=given.contained, alike=given.alike)
    return Strictness(given.min_slice, given.alike, given.stale_after, given.mix_shift, thresholds)
