"""Commands that ask models of providers that a project has written itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request, read_messages
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.models.recorded import recorded

Command = Callable[..., Told]

PARROT = """
from pytest_llmeval import Reply

class Parrot:
    adapter_version = "1"

    def __init__(self, settings):
        from wording import LOUD  # beside it, and not imported before it is needed

        self.loud = LOUD

    async def complete(self, request):
        return Reply(request.messages[-1]["content"] + self.loud)

    async def aclose(self): ...

def pytest_llmeval_register_providers(registry):
    registry.register("parrot", Parrot)
"""


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A run in which a parrot failed to say Paris."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wording.py").write_text("LOUD = '!'\n")
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "conftest.py").write_text(PARROT)
    (tmp_path / "own_parrot.py").write_text(PARROT)
    monkeypatch.delitem(sys.modules, "wording", raising=False)
    request = Request(ModelName("parrot", "grey"), read_messages("say Lyon"))
    call = recorded(request, Reply("say Lyon!"), adapter_version="1")
    wrong: dict[str, Any] = {
        "question_id": "fr",
        "provider": "parrot",
        "model": "grey",
        "grade": "wrong",
        "calls": (call,),
    }
    scores = (Score("contains", 0.0, False, "", "verifiable", "contains('Paris')"),)
    record = trial(1, grader="contains('Paris')", scores=scores, answer="say Lyon!", **wrong)
    return write_log(tmp_path / "run.jsonl", [record])


@pytest.mark.parametrize("named", ["evals/conftest.py", "own_parrot"])
def test_a_failure_of_an_own_provider_is_sent_again(command: Command, log: Path, named: str) -> None:
    before = list(sys.path)
    told = command("replay", log, "fr", "--providers", named)
    assert told.status == 1, told.err
    assert "call 1 of 1 · parrot:grey · as the run sent it" in told.out
    assert "sent again    wrong              say Lyon!" in told.out
    assert sys.path == before


def test_an_own_provider_judges(command: Command, log: Path) -> None:
    told = command("check-judge", "parrot:grey", "--providers", "own_parrot", "--repeats", "1")
    assert told.status == 1, told.err
    assert "  no verdict            37\n" in told.out


def test_without_the_module_the_way_to_name_it_is_told(command: Command, log: Path) -> None:
    told = command("replay", log, "fr")
    assert told.status == 2
    assert told.err.splitlines()[-1].startswith("pytest-llmeval: unknown provider 'parrot'; known: ")
    assert told.err.endswith("; --providers MODULE adds those of your own\n")


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (None, "cannot be imported (FileNotFoundError: "),
        ("import nowhere_at_all", "cannot be imported (ModuleNotFoundError: No module named 'nowhere_at_all')"),
        ("def broken(:", "cannot be imported (SyntaxError: "),
        ("x = 1", "has no function pytest_llmeval_register_providers(registry); name the module that has"),
    ],
    ids=["no file", "missing import", "no Python", "no hook"],
)
def test_a_module_that_adds_no_provider_is_one_line(
    command: Command, log: Path, source: str | None, fault: str
) -> None:
    if source is not None:
        Path("mine.py").write_text(source)
    told = command("replay", log, "fr", "--providers", "mine.py")
    assert told.status == 2
    assert told.err.splitlines()[-1].startswith(f"pytest-llmeval: --providers mine.py: {fault}")


def test_a_name_that_is_taken_is_told(command: Command, log: Path) -> None:
    Path("mine.py").write_text(PARROT.replace('"parrot"', '"openai"'))
    told = command("replay", log, "fr", "--providers", "mine.py")
    assert told.err.endswith("provider 'openai' is registered twice; give one of them another name\n")
