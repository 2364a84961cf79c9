"""The first call to a model: alone for a while, and what it learns holds for all."""

from __future__ import annotations

import asyncio

import pytest

from pytest_llmeval.errors import AuthenticationError
from pytest_llmeval.models.first_call import FirstCall

FOR_EVER = 1000.0


async def through(first_call: FirstCall, log: list[str], name: str, until: asyncio.Event | None = None) -> None:
    async with first_call:
        log.append(name)
        if until is not None:
            await until.wait()


def test_a_slow_first_call_does_not_hold_the_others_up() -> None:
    log: list[str] = []

    async def scene() -> None:
        first_call, never = FirstCall(patience_s=0.001), asyncio.Event()
        first = asyncio.ensure_future(through(first_call, log, "first", never))
        await asyncio.gather(*(through(first_call, log, name) for name in "ab"))  # hangs where they wait for the first
        never.set()
        await first

    asyncio.run(asyncio.wait_for(scene(), 30))
    assert sorted(log) == ["a", "b", "first"]


def test_the_others_wait_while_patience_lasts() -> None:
    log: list[str] = []

    async def scene() -> list[str]:
        first_call, done = FirstCall(patience_s=FOR_EVER), asyncio.Event()
        calls = [asyncio.ensure_future(through(first_call, log, name, done)) for name in "abc"]
        for _ in range(10):
            await asyncio.sleep(0)
        before = list(log)
        done.set()
        await asyncio.gather(*calls)
        return before

    assert asyncio.run(scene()) == ["a"]
    assert log == ["a", "b", "c"]


def test_a_fatal_error_that_comes_late_still_stops_who_comes_after_it() -> None:
    log: list[str] = []

    async def refused(first_call: FirstCall, when: asyncio.Event) -> None:
        async with first_call:
            await when.wait()
            raise AuthenticationError("401")

    async def scene() -> None:
        first_call, when = FirstCall(patience_s=0.001), asyncio.Event()
        first = asyncio.ensure_future(refused(first_call, when))
        await through(first_call, log, "went while the first was slow")
        when.set()
        with pytest.raises(AuthenticationError):
            await first
        with pytest.raises(AuthenticationError):
            await through(first_call, log, "came too late")

    asyncio.run(asyncio.wait_for(scene(), 30))
    assert log == ["went while the first was slow"]


def test_a_call_that_is_back_leaves_no_timer_behind() -> None:
    async def scene() -> bool:
        first_call = FirstCall(patience_s=FOR_EVER)
        await through(first_call, [], "first")
        timer = first_call._timer
        return timer is not None and timer.cancelled()

    assert asyncio.run(scene())
