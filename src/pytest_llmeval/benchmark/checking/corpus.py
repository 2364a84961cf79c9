"""A corpus: files whose documents questions are looked for in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_llmeval.benchmark.checking.contamination_file import CorpusFile
from pytest_llmeval.benchmark.checking.documents import documents_in, joined
from pytest_llmeval.bounded import TooLong, bounded_lines, whole_content
from pytest_llmeval.errors import BenchmarkError

ROWS = (".jsonl", ".ndjson")


class Corpus:
    """Yields name and text of each document: rows of a file of rows, parts of a structured one, other files whole.

    Args:
        paths: Files; of a row or a part every text in it counts, however deep.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self.files: list[CorpusFile] = []
        """What was read; whole once all documents are."""
        self.has_text = False
        """Whether any document read so far holds more than blanks."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Read the files.

        Raises:
            BenchmarkError: For a file that cannot be read as text or has no bounds, or a row that is no JSON.
        """
        self.files, self.has_text = [], False
        for path in self._paths:
            try:
                for name, text in self._rows(path) if path.suffix in ROWS else self._whole(path):
                    self.has_text = self.has_text or (bool(text) and not text.isspace())
                    yield name, text
            except TooLong as error:
                place = path if error.line is None else f"{path}:{error.line}"
                raise BenchmarkError([f"{place}: {error}"]) from None
            except OSError as error:
                raise BenchmarkError([f"{path}: cannot be read: {error.strerror or error}"]) from None
            except (ValueError, RecursionError) as error:  # no UTF-8, or no JSON
                raise BenchmarkError([f"{path}: is no text that can be searched: {error}"]) from None

    def _rows(self, path: Path) -> Iterator[tuple[str, str]]:
        digest, documents = hashlib.sha256(), 0
        with path.open("rb") as file:
            for number, line in enumerate(bounded_lines(file), start=1):
                digest.update(line)
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip():
                    documents += 1
                    yield f"{path}:{number}", joined(json.loads(text))
        self.files.append(CorpusFile(name=str(path), documents=documents, sha256=digest.hexdigest()))

    def _whole(self, path: Path) -> Iterator[tuple[str, str]]:
        content = whole_content(path)
        documents = 0
        for document in documents_in(path, content.decode("utf-8-sig")):
            documents += 1
            yield document
        self.files.append(CorpusFile(name=str(path), documents=documents, sha256=hashlib.sha256(content).hexdigest()))
