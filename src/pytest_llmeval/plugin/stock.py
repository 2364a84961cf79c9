"""Taking stock of the benchmarks of a session: what the sidecar says of each, and whether the run may begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_llmeval.benchmark.checking.contamination_file import ContaminationCheck
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.plugin.contamination import described
from pytest_llmeval.plugin.settings import Settings


@dataclass(frozen=True, slots=True)
class Stock:
    """What is known of the benchmarks once all are read."""

    described: tuple[dict[str, Any], ...]
    """As the sidecar keeps them."""
    refusal: str = ""
    """Why the run must not begin."""


def take_stock(
    benchmarks: Sequence[Benchmark],
    check_of: Callable[[Benchmark], ContaminationCheck | None],
    settings: Settings,
    *,
    asking: bool,
) -> Stock:
    """Look at the benchmarks.

    Args:
        benchmarks: All that the session reads.
        check_of: Gives what is known of the contamination of one.
        settings: What the user wants of them.
        asking: Whether any trial is left to run; no demand is made of a session that asks nothing.
    """
    told = tuple(described(one, check_of(one)) for one in benchmarks)
    return Stock(told, _refusal(benchmarks, settings) if asking else "")


def _refusal(benchmarks: Sequence[Benchmark], settings: Settings) -> str:
    if not settings.require_coverage:
        return ""
    from pytest_llmeval.plugin.coverage import refusal  # few ask for it

    return refusal(benchmarks, settings.require_coverage)
