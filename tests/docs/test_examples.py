"""Every example of every page is executed: files are run as evals, commands as commands, outputs compared."""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

# Pytester forgets what a run imported; what is imported here is not imported anew for every run.
import pytest_llmeval.graders
import pytest_llmeval.plugin.session  # noqa: F401
from tests.docs.pages import REPOSITORY, Page, pages
from tests.docs.runner import PageRun

IN_THIS_REPOSITORY = ("README.md", "CONTRIBUTING.md")
"""Pages whose examples are about this repository; they get a copy of it."""
KEY = re.compile(r"\b[A-Z]+_API_KEY\b")
"""A page has the keys that it names, and the ini file that it shows: so has the reader."""
COPIED = ("src", "evals", "docs", "README.md", "pyproject.toml")


@pytest.fixture(autouse=True)
def _undisturbed_parsing() -> Iterator[None]:
    """Python 3.11 cannot parse on two threads at once, and hypothesis runs code whenever garbage is collected.

    That code lets another thread go on in the middle of parsing, where the embedded model reads Python sources, and the
    session ends with "AST constructor recursion depth mismatch".
    """
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = callbacks


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    hidden = [name for name in os.environ if KEY.fullmatch(name)]
    for name in (*hidden, "PYTEST_LLM_MODEL", "PYTEST_ADDOPTS", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # who stands beside ours is named
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "src")]))
    monkeypatch.syspath_prepend(str(REPOSITORY))
    return pytester


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in pages()])
def test_examples_do_what_the_page_says(page: Page, folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that is not as the page says fails its run at once; test_pages.py holds the run to that."""
    if page.name in IN_THIS_REPOSITORY:
        copy_repository(folder.path, with_model=page.name != "README.md")  # which is read elsewhere too
    for name in sorted(set(KEY.findall(page.text))):
        monkeypatch.setenv(name, "not-a-key")
    done = PageRun(page, folder, may_fail=page.name in IN_THIS_REPOSITORY).all_blocks()
    assert done == [block.place for block in page.blocks if block.language != "text"]


def copy_repository(target: Path, *, with_model: bool) -> None:
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    if not with_model:
        settings = target / "pyproject.toml"
        settings.write_text(re.sub(r"(?m)^llm_model = .*$", "", settings.read_text(encoding="utf-8")), encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *command], cwd=target, check=True)
