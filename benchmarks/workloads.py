"""What is asked when speed is measured: how often, how long an answer takes, and the evals that ask."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.loopback.scenario import drawn_latency

HEAD = """
import pytest
from pytest_llmeval import assert_grade, graders
"""

FUNCTION = """
@pytest.mark.llm_eval("questions{part}.jsonl", graders=[graders.{grader}()])
def test_question{part}(answer, grade):
    assert_grade(grade, at_least="fully_correct")
"""

PLAIN = """
import json, openai, pathlib, pytest

LINES = pathlib.Path(__file__).with_name("questions.jsonl").read_text().splitlines()[:{entries}]
CLIENT = openai.OpenAI(api_key="key", base_url="{base_url}", max_retries=0)

@pytest.mark.parametrize("entry", [pytest.param(row, id=row["id"]) for row in map(json.loads, LINES)])
def test_question(entry):
    for _ in range({calls}):
        reply = CLIENT.chat.completions.create(
            model="m", temperature=0, messages=[{{"role": "user", "content": entry["question"]}}]
        )
    assert reply.choices[0].message.content == entry["gold_answer"]
"""


@dataclass(frozen=True)
class Workload:
    """What is asked."""

    told: str
    wanted: float
    """How many times the hand-written loop's time it may take."""
    judged: bool = False
    """Whether a second call, to a judge, grades the answer; else it is compared with the gold answer."""
    sigma: float = 0.0
    """How widely latencies are spread; 0: all alike."""
    functions: int = 1
    """Test functions that share the entries."""

    @property
    def calls(self) -> int:
        """Return how many calls an entry takes, one after the other."""
        return 2 if self.judged else 1

    def ideal(self, entries: int, latency: float, concurrency: int) -> float:
        """Return the seconds it takes where nothing but the provider takes time."""
        lanes = [0.0] * concurrency
        for number in range(entries):
            first = min(range(concurrency), key=lanes.__getitem__)
            lanes[first] += self.calls * drawn_latency(latency, self.sigma, _question(number))
        return max(lanes)

    def write(self, place: Path, entries: int) -> None:
        """Write the questions, and the evals about them."""
        rows = [_row(number) for number in range(entries)]
        _write_rows(place / "questions.jsonl", rows)
        share = math.ceil(entries / self.functions)
        parts = [f"_{number}" if self.functions > 1 else "" for number in range(self.functions)]
        for number, part in enumerate(parts):
            _write_rows(place / f"questions{part}.jsonl", rows[number * share : (number + 1) * share])
        grader = "rubric_judge" if self.judged else "exact_match"
        (place / "test_speed.py").write_text(HEAD + "".join(FUNCTION.format(part=one, grader=grader) for one in parts))

    def write_plain(self, file: Path, entries: int, base_url: str) -> None:
        """Write a test file that asks the first so many questions with nothing but pytest and the SDK."""
        file.write_text(PLAIN.format(entries=entries, base_url=base_url, calls=self.calls))


WORKLOADS = {
    "one": Workload("one call for each entry", 1.15),
    "judged": Workload("a call for each entry, and a judge's call for its answer", 1.2, judged=True),
    "tail": Workload("one call for each entry, log-normal latency with a heavy tail", 1.3, sigma=1.0),
    "functions": Workload("20 test functions that share the entries, one call for each", 1.15, functions=20),
}


def _row(number: int) -> dict[str, Any]:
    return {"id": f"q{number}", "question": _question(number), "gold_answer": "ok"}


def _question(number: int) -> str:
    return f"Question {number}?"


def _write_rows(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
