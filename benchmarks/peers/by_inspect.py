"""The same questions through inspect-ai: ``by_inspect.py QUESTIONS BASE_URL CONCURRENCY CALLS``."""

import json
import sys
import tempfile
from pathlib import Path

from inspect_ai import Task, eval  # noqa: A004  its own name
from inspect_ai.dataset import Sample
from inspect_ai.model import get_model
from inspect_ai.scorer import exact
from inspect_ai.solver import generate


def main(path: str, base_url: str, concurrency: int, calls: int) -> None:
    entries = [json.loads(line) for line in Path(path).read_text().splitlines()]
    samples = [Sample(id=e["id"], input=e["question"], target=e["gold_answer"]) for e in entries]
    task = Task(dataset=samples, solver=[generate() for _ in range(calls)], scorer=exact())
    model = get_model("openai/m", base_url=base_url, api_key="key", responses_api=False)
    with tempfile.TemporaryDirectory() as logs:
        (log,) = eval(
            task,
            model=model,
            temperature=0,
            max_connections=concurrency,
            max_samples=concurrency,
            display="none",
            log_dir=logs,
        )
    if log.status != "success" or log.results is None:
        raise SystemExit(f"{log.status}: {log.error}")
    (accuracy,) = [m.value for score in log.results.scores for name, m in score.metrics.items() if name == "mean"]
    if accuracy != 1.0:
        raise SystemExit(f"accuracy {accuracy}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
