from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pytest_llmeval.cli.main import main


@dataclass(frozen=True)
class Told:
    status: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Run the command line in this process."""

    def run(*arguments: object) -> Told:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Told(status, captured.out, captured.err)

    return run
