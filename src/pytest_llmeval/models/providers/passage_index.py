"""The index: passages found by their words, ranked by BM25."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from pytest_llmeval.errors import FatalProviderError
from pytest_llmeval.models.providers.passages import Passage

WEIGHTS = {"path": 4.0, "title": 2.0, "text": 1.0, "parts": 1.0}
"""How much a hit counts in each column; ``parts`` holds the words that identifiers in the text are made of."""
MOST_TERMS = 64
"""Terms a query may have; SQLite bounds its length. The last ones are kept: a question follows its context."""
MOST_PARTS = 16
"""Words a compound may have to be looked for as a whole; a longer one is data, and dear to search."""
COMPOUND = re.compile(r"\w+(?:[-./]\w+)*")
WORD = re.compile(r"[A-Za-z0-9]+")
BREAK = re.compile(r"[\W_]+")
LONGEST_NAME = 80
"""Characters a word may have to be split: a longer one is data, and no name."""
PART = re.compile(r"[A-Z][A-Z0-9]*(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
STOP_WORDS = frozenset(
    BREAK.split(
        "a about after all also an and any are as at be been before being between but by can could d describe did do "
        "does doing done each explain find for from get gets give given had has have having he how i if in into is it "
        "its itself just kind list ll m made make makes may me might more most must my name no not of on one only or "
        "other our out over own please re s same shall she should show so some such t take tell than that the their "
        "them then there these they this those through to too under up us use used uses using ve very was we were "
        "what when where whether which while who whom whose why will with within without would you your"
    )
)
"""Words that say nothing of a question's subject, and what contractions leave."""


class PassageIndex:
    """Holds the passages in memory from its making to `close`; used from one thread, the one that made it.

    Args:
        passages: In the order that breaks ties between equally good ones.
        connect: Opens an empty database in memory.

    Raises:
        FatalProviderError: Where SQLite was built without its full-text search.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        connect: Callable[[], sqlite3.Connection] = lambda: sqlite3.connect(":memory:"),
    ) -> None:
        self._passages = passages
        self._database = connect()
        try:
            # Contentless: the texts are at hand in the passages. Porter's stemmer lets "retries" find "retry".
            self._database.execute(
                "CREATE VIRTUAL TABLE passages USING fts5("
                f"{', '.join(WEIGHTS)}, content='', tokenize='porter unicode61')"
            )
        except sqlite3.DatabaseError as error:
            self.close()
            raise FatalProviderError(
                f"offline:bm25 needs SQLite with FTS5, which this Python's SQLite {sqlite3.sqlite_version} lacks "
                f"({error}); use another build of Python, or another model"
            ) from error
        rows = ((number, *_columns(passage)) for number, passage in enumerate(passages))
        self._database.executemany("INSERT INTO passages(rowid, path, title, text, parts) VALUES (?, ?, ?, ?, ?)", rows)

    def best(self, question: str) -> Iterator[Passage]:
        """Yield the passages that share a word with the question, the best first.

        Args:
            question: Any text; it has no operators.
        """
        wanted = match_expression(question)
        if wanted:
            rank = f"bm25(passages, {', '.join(map(str, WEIGHTS.values()))})"
            query = f"SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY {rank}, rowid"  # noqa: S608  own numbers
            for (number,) in self._database.execute(query, (wanted,)):
                yield self._passages[number]

    def close(self) -> None:
        """Give the memory back; the index is of no use afterwards."""
        self._database.close()


def _columns(passage: Passage) -> tuple[str, str, str, str]:
    path, title = (f"{text} {_camel_parts(text)}" for text in (passage.path, passage.title))
    return path, title, passage.text, _camel_parts(passage.text)


def _camel_parts(text: str) -> str:
    """Return the parts of its CamelCase words, which SQLite takes for one word each."""
    names = (split_identifier(word) for word in WORD.findall(text) if not word.islower())
    return " ".join(part for parts in names if len(parts) > 1 for part in parts)


def split_identifier(name: str) -> list[str]:
    """Return the words an identifier is made of.

    Example:
        >>> split_identifier("run_ahead"), split_identifier("HTTPServerError"), split_identifier("sha256")
        (['run', 'ahead'], ['HTTP', 'Server', 'Error'], ['sha256'])
    """
    parts: list[str] = []
    for word in filter(None, BREAK.split(name)):
        parts += PART.findall(word) if word.isascii() and len(word) <= LONGEST_NAME else [word]
    return parts


def match_expression(question: str) -> str:
    """Write the FTS5 query that asks for any of the question's words; empty where it has none worth looking for.

    Compounds are asked for as a whole and in parts, so that passages with the whole of them come first.

    Example:
        >>> match_expression('How does run_ahead work?')
        '"run_ahead" OR "run" OR "ahead" OR "work"'
    """
    terms = dict.fromkeys(term.lower() for compound in COMPOUND.findall(question) for term in _terms(compound))
    return " OR ".join(f'"{term}"' for term in [*terms][-MOST_TERMS:])


def _terms(compound: str) -> Iterator[str]:
    """Yield what to look for; only word characters and ``-./`` are in it, so quotes around it are enough."""
    parts = split_identifier(compound)
    if 1 < len(parts) <= MOST_PARTS:
        yield compound
        if " ".join(parts) != BREAK.sub(" ", compound).strip():
            yield " ".join(parts)
    yield from (part for part in parts if part.lower() not in STOP_WORDS)
