"""Linters as graders: what they make of sound, sloppy and broken code, with the real tools."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, GraderError
from pytest_llmeval.grading.code import checkers
from pytest_llmeval.grading.code.quality import ALL, PythonQuality
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.models.answer import Answer

ENTRY = Entry(id="e", question="q", metadata={"entry_point": "f"})
SOUND = "def f(x: int) -> int:\n    return x + 1"
BRANCHES = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(12))


def graded(code: str, **settings: Any) -> Grade:
    return PythonQuality(**settings)(ENTRY, Answer(f"```python\n{code}\n```"))


def values(grade: Grade) -> dict[str, float | None]:
    return {score.name: score.value for score in grade.scores}


def test_sound_code_is_fully_correct_by_all_checks() -> None:
    grade = graded(SOUND)
    assert (grade.level, grade.notes, values(grade)) == ("fully_correct", "", dict.fromkeys(ALL, 1.0))
    assert [score.kind for score in grade.scores] == ["verifiable", *["heuristic"] * 4]


def test_what_does_not_compile_is_wrong_and_looked_at_no_further() -> None:
    grade = graded("def f(:")
    assert (grade.level, grade.failure_label, values(grade)) == ("wrong", "reasoning_error", {"compiles": 0.0})
    assert grade.notes == "compiles: SyntaxError: invalid syntax"


@pytest.mark.parametrize(
    ("check", "code", "value", "told"),
    [
        ("ruff", "import os\ndef f(x):\n    y = 1\n    return x", 0.5, "2: F401 in line 1; F841 in line 3"),
        (
            "mypy",
            "def f(x: int) -> str:\n    return x",
            0.5,
            '1: Incompatible return value type (got "int", expected "str")',
        ),
        ("bandit", "def f(x):\n    return eval(x)", 0.5, "1: B307 in line 2"),
        ("complexity", BRANCHES, 10 / 13, "at most 13, in f"),
    ],
)
def test_complaints_are_counted_and_named(check: str, code: str, value: float, told: str) -> None:
    grade = graded(code, checks=["compiles", check])
    assert grade.level == "partially_correct"
    assert values(grade) == {"compiles": 1.0, check: pytest.approx(value)}
    assert grade.notes.startswith(f"{check}: {told}")


@pytest.mark.parametrize(
    ("check", "code"),
    [
        ("ruff", "import os  # noqa\ndef f(x): return x"),
        ("ruff", "# ruff: noqa\nimport os\ndef f(x): return x"),
        ("mypy", "def f(x: int) -> str:\n    return x  # type: ignore"),
        ("mypy", "# mypy: ignore-errors\ndef f(x: int) -> str:\n    return x"),
        ("bandit", "def f(x):\n    return eval(x)  # nosec"),
    ],
)
def test_comments_that_silence_a_checker_are_not_minded(check: str, code: str) -> None:
    assert graded(code, checks=[check]).level == "partially_correct"


def test_the_allowed_complexity_can_be_set() -> None:
    assert graded(BRANCHES, checks=["complexity"], max_complexity=13).level == "fully_correct"
    assert graded("x = 1", checks=["complexity"]).scores[0].detail == "at most 1, in the module"


def test_an_answer_without_code_is_unextractable() -> None:
    assert PythonQuality(["compiles"])(ENTRY, Answer("I do not know.")).state == "unextractable"


def test_nothing_of_the_answer_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    code = f"open({str(trace)!r}, 'w').close()\ndef f(x: int) -> int:\n    return x\nf(1)"
    assert graded(code).level != "wrong"
    assert not trace.exists()


def test_text_that_cannot_be_encoded_is_no_crash() -> None:
    assert graded("x = '\ud800'", checks=["compiles"]).level in ("fully_correct", "wrong")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"checks": "ruff"}, "list some of the checks compiles, ruff, mypy, bandit, complexity"),
        ({"checks": []}, "list some of the checks"),
        ({"checks": ["pylint"]}, "list some of the checks"),
        ({"max_complexity": 0}, "must be a whole number of at least 1"),
        ({"max_complexity": True}, "must be a whole number of at least 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused_at_once(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        PythonQuality(**settings)


def test_missing_packages_are_named_with_what_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "find_spec", lambda name: None if name in ("radon", "mypy") else name)
    with pytest.raises(ConfigurationError) as caught:
        PythonQuality()
    assert str(caught.value) == (
        'graders.python_quality() needs mypy, radon; run pip install "pytest-llmeval-harness[quality]", '
        'or choose other checks: checks=("compiles",)'
    )
    PythonQuality(["compiles", "ruff"])


def ran(status: int, output: str, errors: str = "") -> Any:
    return lambda *_, **__: subprocess.CompletedProcess([], status, output, errors)


def test_a_checker_that_fails_is_an_error_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", ran(2, "", "Traceback\nout of luck"))
    with pytest.raises(GraderError, match=r"^ruff failed: out of luck$"):
        graded(SOUND, checks=["ruff"])
    monkeypatch.setattr(subprocess, "run", ran(0, "no json"))
    with pytest.raises(GraderError, match=r"^ruff failed: "):
        graded(SOUND, checks=["ruff"])
    monkeypatch.setattr(subprocess, "run", ran(0, json.dumps([{}])))
    with pytest.raises(GraderError, match=r"^ruff failed: 'code'$"):
        graded(SOUND, checks=["ruff"])


def test_a_checker_that_does_not_end_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(GraderError, match=r"^bandit did not end within 60 s$"):
        graded(SOUND, checks=["bandit"])


def test_lines_are_counted_without_comments_and_empty_ones() -> None:
    assert checkers.lines_of("x = 1\n\n  # why\ny = 2  # two\n") == 2
