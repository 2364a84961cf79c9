"""Does the model under test know its way around this repository? Forty questions, graded by rule."""

from __future__ import annotations

import pytest

from pytest_llmeval import Grade, assert_grade, graders


# evidence(): the answer rests on the entry's expected_files and names its expected_symbols.
# key_points(): it makes the points listed as criteria. Of the two grades the lower one counts.
@pytest.mark.llm_eval("repo_questions.jsonl", graders=[graders.evidence(), graders.key_points()])
def test_repo_question(grade: Grade) -> None:
    assert_grade(grade, at_least="partially_correct")
