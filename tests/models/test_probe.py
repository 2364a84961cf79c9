"""The first call to a model: alone for a while, and what it learns holds for all."""

from __future__ import annotations

import asyncio

import pytest

from pytest_llmeval.errors import AuthenticationError
from pytest_llmeval.models.probe import Probe

FOR_EVER = 1000.0


async def through(probe: Probe, log: list[str], name: str, until: asyncio.Event | None = None) -> None:
    async with probe:
        log.append(name)
        if until is not None:
            await until.wait()


def test_a_slow_first_call_does_not_hold_the_others_up() -> None:
    log: list[str] = []

    async def scene() -> None:
        probe, never = Probe(patience_s=0.001), asyncio.Event()
        first = asyncio.ensure_future(through(probe, log, "first", never))
        await asyncio.gather(*(through(probe, log, name) for name in "ab"))  # hangs where they wait for the first
        never.set()
        await first

    asyncio.run(asyncio.wait_for(scene(), 30))
    assert sorted(log) == ["a", "b", "first"]


def test_the_others_wait_while_patience_lasts() -> None:
    log: list[str] = []

    async def scene() -> list[str]:
        probe, done = Probe(patience_s=FOR_EVER), asyncio.Event()
        calls = [asyncio.ensure_future(through(probe, log, name, done)) for name in "abc"]
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

    async def refused(probe: Probe, when: asyncio.Event) -> None:
        async with probe:
            await when.wait()
            raise AuthenticationError("401")

    async def scene() -> None:
        probe, when = Probe(patience_s=0.001), asyncio.Event()
        first = asyncio.ensure_future(refused(probe, when))
        await through(probe, log, "went while the first was slow")
        when.set()
        with pytest.raises(AuthenticationError):
            await first
        with pytest.raises(AuthenticationError):
            await through(probe, log, "came too late")

    asyncio.run(asyncio.wait_for(scene(), 30))
    assert log == ["went while the first was slow"]


def test_a_call_that_is_back_leaves_no_timer_behind() -> None:
    async def scene() -> bool:
        probe = Probe(patience_s=FOR_EVER)
        await through(probe, [], "first")
        timer = probe._timer
        return timer is not None and timer.cancelled()

    assert asyncio.run(scene())
