"""Batches kept in memory: made, polled, cancelled and fetched in either wire format."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from aiohttp import web

from tests.loopback.dialects import Dialect
from tests.loopback.outcomes import Fail, Lapse, Outcome, Raw, Say
from tests.loopback.scenario import Handler, Received

Step: TypeAlias = Literal["upload", "create", "state", "cancel", "results"]
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
_ROUTES: tuple[tuple[str, str, Step, str], ...] = (
    ("POST", r"/v1/files", "upload", CHAT),
    ("POST", r"/v1/batches", "create", CHAT),
    ("GET", r"/v1/batches/([^/]+)", "state", CHAT),
    ("POST", r"/v1/batches/([^/]+)/cancel", "cancel", CHAT),
    ("GET", r"/v1/files/([^/]+)/content", "results", CHAT),
    ("POST", r"/v1/messages/batches", "create", MESSAGES),
    ("GET", r"/v1/messages/batches/([^/]+)", "state", MESSAGES),
    ("POST", r"/v1/messages/batches/([^/]+)/cancel", "cancel", MESSAGES),
    ("GET", r"/v1/messages/batches/([^/]+)/results", "results", MESSAGES),
)
"""Method, path, step, and the path whose dialect it belongs to."""


@dataclass(frozen=True, slots=True)
class BatchScript:
    """What batches go through."""

    polls: int = 1
    """How often a batch says that it is in progress."""
    fate: Literal["completed", "failed", "expired"] = "completed"
    """How it ends, in the words of the chat-completions format; the messages format knows one end only."""
    note: str = "line is not valid"
    """Why it failed."""
    faults: Mapping[Step, Outcome] = field(default_factory=dict)
    """What a step meets in place of its answer."""


@dataclass(slots=True)
class _Batch:
    id: str
    items: dict[str, dict[str, Any]]
    polls_left: int
    fate: str
    is_cancelled: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.polls_left <= 0

    def count(self, *kinds: type, because: str | None = None) -> int:
        found = [outcome for outcome in self.outcomes.values() if isinstance(outcome, kinds)]
        return sum(1 for outcome in found if because in (None, getattr(outcome, "because", None)))


class BatchDesk:
    """Keeps files and batches as long as its server runs.

    Args:
        script: What batches go through.
        handler: What each request in a batch meets.
        dialects: The wire formats, by the path of a single request.
    """

    def __init__(self, script: BatchScript, handler: Handler, dialects: Mapping[str, Dialect]) -> None:
        self._script = script
        self._handler = handler
        self._dialects = dialects
        self._files: dict[str, bytes] = {}
        self._batches: dict[str, _Batch] = {}

    def knows(self, method: str, path: str) -> bool:
        """Say whether a request is for this desk."""
        return _route(method, path) is not None

    def answer(self, received: Received) -> web.Response | tuple[Dialect, Outcome]:
        """Do what was asked, or return what it shall meet instead."""
        route = _route(received.method, received.path)
        if route is None:
            raise LookupError(received.path)
        step, path, name = route
        dialect = self._dialects[path]
        if step in self._script.faults:
            return dialect, self._script.faults[step]
        steps: dict[Step, Callable[[Received, str, str], web.Response | Fail]] = {
            "upload": self._upload,
            "create": self._create,
            "state": self._state,
            "cancel": self._cancel,
            "results": self._results,
        }
        reply = steps[step](received, path, name)
        return (dialect, reply) if isinstance(reply, Fail) else reply

    def _upload(self, received: Received, _path: str, _name: str) -> web.Response | Fail:
        if received.body.get("purpose") != "batch":
            return Fail(400, "purpose must be batch")
        file_id = f"file-{len(self._files) + 1}"
        self._files[file_id] = received.body["file"]
        return web.json_response({"id": file_id, "object": "file", "purpose": "batch"})

    def _create(self, received: Received, path: str, _name: str) -> web.Response | Fail:
        if path == MESSAGES:
            items = {item["custom_id"]: item["params"] for item in received.body["requests"]}
        else:
            lines = [json.loads(line) for line in self._files[received.body["input_file_id"]].splitlines()]
            if received.body["endpoint"] != CHAT or any(line["url"] != CHAT for line in lines):
                return Fail(400, "endpoint must be /v1/chat/completions")
            items = {line["custom_id"]: line["body"] for line in lines}
        prefix = "msgbatch" if path == MESSAGES else "batch"
        batch = _Batch(f"{prefix}_{len(self._batches) + 1}", items, self._script.polls, self._script.fate)
        self._batches[batch.id] = batch
        self._settle(batch, path)
        return web.json_response(self._shown(batch, path))

    def _state(self, _received: Received, path: str, batch_id: str) -> web.Response | Fail:
        batch = self._batches.get(batch_id)
        if batch is None:
            return Fail(404, f"No batch found with id '{batch_id}'.")
        shown = self._shown(batch, path)
        if not batch.is_over:
            batch.polls_left -= 1
            self._settle(batch, path)
        return web.json_response(shown)

    def _cancel(self, _received: Received, path: str, batch_id: str) -> web.Response | Fail:
        batch = self._batches.get(batch_id)
        if batch is None:
            return Fail(404, f"No batch found with id '{batch_id}'.")
        if batch.is_over:
            return Fail(400 if path == MESSAGES else 409, "Cannot cancel a batch that is over.")
        batch.is_cancelled = True
        return web.json_response(self._shown(batch, path))

    def _results(self, _received: Received, path: str, name: str) -> web.Response | Fail:
        if path == CHAT:
            return web.Response(body=self._files[name], content_type="application/octet-stream")
        batch = self._batches[name]
        lines = [{"custom_id": custom_id, "result": self._result(o, path)} for custom_id, o in _shuffled(batch)]
        return web.Response(body=_jsonl(lines), content_type="application/x-jsonl")

    def _settle(self, batch: _Batch, path: str) -> None:
        """Let every request meet its outcome once the batch is over, and write the files of results."""
        if not batch.is_over or batch.fate == "failed":
            return
        for custom_id, body in batch.items.items():
            lapsed = Lapse("cancelled") if batch.is_cancelled else None
            batch.outcomes[custom_id] = lapsed or self._handler(Received(path, {}, body, 0.0))
        if path == CHAT:
            lines = [(_is_answer(o), self._line(custom_id, o)) for custom_id, o in _shuffled(batch)]
            self._files[f"{batch.id}-output"] = _jsonl([line for is_answer, line in lines if is_answer])
            self._files[f"{batch.id}-errors"] = _jsonl([line for is_answer, line in lines if not is_answer])

    def _shown(self, batch: _Batch, path: str) -> dict[str, Any]:
        return self._message_batch(batch) if path == MESSAGES else self._chat_batch(batch)

    def _chat_batch(self, batch: _Batch) -> dict[str, Any]:
        has_failed = batch.fate == "failed" and batch.is_over
        status = "in_progress" if not batch.is_over else "cancelled" if batch.is_cancelled else batch.fate
        files = {"output_file_id": f"{batch.id}-output", "error_file_id": f"{batch.id}-errors"}
        written = {name: file_id for name, file_id in files.items() if self._files.get(file_id)}
        counts = {
            "total": len(batch.items),
            "completed": batch.count(Say, Raw),
            "failed": batch.count(Fail, Lapse),
        }
        errors = {"data": [{"code": "invalid", "line": 1, "message": self._script.note}]} if has_failed else None
        shown = {"id": batch.id, "object": "batch", "status": status, "errors": errors, "request_counts": counts}
        return {**dict.fromkeys(files), **shown, **(written if batch.is_over else {})}

    def _message_batch(self, batch: _Batch) -> dict[str, Any]:
        counts = {
            "processing": 0 if batch.is_over else len(batch.items),
            "succeeded": batch.count(Say, Raw),
            "errored": batch.count(Fail),
            "canceled": batch.count(Lapse, because="cancelled"),
            "expired": batch.count(Lapse, because="expired"),
        }
        under_way = "canceling" if batch.is_cancelled else "in_progress"
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "ended" if batch.is_over else under_way,
            "request_counts": counts,
            "cancel_initiated_at": "2026-01-01T00:00:00Z" if batch.is_cancelled else None,
            "results_url": "https://elsewhere.example/results" if batch.is_over else None,
        }

    def _line(self, custom_id: str, outcome: Outcome) -> dict[str, Any]:
        line: dict[str, Any] = {"id": f"batch_req_{custom_id}", "custom_id": custom_id, "response": None, "error": None}
        if isinstance(outcome, Lapse):
            line["error"] = {"code": f"batch_{outcome.because}", "message": "its turn never came"}
        else:
            status = outcome.status if isinstance(outcome, Fail) else 200
            line["response"] = {"status_code": status, "request_id": "req", "body": self._body(outcome, CHAT)}
        return line

    def _result(self, outcome: Outcome, path: str) -> dict[str, Any]:
        if isinstance(outcome, Lapse):
            return {"type": {"expired": "expired", "cancelled": "canceled"}[outcome.because]}
        if isinstance(outcome, Fail):
            return {"type": "errored", "error": self._body(outcome, path)}
        return {"type": "succeeded", "message": self._body(outcome, path)}

    def _body(self, outcome: Outcome, path: str) -> Any:
        match outcome:
            case Say():
                return self._dialects[path].reply(outcome, Received(path, {}, {"model": "batched"}, 0.0))
            case Fail():
                return self._dialects[path].error(outcome, outcome.message)
            case Raw(body):
                return json.loads(body)
        raise RuntimeError(f"a request in a batch cannot meet {outcome!r}")


def _route(method: str, path: str) -> tuple[Step, str, str] | None:
    for verb, pattern, step, of in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found and verb == method:
            return step, of, "".join(found.groups())
    return None


def _is_answer(outcome: Outcome) -> bool:
    return isinstance(outcome, (Say, Raw))


def _shuffled(batch: _Batch) -> list[tuple[str, Outcome]]:
    """Put the outcomes into another order than the requests were in, the same one every time."""
    given = list(batch.outcomes.items())
    mixed = given[:]
    random.Random(1).shuffle(mixed)
    return mixed if mixed != given else given[::-1]


def _jsonl(lines: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()
