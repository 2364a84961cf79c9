"""What came back in batches, where the gateway looks first."""

from __future__ import annotations

from pytest_llmeval.errors import FatalProviderError, ProviderError, RequestRejected
from pytest_llmeval.models.answer import Reply

Outcome = Reply | ProviderError


class BatchAnswers:
    """Replies and errors, by the key of the request."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Outcome] = {}
        self._taken: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._outcomes

    def add(self, key: str, outcome: Outcome) -> None:
        """Keep what became of a request.

        An error that would end the session ends one trial only: the other answers are there and paid for.
        """
        if isinstance(outcome, FatalProviderError):
            outcome = RequestRejected(str(outcome), status=outcome.status)
        self._outcomes[key] = outcome

    def take(self, key: str) -> tuple[Reply, bool]:
        """Return the reply to a request, and whether it is taken for the first time, which is when it is paid for.

        Raises:
            ProviderError: Where the request was not answered.
        """
        outcome = self._outcomes[key]
        if isinstance(outcome, ProviderError):
            raise outcome
        is_first = key not in self._taken
        self._taken.add(key)
        return outcome, is_first
