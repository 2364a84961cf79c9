"""The flags of baseline and gate: how rules are read from them, and what cannot go together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_llmeval.errors import ConfigurationError

if TYPE_CHECKING:
    from pytest_llmeval.analysis.gating.gate_rules import Rule

NONE = "none"
"""In place of rules: those of the ini file do not hold."""
_STAGED = re.compile(r"(?P<stage>[\w-]+)/(?P<rule>.*)", re.DOTALL)
DEMANDING = ("llm_gates", "llm_gate_stage", "llm_fail_under", "llm_max_regression", "llm_baseline")
"""Flags that ask for a decision on the command line itself."""
COMPARING = ("max_regression", "stop_at_drop")
"""Kinds of rules that need a baseline."""


def rule_reader(kind: str) -> Callable[[str, str], Any]:
    """Return what reads the value of a flag that is named like a kind of rule."""

    def read(flag: str, text: str) -> Any:
        from pytest_llmeval.analysis.gating.gate_rules import Rule  # only where there is a gate

        return Rule.of_kind(flag, kind, text)

    return read


def all_gates(of_ini: Sequence[str], of_flags: Sequence[str]) -> tuple[str, ...]:
    """Join the rules of the ini file and of ``--llm-gates``: what comes later wins, and a stage's own rules do."""
    return (*(() if NONE in of_flags else _stages_last(of_ini)), *_stages_last(of_flags))


def _stages_last(gates: Iterable[str]) -> list[str]:
    return sorted(gates, key=lambda text: _STAGED.match(text) is not None)


def in_stage(gates: Iterable[str], stage: str | None) -> Iterator[str]:
    """Yield the rules that hold in a stage, without its name before them; those of no stage hold in each.

    Args:
        gates: As they are written, ``STAGE/RULE`` or ``RULE``.
        stage: The stage of this run.

    Raises:
        ConfigurationError: For a stage that no rule is of.
    """
    known = set()
    for text in gates:
        named = _STAGED.match(text)
        if named is not None:
            known.add(named["stage"])
        if named is None or named["stage"] == stage:
            yield text if named is None else named["rule"]
    if stage is not None and stage not in known:
        there = f"there is {', '.join(sorted(known))}" if known else "write its rules as STAGE/KIND=LIMIT"
        raise ConfigurationError(f"--llm-gate-stage: no rule of llm_gates is of stage {stage}; {there}")


def read_rules(values: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return the rules of a run, from every way to state them.

    Args:
        values: Of the options, by name without ``llm_``.

    Raises:
        ConfigurationError: For a rule that cannot be read.
    """
    flags = (*values["fail_under"], *values["max_regression"])
    staged = list(in_stage(values["gates"], values["gate_stage"]))
    if not (staged or flags or values["baseline"]):
        return ()
    from pytest_llmeval.analysis.gating.gate_rules import Rule, in_force  # only where there is a gate

    gates = [Rule.parse("llm_gates", text) for text in staged if text != NONE]
    return in_force(gates, flags, baseline=values["baseline"] is not None, none=NONE in values["gates"])


def is_demanded(config: pytest.Config, rules: Sequence[Rule]) -> bool:
    """Tell whether the command line itself asks for a gate, which then cannot be passed over."""
    return bool(rules) and any(config.getoption(name) for name in DEMANDING)


def is_typed(config: pytest.Config) -> bool:
    """Tell whether a flag that asks for a gate was typed for this very run, and is not set for every run."""
    flags = tuple(f"--{name.replace('_', '-')}" for name in DEMANDING)
    return any(str(one).startswith(flags) for one in config.invocation_params.args)


def gate_faults(values: Mapping[str, Any], rules: Sequence[Rule]) -> Iterator[str]:
    """Say what of these flags cannot go together."""
    against = COMPARING if values["baseline"] is None else ()
    for kind in sorted({rule.kind for rule in rules if rule.kind in against}):
        yield f"{kind} needs a run to compare with; add --llm-baseline=NAME or --llm-baseline=PATH"
    if values["baseline"] is None and values["baseline_force"]:
        yield "--llm-baseline-force belongs to --llm-baseline; add it"
    if values["accept"] is not None and not rules:
        yield "--llm-accept lets a failed gate pass, and there is no gate; add one, such as --llm-fail-under=70"
    if values["accept"] is not None and not values["accept"].strip():
        yield "--llm-accept needs a reason, such as --llm-accept='the judge was replaced'"


def check_baseline_name(flag: str, text: str) -> str:
    """Return a baseline's name or path.

    Raises:
        ConfigurationError: Where it can be neither.
    """
    from pytest_llmeval.runs.baselines import check_name, is_path  # only where there is a baseline

    if is_path(text):
        return text
    try:
        return check_name(text)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{flag}: {error}; a run log is named by its path, such as llm-runs/RUN.jsonl"
        ) from None
