"""What pytest loads in every project: flags, marker names and fixtures; the rest only once there is an eval.

This module and what it imports stay with the standard library and pytest.
"""

from __future__ import annotations

from collections.abc import Generator
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

import pytest

from pytest_llmeval.plugin import hookspecs, options, settings, workers
from pytest_llmeval.plugin.fixtures import EvalFixtures
from pytest_llmeval.plugin.freezing import thaw_at_end
from pytest_llmeval.plugin.rewriting import leave_as_written
from pytest_llmeval.plugin.state import SETTINGS, check

if TYPE_CHECKING:
    from pytest_llmeval.plugin.session import EvalSession

MARKERS = (
    (
        "llm_eval(source, *, entries, task, graders, columns, where, limit, system_prompt, params, tools, max_steps, "
        "budget, samples, require, perturb, leaks): run the test once for each entry of a benchmark and each model "
        "under test."
    ),
    "must_pass: evals that must pass whatever a gate allows; run first.",
    "fingerprint: evals of behaviour that must not change; as must_pass.",
    "canary: evals of brittle behaviour; as must_pass.",
    "quarantine(until, reason): evals that are known to fail and count for nothing until a day.",
    "llm_entry(field=value): select evals by any field of their entry, -m \"llm_entry(difficulty='hard')\".",
    'llm_perturbed(kind=value): select the variants that perturb= makes, or leave them out, -m "not llm_perturbed".',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags."""
    options.declare(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks by which others extend the plugin."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Check the flags, so that a wrong one ends the run before anything is collected."""
    leave_as_written(config)
    config.stash[SETTINGS] = settings.read_settings(config)
    check(config)
    config.pluginmanager.register(EvalFixtures(config), "llm_eval_fixtures")
    thaw_at_end(config)
    if config.stash[SETTINGS].dry_run:
        from pytest_llmeval.plugin.dry_run import DryRun

        config.pluginmanager.register(DryRun(config.stash[SETTINGS]), "llm_eval_dry_run")
    for line in MARKERS:
        config.addinivalue_line("markers", line)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Turn a function with the marker into one item for each trial."""
    mark = metafunc.definition.get_closest_marker("llm_eval")
    if mark is not None:
        _eval_session(metafunc.config).parametrize(metafunc, mark)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Any:
    """Keep async evals from plugins that would run them too."""
    if not iscoroutinefunction(obj):
        return None
    from pytest_llmeval.plugin.async_tests import items_of_async

    return items_of_async(collector, name, obj)


@pytest.hookimpl(wrapper=True, trylast=True)  # innermost: before --lf takes items out of the report
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Show the eval session all the items of a file or class."""
    report = yield
    session: EvalSession | None = collector.config.pluginmanager.get_plugin("llm_eval_session")
    if session is not None:
        session.left_out.note_made(report.result)
        session.resuming.note_made(collector, report.result)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker which run it works for."""
    workers.brief(node, _eval_session)


def _eval_session(config: pytest.Config) -> EvalSession:
    from pytest_llmeval.plugin.session import eval_session  # pulls in pydantic, so not before there is an eval

    return eval_session(config)
