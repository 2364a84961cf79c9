"""Our own benchmarks, held against the code they ask about: a gold answer that is no longer true fails here."""

from __future__ import annotations

import ast
import inspect
import io
import subprocess
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from pytest_llmeval import graders
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import load_benchmark
from pytest_llmeval.grading.evidence import names_symbol
from pytest_llmeval.grading.grade import Grade, lowest
from pytest_llmeval.models.answer import Answer
from pytest_llmeval.models.providers.readable_files import readable_files

REPOSITORY = Path(__file__).parents[2]
EVALS = REPOSITORY / "evals"
PREFIXES = {
    "symbol_lookup": "sym-",
    "architecture": "arch-",
    "change_impact": "imp-",
    "debugging": "dbg-",
    "onboarding": "onb-",
}

QUESTIONS = load_benchmark(EVALS / "repo_questions.jsonl").entries
MODULES = load_benchmark(EVALS / "modules.jsonl").entries
DEFINITIONS = load_benchmark(EVALS / "definitions.yaml").entries

each_question = pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry.id)


def grades(entry: Entry, said: str) -> Grade:
    """Grade a text as the eval of the repository questions does."""
    answer = Answer(said)
    return lowest([graders.evidence()(entry, answer), graders.key_points()(entry, answer)])


@cache
def identifiers(file: str) -> frozenset[str]:
    """Return the names in a source file's code, those in strings and comments left out."""
    source = io.StringIO((REPOSITORY / file).read_text(encoding="utf-8"))
    return frozenset(token.string for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.NAME)


def definitions(file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


# What entries point at


def test_every_file_that_an_entry_names_is_tracked() -> None:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if told.returncode != 0:
        pytest.skip("not in a git checkout")
    named = {
        file for entry in (*QUESTIONS, *MODULES, *DEFINITIONS) for file in entry.expected_files + entry.context_files
    }
    assert named - set(told.stdout.decode().split("\0")) == set()
    assert all((REPOSITORY / file).is_file() for file in named)


def test_the_embedded_retriever_can_read_every_expected_file_and_no_eval() -> None:
    readable = {file.path for file in readable_files(REPOSITORY)}
    expected = {file for entry in (*QUESTIONS, *DEFINITIONS) for file in entry.expected_files}
    assert expected - readable == set()
    assert {path for path in readable if path.startswith("evals/")} <= {"evals/modules.schema.json"}


@each_question
def test_every_expected_symbol_is_an_identifier_in_an_expected_file(entry: Entry) -> None:
    assert 1 <= len(entry.expected_files) <= 3
    known = frozenset().union(*map(identifiers, entry.expected_files))
    assert [symbol for symbol in entry.expected_symbols if not known.issuperset(symbol.split("."))] == []
    assert entry.expected_symbols


@each_question
def test_every_expected_file_holds_an_expected_symbol(entry: Entry) -> None:
    barren = [file for file in entry.expected_files if identifiers(file).isdisjoint(entry.expected_symbols)]
    assert barren == []


@pytest.mark.parametrize("entry", DEFINITIONS, ids=lambda entry: entry.id)
def test_a_definition_that_is_asked_for_stands_in_its_file_and_not_in_the_question(entry: Entry) -> None:
    assert entry.gold_answer in definitions(entry.expected_files[0])
    assert not names_symbol(entry.question, entry.gold_answer)


@pytest.mark.parametrize("entry", MODULES, ids=lambda entry: entry.id)
def test_a_gold_outline_is_what_the_imported_module_holds(entry: Entry) -> None:
    (file,) = entry.context_files
    module = import_module(file.removeprefix("src/").removesuffix(".py").replace("/", "."))
    own = [one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__]
    public = [one for one in own if not getattr(one, "__name__", "_").startswith("_")]
    assert entry.gold_answer == {
        "classes": [one.__name__ for one in public if inspect.isclass(one)],
        "functions": [one.__name__ for one in public if inspect.isfunction(one)],
    }
    assert file in entry.question
    assert (REPOSITORY / str(entry.response_schema)).is_file()


# How questions are made


def test_there_are_at_least_eight_questions_of_each_category() -> None:
    counts = Counter(entry.category for entry in QUESTIONS)
    assert set(counts) == set(PREFIXES)
    assert min(counts.values()) >= 8


@each_question
def test_an_entry_is_complete(entry: Entry) -> None:
    assert entry.id.startswith(PREFIXES[str(entry.category)])
    assert entry.difficulty in ("easy", "medium", "hard")
    assert entry.tags
    assert 3 <= len(entry.criteria) <= 5
    assert 20 <= len(str(entry.gold_answer).split()) <= 90


def test_no_two_entries_ask_the_same() -> None:
    assert len({entry.question for entry in QUESTIONS}) == len(QUESTIONS)


@each_question
def test_a_question_does_not_give_its_answer_away(entry: Entry) -> None:
    assert [symbol for symbol in entry.expected_symbols if names_symbol(entry.question, symbol)] == []
    assert graders.key_points()(entry, Answer(entry.question)).score == 0


# How answers are graded


@each_question
def test_the_gold_answer_is_fully_correct(entry: Entry) -> None:
    grade = grades(entry, str(entry.gold_answer))
    assert (grade.level, grade.notes) == ("fully_correct", "")


@each_question
def test_the_gold_answer_of_another_question_is_not_even_partially_correct(entry: Entry) -> None:
    others = [other for other in QUESTIONS if other.id != entry.id]
    taken = [other.id for other in others if grades(entry, str(other.gold_answer)).reaches("partially_correct")]
    assert taken == []


@each_question
def test_who_does_not_know_makes_no_point(entry: Entry) -> None:
    grade = grades(entry, "I do not know.")
    assert (grade.level, grade.score) == ("wrong", 0.0)
