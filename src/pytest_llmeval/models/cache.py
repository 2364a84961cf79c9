"""The cache of replies: one SQLite file, shared by every process that runs evals in a project."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Literal, get_args

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Reply, ToolCall, Usage

CacheMode = Literal["off", "auto", "refresh", "only"]
CACHE_MODES: tuple[CacheMode, ...] = get_args(CacheMode)
TABLE = "replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)"
PATIENCE_S = 30.0
"""How long one process waits for another to finish writing."""


class ReplyCache:
    """Replies by the key of their request (see `Request.key`).

    Opened by the engine at its first use, closed when the session ends. A reply is kept for as long as the file is:
    pytest's ``--cache-clear`` takes it away. Keys are hashes of requests without the API key, which is not in the file.

    Args:
        path: The file; made, with its folder, where there is none.
        mode: ``auto`` reads and writes, ``refresh`` only writes, ``only`` forbids asking anybody, ``off`` does nothing.

    Raises:
        ConfigurationError: Where the file cannot be opened or is no cache.
    """

    def __init__(self, path: Path, mode: CacheMode) -> None:
        self.mode = mode
        self._path = path
        self._db: sqlite3.Connection | None = None
        if mode != "off":
            self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Setting the journal mode does not wait for others, so processes that open a new file do it in turn.
            with self._path.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                db = sqlite3.connect(self._path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
                db.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} WITHOUT ROWID")
        except (OSError, sqlite3.Error) as error:
            if db is not None:
                db.close()
            raise ConfigurationError(
                f"{self._path}: cannot be used as the answer cache ({error}); delete it, or add --llm-cache=off"
            ) from None
        return db

    def get(self, key: str) -> Reply | None:
        """Return the reply to a request, None where it is unknown or not to be read."""
        if self._db is None or self.mode == "refresh":
            return None
        row = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return None if row is None else read_reply(row[0])

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply, in place of an older one."""
        if self._db is not None:
            text = json.dumps(asdict(reply), ensure_ascii=False)
            self._db.execute("INSERT OR REPLACE INTO replies VALUES (?, ?)", (key, text))

    def close(self) -> None:
        """Close the file; calling it again does nothing."""
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()
            self._db = None


def read_reply(text: str) -> Reply:
    """Read a reply back from its JSON."""
    told = json.loads(text)
    told["usage"] = Usage(**told["usage"])
    told["tool_calls"] = tuple(ToolCall(**call) for call in told["tool_calls"])
    told["evidence_files"] = tuple(told["evidence_files"])
    logprobs = told.get("token_logprobs")
    told["token_logprobs"] = None if logprobs is None else tuple(logprobs)
    alternatives = told.get("token_alternatives")
    told["token_alternatives"] = None if alternatives is None else tuple(map(tuple, alternatives))
    return Reply(**told)
