"""The rules of a gate as users write them: ``fail_under=70``, ``max_regression:symbol_lookup=2``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pytest_llmeval.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Limit:
    """What the number of a rule may be."""

    unit: str
    highest: float = float("inf")


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "fail_under": Limit("percent", 100),
        "max_regression": Limit("points", 100),
        "worst_slice": Limit("percent", 100),
        "failures": Limit("trials"),
        "max_unscored": Limit("percent", 100),
        "max_missing": Limit("percent", 100),
        "latency_p95": Limit("seconds"),
        "latency_p99": Limit("seconds"),
        "cost_per_trial": Limit("dollars"),
        "output_tokens_per_trial": Limit("tokens"),
        "failure_label": Limit("percent", 100),
        "behaviour": Limit("percent", 100),
        "stop_at_drop": Limit("points", 100),
        "max_disagreement": Limit("percent", 100),
        "min_alpha": Limit("alpha", 1),
    }
)
"""Every kind of rule."""
OF_THE_RUN = ("worst_slice", "max_missing", "stop_at_drop", "max_disagreement", "min_alpha")
"""Kinds that are of no slice."""
NAMED = ("failure_label", "behaviour")
"""Kinds whose name is no slice."""
FOR_ANSWERS = ("fail_under", "max_regression", "failures")
"""Kinds that decide about answers; evals they cover are counted and no longer fail the run one by one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Example:
        >>> str(Rule.parse("llm_gates", "fail_under:symbol_lookup=80"))
        'fail_under:symbol_lookup=80'
    """

    kind: str
    limit: float
    of: str | None = None
    """The category or tag it is about, None for all; of ``failure_label`` the label, of ``behaviour`` the rate."""

    def __str__(self) -> str:
        return f"{self.kind}{f':{self.of}' if self.of else ''}={self.limit:g}"

    @classmethod
    def parse(cls, source: str, text: str) -> Rule:
        """Read ``KIND=LIMIT`` or ``KIND:SLICE=LIMIT``.

        Args:
            source: The flag or ini value it comes from, for the error.
            text: The rule.

        Raises:
            ConfigurationError: Naming what is wrong with it.
        """
        name, equals, number = text.strip().rpartition("=")
        kind, colon, of = name.partition(":")
        if not equals or kind not in LIMITS:
            raise ConfigurationError(
                f"{source} takes KIND=LIMIT or KIND:SLICE=LIMIT, KIND one of {', '.join(LIMITS)}; "
                f"got {text!r}{_torn(text)}"
            )
        if colon and not of.strip():
            raise ConfigurationError(f"{source}: {text!r} names no slice after ':'; leave ':' out for the whole run")
        return cls.made(source, kind, of, number)

    @classmethod
    def of_kind(cls, source: str, kind: str, text: str) -> Rule:
        """Read ``LIMIT`` or ``SLICE=LIMIT``, for a flag that is named like the kind.

        Raises:
            ConfigurationError: Where it is neither.
        """
        of, equals, number = text.strip().rpartition("=")
        if equals and not of.strip():
            raise ConfigurationError(
                f"{source}: {text!r} names no slice before '='; give the limit alone for the whole"
            )
        return cls.made(source, kind, of, number)

    @classmethod
    def made(cls, source: str, kind: str, of: str, number: str) -> Rule:
        """Check the parts of a rule.

        Raises:
            ConfigurationError: For a number out of range, and a label that does not exist or is missing.
        """
        if kind == "failure_label":
            _check_label(source, of)
        if kind == "behaviour":
            _check_rate(source, of)
        if kind in OF_THE_RUN and of:
            raise ConfigurationError(f"{source}: {kind} is of the whole run; leave ':{of}' out")
        return cls(kind, _number(source, kind, number), of or None)

    def covers(self, slices: Collection[str]) -> bool:
        """Tell whether it decides about the answers of an entry of this category and these tags."""
        return self.kind in FOR_ANSWERS and (self.of is None or self.of in slices)


def _torn(text: str) -> str:
    """Say how to write a rule that ended at a blank in the name of its slice, where it may be one."""
    kind, colon, _ = text.strip().partition(":")
    is_beginning = colon and "=" not in text and kind in LIMITS
    return "; in an ini file put quotes around a rule whose slice has a blank" if is_beginning else ""


def _check_label(source: str, label: str) -> None:
    from pytest_llmeval.grading.grade import FAILURE_LABELS  # only here: a gate alone must not load the graders

    if label not in FAILURE_LABELS:
        raise ConfigurationError(
            f"{source}: failure_label needs a label, failure_label:LABEL=PERCENT, "
            f"LABEL one of {', '.join(FAILURE_LABELS)}; got {label!r}"
        )


def _check_rate(source: str, rate: str) -> None:
    from pytest_llmeval.analysis.behaviour import RULES  # only here, as above

    names = [rule.gate_name for rule in RULES]
    if rate not in names:
        raise ConfigurationError(
            f"{source}: behaviour needs a rate, behaviour:RATE=PERCENT, RATE one of {', '.join(names)}; got {rate!r}"
        )


def _number(source: str, kind: str, text: str) -> float:
    limit = LIMITS[kind]
    try:
        # What Python takes for a number besides, such as 9_0, is a slip here.
        value = float(text) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not 0 <= value <= limit.highest or value == float("inf"):
        reach = f"from 0 to {limit.highest:g} {limit.unit}" if limit.highest < float("inf") else f"{limit.unit} of 0 up"
        raise ConfigurationError(f"{source}: {kind} takes {reach}, got {text!r}")
    return value


def in_force(gates: Iterable[Rule], flags: Iterable[Rule], *, baseline: bool, none: bool) -> tuple[Rule, ...]:
    """Return the rules of a run: a flag's own rule takes the place of the gates' of the same kind and slice.

    Args:
        gates: Of ``llm_gates``.
        flags: Of the flags that are named like a kind.
        baseline: Whether there is a baseline; then a regression fails, if nothing else says how large it may be.
        none: Whether the gates of the ini file were switched off; then a baseline alone is no gate either.
    """
    found = {(rule.kind, rule.of): rule for rule in (*gates, *flags)}
    if baseline and not none and not any(kind == "max_regression" for kind, _ in found):
        found["max_regression", None] = Rule("max_regression", 0.0)
    return tuple(found.values())
