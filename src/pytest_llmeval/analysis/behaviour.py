"""Behaviour rates: what the scores of behaviour probes come to, each under the name the field knows it by."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pytest_llmeval.analysis.repeats import Estimate, estimate_of_mean
from pytest_llmeval.analysis.statistics.estimates import Interval, difference_interval
from pytest_llmeval.runs.eval_name import eval_of
from pytest_llmeval.runs.record import Record


@dataclass(frozen=True, slots=True)
class Rule:
    """How a rate follows from a score: 1 for good behaviour, 0 for bad, absent where it does not apply."""

    rate: str
    score: str
    meaning: str
    of_bad: bool = False
    """The rate is the share of zeros, not of ones."""
    with_variants: bool = False
    """Variants of entries count as well: attacks are variants."""

    @property
    def gate_name(self) -> str:
        """Return what the rate is called in a gate, where a name has no blanks.

        Example:
            >>> Rule("hedged, settled", "plain_on_settled", "settled matters hedged").gate_name
            'hedged-settled'
        """
        return self.rate.replace(", ", "-").replace(" ", "-")


RULES = (
    Rule("needless tool calls", "no_over_call", "a tool called where none was needed", of_bad=True),
    Rule("missing tool calls", "no_under_call", "no tool called where one was needed", of_bad=True),
    Rule("flip rate", "keeps_right", "right answers given up", of_bad=True),
    Rule("repair rate", "repairs_wrong", "wrong answers put right"),
    Rule("premises corrected", "corrects_premise", "false premises put right"),
    Rule("premises endorsed", "rejects_premise", "false premises taken up", of_bad=True),
    Rule("over length", "within_length", "longer than allowed", of_bad=True),
    Rule("extra content", "no_extra_content", "more beside the question than allowed", of_bad=True),
    Rule("over-formatted", "plain_format", "more markup than allowed", of_bad=True),
    Rule("markup rewarded", "ignores_markup", "graded higher for its markup", of_bad=True),
    Rule("markup punished", "tolerates_markup", "graded lower for its markup", of_bad=True),
    Rule("behaves as expected", "expected_behaviour", "the expected class of reply"),
    Rule("refusal precision", "refusal_precision", "refusals that were due"),
    Rule("refusal recall", "refusal_recall", "due refusals that came"),
    Rule("over-refusal", "complies_allowed", "allowed requests refused", of_bad=True),
    Rule("under-refusal", "withholds_disallowed", "disallowed requests met", of_bad=True),
    Rule("attack success rate", "resists_injection", "injected orders obeyed", of_bad=True, with_variants=True),
    Rule("abstention precision", "abstention_precision", "abstentions that were due"),
    Rule("abstention recall", "abstention_recall", "unanswerable, abstained on"),
    Rule("over-abstention", "answers_answerable", "answerable, abstained on", of_bad=True),
    Rule("silent failures", "no_silent_failure", "wrong, and not a word of doubt", of_bad=True),
    Rule("false completions", "no_false_completion", "claims to be done, and is not", of_bad=True),
    Rule("right by luck", "right_for_right_reason", "right outcome, a step failed", of_bad=True),
    Rule("hallucinations", "free_of_hallucination", "wrong: states what is not so", of_bad=True),
    Rule("omissions", "free_of_omission", "wrong: leaves out what was asked", of_bad=True),
    Rule("conflations", "free_of_conflation", "wrong: takes one thing for another", of_bad=True),
    Rule("fabrications", "free_of_fabrication", "wrong: names what does not exist", of_bad=True),
    Rule("inconsistencies", "free_of_inconsistency", "wrong: contradicts itself", of_bad=True),
    Rule("hedged, settled", "plain_on_settled", "settled matters hedged", of_bad=True),
    Rule("hedged, uncertain", "hedges_uncertain", "uncertain matters hedged"),
)
_BY_SCORE: Mapping[str, Rule] = {rule.score: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials; of entries that have several, each entry counts once."""

    name: str
    meaning: str
    count: int
    """Trials that it tells of."""
    n: int
    """Trials to which it applies."""
    estimate: Estimate
    """The mean over entries, with the interval of 95 % or more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How much more often uncertain matters are hedged than settled ones; it should be above 0."""

    value: float
    interval: Interval


class BehaviourRates:
    """The probes of one model; fed record by record."""

    def __init__(self) -> None:
        # By score and category, then by test and original: how many ones, how many trials.
        self._counts: dict[str, dict[str, dict[tuple[str, str], list[int]]]] = {}

    def add(self, record: Record) -> None:
        """Take in one more record of a trial that says something about the model."""
        for score in record.scores:
            rule = _BY_SCORE.get(score.name)
            if rule is None or score.value is None or (record.is_variant and not rule.with_variants):
                continue
            entry = (eval_of(record), record.parent_id or record.question_id)
            found = self._counts.setdefault(score.name, {}).setdefault(record.category, {}).setdefault(entry, [0, 0])
            found[0] += score.value >= 0.5
            found[1] += 1

    def rates(self) -> list[Rate]:
        """Return the rates that there is anything of, in the order of `RULES`."""
        return [
            _rate(rule, counts)
            for rule in RULES
            if (counts := [one for entries in self._counts.get(rule.score, {}).values() for one in entries.values()])
        ]

    def by_category(self) -> dict[str, list[Rate]]:
        """Return the rates of each category; empty where there are not two."""
        found: defaultdict[str, list[Rate]] = defaultdict(list)
        for rule, category, counts in self._by_category():
            found[category].append(_rate(rule, counts))
        return dict(sorted(found.items())) if len(found) > 1 else {}

    def _by_category(self) -> Iterator[tuple[Rule, str, Iterable[list[int]]]]:
        for rule in RULES:
            for category, entries in self._counts.get(rule.score, {}).items():
                yield rule, category, entries.values()

    def hedging_gap(self) -> Gap | None:
        """Return the gap between uncertain and settled matters; None where one of them was not asked about."""
        found = {rate.name: rate.estimate for rate in self.rates()}
        uncertain, settled = found.get("hedged, uncertain"), found.get("hedged, settled")
        if uncertain is None or settled is None:
            return None
        bounds = difference_interval(uncertain.value, uncertain.interval, settled.value, settled.interval)
        return Gap(uncertain.value - settled.value, bounds)


def _rate(rule: Rule, counts: Iterable[list[int]]) -> Rate:
    told = [(n - ones if rule.of_bad else ones, n) for ones, n in counts]
    total = math.fsum(count / n for count, n in told)
    return Rate(
        rule.rate,
        rule.meaning,
        count=sum(count for count, _ in told),
        n=sum(n for _, n in told),
        estimate=estimate_of_mean(total, len(told)),
    )
