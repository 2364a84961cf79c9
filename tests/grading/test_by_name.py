"""Graders as benchmark files name them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.by_name import MAKERS, graders_named
from pytest_llmeval.grading.grader import grader_id


def test_names_settings_and_functions_are_graders() -> None:
    made = graders_named(["contains", {"name": "numeric", "rel_tol": 0.1}, len, None])
    assert [grader_id(one) for one in made] == ["contains", "numeric(rel_tol=0.1)", "len"]
    assert graders_named("choice")[0] == MAKERS["choice"]()
    assert graders_named(None) == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("contain", "'contain' names no grader; there are asks_back, choice, citation_support,"),
        (5, "5 names no grader"),
        ({"rel_tol": 1}, "names no grader"),
        ({"name": "numeric", "tolerance": 1}, "grader 'numeric' cannot be made with {'tolerance': 1}"),
    ],
)
def test_what_names_no_grader_is_refused(given: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        graders_named(given)
