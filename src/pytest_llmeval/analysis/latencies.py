"""How long answers took: in all, to the first token, and for each token after it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from pytest_llmeval.analysis.statistics.estimates import Percentiles, percentiles
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.record import Record


class Latencies:
    """The times of one model; fed record by record.

    Left out are answers that came from the cache in whole or in part, those of trials that ended in an error, and what
    judges took. Of a call that was tried again, providers are timed by the try that succeeded.
    """

    def __init__(self) -> None:
        self.cached = 0
        """Trials answered from the cache, in whole or in part."""
        self._whole = array("d")
        self._first_token = array("d")
        self._per_token = array("d")

    def add(self, record: Record) -> None:
        """Take in one more record."""
        if record.is_from_cache:
            self.cached += 1
        elif record.outcome != "error":
            self._time(record, [call for call in record.calls if call.role == "model"])

    def _time(self, record: Record, calls: Sequence[Call]) -> None:
        if record.latency_s is not None:
            self._whole.append(record.latency_s)
        firsts = [call.reply.ttft_s for call in calls] or [record.ttft_s]
        self._first_token.extend(seconds for seconds in firsts if seconds is not None)
        self._per_token.extend(seconds for call in calls if (seconds := per_token_s(call.reply)) is not None)

    @property
    def whole_s(self) -> Percentiles:
        """Return how many seconds answers took."""
        return percentiles(self._whole)

    @property
    def first_token_s(self) -> Percentiles:
        """Return how many seconds passed from sending to the first token of a call, where it was streamed."""
        return percentiles(self._first_token)

    @property
    def per_token_s(self) -> Percentiles:
        """Return how many seconds each further token of a call took, where it was streamed."""
        return percentiles(self._per_token)


def per_token_s(reply: Reply) -> float | None:
    """Return the seconds from the first token to the last, for each token after the first.

    Args:
        reply: Thinking that was counted but not sent is no part of the stream.

    Returns:
        None where it was not streamed, where the tokens are not known or estimated, and where there is but one.

    Example:
        >>> from pytest_llmeval.models.answer import Usage
        >>> per_token_s(Reply("a b c d e", usage=Usage(10, 5), streamed_s=0.2))
        0.05
    """
    tokens = reply.usage.output_tokens
    if reply.streamed_s is None or tokens is None or reply.usage.estimated:
        return None
    if reply.thinking is None:
        tokens -= reply.usage.reasoning_tokens or 0
    return reply.streamed_s / (tokens - 1) if tokens > 1 else None
