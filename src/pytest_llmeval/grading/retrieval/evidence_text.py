"""What the files say that an answer rests on, cut to what a judge can read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from pytest_llmeval.grading.evidence import clean_path, evidence_of
from pytest_llmeval.grading.retrieval.repository import find_file, text_of
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.citations import Citation, citations_in

AROUND = 30
"""Lines shown before and after the lines that are cited, where the file is too long to be shown whole."""
LEFT_OUT = "[… left out …]"


def evidence_text(
    answer: Answer, roots: Sequence[str | os.PathLike[str]], most_characters: int
) -> tuple[Mapping[str, str], list[str]]:
    """Read the files an answer rests on or cites.

    Args:
        answer: The answer.
        roots: Where its files are.
        most_characters: Of all of them together; each gets an equal share. Of longer files the lines that are cited are
            shown, with some around them, else their beginning.

    Returns:
        Path to text, and the paths that could not be read.
    """
    cited = citations_in(answer.text) + tuple(c for path in answer.evidence_files for c in citations_in(path))
    whole = {path: _read(path, roots) for path in evidence_of(answer)}
    found = {path: text for path, text in whole.items() if text is not None}
    share = most_characters // max(len(found), 1)
    shown = {
        path: _cut(text, [one for one in cited if clean_path(one.path) == path], share) for path, text in found.items()
    }
    return shown, [path for path in whole if path not in found]


def _read(path: str, roots: Sequence[str | os.PathLike[str]]) -> str | None:
    file = find_file(path, roots)
    return None if file is None else text_of(file)


def _cut(text: str, cited: Sequence[Citation], most: int) -> str:
    if len(text) <= most:
        return text
    lines = text.splitlines()
    wanted: set[int] = set()
    for one in cited:
        if one.first_line is not None and one.last_line is not None:
            wanted |= set(range(max(one.first_line - 1 - AROUND, 0), min(one.last_line + AROUND, len(lines))))
    kept = "\n".join(
        line if number in wanted else LEFT_OUT
        for number, line in enumerate(lines)
        if number in wanted or number - 1 in wanted or number == 0
    )
    chosen = kept if wanted else text
    return chosen if len(chosen) <= most else f"{chosen[:most]}\n{LEFT_OUT}"
