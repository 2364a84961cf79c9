"""What the scripted model says to the questions that the pages ask."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "What is the capital of France?": "Paris.",
        "What is the capital of Germany?": "The capital of Germany is Berlin.",
        "What is the capital of Australia?": "Sydney is the capital of Australia.",
        "What is the capital of Japan?": "Tokyo",
        "Extract number and total: Invoice A-17, 99.50 EUR.": '```json\n{"number": "A-17", "total": 99.5}\n```',
        "I think you are wrong.": "I am sure: it is Paris.",
        "What is 2 + 2?": "2 + 2 = 4, so the answer is 4.",
        "Write add(a, b) in Python, which returns the sum.": "```python\ndef add(a, b):\n    return a + b\n```",
        "Write is_even(n) in Python.": "def is_even(n):\n    return True",
        (
            "Write a function to find the larger of two numbers.\nYour code should pass these tests:\n"
            "assert larger(1, 2) == 2\nassert larger(2, 1) == 2"
        ): "def larger(a, b):\n    return a if a > b else b",
        "What is 21 + 21?": "That makes **42**.",
    }
)

ANSWERS_OF: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"anthropic": {"What is the capital of Australia?": "Canberra."}}
)
"""What one provider says in place of that."""
