"""What judging two sides in pairs came to: the figures, and what is in none of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.judges.answer_pairs import AnswerPairs
from pytest_llmeval.analysis.judges.preference import Judged, Preference, preference_of
from pytest_llmeval.analysis.statistics.estimates import Proportion
from pytest_llmeval.grading.judge.pairwise import Better
from pytest_llmeval.runs.preference_log import Outcome, PreferenceLine

OUTCOMES: Mapping[float, Outcome] = {1.0: "new", 0.0: "base", 0.5: "tie"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two sides, judged in pairs."""

    pairs: AnswerPairs
    lines: tuple[PreferenceLine, ...]
    """Each pair by each judge, as far as it was asked."""
    preference: Preference
    faults: Counter[str]
    """Why an order has no verdict, with how often."""
    abstained: int
    """Pairs of which a judge said in some order that it cannot judge them."""
    unjudged: int
    """Pairs of which a judge has no verdict for want of a sound reply in some order."""
    not_asked: int
    """Pairs that the budget left out."""

    @property
    def abstention(self) -> Mapping[str, Proportion]:
        """Return by judge how many of the pairs that it was asked about, and settled, it says it cannot judge."""
        found: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        for line in self.lines:
            if line.is_settled and not line.identical:
                found[line.judge][line.outcome is None] += 1
        return {judge: Proportion(said[True], said.total()) for judge, said in found.items()}

    @property
    def is_whole(self) -> bool:
        """Tell whether every pair was judged, an abstention being a judgement."""
        return not self.unjudged and not self.not_asked


def outcome_of(base_first: Better | None, new_first: Better | None) -> Outcome | None:
    """Join what a judge said in both orders; None where either has no verdict.

    Args:
        base_first: With the base's answer in the first place.
        new_first: With the new one's.
    """
    if base_first is None or new_first is None:
        return None
    return OUTCOMES[Judged("", "", "", base_first, new_first).outcome]


def judgement_of(pairs: AnswerPairs, lines: Iterable[PreferenceLine], *, tasks: int) -> Judgement:
    """Sum up what judges said.

    Args:
        pairs: The two sides.
        lines: What was said.
        tasks: How many pairs there were, each counted for each judge.
    """
    found = tuple(lines)
    none = [line for line in found if line.outcome is None]
    orders = [said for line in none for said in (line.base_first, line.new_first)]
    abstained = sum(line.is_settled for line in none)
    return Judgement(
        pairs,
        found,
        preference_of(one for one in map(_judged, found) if one is not None),
        Counter(said.fault for said in orders if said.better is None and not said.abstained),
        abstained,
        len(none) - abstained,
        tasks - len(found),
    )


def _judged(line: PreferenceLine) -> Judged | None:
    if line.base_first.better is None or line.new_first.better is None:
        return None
    return Judged(
        line.entry,
        line.category,
        line.judge,
        line.base_first.better,
        line.new_first.better,
        line.sample,
        (line.new_characters > line.base_characters) - (line.new_characters < line.base_characters),
        line.identical,
    )
