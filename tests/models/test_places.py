import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_llmeval.models.places import SharedPlaces

HOLDER = """
import asyncio, sys, time
from pathlib import Path
from pytest_llmeval.models.places import SharedPlaces

async def hold():
    async with SharedPlaces(Path(sys.argv[1]), 1):
        print("held", flush=True)
        time.sleep(60)

asyncio.run(hold())
"""


async def entered(places: SharedPlaces, within_s: float = 0.05) -> bool:
    """Tell whether a place is to be had; where it is, it stays held."""
    try:
        await asyncio.wait_for(places.__aenter__(), within_s)
    except TimeoutError:
        return False
    return True


def test_as_many_processes_as_there_are_places_hold_one_and_the_next_waits(tmp_path: Path) -> None:
    """Files opened apart are locked apart, so that one process can stand for three."""

    async def scene() -> tuple[list[bool], bool]:
        first, second, third = (SharedPlaces(tmp_path / "deep" / "places", 2) for _ in range(3))
        held = [await entered(one) for one in (first, second, third)]
        await first.__aexit__()
        return held, await entered(third)

    assert asyncio.run(scene()) == ([True, True, False], True)


def test_a_process_holds_one_place_at_most(tmp_path: Path) -> None:
    async def scene() -> tuple[bool, bool]:
        own, other = SharedPlaces(tmp_path, 2), SharedPlaces(tmp_path, 2)
        async with own:
            return await entered(own), await entered(other)

    assert asyncio.run(scene()) == (False, True)


def test_whoever_gives_up_waiting_keeps_nobody_out(tmp_path: Path) -> None:
    async def scene() -> bool:
        held, own = SharedPlaces(tmp_path, 1), SharedPlaces(tmp_path, 1)
        async with held:
            assert not await entered(own)
        return await entered(own)

    assert asyncio.run(scene())


def test_the_place_of_a_process_that_was_killed_is_free_again(tmp_path: Path) -> None:
    async def scene() -> tuple[bool, bool]:
        own = SharedPlaces(tmp_path, 1)
        before = await entered(own)
        holder.kill()
        holder.wait()
        return before, await entered(own, 5)

    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert asyncio.run(scene()) == (False, True)


@pytest.mark.parametrize("number", [1, 3])
def test_what_was_asked_of_places_goes_on_once_they_are_given_back(tmp_path: Path, number: int) -> None:
    async def work(places: SharedPlaces, at_once: list[int]) -> int:
        async with places:
            at_once.append(at_once[-1] + 1)
            await asyncio.sleep(0.001)
            at_once.append(at_once[-1] - 1)
        return 1

    async def scene() -> tuple[int, int]:
        at_once = [0]
        done = await asyncio.gather(*(work(SharedPlaces(tmp_path, number), at_once) for _ in range(8)))
        return sum(done), max(at_once)

    assert asyncio.run(scene()) == (8, number)
