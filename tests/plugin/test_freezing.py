"""What stays to the end of a session is kept out of the garbage collector's way, for as long as the session lasts."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from pytest_llmeval.plugin import freezing
from pytest_llmeval.plugin.freezing import TrialsFrozen
from tests.plugin.conftest import Project

LOOKS = """
import gc

@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, request):
    seen = {id(one) for one in gc.get_objects()}
    assert id(request.session.items) not in seen
"""

LOOKS_WHILE_COLLECTING = """
import gc

@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry): ...

def pytest_generate_tests(metafunc):
    if metafunc.function.__name__ == "test_looks":
        metafunc.parametrize("frozen", [gc.get_freeze_count() > 0])

def test_looks(frozen):
    assert frozen
"""


class Cyclic:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def every_third(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrialsFrozen]:
    monkeypatch.setattr(freezing, "MANY", 3)
    yield TrialsFrozen()
    gc.enable()


def is_seen(one: object) -> bool:
    return any(other is one for other in gc.get_objects())


def test_what_was_collected_is_not_gone_through_while_tests_run(capitals: Project) -> None:
    capitals.evals(LOOKS)
    capitals.run().assert_outcomes(passed=3)


def test_many_trials_are_frozen_before_their_items_are_made(capitals: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    gc.unfreeze()
    monkeypatch.setattr("pytest_llmeval.plugin.session.MANY", 3)
    capitals.evals(LOOKS_WHILE_COLLECTING)
    capitals.run().assert_outcomes(passed=4)


def test_what_is_kept_of_trials_that_are_over_is_frozen_now_and_then(every_third: TrialsFrozen) -> None:
    kept: list[list[int]] = [[]]
    every_third.one_more()
    every_third.one_more()
    assert is_seen(kept)
    every_third.one_more()
    assert not is_seen(kept)


def test_reports_of_trials_are_frozen_while_the_run_goes_on(capitals: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at by the test after the third trial."""
    monkeypatch.setattr(freezing, "MANY", 3)
    capitals.evals("""
import gc

@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry): ...

def test_looks(request):
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    told = {id(report) for report in reporter.stats["passed"][:2]}
    assert told and not told & {id(one) for one in gc.get_objects()}
""")
    capitals.run().assert_outcomes(passed=4)


def test_garbage_of_trials_does_not_stay(every_third: TrialsFrozen) -> None:
    garbage = Cyclic()
    gone = weakref.ref(garbage)
    del garbage
    for _ in range(3):
        every_third.one_more()
    assert gone() is None


def test_who_has_switched_the_collector_off_is_left_alone(every_third: TrialsFrozen) -> None:
    kept: list[list[int]] = [[]]
    gc.disable()
    for _ in range(3):
        every_third.one_more()
    assert is_seen(kept)


def test_nothing_stays_frozen_after_the_session(capitals: Project) -> None:
    before = gc.get_freeze_count()
    capitals.run()
    assert gc.get_freeze_count() <= before
