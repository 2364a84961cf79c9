"""An asyncio loop on the openai SDK, as one writes it by hand: ``by_hand.py QUESTIONS BASE_URL CONCURRENCY CALLS``.

With two calls the second one goes to a judge.
"""

import asyncio
import json
import sys
from pathlib import Path

import openai

JUDGE = """Grade an answer: fully_correct, partially_correct, unsupported or wrong.
Question: {question}
Reference answer: {gold_answer}
Answer: {said}
Reply with JSON: {{"rationale": "...", "level": "..."}}"""


async def main(path: str, base_url: str, concurrency: int, calls: int) -> None:
    client = openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0)
    slots = asyncio.Semaphore(concurrency)

    async def ask(model: str, text: str) -> str:
        reply = await client.chat.completions.create(
            model=model, temperature=0, messages=[{"role": "user", "content": text}]
        )
        return reply.choices[0].message.content or ""

    async def evaluate(entry: dict[str, str]) -> bool:
        async with slots:
            said = await ask("m", entry["question"])
            if calls == 1:
                return said == entry["gold_answer"]
            told = await ask("judge", JUDGE.format(**entry, said=said))
            return bool(json.loads(told)["level"] == "fully_correct")

    entries = [json.loads(line) for line in Path(path).read_text().splitlines()]
    right = await asyncio.gather(*map(evaluate, entries))
    if not all(right):
        raise SystemExit("some answers were wrong")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
