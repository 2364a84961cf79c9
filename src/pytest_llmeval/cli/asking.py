"""Commands that ask judges: the arguments they share, and the gateway they ask through."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_llmeval.cli.numbers import amount, whole
from pytest_llmeval.cli.own_modules import importable_here, providers_with
from pytest_llmeval.cli.printing import note
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Call
from pytest_llmeval.models.budget import Budget, Limits, OwnLedger
from pytest_llmeval.models.cache import CACHE_MODES, ReplyCache
from pytest_llmeval.models.gateway import Gateway
from pytest_llmeval.models.gateway_judge import GatewayJudge
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.prices import Prices, read_price
from pytest_llmeval.models.providers.port import Provider, ProviderSettings
from pytest_llmeval.models.providers.registry import ProviderRegistry
from pytest_llmeval.models.request import read_param
from pytest_llmeval.models.retrying import RetryPolicy
from pytest_llmeval.models.terms import Terms
from pytest_llmeval.models.tracing import total_cost
from pytest_llmeval.reports import figures

CACHE_FILE = Path(".pytest_cache/d/llm-eval/answers.sqlite")
"""The cache of the runs made in this folder."""


def declare_asking(parser: argparse.ArgumentParser, *, cache: bool = True) -> None:
    """Add what every command that asks models takes.

    Args:
        parser: Gets the arguments.
        cache: Whether replies of earlier calls will do.
    """
    group = parser.add_argument_group("asking")
    group.add_argument("--param", metavar="NAME=VALUE", action="append", default=[], help="such as max_tokens=500")
    group.add_argument(
        "--providers",
        metavar="MODULE",
        action="append",
        default=[],
        help="adds providers of your own, such as conftest.py or acme.evals",
    )
    group.add_argument("--base-url", metavar="URL", help="endpoint in place of the provider's own")
    group.add_argument("--concurrency", metavar="N", type=whole(), default=16, help="calls at once (default: 16)")
    group.add_argument("--timeout", metavar="SECONDS", type=amount, default=120.0, help="of a call (default: 120)")
    group.add_argument("--retries", metavar="N", type=whole(0), default=3, help="further tries (default: 3)")
    if cache:
        group.add_argument("--cache", choices=CACHE_MODES, help="replies of earlier calls (default: off)")
    parser.set_defaults(cache="off")
    group.add_argument("--max-calls", metavar="N", type=whole(), help="ask at most N times")
    group.add_argument("--max-cost", metavar="USD", type=amount, help="ask no more once that much is spent")
    group.add_argument("--price", metavar="MODEL=READ/WRITTEN", action="append", default=[], help="of a million tokens")


@dataclass(frozen=True)
class JudgeDesk:
    """Where judges are asked: the loop, the gateway and who judges."""

    loop: LoopThread
    gateway: Gateway
    models: tuple[ModelName, ...]
    params: dict[str, Any]
    concurrency: int

    def judge(self, model: ModelName, keep: Callable[[Call], None], *, sample: int = 1) -> GatewayJudge:
        """Return a judge that hands each of its calls over."""
        return GatewayJudge(model, self.gateway, keep, sample=sample)


@contextmanager
def judges_asked(given: argparse.Namespace, names: list[str]) -> Iterator[JudgeDesk]:
    """Open the gateway, and close it again whatever happens.

    Args:
        given: Holds what `declare_asking` declared.
        names: The judges, as ``provider:model``.

    Raises:
        ConfigurationError: For a judge, parameter or price that cannot be used.
    """
    models = tuple(dict.fromkeys(map(ModelName.parse, names)))
    params = dict(read_param("--param", one) for one in given.param)
    prices = Prices(dict(read_price(one, option="--price") for one in given.price))
    with importable_here():
        registry = providers_with(given.providers)
        _check(models, registry, given)
        cache = ReplyCache(CACHE_FILE, given.cache)
        loop = LoopThread("llm-eval-judges")
        try:
            gateway = Gateway(_providers(given, registry), _terms(given, prices, cache))
            try:
                yield JudgeDesk(loop, gateway, models, params, given.concurrency)
            finally:
                loop.run(gateway.aclose())
        finally:
            loop.stop()
            cache.close()


def _check(models: tuple[ModelName, ...], registry: ProviderRegistry, given: argparse.Namespace) -> None:
    for model in models:
        try:
            registry.check(model.provider)
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}; --providers MODULE adds those of your own") from None
    base_url: str | None = given.base_url
    providers = list(dict.fromkeys(model.provider for model in models))
    if base_url and len(providers) > 1:
        raise ConfigurationError(f"--base-url names one endpoint, and would get the keys of {' and '.join(providers)}")


def _providers(given: argparse.Namespace, registry: ProviderRegistry) -> Callable[[str], Provider]:
    told = ProviderSettings(Path.cwd(), given.base_url, given.timeout, os.environ, max_connections=given.concurrency)
    return lambda name: registry.make(name, told)


def _terms(given: argparse.Namespace, prices: Prices, cache: ReplyCache) -> Terms:
    limits = Limits(calls=given.max_calls, cost_usd=given.max_cost)
    return Terms(
        given.concurrency,
        RetryPolicy(attempts=given.retries + 1),
        price_of=prices,
        budget=Budget(limits, OwnLedger(), prefix="--"),
        errors_in_a_row=20,
        cache=cache,
    )


def tell_spent(calls: Sequence[Call], what: str = "judge call") -> None:
    """Say what asking took."""
    asked = [call for call in calls if not call.cached]
    cost, cached = total_cost(asked), len(calls) - len(asked)
    dollars = "price unknown" if cost is None else figures.cost(cost)
    more = f", {cached:,} more from the cache" if cached else ""
    note(
        f"{len(asked):,} {what}{'' if len(asked) == 1 else 's'}, {dollars}{more}"
        if calls
        else "nothing had to be asked"
    )
