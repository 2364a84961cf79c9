"""Flags and ini values: declared in one table, read by one rule (flag, environment, ini, default)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.plugin.gate_flags import check_baseline_name, gate_faults, is_demanded, read_rules, rule_reader

if TYPE_CHECKING:
    from pytest_llmeval.analysis.gate_rules import Rule

MODEL_VARIABLE = "PYTEST_LLM_MODEL"
DEFAULT_CONCURRENCY = 16
DEFAULT_TIMEOUT_S = 120.0
DEFAULT_RETRIES = 3
DEFAULT_ERRORS_IN_A_ROW = 20


@dataclass(frozen=True)
class Option:
    """One flag and the ini value behind it."""

    name: str
    """Without dashes, as the ini value spells it: ``llm_model`` for ``--llm-model``."""
    metavar: str
    help: str
    read: Callable[[str, str], Any] = lambda _flag, text: text
    """Turns the text into a value; is told the flag's name for its error."""
    default: Any = None
    many: bool = False
    in_ini: bool = True
    flag_only: bool = False
    """Whether it takes no value: given or not."""
    bare: str | None = None
    """What it means without a value, where that is allowed."""

    @property
    def flag(self) -> str:
        """Return the flag as users write it."""
        return "--" + self.name.replace("_", "-")


def _whole(least: int) -> Callable[[str, str], int]:
    def read(flag: str, text: str) -> int:
        if not text.strip().lstrip("-").isdigit() or int(text) < least:
            raise ConfigurationError(f"{flag} must be a whole number of at least {least}, got {text}")
        return int(text)

    return read


def _number(what: str) -> Callable[[str, str], float]:
    def read(flag: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not 0 < value < float("inf"):
            raise ConfigurationError(f"{flag} must be {what} above 0, got {text}")
        return value

    return read


def _percent(flag: str, text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ConfigurationError(f"{flag} must be a share from 0 to 100 percent, got {text}")
    return value


def _duration(flag: str, text: str) -> float:
    number, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        return _number("a number")(flag, number) * UNITS[unit]
    except ConfigurationError:
        raise ConfigurationError(f"{flag} must be a time such as 90, 90s, 15m or 2h, got {text}") from None


def _one_of(*values: str) -> Callable[[str, str], str]:
    def read(flag: str, text: str) -> str:
        if text not in values:
            raise ConfigurationError(f"{flag} must be one of {', '.join(values)}, got {text}")
        return text

    return read


def _parameter(flag: str, text: str) -> tuple[str, Any]:
    from pytest_llmeval.models.request import read_param  # nothing of it is needed before a flag is given

    return read_param(flag, text)


UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}

OPTIONS: tuple[Option, ...] = (
    # What is evaluated
    Option(
        "llm_model",
        "PROVIDER:MODEL",
        "model under test, such as openai:gpt-4o-mini; repeat it to run several side by side. "
        f"Also {MODEL_VARIABLE} in the environment. Without any model evals are skipped and nothing is spent",
        many=True,
    ),
    Option("llm_provider", "NAME", "provider of models that are named without one: openai, anthropic, ollama-local, …"),
    Option("llm_base_url", "URL", "endpoint to call in place of the provider's own; needed by openai-compatible"),
    Option(
        "llm_param",
        "NAME=VALUE",
        "sampling parameter for every call, such as temperature=0.7, max_tokens=500 or seed=7; "
        "none as the value leaves it to the provider. Temperature is 0 unless you say otherwise",
        _parameter,
        many=True,
    ),
    Option(
        "llm_judge_model",
        "PROVIDER:MODEL",
        "model that grades for graders.rubric_judge() and the judge fixture; repeat it for a panel",
        many=True,
    ),
    Option(
        "llm_allow_code_execution",
        "",
        "let graders.code_tests() run code that models wrote, in a sandbox without network and files",
        flag_only=True,
    ),
    Option(
        "llm_code_isolation",
        "HOW",
        "what the sandbox must have: namespaces (Linux; without them nothing is run), or process, which is weak: "
        "limits, an empty environment and a watch, for machines where a container is the wall",
        _one_of("namespaces", "process"),
        "namespaces",
        in_ini=False,
    ),
    Option(
        "llm_judge_controls",
        "PERCENT",
        "hide answers of known worth among what is judged, beside so many percent of the trials: gold answers, "
        "and those of other entries; a judge that fails them is told, and its grades are void",
        _percent,
        0.0,
    ),
    Option(
        "llm_allow_uncalibrated_judge",
        "",
        "let grades of a judge that nobody has calibrated decide gates; without it they are signal only",
        flag_only=True,
    ),
    Option("llm_samples", "N", "ask every question N times; each sample is a test item and a record", _whole(1)),
    Option(
        "llm_sample", "N|P%", "run only N entries, or P percent, of each benchmark: by category, the same every time"
    ),
    Option("llm_seed", "N", "seed of the choice that --llm-sample makes", _whole(0), 0),
    Option("llm_shard", "I/N", "run only part I of N; merge the parts' logs with pytest-llmeval merge", in_ini=False),
    # How fast
    Option(
        "llm_concurrency",
        "N",
        "calls in flight at once, over the whole session and all xdist workers",
        _whole(1),
        DEFAULT_CONCURRENCY,
    ),
    Option("llm_rpm", "N", "requests a minute to each provider, over all xdist workers", _number("a number")),
    Option("llm_tpm", "N", "tokens a minute to each provider, over all xdist workers", _number("a number")),
    Option("llm_timeout", "SECONDS", "how long one call may take", _number("a number of seconds"), DEFAULT_TIMEOUT_S),
    Option("llm_retries", "N", "further tries after a transport error or a 429", _whole(0), DEFAULT_RETRIES),
    Option(
        "llm_max_consecutive_errors",
        "N",
        "end the session after N calls failed one after another",
        _whole(1),
        DEFAULT_ERRORS_IN_A_ROW,
    ),
    Option("llm_stream", "", "stream replies, to know the time to the first token", flag_only=True),
    # What it may cost
    Option("llm_max_calls", "N", "ask at most N times; what is left is skipped", _whole(1)),
    Option("llm_max_tokens", "N", "ask no more once N tokens are used; what is left is skipped", _whole(1)),
    Option("llm_max_cost", "USD", "ask no more once that much is spent; what is left is skipped", _number("an amount")),
    Option("llm_max_time", "TIME", "ask no more after that long, such as 90s, 15m or 2h", _duration),
    Option(
        "llm_price",
        "PROVIDER:MODEL=READ/WRITTEN",
        "dollars for a million tokens of a model, in place of the price list's or where that knows none",
        many=True,
    ),
    Option(
        "llm_dry_run",
        "",
        "print calls, tokens and price range for each model; ask nobody and run no test, not even an ordinary one",
        flag_only=True,
    ),
    # What is not asked again
    Option(
        "llm_cache",
        "MODE",
        "answers of earlier runs: off (ask), auto (use them, ask the rest), refresh (ask and keep), only (never ask)",
        _one_of("off", "auto", "refresh", "only"),
        "off",
    ),
    Option("llm_replay", "RUN", "take the answers from a run log and grade them anew; asks nobody", in_ini=False),
    Option(
        "llm_replay_changed",
        "WHAT",
        "what to do in a replay with entries that changed or are new: skip or ask",
        _one_of("skip", "ask"),
        "skip",
    ),
    Option(
        "llm_resume",
        "RUN",
        "go on with a run that was cut off, in its own log; without a value the last one that is incomplete",
        in_ini=False,
        bare="last",
    ),
    Option("llm_rerun_errors", "", "with --llm-resume: ask again where a trial ended in an error", flag_only=True),
    Option(
        "llm_batch",
        "",
        "send all questions to the provider's batch interface, at half the price, and wait; may take hours",
        flag_only=True,
    ),
    # What the run is held against
    Option(
        "llm_baseline",
        "NAME|PATH",
        "compare the run with this one, by the name it was blessed under or by its log; a proven regression fails",
        check_baseline_name,
    ),
    Option(
        "llm_baseline_force",
        "",
        "compare in spite of other graders or a small overlap; the report says that it was forced",
        flag_only=True,
    ),
    Option(
        "llm_gates",
        "RULE",
        "rule that the run must keep, KIND=LIMIT or KIND:SLICE=LIMIT, such as fail_under=70, max_regression:math=2, "
        "max_unscored=5, max_missing=10, latency_p95=20, cost_per_trial=0.01 or failure_label:hallucination=5; "
        "none switches those of the ini file off",
        many=True,
    ),
    Option(
        "llm_fail_under",
        "[SLICE=]PERCENT",
        "rule fail_under: fail if less is right, of all or of a category or tag",
        rule_reader("fail_under"),
        many=True,
        in_ini=False,
    ),
    Option(
        "llm_max_regression",
        "[SLICE=]POINTS",
        "rule max_regression: fail if the baseline was better by more, where that is proven",
        rule_reader("max_regression"),
        many=True,
        in_ini=False,
    ),
    Option(
        "llm_accept",
        "REASON",
        "let a failed gate pass; who, when and why is kept with the run",
        in_ini=False,
    ),
    Option("llm_log", "PATH", "run log to write; a directory gets RUN_ID.jsonl. Default: llm-runs/RUN_ID.jsonl"),
)


def declare(parser: pytest.Parser) -> None:
    """Add every flag and ini value to pytest."""
    group = parser.getgroup("llm-eval", "LLM evals (pytest-llmeval)")
    for option in OPTIONS:
        group.addoption(option.flag, **_flag(option))
        if option.in_ini and not option.flag_only:
            kind = "args" if option.many else "string"
            parser.addini(option.name, f"same as {option.flag}", type=kind, default=None)  # type: ignore[arg-type]


def _flag(option: Option) -> dict[str, Any]:
    default = "" if option.default is None else f" (default: {option.default})"
    told: dict[str, Any] = {"dest": option.name, "default": None, "help": option.help + default}
    if option.flag_only:
        return {**told, "action": "store_true", "default": False}
    if option.bare is not None:
        told |= {"nargs": "?", "const": option.bare}
    return {**told, "action": "append" if option.many else "store", "metavar": option.metavar}


@dataclass(frozen=True)
class Settings:
    """What the user asked for, checked; each field is named like its flag, without ``llm_``."""

    model: tuple[str, ...]
    provider: str | None
    base_url: str | None
    param: Mapping[str, Any]
    judge_model: tuple[str, ...]
    allow_code_execution: bool
    code_isolation: Literal["namespaces", "process"]
    judge_controls: float
    allow_uncalibrated_judge: bool
    samples: int | None
    sample: str | None
    seed: int
    shard: str | None
    concurrency: int
    rpm: float | None
    tpm: float | None
    timeout: float
    retries: int
    max_consecutive_errors: int
    stream: bool
    max_calls: int | None
    max_tokens: int | None
    max_cost: float | None
    max_time: float | None
    price: tuple[str, ...]
    dry_run: bool
    cache: Literal["off", "auto", "refresh", "only"]
    replay: str | None
    replay_changed: Literal["skip", "ask"]
    resume: str | None
    rerun_errors: bool
    batch: bool
    baseline: str | None
    baseline_force: bool
    gates: tuple[str, ...]
    fail_under: tuple[Rule, ...]
    max_regression: tuple[Rule, ...]
    accept: str | None
    log: str | None
    rules: tuple[Rule, ...] = ()
    """What the run is held against, from all the ways to say it."""
    demanded: bool = False
    """Whether the command line itself asks for a gate, which then cannot be passed over."""
    model_flag: tuple[str, ...] = ()
    """The models named on the command line itself."""


def read_settings(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every option: the flag, else the environment (models only), else the ini file, else the default.

    Raises:
        pytest.UsageError: With one line, for a value that cannot be used.
    """
    try:
        values = {option.name.removeprefix("llm_"): _value(option, config) for option in OPTIONS}
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    flag = tuple(dict.fromkeys(config.getoption("llm_model") or ()))
    values["model"] = flag or tuple(dict.fromkeys(environ.get(MODEL_VARIABLE, "").split() or values["model"]))
    values["param"] = dict(values["param"])
    values["price"] = tuple(values["price"])
    values["judge_model"] = tuple(dict.fromkeys(values["judge_model"]))
    for name in ("gates", "fail_under", "max_regression"):
        values[name] = tuple(values[name])
    try:
        rules = read_rules(values)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    settings = Settings(**values, model_flag=flag, rules=rules, demanded=is_demanded(config, rules))
    for fault in (*_contradictions(settings), *gate_faults(values, rules)):
        raise pytest.UsageError(fault)
    return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.replay and settings.resume:
        yield "--llm-replay and --llm-resume cannot go together: one makes a new log, the other continues an old one"
    if settings.rerun_errors and not settings.resume:
        yield "--llm-rerun-errors belongs to --llm-resume; add it"
    if settings.resume and settings.log:
        yield "--llm-resume continues the log of the run it names; leave --llm-log out"
    if settings.replay and settings.batch:
        yield "--llm-replay asks nobody, so there is nothing for --llm-batch to send; leave one of them out"
    if settings.cache == "only" and settings.batch:
        yield "--llm-cache=only asks nobody, so there is nothing for --llm-batch to send; leave one of them out"


def _value(option: Option, config: pytest.Config) -> Any:
    given, source = config.getoption(option.name), option.flag
    if option.flag_only:
        return bool(given)
    if given is None and option.in_ini:
        given, source = config.getini(option.name) or None, option.name
    if given is None:
        return [] if option.many else option.default
    return [option.read(source, one) for one in given] if option.many else option.read(source, str(given))
