"""Drift of the mix of slices: a figure over all entries moves with it, though no model changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.manifest import Manifest
from pytest_llmeval.benchmark.checking.mix import KINDS, ROUNDING, Mix, Shift, mix_of, shifts, total_variation
from pytest_llmeval.benchmark.entry import Entry

SHOWN = 3


def drifted(entries: Sequence[Entry], manifest: Manifest | None, most: float) -> Iterator[Finding]:
    """Find kinds of slices whose mix is another one than at the latest release that kept its mix.

    Each finding tells the biggest movements, and how far the two mixes lie apart in all: the total variation distance,
    half the sum of the differences of all shares (Levin, Peres & Wilmer, Markov Chains and Mixing Times, 2009,
    proposition 4.2), which is the share of entries that would have to change their slice; see `total_variation`.

    Args:
        entries: As they are now.
        manifest: Of the benchmark; releases of before mixes were kept are passed over.
        most: By how many points of 100 the share of a slice in all entries may move.
    """
    release = next((one for one in manifest.releases if one.mix is not None), None) if manifest else None
    if release is None or release.mix is None:
        return
    now = mix_of(entries)
    for kind in KINDS:
        moved = shifts(release.mix, now, kind)
        if moved and abs(moved[0].points) > most + ROUNDING:
            apart = f"total variation distance {total_variation(release.mix, now, kind):.2f}"
            text = f"{kind}: {_told(moved, release.mix, now)}; {apart} since version {release.version}"
            yield Finding("slice mix", "warning", (), text)


def _told(moved: Sequence[Shift], before: Mix, after: Mix) -> str:
    told = [f"{one.name} {_share(one.before, before.size)} -> {_share(one.after, after.size)}" for one in moved[:SHOWN]]
    return ", ".join(told) + (f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else "")


def _share(count: int, size: int) -> str:
    return f"{count:,} of {size:,} ({100 * count / size:.0f} %)"
