"""Who answered where one model was asked for, in a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_llmeval.analysis.served import ServedMix
from pytest_llmeval.reports import figures
from pytest_llmeval.safe_text import one_line

NAMES_SHOWN = 3


def served_sentences(found: Iterable[ServedMix]) -> Iterator[str]:
    """Yield one for each model that was answered by several.

    Example:
        >>> calls = (("gpt-4o-2024-08-06", 40), ("gpt-4o-2024-11-20", 2))
        >>> next(served_sentences([ServedMix("openai:gpt-4o", False, "served model", calls)]))
        'openai:gpt-4o was answered by several models: gpt-4o-2024-08-06 (40 calls), gpt-4o-2024-11-20 (2 calls)'
    """
    for mix in found:
        who = f"{'judge ' if mix.is_judge else ''}{one_line(mix.asked, 80)}"
        how = "answered by several models" if mix.what == "served model" else "answered under several fingerprints"
        named = ", ".join(
            f"{one_line(name, 80)} ({figures.counted(times, 'call')})" for name, times in mix.calls[:NAMES_SHOWN]
        )
        more = f" and {len(mix.calls) - NAMES_SHOWN:,} more" if len(mix.calls) > NAMES_SHOWN else ""
        yield f"{who} was {how}: {named}{more}"
