"""What answers come to with their evidence, with a part of it, and without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pytest_llmeval.analysis.drops import Drop
from pytest_llmeval.analysis.evidence_use import EvidenceFigures
from pytest_llmeval.grading.probes.grounded import Evidence
from pytest_llmeval.reports.figures import UNKNOWN
from pytest_llmeval.reports.lines import Line, Segment, fit, line, width_of
from pytest_llmeval.reports.robustness_lines import share

LABEL = 20
STATES: Mapping[Evidence, str] = {"present": "given", "weak": "weakened", "absent": "taken away"}
_EXPECTED: Mapping[Evidence, tuple[str, str]] = {
    "present": ("answers", "and neither abstains nor asks"),
    "weak": ("right or abstains", "or asks"),
    "absent": ("abstains or asks", "as it should"),
}


def evidence_lines(found: Iterable[EvidenceFigures], *, width: int) -> Iterator[Line]:
    """Tell for each state of the evidence how often the model hallucinates, and does what it should."""
    for number, one in enumerate(found):
        if not number:
            told = "evidence: hallucinations are wrong, and bear no word of doubt"
            yield line(Segment(fit(f"  {told}", width).rstrip(), ("light",)))
        entries = f"{one.entries:,} {'entry' if one.entries == 1 else 'entries'}"
        yield line(Segment(f"  {STATES[one.evidence]}, {entries}", ("light",)))
        yield _row("hallucinates", made_up(one), "", width)
        if one.evidence != "present":
            yield _row("more than with it", rise(one.drop), _paired(one), width)
        label, meaning = _EXPECTED[one.evidence]
        yield _row(label, share(one.expected), meaning, width)
        if one.memory is not None:
            yield _row("right from memory", share(one.memory), "right, and from no evidence", width)


def made_up(one: EvidenceFigures) -> str:
    """Write the share of hallucinations with its interval."""
    return share(one.made_up)


def made_up_and_rise(one: EvidenceFigures) -> str:
    """Write the share, and by how much it is more than with the evidence."""
    return made_up(one) if one.evidence == "present" else f"{made_up(one)}, {rise(one.drop)} more than with it"


def rise(drop: Drop | None) -> str:
    """Write by how many points hallucinations rise, with interval and p-value.

    Example:
        >>> from pytest_llmeval.analysis.statistics.estimates import Interval
        >>> rise(Drop(0.25, Interval(0.1, 0.4), 0.004, 0.004)), rise(None)
        ('+25.0 [10.0, 40.0] points, p 0.004', '–')
    """
    if drop is None:
        return UNKNOWN
    low, high = drop.interval
    p = "<0.001" if drop.p < 0.001 else f"{drop.p:.3f}"
    return f"{100 * drop.value:+.1f} [{100 * low:.1f}, {100 * high:.1f}] points, p {p}"


def _paired(one: EvidenceFigures) -> str:
    return f"{one.paired:,} paired" if one.paired else "the originals were not asked"


def _row(label: str, told: str, meaning: str, width: int) -> Line:
    text = f"    {fit(label, LABEL - 2)} {told}"
    return line(text, Segment(f"  {meaning}" if width_of(text + meaning) + 2 <= width else "", ("light",)))


def evidence_values(found: Iterable[EvidenceFigures]) -> dict[str, Any] | None:
    """Return the figures by state, for JSON; None where there are none."""
    told: dict[str, Any] = {one.evidence: asdict(one) for one in found}
    return told or None
