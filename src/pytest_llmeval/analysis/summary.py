"""A summary: what one pass over the records of a run says about each model."""

from __future__ import annotations

from collections import Counter

from pytest_llmeval.analysis.behaviour import BehaviourRates
from pytest_llmeval.analysis.contamination_gap import ContaminationUse
from pytest_llmeval.analysis.error_modes import ErrorModes
from pytest_llmeval.analysis.evidence_use import EvidenceUse
from pytest_llmeval.analysis.latencies import Latencies
from pytest_llmeval.analysis.noise_levels import NoiseLevels
from pytest_llmeval.analysis.repeats import RepeatFigures, Repeats
from pytest_llmeval.analysis.robustness import Robustness
from pytest_llmeval.analysis.served import ServedModels
from pytest_llmeval.analysis.spending import Spending
from pytest_llmeval.analysis.statistics.estimates import Percentiles
from pytest_llmeval.analysis.verdicts import SAYS_NOTHING, Slice, success_of, verdict_of
from pytest_llmeval.benchmark.checking.contamination_file import Contamination
from pytest_llmeval.runs.record import Record
from pytest_llmeval.safe_text import one_line

NO_LABEL = "no label"
"""Stands for the failures nobody gave a label."""
MOST_REASONS = 50
"""Different error texts kept apart; further ones are counted together."""
OTHER_REASONS = "other reasons"


class Summary(Spending):
    """What the records of one model come to; fed record by record, it keeps none of them.

    Trials that ended in an error, unscored or skipped say nothing about the model: they are counted in ``outcomes`` and
    are in no rate. Truncated, filtered and unextractable answers, and trials over their budget, are in the denominator,
    and not correct. Variants of entries are in none of its own figures, but in ``variants`` and ``robustness``.
    """

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model
        """As ``provider:model``."""
        self.records = 0
        self.samples = 1
        """The highest sample number; above 1 the trials are not independent of each other."""
        self.outcomes: Counter[str] = Counter()
        self.overall = Slice()
        self.categories: dict[str, Slice] = {}
        """In order of first appearance; only those with a trial that counts."""
        self.failure_labels: Counter[str] = Counter()
        """Of the judged answers that are not fully correct; `NO_LABEL` among them."""
        self.reasons: Counter[str] = Counter()
        """What broke, for errors and unscored trials, with how often."""
        self.grader_faults: Counter[str] = Counter()
        """What broke of graders whose grade no test asked for, in trials that count without it, with how often."""
        self.pending = 0
        """Records with neither grade nor outcome, as a foreign log has them before hand grading."""
        self.variants: Summary | None = None
        """Of the variants of entries alone; None where there are none."""
        self.robustness = Robustness()
        """How the variants fare beside their originals."""
        self.noise = NoiseLevels()
        """How the variants fare by noise level, and how many end gracefully."""
        self.error_modes = ErrorModes()
        """In what way failed answers are wrong."""
        self.behaviour = BehaviourRates()
        """What behaviour probes found."""
        self.evidence = EvidenceUse()
        """What becomes of answers without their evidence."""
        self.contamination = ContaminationUse()
        """How entries fare that stand in a corpus, beside those that do not."""
        self.by_contamination: dict[Contamination | None, Slice] = {}
        """The trials of clean, flagged and unchecked entries; only those with a trial that counts."""
        self.served = ServedModels()
        """Who answered, in the calls of all trials."""
        self._latencies = Latencies()
        self._repeats = Repeats()

    def add(self, record: Record) -> None:
        """Take in one more record; that of a variant is kept apart."""
        self.served.add(record)
        success = success_of(record)
        if success is not None:
            self.robustness.add(record, success=success)
            self.behaviour.add(record)
            self.error_modes.add(record, success=success)
            self.evidence.add(record)
        if not record.is_variant:
            self.contamination.add(record, success=success)
            self.count(record)
            return
        self.noise.add(record, success=success, verdict=verdict_of(record))
        if self.variants is None:
            self.variants = Summary(self.model)
        self.variants.count(record)

    def count(self, record: Record) -> None:
        """Take in one more record, whether it is of a variant or not."""
        self.records += 1
        self.samples = max(self.samples, record.sample)
        if record.outcome is not None:
            self.outcomes[record.outcome] += 1
        if record.outcome not in SAYS_NOTHING:
            self._judge(record)
            if record.error and record.unmeasured and record.grade is None:
                _count_reason(self.grader_faults, record.error)
        elif record.outcome != "skipped":
            _count_reason(self.reasons, record.error or "no reason was given")
        self._measure(record)

    def _judge(self, record: Record) -> None:
        verdict = verdict_of(record)
        if verdict is None and record.outcome is None:
            self.pending += 1
            return
        category = self.categories.get(record.category)
        if category is None:
            category = self.categories[record.category] = Slice()
        checked = self.by_contamination.get(record.contamination)
        if checked is None:
            checked = self.by_contamination[record.contamination] = Slice()
        for part in (self.overall, category, checked):
            part.add(record, verdict)
        self._repeats.add(record, success=(verdict or record.outcome) in ("fully_correct", "passed"))
        if verdict is not None and verdict != "fully_correct":
            self.failure_labels[record.failure_label or NO_LABEL] += 1

    def _measure(self, record: Record) -> None:
        if record.outcome == "skipped" and not record.calls:
            return
        self.spend(record)
        self._latencies.add(record)

    @property
    def cached(self) -> int:
        """Return how many trials were answered from the cache, in whole or in part; they are in no latency."""
        return self._latencies.cached

    @property
    def latency_s(self) -> Percentiles:
        """Return how long answers took, in seconds, those from the cache left out."""
        return self._latencies.whole_s

    @property
    def first_token_s(self) -> Percentiles:
        """Return how long calls took to their first token, in seconds; of streamed ones only."""
        return self._latencies.first_token_s

    @property
    def per_token_s(self) -> Percentiles:
        """Return how long each further output token of a call took, in seconds; of streamed ones only."""
        return self._latencies.per_token_s

    @property
    def repeats(self) -> RepeatFigures | None:
        """Return what repeated samples came to; None where no entry has more than one."""
        return self._repeats.figures()

    @property
    def repeats_by_slice(self) -> dict[tuple[str, str], RepeatFigures]:
        """Return the same of each category and tag."""
        return self._repeats.by_slice()

    @property
    def entries_by_category(self) -> Counter[str]:
        """Return of how many entries the trials of each category are, however many samples they have."""
        return self._repeats.entries_by_category()

    @property
    def not_fully_correct(self) -> int:
        """Return how many judged answers the failure labels are of."""
        return self.overall.judged - self.overall.fully_correct.count


def _count_reason(reasons: Counter[str], reason: str) -> None:
    told = one_line(reason, 200)
    reasons[OTHER_REASONS if len(reasons) >= MOST_REASONS and told not in reasons else told] += 1


def model_of(record: Record) -> str:
    """Return the name a record's model goes by in tables, as ``provider:model``."""
    if record.provider and record.model:
        return f"{record.provider}:{record.model}"
    return record.provider or record.model or "unknown model"
