"""What texts are looked for in: files are read as the documents they hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.checking.corpus import Corpus
from pytest_llmeval.benchmark.checking.documents import texts_in
from pytest_llmeval.errors import BenchmarkError

SHOTS = [{"input": "one?", "output": "1"}, {"input": "two?", "output": ["2", {"why": "so"}]}]
RUBRIC = """
guidance: Names count.
levels: {wrong: The name is another, fully_correct: The name is right}
examples:
- answer: Paris
  why: |
    It is
    the capital.
- answer: Lyon
"""


def documents(path: Path, text: str) -> list[tuple[str, str]]:
    path.write_text(text, encoding="utf-8")
    return [(name.removeprefix(str(path)), said) for name, said in Corpus([path])]


def test_each_element_of_a_list_of_examples_is_a_document(tmp_path: Path) -> None:
    expected = [("[0]", "one?\n\n1"), ("[1]", "two?\n\n2\n\nso")]
    assert documents(tmp_path / "shots.json", json.dumps(SHOTS)) == expected
    assert documents(tmp_path / "shots.yaml", json.dumps(SHOTS)) == expected
    assert documents(tmp_path / "shots.json", json.dumps({"shots": SHOTS})) == [
        (f": shots{place}", text) for place, text in expected
    ]


def test_all_text_of_a_rubric_counts(tmp_path: Path) -> None:
    assert documents(tmp_path / "rubric.yml", RUBRIC) == [
        (": guidance", "Names count."),
        (": levels", "The name is another\n\nThe name is right"),
        (": examples[0]", "Paris\n\nIt is\nthe capital.\n"),
        (": examples[1]", "Lyon"),
    ]


def test_a_question_that_is_a_name_in_an_object_counts_too(tmp_path: Path) -> None:
    text = json.dumps({"What is it?": "A bird", "deep": {"Where is it?": "Here"}})
    assert [said for _, said in documents(tmp_path / "a.json", text)] == [
        "What is it?\n\nA bird",
        "Where is it?\n\nHere",
    ]


@pytest.mark.parametrize("text", ["{{ role }}: [", "just text", "a: b: c", "[" * 100_000])
@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_what_is_not_what_its_name_says_is_text(tmp_path: Path, text: str, suffix: str) -> None:
    assert documents(tmp_path / f"prompt{suffix}", text) == [("", text)]


def test_a_row_nested_beyond_measure_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"a\.jsonl: is no text that can be searched"):
        documents(tmp_path / "a.jsonl", "[" * 100_000)


def test_an_anchor_that_is_named_a_billion_times_is_read_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    found = documents(tmp_path / "a.yaml", "\n".join(lines))
    assert {text for _, text in found} == {"lol"}


@given(st.recursive(st.text(min_size=1) | st.none() | st.integers(), lambda one: st.lists(one) | st.tuples(one)))
def test_texts_come_in_order(value: object) -> None:
    def flat(one: object) -> list[str]:
        return (
            [one]
            if isinstance(one, str)
            else [t for each in one for t in flat(each)]
            if isinstance(one, list | tuple)
            else []
        )

    if not isinstance(value, tuple) or value:
        assert list(texts_in(json.loads(json.dumps(value)))) == flat(value)
