"""The port to the models that judge: grading knows no provider, it is handed something that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Message


class Judge(Protocol):
    """A model that grades; lives as long as the trial it grades."""

    @property
    def name(self) -> str:
        """The judge, as ``provider:model``."""
        ...

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters the user set for judges; they win over the grader's. A parameter that is None is not sent."""
        ...

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        system: str,
        schema: Mapping[str, Any] | None,
        params: Mapping[str, Any],
        usable: Callable[[Reply], bool],
    ) -> Reply:
        """Ask once, with retries, budget and cache as for every other call of the run.

        Args:
            messages: The conversation.
            system: The system prompt.
            schema: JSON Schema the reply must follow; None asks for plain text.
            params: Sampling parameters, complete: those of `params` are in it. None means: not sent.
            usable: Tells whether a reply holds a verdict; one that does not is asked for again next time, not kept.

        Raises:
            UnsupportedByProvider: Where the provider cannot do what is asked, a schema for instance.
            ProviderError: Where there was no reply.
            BudgetExhausted: Where the run may not spend any more.
        """
        ...
