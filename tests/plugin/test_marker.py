from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.plugin.marker import read_marker


def mark(*args: Any, **kwargs: Any) -> pytest.Mark:
    decorator: pytest.MarkDecorator = pytest.mark.llm_eval(*args, **kwargs)
    return decorator.mark


def any_task(entry: object, llm: object) -> str:
    return ""


task: Any = any_task


def test_file_may_be_named_by_position_or_keyword() -> None:
    assert read_marker(mark("q.jsonl")).source == read_marker(mark(source=Path("q.jsonl"))).source == Path("q.jsonl")


def test_everything_given_is_kept() -> None:
    spec = read_marker(
        mark(
            entries=[{"question": "?"}],
            task=task,
            graders=task,
            columns={"question": "q"},
            where={"difficulty": "hard"},
            limit=3,
            system_prompt="Be brief.",
            params={"seed": 7},
        )
    )
    assert spec.graders == (task,)
    assert (spec.task, spec.limit, spec.params, spec.columns) == (task, 3, {"seed": 7}, {"question": "q"})
    assert (spec.where, spec.system_prompt) == ({"difficulty": "hard"}, "Be brief.")


def test_builtin_without_a_signature_may_be_a_task() -> None:
    builtin: Any = max
    assert read_marker(mark("q.jsonl", task=builtin)).task is builtin


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (("q.jsonl",), {"grader": task}, r"llm_eval has no argument 'grader'; it takes source, entries, task, graders"),
        ((), {}, r"llm_eval needs a benchmark file, llm_eval\(\"questions.jsonl\"\), or entries="),
        (("q.jsonl",), {"entries": []}, r"llm_eval needs a benchmark file"),
        (("a.jsonl", "b.jsonl"), {}, r"takes one benchmark, got 2 positional"),
        (([],), {}, r"benchmark must be a path, got \[\]; pass other things as entries="),
        ((), {"entries": "q.jsonl"}, r"entries must be a list of entries or dicts, got 'q.jsonl'"),
        ((), {"entries": 3}, r"entries must be a list"),
        (("q.jsonl",), {"samples": 0}, r"llm_eval's samples must be a whole number from 1 to 1000, got 0$"),
        (("q.jsonl",), {"samples": 1001}, r"llm_eval's samples must be a whole number from 1 to 1000, got 1001$"),
        (("q.jsonl",), {"task": "ask"}, r"task must be a function of entry and llm, got 'ask'"),
        (("q.jsonl",), {"task": lambda entry: ""}, r"must take two arguments: entry and llm"),
        (("q.jsonl",), {"graders": [3]}, r"graders must be functions of entry and answer, got 3"),
        (("q.jsonl",), {"graders": [dict]}, r"graders must be functions"),
        (("q.jsonl",), {"columns": ["a"]}, r"columns must be a dict, got \['a'\]"),
        (("q.jsonl",), {"where": "hard"}, r"where must be a dict of fields or a function"),
        (("q.jsonl",), {"limit": 0}, r"limit must be a whole number of at least 1, got 0"),
        (("q.jsonl",), {"limit": True}, r"limit must be a whole number"),
        (("q.jsonl",), {"system_prompt": 3}, r"system_prompt must be text, got 3"),
        (("q.jsonl",), {"params": 3}, r"params must be a dict, got 3"),
    ],
)
def test_wrong_argument_is_named_with_what_it_takes(
    args: tuple[Any, ...], kwargs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_marker(mark(*args, **kwargs))
