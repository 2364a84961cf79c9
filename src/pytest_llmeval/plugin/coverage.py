"""``--llm-require-coverage``: a run is refused before anything is asked, where a slice has too few entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_llmeval.benchmark.checking.coverage import Requirement, check_field, gaps_told
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

FLAG = "--llm-require-coverage"


def refusal(benchmarks: Sequence[Benchmark], rules: Sequence[Requirement]) -> str:
    """Say in one line which slices of which benchmark have too few entries; nothing where all have enough.

    Args:
        benchmarks: All that the session reads, each held against the rules with all its entries, chosen or not.
        rules: Whose fields a benchmark may lack, as long as another one has them.
    """
    told = "; ".join(dict.fromkeys(one for rule in rules for one in _gaps(benchmarks, rule)))
    return one_line(f"{FLAG}: {told}", 1000) if told else ""


def _gaps(benchmarks: Sequence[Benchmark], rule: Requirement) -> Iterator[str]:
    try:
        for field in rule.fields:
            check_field([entry for one in benchmarks for entry in one.current], field, str(rule))
    except ConfigurationError as error:
        yield str(error)
        return
    for benchmark in benchmarks:
        if gaps := rule.gaps(benchmark.entries):
            yield f"{benchmark.shown} does not cover {rule}: {gaps_told(gaps)}"
