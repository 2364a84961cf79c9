"""Files and symbols that entries name, held against the repository as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.parts import parts_of
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.safe_text import one_line

LONGEST_SAID = 200
"""Characters of a file's name."""
_WORD = re.compile(r"\w+")


def missing_references(entries: Sequence[Entry], root: Path, beside: Path) -> Iterator[Finding]:
    """Find expected files, context files and schemas that do not exist, and symbols that the expected files lack.

    Those of later turns are too. Symbols of an entry without expected files are not looked for: they could be anywhere.

    Args:
        entries: What names them.
        root: The repository; expected files are named from there.
        beside: The benchmark's folder; context files are named from there, else from the root.
    """
    found = (told for entry in entries for part in parts_of(entry) for told in _missing_of(part, root, beside))
    yield from dict.fromkeys(found)  # the first turn may say what the entry says


def _missing_of(entry: Entry, root: Path, beside: Path) -> Iterator[Finding]:
    schema = [entry.response_schema] if isinstance(entry.response_schema, str) else []
    if schema and schema[0].lstrip().startswith("{"):
        text = "response_schema is text, which is taken for the name of a file; write the schema as an object"
        yield Finding("broken schemas", "error", (entry.id,), text)
        schema = []
    lost = [name for name in entry.expected_files if not _is_there(root / name)]
    lost += [name for name in (*entry.context_files, *schema) if not _lies(name, (beside, root))]
    if lost:
        named = ", ".join(one_line(name, LONGEST_SAID) for name in lost)
        yield Finding("missing files", "error", (entry.id,), f"names {named}, which is not there")
    elif told := _fault_of_symbols(entry, root):
        yield Finding("missing symbols", "error", (entry.id,), told)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name too long for any file
        return False


def _lies(name: str, roots: Iterable[Path]) -> bool:
    return any(_is_there(root / name) and (root / name).is_file() for root in roots)


def _fault_of_symbols(entry: Entry, root: Path) -> str | None:
    if not entry.expected_symbols or not entry.expected_files:
        return None
    found = [_words_of(root / file) for file in entry.expected_files]
    named = frozenset[str]().union(*(one.words for one in found))
    unknown = ", ".join(symbol for symbol in entry.expected_symbols if not _parts(symbol) <= named)
    if not unknown:
        return None
    unread = next((one.unread for one in found if one.unread), None)
    return (
        f"names {unknown}, not looked for in all files: {unread}" if unread else f"names {unknown}, {_lacking(entry)}"
    )


def _parts(symbol: str) -> frozenset[str]:
    return frozenset(_WORD.findall(symbol))


@dataclass(frozen=True, slots=True)
class _Words:
    words: frozenset[str]
    unread: str | None = None
    """What could not be read, and why."""


@cache
def _words_of(path: Path) -> _Words:
    """Return every word in a file, or in the files of a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    found: set[str] = set()
    unread = None
    for file in files:
        try:
            text = whole_text(file, errors="replace") if file.is_file() else ""
        except TooLong as error:
            unread = f"{file} {error}"
            continue
        except OSError as error:
            unread = f"{file} cannot be read: {error.strerror or error}"
            continue
        found.update(match.group() for match in _WORD.finditer(text))  # a list of them takes many times the file
    return _Words(frozenset(found), unread)


def _lacking(entry: Entry) -> str:
    if len(entry.expected_files) == 1:
        return f"which {entry.expected_files[0]} does not hold"
    return "which none of its expected files holds"
