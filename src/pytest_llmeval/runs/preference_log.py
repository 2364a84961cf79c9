"""The log of a pairwise judge: one JSON line for each pair of answers and judge, appended as soon as it is judged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.grading.judge.pairwise import Better
from pytest_llmeval.models.answer import Usage
from pytest_llmeval.redaction import REDACTED, telling_secrets
from pytest_llmeval.runs.fault_words import faults_of
from pytest_llmeval.runs.graded_log import check_plain
from pytest_llmeval.runs.locking import took_lock
from pytest_llmeval.runs.reading import numbered_lines

FORMAT_VERSION = 1
Outcome = Literal["new", "base", "tie"]


class Said(BaseModel):
    """What a judge said of two answers in one order."""

    model_config = ConfigDict(frozen=True, extra="allow")

    better: Better | None = None
    """Null where there is no verdict."""
    rationale: str = ""
    fault: str = ""
    """Why there is none."""
    abstained: bool = False
    """Whether the judge said that it cannot judge this."""


class PreferenceLine(BaseModel):
    """One pair of answers, judged by one judge in both orders."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    format_version: int = FORMAT_VERSION
    key: str
    """Identifies judge, prompt, question and both answers: a pair with this key need not be judged again."""
    entry: str
    """The entry, as comparisons name it."""
    sample: int = 1
    category: str
    base: str
    """Who gave the one answer, as ``provider:model``."""
    new: str
    base_run: str
    new_run: str
    judge: str
    judge_hash: str
    base_first: Said
    """With the base's answer in the first place."""
    new_first: Said
    outcome: Outcome | None = None
    """A tie where the two orders do not say the same; null where either has no verdict."""
    base_characters: int
    new_characters: int
    identical: bool = False
    """Both answers are the same text, so nobody was asked."""
    usage: Usage = Usage()
    cost_usd: float | None = None
    timestamp: str

    @property
    def is_settled(self) -> bool:
        """Tell whether asking again would be of no use: each order has a verdict, or the judge abstained."""
        return all(one.better is not None or one.abstained for one in (self.base_first, self.new_first))


class PreferenceLog:
    """Opened by `preference_log` in the one process that writes."""

    def __init__(self, path: Path, fd: int, secrets: Iterable[str]) -> None:
        self.path = path
        self._fd = fd
        self._secrets = [json.dumps(secret)[1:-1] for secret in telling_secrets(secrets)]
        self.lines = {line.key: line for line in read_preferences(path)}
        """By key; of several the last."""
        if os.fstat(fd).st_size and not path.read_bytes().endswith(b"\n"):
            os.write(fd, b"\n")  # ends a line that was torn off

    def append(self, line: PreferenceLine) -> None:
        """Write a line; once this returns it outlives the process."""
        text = line.model_dump_json()
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        try:
            os.write(self._fd, text.encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise RunLogError(f"{self.path}: cannot be written ({error.strerror}); make room and go on") from None
        self.lines[line.key] = line


@contextmanager
def preference_log(path: Path, secrets: Iterable[str] = ()) -> Iterator[PreferenceLog]:
    """Open a log to go on with it; made where there is none.

    Args:
        path: The file.
        secrets: Keys in use; where a line holds one, ``[redacted]`` is written.

    Raises:
        RunLogError: Where it cannot be opened, is something else, or is being written by another process.
    """
    check_plain(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise RunLogError(f"{path}: cannot be written ({error.strerror}); name another with --output") from None
    try:
        if not took_lock(fd):
            raise RunLogError(f"{path}: is being written by another process; wait for it, or name another file")
        yield PreferenceLog(path, fd, secrets)
    finally:
        os.close(fd)


def read_preferences(path: Path) -> Iterator[PreferenceLine]:
    """Read a log; a torn line is passed over.

    Raises:
        RunLogError: Where a line is something else.
    """
    for number, line, _ in numbered_lines(path):
        try:
            yield PreferenceLine.model_validate_json(line)
        except ValidationError as error:
            if not _is_json(line):
                continue
            fault = f"{path}:{number}: is no line of a pairwise log: {faults_of(error)}"
            raise RunLogError(f"{fault}; name another file") from None


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
