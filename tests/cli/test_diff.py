"""Two benchmarks are compared on the command line, from files or from git."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Told

Command = Callable[..., Told]
FR = {"id": "fr", "question": "Capital of France?", "gold_answer": "Paris"}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@x.org", *arguments], cwd=folder, check=True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(here: Path) -> Path:
    """A repository with one commit of ``evals/q.jsonl``, which has been edited since."""
    git(here, "init", "-q")
    write(here / "evals" / "q.jsonl", FR)
    git(here, "add", "-A")
    git(here, "commit", "-qm", "first")
    write(here / "evals" / "q.jsonl", {**FR, "gold_answer": "Lyon"})
    return here


def test_benchmarks_of_two_formats_with_the_same_entries_are_the_same(here: Path, command: Command) -> None:
    (here / "q.yaml").write_text("- {id: fr, question: Capital of France?, gold_answer: Paris}\n")
    told = command("diff", write(here / "q.jsonl", FR), "q.yaml")
    assert told == Told(0, "old  q.jsonl · 1 entry\nnew  q.yaml · 1 entry\nnothing differs\n", "")


def test_what_differs_is_told_and_the_status_says_so(here: Path, command: Command) -> None:
    old, new = write(here / "a.jsonl", FR), write(here / "b.jsonl", {**FR, "gold_answer": "Lyon"})
    told = command("diff", old, new)
    assert (told.status, told.err) == (1, "")
    assert told.out.splitlines()[2:] == [
        "1 modified",
        "",
        "modified  1",
        "  fr",
        "    gold_answer: 'Paris' -> 'Lyon'",
    ]


def test_machines_get_whole_values_and_every_share(here: Path, command: Command) -> None:
    old = write(here / "a.jsonl", {**FR, "split": "dev"}, {"id": "x", "question": "X?"})
    new = write(here / "b.jsonl", {**FR, "gold_answer": "L" * 500, "split": "test", "tags": ["t"]})
    told = command("diff", old, new, "--json")
    found = json.loads(told.out)
    assert (told.status, found["same"], found["added"], found["removed"]) == (1, False, [], ["x"])
    assert found["modified"] == [
        {
            "id": "fr",
            "id_before": "fr",
            "changes": [
                {"field": "gold_answer", "before": "Paris", "after": "L" * 500},
                {"field": "tags", "before": None, "after": ["t"]},
            ],
        }
    ]
    assert found["moved"][0]["changes"] == [{"field": "split", "before": "dev", "after": "test"}]
    assert found["slices"]["split"]["total_variation"] == 1
    assert found["slices"]["split"]["values"]["dev"] == {
        "old": {"count": 1, "n": 2, "share": 0.5},
        "new": {"count": 0, "n": 1, "share": 0.0},
    }
    assert (found["old"]["name"], found["old"]["entries"], len(found["old"]["hash"])) == ("a.jsonl", 2, 16)


@pytest.mark.parametrize("old", ["HEAD:evals/q.jsonl", "HEAD~0:./evals/q.jsonl", ":evals/q.jsonl"])
def test_a_revision_of_git_is_read(old: str, repository: Path, command: Command) -> None:
    told = command("diff", old, "evals/q.jsonl")
    assert told.status == 1
    assert told.out.startswith(f"old  {old} · 1 entry\nnew  evals/q.jsonl · 1 entry\n1 modified\n")


def test_a_compressed_file_of_a_revision_is_read(repository: Path, command: Command) -> None:
    (repository / "q.jsonl.gz").write_bytes(gzip.compress(json.dumps(FR).encode()))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "second")
    assert command("diff", "HEAD:q.jsonl.gz", "HEAD~1:evals/q.jsonl").status == 0


def test_a_file_that_is_named_like_a_revision_wins(repository: Path, command: Command) -> None:
    write(repository / "HEAD:evals" / "q.jsonl", FR, {"id": "x", "question": "X?"})
    assert "old  HEAD:evals/q.jsonl · 2 entries\n" in command("diff", "HEAD:evals/q.jsonl", "evals/q.jsonl").out


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("v9:evals/q.jsonl", "v9:evals/q.jsonl: no such file, and git knows no revision 'v9'"),
        ("--help:q.jsonl", "--help:q.jsonl: no such file, and git knows no revision '--help'"),
        ("HEAD:q.jsonl", "'q.jsonl' is not there in revision 'HEAD'; a path is from the repository's root, or begins"),
        (":q.jsonl", ":q.jsonl: 'q.jsonl' is not there in what is staged; "),
        ("HEAD:evals", "HEAD:evals: 'evals' is a directory in revision 'HEAD'; "),
        ("HEAD:", "HEAD:: no such file"),
    ],
)
def test_what_git_does_not_have_is_one_line(source: str, said: str, repository: Path, command: Command) -> None:
    told = command("diff", "--", source, "evals/q.jsonl")
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err


@pytest.mark.parametrize("name", ["x" * 300, "n\0l"])
def test_a_name_that_no_file_can_have_is_one_line(name: str, repository: Path, command: Command) -> None:
    for source in (f"{name}:a", name):
        told = command("diff", source, "evals/q.jsonl")
        assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
        assert told.err.startswith("pytest-llmeval: ")


def test_a_file_of_a_revision_whose_name_is_too_long_here_is_one_line(repository: Path, command: Command) -> None:
    found = subprocess.run(["git", "rev-parse", "HEAD:evals/q.jsonl"], capture_output=True, check=True, text=True)
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{found.stdout.strip()},{'x' * 300}.jsonl")
    told = command("diff", f":{'x' * 300}.jsonl", "evals/q.jsonl")
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert told.err.endswith(".jsonl: cannot be copied to be read: File name too long\n")


def test_outside_of_a_repository_and_without_git_there_is_one_line(
    here: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    told = command("diff", "HEAD:q.jsonl", "q.jsonl")
    assert told.err == "pytest-llmeval: HEAD:q.jsonl: no such file, and no git repository here to take it from\n"
    monkeypatch.setenv("PATH", "")
    told = command("diff", "HEAD:q.jsonl", "q.jsonl")
    assert (told.status, told.out) == (2, "")
    assert told.err == (
        "pytest-llmeval: HEAD:q.jsonl: no such file, and git is not installed to take it from a revision\n"
    )


def test_a_file_of_a_revision_has_bounds(repository: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_llmeval.cli.benchmark_sources.LARGEST_WHOLE", 10)
    told = command("diff", "HEAD:evals/q.jsonl", "evals/q.jsonl")
    assert told.status == 2
    assert "HEAD:evals/q.jsonl: is larger than 0 MiB; check the revision out and name the file" in told.err


def test_a_fault_in_a_file_of_a_revision_is_told_by_the_name_it_was_given(repository: Path, command: Command) -> None:
    (repository / "broken.jsonl").write_text('{"id": "a"}\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "second")
    told = command("diff", "HEAD:broken.jsonl", "evals/q.jsonl")
    assert told.err.startswith("pytest-llmeval: HEAD:broken.jsonl:1: entry 'a' has no 'question'; ")


FAULTS = {
    "missing": (None, "log.jsonl: no such file"),
    "empty": (b"", "log.jsonl: the file is empty; it needs at least one entry"),
    "foreign": (b'{"name": "x", "version": 1}\n', "log.jsonl:1: entry has no 'question'; add it"),
    "no JSON": (b"a,b\n", "log.jsonl:1: broken JSON: "),
    "torn": (b'{"id": "a", "question": "A?"}\n{"id": "b", "ques', "log.jsonl:2: "),
    "a line without an end": (b'{"a": "' + b"x" * 3_000_000, "log.jsonl:1: the line is longer than 2 MiB; "),
    "a folder": (b"folder", "log.jsonl: a directory, not a benchmark file"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("side", [0, 1])
def test_a_file_that_cannot_be_used_is_one_line(
    side: int, fault: str, here: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_llmeval.bounded.LONGEST_LINE", 2 << 20)
    content, said = FAULTS[fault]
    if content == b"folder":
        (here / "log.jsonl").mkdir()
    elif content is not None:
        (here / "log.jsonl").write_bytes(content)
    files = ["log.jsonl", str(write(here / "sound.jsonl", FR))]
    before = sorted(here.iterdir())
    told = command("diff", *(files if side == 0 else reversed(files)))
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith(f"pytest-llmeval: {said}")
    assert sorted(here.iterdir()) == before
