"""Graders by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval import graders
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.checking.named import bare_name, named_grader
from pytest_llmeval.grading.grader import grader_id


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("numeric", graders.numeric()),
        ("numeric()", graders.numeric()),
        ("numeric(42, rel_tol=0.01)", graders.numeric(42, rel_tol=0.01)),
        ("regex('a:b')", graders.regex("a:b")),
        ("contains(['a', -1], any=True)", graders.contains(["a", -1], any=True)),
        ("all_of(contains, length(max_words=5))", graders.all_of(graders.contains(), graders.length(max_words=5))),
        ("weighted({'a': (contains, 2)})", graders.weighted({"a": (graders.contains(), 2)})),
        ("choice('B', options=('red',))", graders.choice("B", options=("red",))),
    ],
)
def test_an_expression_makes_the_grader_it_names(text: str, same_as: object) -> None:
    assert named_grader(text) == same_as


def test_a_module_of_the_users_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_graders.py").write_text(
        "def strict(entry, answer):\n    return True\n\ndef at_least(n):\n    def grade(entry, answer):\n"
        "        return len(answer.text) >= n\n    grade.id = f'at_least({n})'\n    return grade\n\nnumber = 5\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert grader_id(named_grader("own_graders:strict")) == "strict"
    assert grader_id(named_grader("own_graders:at_least(5)")) == "at_least(5)"
    assert grader_id(named_grader("own_graders:all_of(strict, contains)")) == "all_of(strict, contains)"
    with pytest.raises(ConfigurationError, match="is int, no function of entry and answer"):
        named_grader("own_graders:number")
    with pytest.raises(ConfigurationError, match="there is no name 'lenient'; write it as"):
        named_grader("own_graders:lenient")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("exactmatch", "there is no name 'exactmatch'; write it as numeric"),
        ("numeric(rel_tol=", "it is no name and no call"),
        ("", "it is no name and no call"),
        ("numeric.__class__", "it is no name and no call"),
        ("__import__('os').system('x')", "it is no name and no call"),
        ("contains(*['a'])", "it is no name and no call"),
        ("contains(**{'any': True})", "it is no name and no call"),
        ("[x for x in (1,)]", "it is no name and no call"),
        ("numeric(tolerance=1)", "TypeError"),
        ("'text'", "is str, no function"),
        ("numeric(rel_tol=-1)", "rel_tol"),
        ("no_such_module_there:x", "cannot be imported"),
    ],
)
def test_what_names_no_grader_is_told_and_never_executed(text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        named_grader(text)


def test_cases_are_grouped_by_the_name_without_settings() -> None:
    assert [bare_name(text) for text in ("a", "a(1)", "m:a(b(c))")] == ["a", "a", "m:a"]
