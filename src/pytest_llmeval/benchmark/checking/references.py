"""Files and symbols that entries name, held against the repository as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry


def missing_references(entries: Sequence[Entry], root: Path, beside: Path) -> Iterator[Finding]:
    """Find expected files, context files and schemas that do not exist, and symbols that the expected files lack.

    Symbols of an entry without expected files are not looked for: they could be anywhere.

    Args:
        entries: What names them.
        root: The repository; expected files are named from there.
        beside: The benchmark's folder; context files are named from there, else from the root.
    """
    for entry in entries:
        schema = [entry.response_schema] if isinstance(entry.response_schema, str) else []
        lost = [name for name in entry.expected_files if not (root / name).exists()]
        lost += [name for name in (*entry.context_files, *schema) if not _lies(name, (beside, root))]
        if lost:
            yield Finding("missing files", "error", (entry.id,), f"names {', '.join(lost)}, which is not there")
        unknown = [] if lost else _missing_symbols(entry, root)
        if unknown:
            told = f"names {', '.join(unknown)}, which {_lacking(entry)}"
            yield Finding("missing symbols", "error", (entry.id,), told)


def _lies(name: str, roots: Iterable[Path]) -> bool:
    return any((root / name).is_file() for root in roots)


def _missing_symbols(entry: Entry, root: Path) -> list[str]:
    named = frozenset().union(*(_names(root / file) for file in entry.expected_files))
    return [symbol for symbol in entry.expected_symbols if entry.expected_files and not _parts(symbol) <= named]


def _parts(symbol: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", symbol))


@cache
def _names(path: Path) -> frozenset[str]:
    """Return every word in a file, or in the files of a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def _lacking(entry: Entry) -> str:
    if len(entry.expected_files) == 1:
        return f"{entry.expected_files[0]} does not hold"
    return "none of its expected files holds"
