"""Which files a text cites."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.models.citations import citations_in, cited_files
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("See src/a/b.py.", ("src/a/b.py",)),
        ("In `README.md`, **docs/x.md** and (c.toml):", ("README.md", "docs/x.md", "c.toml")),
        ("docs/x.md:12-20, src/a.py#L3, tests/test_a.py::test_b", ("docs/x.md", "src/a.py", "tests/test_a.py")),
        ("[the loader](src/load.py) loads", ("src/load.py",)),
        ("./src/a.py and ../b.md and src\\win\\c.py", ("src/a.py", "../b.md", "src/win/c.py")),
        ("twice a.py, b.py and a.py", ("a.py", "b.py")),
        ("Makefile, .gitignore, sub/Dockerfile", ("Makefile", ".gitignore", "sub/Dockerfile")),
        ("a.py,b.py;c.py", ("a.py", "b.py", "c.py")),
        ("record.py's fields", ("record.py",)),
        ("见src/数.py和src/data.py里", ("src/data.py",)),
        ("docs/übersicht.md", ("docs/übersicht.md",)),
    ],
)
def test_paths_are_found_in_order_without_lines_and_repeats(text: str, files: tuple[str, ...]) -> None:
    assert cited_files(text) == files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/src/a.py and http://x.io/b.md",
        "www.example.org/a.html",
        "github.com/owner/repo.py",
        "answer.text, e.g. i.e. 3.14, and/or",
        "answer.json() parses",
        "Node.js and Next.js",
        "mail me@example.py",
        "src/*.py test_*.py",
        "meta-llama/Llama-3.1",
        "src/pytest_llmeval/models/",
        ".py files",
    ],
)
def test_what_is_no_path_is_not_cited(text: str) -> None:
    assert cited_files(text) == ()


@given(st.lists(st.from_regex(r"[a-z]{1,8}(/[a-z_]{1,8}){0,3}\.(py|md|toml)", fullmatch=True), unique=True))
def test_every_cited_path_comes_back(paths: list[str]) -> None:
    assert cited_files("; ".join(f"see `{path}:7`" for path in paths)) == tuple(paths)


@pytest.mark.parametrize("piece", ["a", "a/", "../", "a.py ", "http://", "-", "www.", "a."])
def test_a_megabyte_is_read_at_once(piece: str) -> None:
    begun = time.process_time()
    cited_files(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < PATIENCE_S


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("a.py:12 and a.py:12-20, a.py:3–4", ["a.py:12", "a.py:12-20", "a.py:3-4"]),
        ("a.py#L3 a.py#L3-L9 a.py#L3-9", ["a.py:3", "a.py:3-9"]),
        ("`a.py`, line 4; (a.py lines 4 to 6); a.py (lines 4-6)", ["a.py:4", "a.py:4-6"]),
        ("a.py::test_b a.py and b.py", ["a.py", "b.py"]),
        ("a.py:20-12", ["a.py:20"]),
        ("a.py:99999999999999999999", ["a.py:999999999"]),
    ],
)
def test_lines_are_read_in_every_usual_spelling(text: str, cited: list[str]) -> None:
    assert [str(one) for one in citations_in(text)] == cited
