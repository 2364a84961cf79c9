"""Patterns of arguments: what fits, what does not, and what is no pattern."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.tools.patterns import check_pattern, mismatch, mismatches

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5).filter(lambda t: not t.startswith("$")), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_every_plain_value_fits_itself(value: Any) -> None:
    assert mismatch(value, value, exact=True) is None


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (2, 2.0),
        ({"city": "Paris"}, {"city": "Paris", "unit": "C"}),
        ({"at": {"x": 1}}, {"at": {"x": 1, "y": 2}}),
        ({"$regex": "(?i)^par"}, "Paris"),
        ({"$contains": "AR"}, "Paris"),
        ({"$contains": 2}, [1, 2]),
        ({"$one_of": ["Rome", {"$regex": "^P"}]}, "Paris"),
        ({"$near": 3.14, "$within": 0.01}, 3.145),
        ({"$near": 3}, 3),
        ({"$any": True}, None),
        (re.compile("ris$"), "Paris"),
        (str.isupper, "PARIS"),
        ([1, {"$any": True}], [1, "x"]),
    ],
)
def test_fits(pattern: Any, value: Any) -> None:
    assert mismatch(pattern, value) is None


@pytest.mark.parametrize(
    ("pattern", "value", "says"),
    [
        (1, True, "it is true, wanted 1"),
        (True, 1, "it is 1, wanted true"),
        ("2", 2, 'it is 2, wanted "2"'),
        ({"city": "Paris"}, {"town": "Paris"}, 'city is missing, wanted "Paris"'),
        ({"at": {"x": 1}}, {"at": {"x": 2}}, "at.x is 2, wanted 1"),
        ({"at": {"x": 1}}, {"at": [1]}, "at is [1], wanted an object"),
        ([1, 2], [1], "it is [1], wanted [1, 2]"),
        ({"to": ["a", "b"]}, {"to": ["a", "c"]}, 'to[1] is "c", wanted "b"'),
        ({"$regex": "^P"}, 5, 'it is 5, wanted {"$regex": "^P"}'),
        ({"$contains": "x"}, 5, 'it is 5, wanted {"$contains": "x"}'),
        ({"$one_of": []}, 5, 'it is 5, wanted {"$one_of": []}'),
        ({"$near": 3, "$within": 0.5}, 4, 'it is 4, wanted {"$near": 3, "$within": 0.5}'),
        ({"$near": 3}, "3", 'it is "3", wanted {"$near": 3}'),
        (re.compile("x"), "Paris", 'it is "Paris", wanted /x/'),
        (str.isupper, "Paris", 'it is "Paris", wanted str.isupper'),
        (str.isupper, 5, "it is 5, wanted str.isupper"),
    ],
)
def test_does_not_fit_and_says_where(pattern: Any, value: Any, says: str) -> None:
    assert mismatch(pattern, value) == says


def test_every_argument_that_differs_is_told_and_exact_allows_no_more() -> None:
    pattern, value = {"a": 1, "b": {"c": 2}}, {"a": 2, "b": {"c": 2, "d": 3}, "e": 4}
    assert mismatches(pattern, value) == ["a is 2, wanted 1"]
    assert mismatches(pattern, value, exact=True) == ["a is 2, wanted 1", "b.d is not wanted", "e is not wanted"]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ({"a": {"$like": "x"}}, '{"$like": "x"} is no pattern of an argument; the operators are $regex, $contains'),
        ({"a": [{"$regex": "("}]}, '"(" is no regular expression'),
        ({"$regex": 5}, "5 is no regular expression"),
        ({"$near": "x"}, "$near and $within take numbers"),
        ({"$near": 1, "$within": True}, "$near and $within take numbers"),
        ({"$near": 1, "by": 2}, "is no pattern of an argument"),
        ({"$one_of": "ab"}, "$one_of takes a list of patterns"),
        ({"$one_of": [{"$x": 1}]}, '{"$x": 1} is no pattern'),
    ],
)
def test_what_can_never_fit_is_refused(pattern: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        check_pattern(pattern)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_no_plain_value_is_refused_and_an_unknown_operator_beside_it_is(value: Any) -> None:
    """The plain value passes by raising nothing; that it is looked into shows in what stands beside it."""
    check_pattern(value)
    with pytest.raises(ConfigurationError, match="is no pattern of an argument"):
        check_pattern({"beside": [value, {"$like": value}]})
