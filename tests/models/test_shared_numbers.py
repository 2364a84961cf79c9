"""Numbers in a file: what one process writes another reads, and no change under the lock is lost."""

from __future__ import annotations

import threading
from pathlib import Path

from pytest_llmeval.models.shared_numbers import SharedNumbers


def test_there_are_none_before_somebody_writes_some(tmp_path: Path) -> None:
    one, other = SharedNumbers(tmp_path / "deep" / "n", "<qd"), SharedNumbers(tmp_path / "deep" / "n", "<qd")
    assert one.read() == ()
    other.write(3, 0.5)
    assert one.read() == (3, 0.5)


def test_nobody_else_holds_the_lock_meanwhile(tmp_path: Path) -> None:
    one, other = SharedNumbers(tmp_path / "n", "<q"), SharedNumbers(tmp_path / "n", "<q")

    def count() -> None:
        with other.locked():
            other.write(sum(other.read()) + 1)

    counting = threading.Thread(target=count)
    with one.locked():
        counting.start()
        counting.join(0.05)
        assert one.read() == ()
        one.write(1)
    counting.join(10)
    assert one.read() == (2,)
