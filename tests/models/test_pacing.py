import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from pytest_llmeval.models.pacing import AdaptiveSlots, Rates

T = TypeVar("T")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def take(slots: AdaptiveSlots, count: int) -> list[asyncio.Task[float]]:
    tasks = [asyncio.ensure_future(slots.acquire()) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


def got(tasks: list[asyncio.Task[float]]) -> int:
    return sum(task.done() and not task.cancelled() for task in tasks)


def run(scene: Callable[[], Awaitable[T]]) -> T:
    async def whole() -> T:
        return await scene()

    return asyncio.run(whole())


def test_no_more_than_allowed_get_in_and_the_rest_wait_in_order() -> None:
    async def scene() -> tuple[int, list[bool]]:
        slots = AdaptiveSlots(2)
        tasks = await take(slots, 4)
        before = got(tasks)
        slots.release()
        await asyncio.sleep(0)
        return before, [task.done() for task in tasks]

    before, after = run(scene)
    assert before == 2
    assert after == [True, True, True, False]


def test_begins_small_and_doubles_with_each_round_of_successes() -> None:
    slots = AdaptiveSlots(50, start=16)
    sizes = [slots.allowed]
    for _ in range(2):
        for _ in range(slots.allowed):
            slots.succeeded()
        sizes.append(slots.allowed)
    assert sizes == [16, 32, 50]


def test_one_episode_of_429s_halves_once() -> None:
    clock = Clock()
    slots = AdaptiveSlots(16, clock=clock)
    clock.now = 1.0
    for _ in range(10):
        slots.slowed_down(begun=0.5, wait_s=2.0)
    assert slots.allowed == 8
    clock.now = 5.0
    slots.slowed_down(begun=4.0, wait_s=2.0)
    assert slots.allowed == 4


def test_there_is_always_room_for_one() -> None:
    clock = Clock()
    slots = AdaptiveSlots(2, clock=clock)
    for _ in range(5):
        clock.now += 1
        slots.slowed_down(begun=clock.now - 0.5, wait_s=0)
    assert slots.allowed == 1


def test_after_an_episode_it_grows_slowly_again() -> None:
    slots = AdaptiveSlots(16, start=16)
    slots.slowed_down(begun=0, wait_s=0)
    for _ in range(9):
        slots.succeeded()
    assert slots.allowed == 9


def test_nothing_goes_out_while_the_provider_asked_to_wait() -> None:
    async def scene() -> tuple[int, int]:
        slots = AdaptiveSlots(4)
        slots.slowed_down(begun=0, wait_s=0.03)
        tasks = await take(slots, 1)
        early = got(tasks)
        await asyncio.sleep(0.06)
        return early, got(tasks)

    assert run(scene) == (0, 1)


def test_waiter_that_gives_up_takes_no_place() -> None:
    async def scene() -> bool:
        slots = AdaptiveSlots(1)
        _, given_up, next_one = await take(slots, 3)
        given_up.cancel()
        slots.release()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return next_one.done()

    assert run(scene)


def test_waiter_that_gives_up_when_just_let_in_passes_its_place_on() -> None:
    async def scene() -> bool:
        slots = AdaptiveSlots(1)
        _, given_up, next_one = await take(slots, 3)
        slots.release()
        given_up.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return next_one.done()

    assert run(scene)


async def seconds_for(work: Awaitable[object]) -> float:
    begun = asyncio.get_running_loop().time()
    await work
    return asyncio.get_running_loop().time() - begun


@pytest.mark.filterwarnings("ignore:This AsyncLimiter")
def test_calls_are_spread_evenly_over_the_minute() -> None:
    async def scene() -> float:
        rates = Rates(per_minute=60 * 50)

        async def many() -> None:
            for _ in range(55):
                await rates.wait_for_turn(10)

        return await seconds_for(many())

    assert 0.08 <= run(scene) < 0.5  # 50 at once, then one every 20 ms


def test_the_first_calls_wait_until_it_is_this_process_turn_and_the_later_ones_do_not() -> None:
    async def scene() -> tuple[float, float]:
        rates = Rates(per_minute=60 * 50, after_s=0.1)

        async def both() -> None:
            await asyncio.gather(rates.wait_for_turn(10), rates.wait_for_turn(10))

        return await seconds_for(both()), await seconds_for(rates.wait_for_turn(10))

    first, later = run(scene)
    assert 0.1 <= first < 0.19
    assert later < 0.09


def test_tokens_are_spread_and_a_huge_prompt_still_goes() -> None:
    async def scene() -> float:
        rates = Rates(tokens_per_minute=60_000)  # at most 10,000 at once

        async def both() -> None:
            await rates.wait_for_turn(10_000_000)
            await rates.wait_for_turn(400)

        return await seconds_for(both())

    assert 0.08 <= run(scene) < 0.5


def test_tokens_beyond_the_estimate_are_charged_to_the_next() -> None:
    async def scene() -> float:
        rates = Rates(tokens_per_minute=60_000)
        estimate = await rates.wait_for_turn(0)
        await rates.make_good(estimate, 10_000)
        await rates.make_good(estimate, None)
        return await seconds_for(rates.wait_for_turn(400))

    assert run(scene) >= 0.08


def test_without_bounds_nothing_waits() -> None:
    async def scene() -> float:
        rates = Rates()

        async def many() -> None:
            for _ in range(1000):
                await rates.make_good(await rates.wait_for_turn(10_000), 50_000)

        return await seconds_for(many())

    assert run(scene) < 0.5
