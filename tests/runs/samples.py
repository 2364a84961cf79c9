"""Records to write and read back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS, Score
from pytest_llmeval.models.answer import Call, Reply, Usage
from pytest_llmeval.runs.record import OUTCOMES, Record

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(min_value=0, max_value=1e6, allow_nan=False)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(
    WORDS.filter(lambda name: name not in Record.model_fields and not name.startswith("_")), JSON_VALUES, max_size=3
)


def record(number: int = 1, /, **fields: Any) -> Record:
    told: dict[str, Any] = {
        "run_id": "r-1",
        "question_id": f"q{number}",
        "question": "Where is it?",
        "timestamp": "2026-11-21T04:31:03.000Z",
    }
    return Record(**{**told, **fields})


def full_record() -> Record:
    """A record in which every field says something."""
    reply = Reply("Paris", usage=Usage(10, 2), token_logprobs=(-0.5,))
    call = Call("openai", "gpt-4o-mini", ({"role": "user", "content": "?"},), reply, "abc", latency_s=0.5)
    return record(
        model="gpt-4o-mini",
        confidence={"stated": 0.8},
        provider="openai",
        answer="Paris",
        grade="wrong",
        failure_label="hallucination",
        outcome="failed",
        scores=(Score("exact", 0.0, False),),
        usage=Usage(10, 2),
        cost_usd=0.01,
        latency_s=0.5,
        finish_reason="stop",
        params={"temperature": 0.0},
        calls=(call,),
        tags=("easy",),
        cached=False,
        judge={"model": "openai:gpt-4o", "hash": "h"},
    )


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    unknown: dict[str, Any] = draw(UNKNOWN)
    return record(
        1,
        question=draw(WORDS),
        answer=draw(st.none() | WORDS),
        evidence_files=draw(st.lists(WORDS, max_size=2)),
        grade=draw(st.none() | st.sampled_from(LEVELS)),
        failure_label=draw(st.none() | st.sampled_from(FAILURE_LABELS)),
        outcome=draw(st.none() | st.sampled_from(OUTCOMES)),
        usage=Usage(draw(st.none() | st.integers(0, 10**9)), draw(st.none() | st.integers(0, 10**9))),
        scores=draw(st.lists(st.builds(Score, WORDS, st.none() | st.floats(0, 1)), max_size=2)),
        cost_usd=draw(st.none() | NUMBERS),
        params=draw(st.dictionaries(WORDS, JSON_VALUES, max_size=2)),
        **unknown,
    )
