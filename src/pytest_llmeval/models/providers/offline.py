"""The embedded provider, which needs neither key nor network: a retrieval baseline and a floor."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pytest_llmeval.errors import ModelNotFound, UnsupportedByProvider
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.providers.passage_index import PassageIndex
from pytest_llmeval.models.providers.passages import Passage, cut
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.readable_files import readable_files
from pytest_llmeval.models.request import Message, Request

BM25 = "bm25"
CLOSED_BOOK = "closed-book"
DONT_KNOW = "I do not know."
NOTHING_FOUND = "I found nothing about this in the repository."
PASSAGES = 3
"""How many passages an answer quotes, each from another file."""
MOST_LINES = 40
MOST_CHARACTERS = 2500
"""Where a quoted passage is cut off."""


class OfflineProvider:
    """Answers from the repository at hand, or not at all.

    ``bm25`` quotes the passages of the repository's tracked text files that BM25 ranks highest for the last user
    message; the index is made at the first question and stands to the end of the run. ``closed-book`` always says that
    it does not know, which a sound benchmark must never grade as right.

    Both are deterministic: system prompt and sampling parameters change nothing, ``max_tokens`` included, and tokens
    are not counted. Benchmarks, evals and run logs are never read, see `readable_files`.
    """

    adapter_version = "offline-1"
    cacheable = False
    has_tokens = False
    """The repository changes under equal requests, and answers are there in milliseconds."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        # One thread makes the index, asks and closes it: no query waits on a lock, and the loop on none of them.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llm-eval-offline")
        self._index: PassageIndex | None = None

    async def complete(self, request: Request) -> Reply:
        """Answer the last user message.

        Raises:
            ModelNotFound: Where the model is neither of the two.
            UnsupportedByProvider: Where tools or a response schema are asked for.
            FatalProviderError: Where this Python's SQLite has no full-text search.
        """
        _check(request)
        if request.model.model == CLOSED_BOOK:
            return Reply(DONT_KNOW)
        question = _last_question(request.messages)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._retrieve, question)

    async def aclose(self) -> None:
        """Drop the index and join its thread, after the questions already under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop_index)
        self._thread.shutdown()

    def _retrieve(self, question: str) -> Reply:
        self._index = self._index or self._build_index()
        best: dict[str, Passage] = {}
        for passage in self._index.best(question):
            best.setdefault(passage.path, passage)
            if len(best) == PASSAGES:
                break
        return Reply(_answer_text(list(best.values())), evidence_files=tuple(best), retrieval_method=BM25)

    def _build_index(self) -> PassageIndex:
        files = readable_files(self._settings.rootdir, self._settings.private_files)
        return PassageIndex([passage for file in files for passage in cut(file.path, file.text)])

    def _drop_index(self) -> None:
        if self._index:
            self._index.close()


def _check(request: Request) -> None:
    name = request.model
    if name.model not in (BM25, CLOSED_BOOK):
        raise ModelNotFound(f"{name} is not a model of the offline provider; it has {BM25} and {CLOSED_BOOK}")
    asked = "call tools" if request.tools else "follow a response schema" if request.response_schema is not None else ""
    if asked:
        raise UnsupportedByProvider(f"{name} cannot {asked}; name a model that can, such as openai:gpt-4o-mini")


def _last_question(messages: tuple[Message, ...]) -> str:
    asked = [_text(message.get("content")) for message in messages if message["role"] == "user"]
    return asked[-1] if asked else ""


def _text(content: Any) -> str:
    """Read a turn's text, which some endpoints take as a list of parts."""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def _answer_text(passages: list[Passage]) -> str:
    if not passages:
        return NOTHING_FOUND
    where = ", ".join(passage.path for passage in passages)
    return "\n\n".join([f"What the repository says about this, quoted from {where}:", *map(_quoted, passages)])


def _quoted(passage: Passage) -> str:
    lines = passage.text.strip("\n").split("\n")
    kept = "\n".join(lines[:MOST_LINES])[:MOST_CHARACTERS].rstrip()
    return f"{passage.place}\n{kept}" + ("" if kept == "\n".join(lines).rstrip() else "\n…")
