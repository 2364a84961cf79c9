"""What the trials of one model took: tokens by kind and money, those of judges apart."""

from __future__ import annotations

from pytest_llmeval.analysis.statistics.total import Total
from pytest_llmeval.runs.record import Record

TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
"""Cached ones are a part of the input, reasoning ones of the output."""
SPENT = (*TOKENS, "cost_usd")
"""What answers take; of what judges take there is the same, each name after ``judge_``."""


class Spending:
    """Fed record by record."""

    def __init__(self) -> None:
        self.input_tokens = Total()
        self.cached_tokens = Total()
        """Those of the input that providers had in their cache; unknown where a provider does not tell."""
        self.output_tokens = Total()
        self.reasoning_tokens = Total()
        """Those of the output that were thinking; unknown where a provider does not tell."""
        self.estimated = 0
        """Trials whose tokens the provider did not tell, and that were counted by the length of the texts."""
        self.cost_usd = Total()
        self.cost_of_asking_usd = Total()
        """Of the trials that the cache has no part in: what came from there cost nothing, and would cost something."""
        self.judge_input_tokens = Total()
        """Of the judges' calls alone, of trials that a judge had a part in; so those below."""
        self.judge_cached_tokens = Total()
        self.judge_output_tokens = Total()
        self.judge_reasoning_tokens = Total()
        self.judge_estimated = 0
        self.judge_cost_usd = Total()

    def spend(self, record: Record) -> None:
        """Take in what one more record took."""
        usage = record.usage
        self.input_tokens.add(usage.input_tokens)
        self.cached_tokens.add(usage.cached_tokens)
        self.output_tokens.add(usage.output_tokens)
        self.reasoning_tokens.add(usage.reasoning_tokens)
        self.estimated += usage.estimated
        self.cost_usd.add(record.cost_usd)
        if not record.is_from_cache:
            self.cost_of_asking_usd.add(record.cost_usd)
        if record.judge is None:
            return
        usage = record.judge.usage
        self.judge_input_tokens.add(usage.input_tokens)
        self.judge_cached_tokens.add(usage.cached_tokens)
        self.judge_output_tokens.add(usage.output_tokens)
        self.judge_reasoning_tokens.add(usage.reasoning_tokens)
        self.judge_estimated += usage.estimated
        self.judge_cost_usd.add(record.judge.cost_usd)

    @property
    def has_judges(self) -> bool:
        """Tell whether a judge had a part in any trial."""
        return self.judge_cost_usd.counted + self.judge_cost_usd.unknown > 0

    @property
    def knows_tokens(self) -> bool:
        """Tell whether the tokens of any trial are known."""
        return self.input_tokens.counted + self.output_tokens.counted > 0
