import os
from pathlib import Path

import pytest

from pytest_llmeval.models.providers.gold_text import holds_gold
from pytest_llmeval.models.providers.readable_files import MOST_BYTES, readable_files
from tests.models.repositories import repository, write_files


def paths(root: Path, *private: Path) -> list[str]:
    return [file.path for file in readable_files(root, private)]


def test_tracked_files_are_read_in_order_and_untracked_ones_are_not(tmp_path: Path) -> None:
    repository(tmp_path, {"src/b.py": "b", "a.md": "a", ".ci/run": "c"})
    write_files(tmp_path, {"untracked.md": "u"})
    assert paths(tmp_path) == [".ci/run", "a.md", "src/b.py"]


def test_a_folder_inside_a_repository_is_a_root_of_its_own(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a", "part/b.md": "b"})
    assert paths(tmp_path / "part") == ["b.md"]


def test_a_git_hook_does_not_turn_us_to_its_own_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path / "hooked", {"other.md": "o"})
    repository(tmp_path / "asked", {"a.md": "a"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "hooked/.git"))
    assert paths(tmp_path / "asked") == ["a.md"]


def test_outside_of_git_the_folder_is_walked_without_hidden_made_and_installed_files(tmp_path: Path) -> None:
    skipped = [".env", ".cache/a.py", "__pycache__/a.py", "node_modules/a.js", "x.egg-info/a.txt", "env/lib/a.py"]
    write_files(tmp_path, {"src/a.py": "a", "b.md": "b", "env/pyvenv.cfg": "", **dict.fromkeys(skipped, "x")})
    assert paths(tmp_path) == ["b.md", "src/a.py"]


def test_without_git_on_the_machine_the_folder_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, {"a.md": "a"})
    write_files(tmp_path, {"untracked.md": "u"})
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert paths(tmp_path) == ["a.md", "untracked.md"]


def test_binary_large_lock_and_row_files_are_not_read(tmp_path: Path) -> None:
    dull: dict[str, str | bytes] = {
        "nul.txt": b"a\0b",
        "latin.txt": b"\xe9t\xe9",
        "big.txt": "x" * (MOST_BYTES + 1),
        "uv.lock": "x",
    }
    rows = {"package-lock.json": "{}", "a.jsonl": "{}", "b.CSV": "a,b"}
    repository(tmp_path, {"a.txt": "x" * MOST_BYTES, **dull, **rows})
    assert paths(tmp_path) == ["a.txt"]


def test_links_and_files_that_are_gone_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    write_files(tmp_path, {"secret.md": "s"})
    (tmp_path / "repo/link.md").symlink_to(tmp_path / "secret.md")
    repository(tmp_path / "repo", {"a.md": "a", "gone.md": "g"})
    (tmp_path / "repo/gone.md").unlink()
    assert paths(tmp_path / "repo") == ["a.md"]


def test_names_beyond_ascii_and_text_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    repository(tmp_path, {"größe und\tso.md": b"\xef\xbb\xbfone\r\ntwo\rthree"})
    (file,) = readable_files(tmp_path)
    assert (file.path, file.text) == ("größe und\tso.md", "one\ntwo\nthree")


def test_a_name_that_is_no_text_does_not_stop_the_reading(tmp_path: Path) -> None:
    repository(tmp_path, {os.fsdecode(b"caf\xe9.md"): "a"})
    assert paths(tmp_path) == ["caf�.md"]


def test_private_files_are_not_read_by_whatever_way_they_are_named(tmp_path: Path) -> None:
    repository(tmp_path / "repo", {"gold.txt": "g", "keys/k.txt": "k", "a.md": "a", "held/h.txt": "h"})
    (tmp_path / "alias").symlink_to(tmp_path / "repo")
    private = (tmp_path / "alias/gold.txt", tmp_path / "repo/held/../keys/k.txt", tmp_path / "repo/held")
    assert paths(tmp_path / "repo", *private) == ["a.md"]


def test_nothing_in_a_log_folder_is_read(tmp_path: Path) -> None:
    repository(tmp_path, {"llm-runs/report.html": "x", "sub/llm-runs/a.md": "x", "docs/llm-runs.md": "x"})
    assert paths(tmp_path) == ["docs/llm-runs.md"]


def test_files_that_hold_gold_are_not_read_though_nobody_called_them_private(tmp_path: Path) -> None:
    row = '{"question": "Which?", "gold_answer": "that"}'
    repository(tmp_path, {"other.json": f"[{row}]", "cases.py": f"CASES = [{row}]", "a.py": "x = 1"})
    assert paths(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", '[{"id": 1, "question": "Q", "gold_answer": {"total": 3}}]'),
        ("a.json", '{"input": [{"role": "user"}],\n "ideal": "x"}'),
        ("a.yaml", "- question: Which?\n  answer: that\n"),
        ("a.yml", "- {prompt: Which?, expected: that}"),
        ("a.py", "@pytest.mark.llm_eval('a.jsonl')\ndef test_a(answer): assert 'gold' in answer.text"),
        ("a.py", "pytestmark = [mark.llm_eval]"),
        ("a.py", "E = Entry(id='1', question='Q', gold_answer=GOLD)"),
        ("a.py", "R = [{'prompt': f'Q {x}', 'target': 3}]"),
        ("a.json", '[{"question": "Q", "expected_files": ["a.py"]}]'),
        ("a.py", "Q = dict(question='Q', criteria=['one', 'two'])"),
        ("a.py", "def broken(: llm_eval"),
    ],
)
def test_evals_and_benchmarks_are_told_by_their_content(path: str, text: str) -> None:
    assert holds_gold(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schema.json", '{"properties": {"question": {"type": "string"}, "answer": {"type": "string"}}}'),
        ("a.yml", "inputs:\n  question: which\n"),
        ("README.md", 'Mark it with `@pytest.mark.llm_eval(...)`; {"question": "Q", "gold_answer": "G"}'),
        ("a.py", '"""Applies ``pytest.mark.llm_eval``: {"question": "Q", "answer": "A"}."""'),
        ("a.py", "def ask(question: str, answer: str = 'x'): return {'question': question, 'answer': answer}"),
        ("a.py", "ask(question='Q'); tell(answer='A'); {**a, 'prompt': 'Q'}"),
        ("a.py", "def broken(: question answer"),
    ],
)
def test_what_only_speaks_of_questions_and_answers_is_no_benchmark(path: str, text: str) -> None:
    assert not holds_gold(path, text)
