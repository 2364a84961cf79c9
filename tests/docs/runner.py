"""Runs what a page shows, in a folder of its own: files are written, commands executed, outputs compared."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pytest_llmeval.cli.main import main
from pytest_llmeval.models.providers import registry
from tests.docs import scripted
from tests.docs.expected import missing_line
from tests.docs.pages import REPOSITORY, Block, Page

FILES = ("python", "jsonl", "json", "yaml", "csv", "toml", "ini")
COMMANDS = ("sh", "console")
INSTALLABLE = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
CONFIGURATION = ("conftest.py", "pyproject.toml", "pytest.ini")
"""Files that pytest reads on its own."""
STATUSES = (0, 1, 2, 4)
"""What a command whose output is shown may end with; 3 would be a fault of pytest or of ours."""
NEVER_RUN = frozenset({"git", "export", "cd", "test"})
"""First words of shell lines that only make sense on the reader's machine."""
MODEL = "--llm-model=openai:gpt-4o-mini"
"""Of an eval that no command of its page runs."""
UNASKED = "no model under test"
"""Stands in what is printed where evals are skipped for want of a model."""
QUIET = ("-p", "llm_eval", "-p", "no:cacheprovider", "-p", "tests.docs.scripted")
KNOWN_WARNING = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")


@dataclass
class Ran:
    """What a command gave."""

    status: int
    output: str


@dataclass
class PageRun:
    """One page, from its first block to its last.

    Args:
        page: The page.
        pytester: The folder everything happens in.
    """

    page: Page
    pytester: pytest.Pytester
    may_fail: bool = False
    """Whether evals may fail whose report is not shown: those about this repository do."""

    def all_blocks(self) -> list[str]:
        """Return the places of the blocks that were run, which is all but those marked as text."""
        blocks = [block for block in self.page.blocks if block.language != "text"]
        done = []
        for number, block in enumerate(blocks, 1):
            if block.language in COMMANDS:
                self._commands(block)
            elif block.language in FILES:
                self._file(block, blocks[number:])
            else:
                pytest.fail(f"{block.place}: a {block.language or 'nameless'} block is not executed; mark it as text")
            done.append(block.place)
        return done

    def _file(self, block: Block, later: list[Block]) -> None:
        if block.name is None:
            pytest.fail(f"{block.place}: begin the block with a comment that names its file")
        path = self.pytester.path / block.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        if path.match(".github/workflows/*.yml"):
            model = "PYTEST_LLM_MODEL=openai:gpt-4o-mini " if "PYTEST_LLM_MODEL" in block.text else ""
            for line in workflow_lines(path):
                self._expect(block, f"{model}{line}", None)
        elif path.match("test_*.py"):
            if not later or later[0].language not in COMMANDS:
                self._expect(block, f"pytest {block.name} {MODEL}", None)
        elif path.name not in CONFIGURATION:
            named = re.compile(rf"\b{re.escape(path.stem if path.suffix == '.py' else path.name)}\b")
            assert any(named.search(one.text) for one in later), f"{block.place}: nothing uses {block.name}"

    def _commands(self, block: Block) -> None:
        if block.language == "sh":
            for line in shell_lines(block.text):
                self._expect(block, line, None)
        else:
            for command, shown in dialogues(block.text):
                self._expect(block, command, shown)

    def _expect(self, block: Block, line: str, shown: str | None) -> None:
        ran = self.run(line)
        if ran is None:
            return
        allowed = STATUSES if shown and shown.strip() else (0, 1) if self.may_fail else (0,)
        assert ran.status in allowed, f"{block.place}: {line} ended with {ran.status}:\n{ran.output[-4000:]}"
        wanted = line.split() == ["pytest"] or UNASKED in (shown or "")  # plain pytest never spends
        assert wanted or UNASKED not in ran.output, f"{block.place}: {line} asks nobody; name the model"
        lacking = missing_line(shown, ran.output) if shown is not None else None
        assert lacking is None, f"{block.place}: {line} does not print {lacking!r}"

    def run(self, line: str) -> Ran | None:
        """Run one shell line; None for one that is only checked."""
        environment, words = assignments(shlex.split(line, comments=True))
        if not words:
            return None
        if words[:3] == ["python", "-m", "pytest"]:
            words = words[2:]
        if words[0] in NEVER_RUN:
            return None
        if "pip" in words[:4]:
            check_installable(words)
            return None
        if words[0] == "pytest":
            return self._pytest(words[1:], environment)
        if words[0] == "pytest-llmeval":
            return self._command_line(words[1:], environment)
        if words[0] == "python":
            return self._subprocess([sys.executable, *words[1:]], environment)
        pytest.fail(f"{self.page.name}: do not know how to run {line!r}; mark the block as text")

    def _pytest(self, words: list[str], environment: dict[str, str]) -> Ran:
        own_process = any(word.startswith("-n") for word in words)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            run = self.pytester.runpytest_subprocess if own_process else self.pytester.runpytest_inprocess
            spread = ("-p", "xdist") if own_process else ()
            result = run(*QUIET, *spread, *KNOWN_WARNING, *words)
        return Ran(int(result.ret), result.stdout.str() + result.stderr.str())

    def _command_line(self, words: list[str], environment: dict[str, str]) -> Ran:
        """Run our own command in this process, and leave nothing behind that the next one would see."""
        told = io.StringIO()
        before, path = set(sys.modules), list(sys.path)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(told), redirect_stderr(told):
            for name, value in environment.items():
                patch.setenv(name, value)
            for name in scripted.ADAPTERS:
                patch.setattr(registry, name, scripted.TARGET)
            try:
                status = main(words)
            except SystemExit as ended:
                status = int(ended.code or 0)
        sys.path[:] = path
        for name in set(sys.modules) - before:
            if str(self.pytester.path) in (getattr(sys.modules[name], "__file__", None) or ""):
                del sys.modules[name]  # another page may have a module of that name
        return Ran(status, told.getvalue())

    def _subprocess(self, command: list[str], environment: dict[str, str]) -> Ran:
        told = subprocess.run(
            command,
            cwd=self.pytester.path,
            env={**os.environ, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Ran(told.returncode, told.stdout)


def check_installable(words: list[str]) -> None:
    """Make sure that what a page tells to install bears this project's name."""
    named = [word.partition("[")[0] for word in words[words.index("install") + 1 :] if word[0] not in "-."]
    assert set(named) <= {INSTALLABLE, "pip"}, f"pip install {named}"


def assignments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take ``NAME=value`` in front of a command apart."""
    given = {}
    while words and words[0].partition("=")[0].isidentifier() and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        given[name] = value
    return given, words


def shell_lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def dialogues(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output shown below it."""
    for part in f"\n{text}".split("\n$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def workflow_lines(path: Path) -> Iterator[str]:
    """Yield the shell lines of a workflow's steps."""
    for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
        for step in job["steps"]:
            yield from shell_lines(step.get("run", ""))
