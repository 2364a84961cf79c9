"""An asyncio loop on the openai SDK, as one writes it by hand: ``by_hand.py QUESTIONS BASE_URL CONCURRENCY CALLS``."""

import asyncio
import json
import sys
from pathlib import Path

import openai


async def main(path: str, base_url: str, concurrency: int, calls: int) -> None:
    client = openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0)
    slots = asyncio.Semaphore(concurrency)

    async def ask(text: str) -> str:
        reply = await client.chat.completions.create(
            model="m", temperature=0, messages=[{"role": "user", "content": text}]
        )
        return reply.choices[0].message.content or ""

    async def evaluate(entry: dict[str, str]) -> bool:
        async with slots:
            for _ in range(calls):
                said = await ask(entry["question"])
        return said == entry["gold_answer"]

    entries = [json.loads(line) for line in Path(path).read_text().splitlines()]
    right = await asyncio.gather(*map(evaluate, entries))
    if not all(right):
        raise SystemExit("some answers were wrong")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
