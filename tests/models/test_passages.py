from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.models.providers.passages import LONGEST, OVERLAP, WINDOW, Passage, cut

BODY = "\n".join(f"    line_{n} = {n}" for n in range(1, 16))
MODULE = f'''"""Says what it is for."""

import functools

if True:
{BODY}


@functools.cache
def first(x):
{BODY}


class Second:
{BODY}
'''


def places(passages: list[Passage]) -> list[tuple[int, int, str]]:
    return [(passage.first, passage.last, passage.title) for passage in passages]


def test_python_is_cut_at_top_level_definitions_decorators_included() -> None:
    assert places(cut("a.py", MODULE)) == [(1, 20, ""), (23, 39, "first"), (42, 57, "Second")]


def test_a_passage_holds_exactly_the_lines_it_names() -> None:
    lines = MODULE.split("\n")
    for passage in cut("a.py", MODULE):
        assert passage.text.split("\n") == lines[passage.first - 1 : passage.last]


def test_the_place_of_a_passage_reads_as_a_citation() -> None:
    assert cut("src/a.py", MODULE)[1].place == "src/a.py:23-39"


def test_short_definitions_are_joined_and_all_named() -> None:
    text = "\n\n".join(f"def f{n}():\n    return {n}" for n in range(6))
    assert places(cut("a.py", text)) == [(1, 17, "f0, f1, f2, f3, f4, f5")]
    assert places(cut("a.py", f"{text}\n\ndef last():\n{BODY}")) == [
        (1, 17, "f0, f1, f2, f3, f4, f5"),
        (19, 34, "last"),
    ]


def test_python_that_does_not_parse_is_cut_by_lines() -> None:
    assert places(cut("a.py", "def broken(:\n    pass\n")) == [(1, 2, "")]


def test_python_nested_beyond_the_parser_is_cut_by_lines() -> None:
    assert places(cut("a.py", "(" * 5000)) == [(1, 1, "")]


def test_invalid_escapes_neither_warn_nor_move_lines() -> None:
    text = 'A = "\\d \\\\" + "\\\n\\N{EM DASH}"\nB = f"\\N{EN DASH}{A}\\""\nC = b"\\777"\ndef f():\n' + BODY
    assert places(cut("a.py", text)) == [(1, 20, "f")]


def test_markdown_is_cut_by_heading_and_titled_with_the_headings_above() -> None:
    text = f"Before.\n{BODY}\n# Guide\n{BODY}\n## Install ##\n{BODY}\n# Last\n{BODY}"
    assert places(cut("README.md", text)) == [
        (1, 16, ""),
        (17, 32, "Guide"),
        (33, 48, "Guide > Install"),
        (49, 64, "Last"),
    ]


def test_a_comment_in_fenced_code_is_no_heading() -> None:
    code = "\n".join(["```sh", "# install", "pip install it", "```"])
    assert places(cut("a.md", f"# Guide\n{code}\n")) == [(1, 5, "Guide")]


def test_a_heading_without_text_of_its_own_makes_no_passage() -> None:
    assert places(cut("a.md", f"# Guide\n\n## Install\n{BODY}")) == [(3, 18, "Guide > Install")]


def test_long_text_is_cut_into_windows_that_overlap() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 101))
    assert places(cut("a.txt", text)) == [(1, 40, ""), (31, 70, ""), (61, 100, "")]


def test_a_long_definition_keeps_its_name_in_every_window() -> None:
    text = "class Long:\n" + "\n".join(f"    a{n} = {n}" for n in range(LONGEST))
    assert places(cut("a.py", text)) == [(1, 40, "Long"), (31, 61, "Long")]


def test_a_blank_file_has_no_passages() -> None:
    assert cut("a.py", "\n  \n") == cut("a.md", "") == cut("a.txt", "\n") == []


@given(st.sampled_from(["a.py", "a.md", "a.txt"]), st.text(alphabet="ab#`:'\"\\(\n d", max_size=400))
def test_every_line_of_text_is_in_some_passage(path: str, text: str) -> None:
    passages = cut(path, text)
    seen = {number for passage in passages for number in range(passage.first, passage.last + 1)}
    for number, line in enumerate(text.split("\n"), 1):
        assert number in seen or not line.strip() or (path == "a.md" and line.startswith("#"))


@given(st.integers(min_value=1, max_value=400))
def test_no_window_is_longer_than_allowed_nor_inside_another(count: int) -> None:
    passages = cut("a.txt", "\n".join(["x"] * count))
    for before, after in pairwise(passages):
        assert before.last - after.first + 1 == OVERLAP
        assert before.last < after.last
    assert passages[-1].last == count
    assert all(passage.last - passage.first < (WINDOW if len(passages) > 1 else LONGEST) for passage in passages)
