"""The gateway: the one way out of a session to its providers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from pytest_llmeval.errors import CacheMiss, FatalProviderError, ProviderError, TooManyErrors
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.models.batches.answers import BatchAnswers
from pytest_llmeval.models.estimate import approximated
from pytest_llmeval.models.first_call import FirstCall
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.pacing import AdaptiveSlots, Rates
from pytest_llmeval.models.providers.batch_port import BATCH_DISCOUNT
from pytest_llmeval.models.providers.port import Provider
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.sending import Attempted, Sender
from pytest_llmeval.models.terms import Terms
from pytest_llmeval.redaction import redact

Role = Literal["model", "judge"]
Usable = Callable[[Reply], bool]
"""Tells whether a reply is worth keeping in the cache."""


def always(_: Reply) -> bool:
    """Find every reply worth keeping."""
    return True


class Gateway:
    """Sends requests: looks in the cache, has a first call to each model go alone, keeps to the terms, prices replies.

    Made by the eval session, used on its loop only, closed there when the session ends. After a fatal error every
    further request is refused with the same error and nothing more is sent.

    Args:
        provider_of: Makes the provider of a name; called once for each name, at its first request.
        terms: On what terms calls are made.
    """

    def __init__(self, provider_of: Callable[[str], Provider], terms: Terms) -> None:
        self._provider_of = provider_of
        self._terms = terms
        self._everybody = asyncio.Semaphore(terms.concurrency)
        self._senders: dict[str, Sender] = {}
        self._first_calls: dict[ModelName, FirstCall] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self.fatal: FatalProviderError | None = None
        """The error after which nothing more is sent."""
        self.batched = BatchAnswers()
        """What came back in batches; it is not asked for again."""

    async def send(
        self, request: Request, role: Role = "model", *, anew: bool = False, usable: Usable = always
    ) -> Call:
        """Ask, and return the call as a trace keeps it.

        Args:
            request: What is asked.
            role: Whether the model under test is asked, or a judge.
            anew: Whether to ask although the cache has an answer, as a rerun does.
            usable: A reply that is not is neither kept in the cache nor taken from it.

        Raises:
            ProviderError: Once retrying is used up or pointless.
            UnsupportedByProvider: Where the provider cannot do what the request asks.
            BudgetExhausted: Where the run may not spend any more.
            CacheMiss: Where asking is forbidden and the answer is not in the cache.
        """
        cache = self._terms.cache
        sender = self._sender(request.model.provider)
        key = request.key(sender.provider.adapter_version)
        if key in self.batched and not anew:
            return self._from_batch(request, role, key, usable)
        if cache is None or not self._is_cacheable(sender):
            return await self._ask(sender, request, role, key)
        async with self._asking.setdefault(key, asyncio.Lock()):  # who asks the same at the same time waits for it
            known = None if anew else cache.get(key)
            if known is not None and usable(known):
                return _call(request, role, key, Attempted(known, 0.0), cached=True)
            if cache.mode == "only":
                raise CacheMiss(f"{request.model}: the answer is not in the cache, and --llm-cache=only forbids asking")
            call = await self._ask(sender, request, role, key)
            if usable(call.reply):
                cache.put(key, call.reply)
            return call

    def provider_of(self, name: str) -> Provider:
        """Return the provider of a name.

        Raises:
            FatalProviderError: Where it cannot be made.
        """
        return self._sender(name).provider

    def wanting(self, requests: Iterable[Request]) -> dict[str, Request]:
        """Return by their keys, each once, the requests that are neither in the cache nor answered by a batch."""
        found: dict[str, Request] = {}
        for request in requests:
            sender = self._sender(request.model.provider)
            key = request.key(sender.provider.adapter_version)
            cache = self._terms.cache if self._is_cacheable(sender) else None
            if key not in self.batched and (cache is None or cache.get(key) is None):
                found[key] = request
        return found

    def count_calls(self, number: int) -> None:
        """Count calls that are made in a batch.

        Raises:
            BudgetExhausted: Where the run may not make as many.
        """
        for _ in range(number):
            self._terms.budget.reserve_call()

    def _is_cacheable(self, sender: Sender) -> bool:
        cache = self._terms.cache
        return cache is not None and cache.mode != "off" and getattr(sender.provider, "cacheable", True)

    def _from_batch(self, request: Request, role: Role, key: str, usable: Usable) -> Call:
        reply, is_first = self.batched.take(key)
        done = Attempted(reply, 0.0)
        if not is_first:
            return _call(request, role, key, done, cached=True)
        price = self._terms.price_of(request.model, reply.usage)
        cost = None if price is None else price * BATCH_DISCOUNT
        self._terms.budget.charge(reply.usage.total_tokens, cost)
        if self._terms.cache is not None and usable(reply):
            self._terms.cache.put(key, reply)
        return replace(_call(request, role, key, done, cost_usd=cost), attempts=0)

    async def _ask(self, sender: Sender, request: Request, role: Role, key: str) -> Call:
        begun = self._terms.at.clock()
        try:
            async with self._first_calls.setdefault(request.model, FirstCall()):
                done = await sender.send(request)
        except ProviderError as error:
            self._note_failure(error)
            raise
        self._terms.streak.ended()
        if getattr(sender.provider, "has_tokens", True):
            usage = approximated(done.reply.usage, request, done.reply)
            done = replace(done, reply=replace(done.reply, usage=usage))
        usage = done.reply.usage
        price = self._terms.price_of(request.model, usage)
        self._terms.budget.charge(usage.total_tokens, price)
        cost = None if usage.estimated else price  # good enough for a bound, and for no figure
        waited = self._terms.at.clock() - begun - done.latency_s
        return _call(request, role, key, done, waited_s=waited, cost_usd=cost)

    def _note_failure(self, error: ProviderError) -> None:
        in_a_row, most = self._terms.streak.failed(), self._terms.errors_in_a_row
        if isinstance(error, FatalProviderError):
            self.fatal = self.fatal or error
        elif most is not None and in_a_row >= most:
            self.fatal = TooManyErrors(f"{most} calls failed one after another; the last one: {error}")

    async def aclose(self) -> None:
        """Close every provider that was used."""
        for sender in self._senders.values():
            await sender.provider.aclose()
        self._senders.clear()

    def _still_allowed(self) -> None:
        if self.fatal:
            raise self.fatal

    def _sender(self, name: str) -> Sender:
        self._still_allowed()
        if name not in self._senders:
            self._senders[name] = self._new_sender(name)
        return self._senders[name]

    def _new_sender(self, name: str) -> Sender:
        terms = self._terms
        try:
            provider = self._provider_of(name)
        except FatalProviderError as error:
            self.fatal = error
            raise
        return Sender(
            provider,
            slots=AdaptiveSlots(terms.concurrency, clock=terms.at.clock, sleep=terms.at.sleep),
            everybody=self._everybody,
            places=terms.places,
            rates=Rates(terms.per_minute, terms.tokens_per_minute, after_s=terms.after_s),
            budget=terms.budget,
            retry=terms.retry,
            still_allowed=self._still_allowed,
            at=terms.at,
        )


def _call(
    request: Request,
    role: Role,
    key: str,
    done: Attempted,
    *,
    waited_s: float = 0.0,
    cost_usd: float | None = 0.0,
    cached: bool = False,
) -> Call:
    reply: Reply = done.reply
    return Call(
        provider=request.model.provider,
        model=request.model.model,
        messages=request.messages,
        reply=reply,
        request_hash=key,
        system=request.system,
        params=request.params.as_dict(),
        tools=tuple(tool.name for tool in request.tools),
        role=role,
        latency_s=done.latency_s,
        waited_s=max(waited_s, 0.0),
        attempts=0 if cached else len(done.failures) + 1,
        failures=done.failures,
        cached=cached,
        cost_usd=cost_usd,
        offered=request.tools,
        response_schema=request.response_schema if role == "model" else None,
        base_url=redact(request.base_url) if request.base_url else None,
    )
