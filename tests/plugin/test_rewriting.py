"""Our modules are imported as they are written: pytest rewrites those of its users alone."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_llmeval.plugin.rewriting import leave_as_written
from tests.plugin.conftest import Project


def test_what_is_imported_late_is_not_parsed_by_pytest(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = project.path / "compiled"
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")  # else nothing of ours is on pytest's list to begin with
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(compiled))
    project.benchmark([{"id": "a", "question": "say: yes"}])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer):\n    assert answer.text\n')
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--llm-model=offline:bm25"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert list(compiled.rglob("test_evals*pytest*.pyc"))
    assert list(compiled.rglob("pytest_llmeval/plugin/session.*.pyc"))
    assert not list(compiled.rglob("pytest_llmeval/plugin/session.*pytest*.pyc"))
    assert not list(compiled.rglob("pytest_llmeval/models/**/*pytest-*.pyc"))


@pytest.mark.parametrize("hook", [None, SimpleNamespace(_must_rewrite=("pytest_llmeval",))])
def test_where_pytest_keeps_no_such_list_nothing_is_changed(hook: Any) -> None:
    config = cast("pytest.Config", SimpleNamespace(pluginmanager=SimpleNamespace(rewrite_hook=hook)))
    before = repr(hook)
    leave_as_written(config)
    assert repr(hook) == before


def test_other_modules_stay_on_the_list() -> None:
    hook = SimpleNamespace(_must_rewrite={"pytest_llmeval", "acme"}, _marked_for_rewrite_cache={"acme.a": True})
    config = cast("pytest.Config", SimpleNamespace(pluginmanager=SimpleNamespace(rewrite_hook=hook)))
    leave_as_written(config)
    assert (hook._must_rewrite, hook._marked_for_rewrite_cache) == ({"acme"}, {})
