"""The same questions through pydantic-evals: ``by_pydantic_evals.py QUESTIONS BASE_URL CONCURRENCY CALLS``."""

import json
import sys
from pathlib import Path

import openai
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected


def main(path: str, base_url: str, concurrency: int, calls: int) -> None:
    client = openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0)

    async def ask(question: str) -> str:
        for _ in range(calls):
            reply = await client.chat.completions.create(
                model="m", temperature=0, messages=[{"role": "user", "content": question}]
            )
        return reply.choices[0].message.content or ""

    entries = [json.loads(line) for line in Path(path).read_text().splitlines()]
    cases = [Case(name=e["id"], inputs=e["question"], expected_output=e["gold_answer"]) for e in entries]
    dataset = Dataset(name="throughput", cases=cases, evaluators=[EqualsExpected()])
    report = dataset.evaluate_sync(ask, max_concurrency=concurrency, progress=False)
    right = sum(all(a.value for a in case.assertions.values()) for case in report.cases)
    if right != len(entries):
        raise SystemExit(f"{right} of {len(entries)} right")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
