"""Collected items are kept out of the garbage collector's way, for as long as the session lasts."""

import gc

from tests.plugin.conftest import Project

LOOKS = """
import gc

@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, request):
    seen = {id(one) for one in gc.get_objects()}
    assert id(request.session.items) not in seen
"""


def test_what_was_collected_is_not_gone_through_while_tests_run(capitals: Project) -> None:
    capitals.evals(LOOKS)
    capitals.run().assert_outcomes(passed=3)


def test_nothing_stays_frozen_after_the_session(capitals: Project) -> None:
    before = gc.get_freeze_count()
    capitals.run()
    assert gc.get_freeze_count() <= before
