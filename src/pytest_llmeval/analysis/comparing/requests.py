"""What the model under test was asked on both sides, where nothing else on record says that it is not the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pytest_llmeval.analysis.comparing.conditions import Change
from pytest_llmeval.analysis.comparing.pairing import Pair

EXPLAINED_BY = frozenset({"model", "system prompt", "parameters", "harness"})
"""Conditions that are part of every request's hash; with another one of these all hashes are others."""


def request_changes(pairs: Sequence[Pair], told: Collection[Change]) -> Iterator[Change]:
    """Tell in how many entries of the same content the model got other requests.

    A later request of a trial may hold earlier replies, and calls made side by side come in any order; so requests are
    others where the two trials have none in common.

    Args:
        pairs: The trials to look at.
        told: What is known to have changed; requests are not told where that is why they are others.
    """
    if any(one.what in EXPLAINED_BY for one in told):
        return
    known = [pair for pair in pairs if _are_known(pair)]
    others = {pair.entry for pair in known if _have_none_in_common(pair)}
    if others:
        entries = len({pair.entry for pair in known})
        counted = f"{len(others):,} of {entries:,} {'entry' if entries == 1 else 'entries'}"
        yield Change("requests", "–", f"other in {counted} (messages, tools, schema or endpoint)")


def _are_known(pair: Pair) -> bool:
    """Tell whether both trials are of an entry of the same content, and say what the model was sent."""
    base, new = pair.base, pair.new
    same_content = base.entry_hash is not None and base.entry_hash == new.entry_hash
    return bool(same_content and base.traits.requests and new.traits.requests)


def _have_none_in_common(pair: Pair) -> bool:
    return set(pair.base.traits.requests).isdisjoint(pair.new.traits.requests)
