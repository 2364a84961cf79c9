from __future__ import annotations

from pathlib import Path

import pytest

from pytest_llmeval import Dimension, Example, Rubric, read_rubric
from pytest_llmeval.errors import ConfigurationError


def written(folder: Path, text: str) -> Path:
    path = folder / "rubric.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_a_rubric_says(tmp_path: Path) -> None:
    text = """\
guidance: Units do not matter.
thresholds: {fully_correct: 0.9, partially_correct: 0.5}
dimensions:
  - name: accuracy
    weight: 3
    anchors: {1: mostly false, 5: all true}
    asks: Is all of it true?
  - {name: tone, scale: [0, 1], floor: 1}
examples:
  - {answer: Four., why: It is four., scores: {accuracy: 5, tone: 1}}
"""
    assert read_rubric(written(tmp_path, text)) == Rubric(
        [
            Dimension("accuracy", weight=3, anchors={1: "mostly false", 5: "all true"}, asks="Is all of it true?"),
            Dimension("tone", (0, 1), floor=1),
        ],
        guidance="Units do not matter.",
        thresholds={"fully_correct": 0.9, "partially_correct": 0.5},
        examples=[Example("Four.", "It is four.", scores={"accuracy": 5, "tone": 1})],
    )


def test_what_the_file_leaves_out_is_as_in_code(tmp_path: Path) -> None:
    assert read_rubric(written(tmp_path, '{"guidance": "Be strict."}')) == Rubric(guidance="Be strict.")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dimensions: [{name: a, scal: [1, 5]}]", "rubric.yaml: dimensions.0.scal: Extra inputs are not permitted"),
        ("dimensions: [{name: a, scale: [5, 1]}]", "rubric.yaml: dimension 'a': its scale must rise by 1 to 100"),
        ("dimensions: [{name: a}, {name: a}]", "rubric.yaml: a dimension is named twice: a"),
        ("[1, 2", "rubric.yaml: cannot be read (while parsing"),
        ("a: b: c", "mapping values are not allowed in this context in"),
        ("guidance: !!int abc", "rubric.yaml: cannot be read ('abc' cannot be read as int; put it in quotes"),
        ("", "rubric.yaml: is empty; a rubric has dimensions, guidance, levels, labels, examples, thresholds"),
        ("- name: a", "rubric.yaml: holds no fields; a rubric has dimensions, "),
    ],
)
def test_what_is_no_rubric_is_told_with_the_file(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        read_rubric(written(tmp_path, text))
    assert fault in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no\.yaml: cannot be read \(No such file or directory\)"):
        read_rubric(tmp_path / "no.yaml")
