from pathlib import Path

import pytest

from pytest_llmeval.models.streak import OwnStreak, SharedStreak, Streak


@pytest.fixture(params=["own", "shared"])
def streak(request: pytest.FixtureRequest, tmp_path: Path) -> Streak:
    return OwnStreak() if request.param == "own" else SharedStreak(tmp_path / "deep" / "streak")


def test_failures_are_counted_up_to_the_next_success(streak: Streak) -> None:
    assert [streak.failed(), streak.failed()] == [1, 2]
    streak.ended()
    assert streak.failed() == 1


def test_a_success_without_failures_before_changes_nothing(streak: Streak) -> None:
    streak.ended()
    assert streak.failed() == 1


def test_processes_of_a_run_count_together(tmp_path: Path) -> None:
    """A success of one ends the streak of all."""
    one, other = SharedStreak(tmp_path / "streak"), SharedStreak(tmp_path / "streak")
    assert [one.failed(), other.failed(), one.failed()] == [1, 2, 3]
    other.ended()
    assert one.failed() == 1
