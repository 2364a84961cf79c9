"""The same questions through deepeval: ``by_deepeval.py QUESTIONS BASE_URL CONCURRENCY CALLS``.

It has no task of its own: the application is called by a metric, once for each test case, as many at a time as asked.
"""

import json
import sys
from pathlib import Path

import openai
from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase


class Asked(BaseMetric):
    """Asks the question and compares the answer."""

    def __init__(self, client: openai.AsyncOpenAI, calls: int) -> None:
        self.client = client
        self.calls = calls
        self.threshold = 1.0
        self.async_mode = True
        self.score = 0.0
        self.success = False
        self.error = None

    async def a_measure(self, test_case: LLMTestCase, *_args: object, **_kwargs: object) -> float:
        """Ask, then compare."""
        for _ in range(self.calls):
            reply = await self.client.chat.completions.create(
                model="m", temperature=0, messages=[{"role": "user", "content": test_case.input}]
            )
        self.success = reply.choices[0].message.content == test_case.expected_output
        self.score = float(self.success)
        return self.score

    def measure(self, _test_case: LLMTestCase, *_args: object, **_kwargs: object) -> float:
        """Refuse: this metric is asynchronous."""
        raise NotImplementedError("this metric is asynchronous")

    def is_successful(self) -> bool:
        """Tell what `a_measure` found."""
        return self.success

    @property
    def __name__(self) -> str:
        return "asked"


def main(path: str, base_url: str, concurrency: int, calls: int) -> None:
    entries = [json.loads(line) for line in Path(path).read_text().splitlines()]
    cases = [LLMTestCase(input=e["question"], actual_output="", expected_output=e["gold_answer"]) for e in entries]
    client = openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0)
    result = evaluate(
        cases,
        [Asked(client, calls)],
        async_config=AsyncConfig(max_concurrent=concurrency),
        cache_config=CacheConfig(write_cache=False),
        display_config=DisplayConfig(show_indicator=False, print_results=False),
    )
    right = sum(bool(one.success) for one in result.test_results)
    if right != len(entries):
        raise SystemExit(f"{right} of {len(entries)} right")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
