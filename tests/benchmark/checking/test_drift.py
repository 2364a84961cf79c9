"""How far the mix of slices may drift from the latest release."""

from __future__ import annotations

from typing import Any

from pytest_llmeval.benchmark.checking.drift import drifted
from pytest_llmeval.benchmark.checking.manifest import Manifest, Release, released
from pytest_llmeval.benchmark.loading import Benchmark, benchmark_from_entries


def benchmark(**counts: int) -> Benchmark:
    rows: list[dict[str, Any]] = [
        {"id": f"{name}{number}", "question": f"{name} {number}?", "split": name}
        for name, count in counts.items()
        for number in range(count)
    ]
    return benchmark_from_entries(rows)


FIRST = released(benchmark(dev=5, test=5), None, "1", "", "2026-11-01")


def texts(now: Benchmark, manifest: Manifest | None = FIRST, most: float = 10) -> list[str]:
    return [one.text for one in drifted(now.entries, manifest, most)]


def test_a_share_may_move_by_so_many_points_and_no_more() -> None:
    assert texts(benchmark(dev=6, test=4)) == []
    (text,) = texts(benchmark(dev=6, test=4), most=9)
    assert text == (
        "split: dev 5 of 10 (50 %) -> 6 of 10 (60 %), test 5 of 10 (50 %) -> 4 of 10 (40 %); "
        "total variation distance 0.10 since version 1"
    )
    seven = released(benchmark(dev=7, test=3), None, "1", "", "2026-11-01")
    assert texts(benchmark(dev=8, test=2), seven) == [], "8/10 - 7/10 is a little over 0.1 in floating point"


def test_the_biggest_movements_are_named() -> None:
    (text,) = texts(benchmark(a=1, b=1, c=1, d=1))
    assert text.startswith("split: dev 5 of 10 (50 %) -> 0 of 4 (0 %), test 5 of 10")
    assert " and 3 more; total variation distance 1.00" in text
    assert text.count("->") == 3


def test_without_a_manifest_or_a_mix_in_it_there_is_nothing_to_drift_from() -> None:
    old = FIRST.model_copy(update={"releases": (Release(version="1", date="2026-11-01"),)})
    assert texts(benchmark(other=3), None) == []
    assert texts(benchmark(other=3), old) == []


def test_the_latest_release_that_kept_its_mix_counts() -> None:
    later = Release(version="2", date="2026-11-02")
    told = FIRST.model_copy(update={"releases": (later, *FIRST.releases)})
    assert "since version 1" in texts(benchmark(other=3), told)[0]
