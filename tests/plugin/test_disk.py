"""Where the log cannot be written: one clear line, the session ends, and what was written stays readable."""

import json
import os
import resource
import subprocess

import pytest

from tests.plugin.conftest import GRADED, Project, command_of
from tests.plugin.test_running import ROOT, many

MODEL = ("--llm-model=stand-in:m",)


def writing_nothing_else() -> dict[str, str]:
    """Keep the disk's bound off what a process writes beside its log: compiled modules, and what coverage measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def test_folder_that_cannot_be_made_ends_the_run_before_anything_is_asked(project: Project) -> None:
    (project.path / "file").write_text("")
    project.benchmark(many(3))
    project.evals(GRADED)
    result = project.run("--llm-log=file/run.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*file/run.jsonl: cannot be made (*); name a log in a folder you can write*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert project.asked() == []
    assert "LLM evals" not in result.stdout.str()  # there is no run, and so nothing to sum up


def test_full_disk_ends_the_session_and_leaves_a_readable_log(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    project.benchmark(many(50))
    project.evals(GRADED)
    done = subprocess.run(
        command_of(*MODEL),
        cwd=project.path,
        env=writing_nothing_else(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000)),
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "cannot be written (File too large)" in done.stdout
    assert "INTERNALERROR" not in done.stdout
    (log,) = project.logs()
    lines = log.read_text().splitlines()
    assert 1 <= len([json.loads(line) for line in lines]) < 50


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["one process", "two workers"])
def test_folder_that_vanishes_ends_the_session_with_one_line(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark(many(20))
    project.evals(
        GRADED
        + """
    import shutil
    shutil.rmtree("logs", ignore_errors=True)
"""
    )
    result = project.run("--llm-log=logs/run.jsonl", *way)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*run.jsonl: was deleted while the run wrote to it; what it held is gone, run again*"])
    assert (result.stdout.str() + result.stderr.str()).count("run.jsonl: was") == 1
    assert "cannot be written" not in result.stdout.str() + result.stderr.str()
    assert not (project.path / "logs").exists()
