"""Where a citation leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval.grading.retrieval.repository import MOST_BYTES, find_file, line_count, text_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "src" / "pkg").mkdir(parents=True)
    (root / "src" / "pkg" / "a.py").write_text("one\ntwo\n")
    (root / "README.md").write_text("read\nme")
    (tmp_path / "secret.txt").write_text("secret")
    return root


@pytest.mark.parametrize(
    "path",
    ["src/pkg/a.py", "./src/pkg/a.py", "src\\pkg\\a.py", "pkg/a.py", "a.py", "src/pkg/a.py:2", "repo/src/pkg/a.py"],
)
def test_a_path_may_be_whole_short_or_begin_with_the_repository(root: Path, path: str) -> None:
    assert find_file(path, [root]) == root / "src" / "pkg" / "a.py"


def test_an_absolute_path_inside_is_found(root: Path) -> None:
    assert find_file(str(root / "README.md"), [root]) == root / "README.md"


@pytest.mark.parametrize(
    "path", ["b.py", "src", "g/a.py", "../secret.txt", "/etc/passwd", "src/../../secret.txt", "x\0y", "n" * 5000, ""]
)
def test_what_is_not_there_or_lies_outside_is_not_found(root: Path, path: str) -> None:
    assert find_file(path, [root]) is None


def test_a_link_that_leads_outside_is_not_followed(root: Path) -> None:
    (root / "link.txt").symlink_to(root.parent / "secret.txt")
    assert find_file("link.txt", [root]) is None


def test_the_first_root_that_has_it_wins(root: Path, tmp_path: Path) -> None:
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "README.md").write_text("other")
    assert find_file("README.md", [tmp_path / "evals", root]) == tmp_path / "evals" / "README.md"
    assert find_file("a.py", [tmp_path / "evals", root]) == root / "src" / "pkg" / "a.py"


def test_a_file_written_later_is_found_by_its_whole_path(root: Path) -> None:
    assert find_file("new.py", [root]) is None
    (root / "new.py").write_text("")
    assert find_file("new.py", [root]) == root / "new.py"


def test_lines_are_counted_unless_it_is_no_text_or_too_large(root: Path) -> None:
    assert line_count(root / "src" / "pkg" / "a.py") == 2
    (root / "b.bin").write_bytes(b"\0\n\n")
    (root / "c.txt").write_bytes(b"x" * (MOST_BYTES + 1))
    assert (line_count(root / "b.bin"), text_of(root / "c.txt"), text_of(root / "gone")) == (None, None, None)
