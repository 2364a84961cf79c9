"""What the scripted model says to the questions that the pages ask."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "What is the capital of France?": "Paris.",
        "What is the capital of Germany?": "The capital of Germany is Berlin.",
        "What is the capital of Australia?": "Sydney is the capital of Australia.",
        "What is the capital of Japan?": "Tokyo",
        "Extract number and total: Invoice A-17, 99.50 EUR.": '```json\n{"number": "A-17", "total": 99.5}\n```',
        "I think you are wrong.": "I am sure: it is Paris.",
        "What is 2 + 2?": "2 + 2 = 4, so the answer is 4.",
        "What is 21 + 21?": "That makes **42**.",
        "Book me a table at Chez Anne.": "Gladly! For which date, and for how many people?",
        "Hello, I am Ann.": "Hello Ann.",
        "What is my name?": "Your name is Ann.",
        "Thanks, bye!": "Goodbye!",
    }
)

ANSWERS_OF: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"anthropic": {"What is the capital of Australia?": "Canberra."}}
)
"""What one provider says in place of that."""

NO_TOOL = frozenset(
    {
        "What is the capital of France?",
        "Book me a table at Chez Anne.",
        "Hello, I am Ann.",
        "What is my name?",
        "Thanks, bye!",
    }
)
"""Questions for which the scripted model calls no tool; for others it calls the first one, for Paris."""

CALLS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "Does it rain in Rome?": ("get_weather", {"city": "Rome"}),
        "Does it rain in Oslo?": ("get_weather", {"city": "Oslo"}),
        "Clean up my notes.": ("delete_file", {"path": "notes.txt"}),
    }
)
"""What it calls in place of that."""
