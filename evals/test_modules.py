"""Structured output: the outline of a module, as JSON of a schema. Shows a task that is a program and asks no model."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from pytest_llmeval import LLM, Answer, Entry, assert_schema

REPOSITORY = Path(__file__).parents[1]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


# The system under test is any function of entry and llm, sync or async. Without task= the model itself would be asked,
# with the text of the entry's context_files before the question, and told to keep to the entry's response_schema.
def outline(entry: Entry, _llm: LLM) -> str:
    """Read the module and name what it defines."""
    body = ast.parse((REPOSITORY / entry.context_files[0]).read_text(encoding="utf-8")).body
    classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
    functions = [node.name for node in body if isinstance(node, FUNCTIONS)]
    return json.dumps({"classes": public(classes), "functions": public(functions)})


def public(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]


@pytest.mark.llm_eval("modules.jsonl", task=outline)
def test_module_outline(entry: Entry, answer: Answer) -> None:
    # Form first: raw JSON of the schema (a dict, a file or a pydantic model), every violation told with its place. The
    # entries name a file beside the benchmark; by now it has been read.
    assert isinstance(entry.response_schema, dict)
    value = assert_schema(answer, entry.response_schema)
    # Then content, with an assert like any other.
    assert value == entry.gold_answer
