"""`check --embedder` looks in other words too."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import Command, write

EMBEDDER = """
def embed(texts):
    return [["lake" in text or "water" in text, "river" in text, True] for text in texts]

vectors = "none"
"""
ROWS = [
    {"id": "lake", "question": "What is the largest lake of Africa?", "gold_answer": "Victoria"},
    {"id": "water", "question": "Which water on that continent is biggest?", "gold_answer": "Victoria"},
    {"id": "river", "question": "Which river of the world is the longest?", "gold_answer": "Nile"},
]


@pytest.fixture
def benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_embedder", raising=False)
    (tmp_path / "own_embedder.py").write_text(EMBEDDER)
    return write(tmp_path / "q.jsonl", *ROWS)


@pytest.mark.parametrize("named", ["own_embedder:embed", "own_embedder.py:embed", "./own_embedder.py:embed"])
def test_paraphrases_are_found_by_a_function_of_the_users(benchmark: Path, command: Command, named: str) -> None:
    told = command("check", benchmark, "--min-slice", 0, "--embedder", named)
    assert (told.status, told.err) == (0, "")
    assert "near duplicates  1 warning\n  lake, water: mean the same (cosine 1.00)\n" in told.out
    assert "near duplicates" not in command("check", benchmark, "--min-slice", 0).out


def test_one_of_each_paraphrase_is_written(benchmark: Path, command: Command) -> None:
    command("check", benchmark, "--embedder", "own_embedder:embed", "--write-deduplicated", "once.jsonl")
    kept = [json.loads(line)["id"] for line in Path("once.jsonl").read_text().splitlines()]
    assert kept == ["lake", "river"]


def test_what_stands_in_a_corpus_in_other_words_is_kept_with_what_counted(benchmark: Path, command: Command) -> None:
    write(Path("train.jsonl"), {"prompt": "Name the longest river there is!", "completion": "The Nile."})
    flags = ["--min-slice", 0, "--against", "train.jsonl", "--embedder", "own_embedder:embed", "--meaning", 0.95]
    told = command("check", benchmark, *flags, "--keep")
    assert told.status == 1
    assert "  river: means what is said (cosine 1.00) in train.jsonl:1\n" in told.out
    kept = json.loads(Path("q.contamination.json").read_text())
    assert (kept["embedder"], kept["thresholds"]["meaning"]) == ("own_embedder:embed", 0.95)
    assert kept["flagged"] == {"river": {"document": "train.jsonl:1", "how": "by meaning", "alike": 1.0}}
    values = json.loads(command("check", benchmark, *flags, "--json").out)
    assert (values["embedder"], values["thresholds"]["meaning"]) == ("own_embedder:embed", 0.95)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--embedder", "embed"], "--embedder embed: name it as MODULE:FUNCTION, such as my_models:embed"),
        (["--embedder", ":embed"], "--embedder :embed: name it as MODULE:FUNCTION, such as my_models:embed"),
        (["--embedder", "gone:embed"], "--embedder gone:embed: cannot be imported (ModuleNotFoundError: "),
        (["--embedder", "gone.py:embed"], "--embedder gone.py:embed: cannot be imported (FileNotFoundError: "),
        (["--embedder", "own_embedder:no"], "--embedder own_embedder:no: own_embedder has no function no"),
        (["--embedder", "own_embedder:vectors"], "--embedder own_embedder:vectors: own_embedder has no function vec"),
        (["--embedder", "json:loads"], "--embedder json:loads: failed (TypeError: "),
        (["--meaning", "0.8"], "--meaning says from which cosine on --embedder counts; name one"),
        (["--meaning", "0"], "argument --meaning: "),
    ],
)
def test_a_function_that_is_none_is_one_line(benchmark: Path, command: Command, flags: list[Any], told: str) -> None:
    shown = command("check", benchmark, *flags)
    assert (shown.status, shown.out) == (2, "")
    assert told in shown.err.splitlines()[-1]


def test_without_numpy_the_way_to_it_is_told(
    benchmark: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = find_spec
    monkeypatch.setattr(
        "pytest_llmeval.cli.check_meaning.find_spec", lambda name: None if name == "numpy" else known(name)
    )
    told = command("check", benchmark, "--embedder", "own_embedder:embed")
    assert (told.status, told.out) == (2, "")
    assert told.err.endswith("needs numpy; install it with: pip install 'pytest-llmeval-harness[embeddings]'\n")


def test_how_many_texts_were_embedded_is_told_on_a_terminal(
    benchmark: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    told = command("check", benchmark, "--min-slice", 0, "--embedder", "own_embedder:embed")
    assert told.err == "\rtexts embedded 3\n"
