import sqlite3
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import FatalProviderError
from pytest_llmeval.models.providers.passage_index import (
    MOST_TERMS,
    PassageIndex,
    match_expression,
    split_identifier,
)
from pytest_llmeval.models.providers.passages import Passage


def passage(path: str, text: str, title: str = "") -> Passage:
    return Passage(path, 1, 1, title, text)


def found(question: str, *passages: Passage) -> list[str]:
    index = PassageIndex(passages)
    paths = [hit.path for hit in index.best(question)]
    index.close()
    return paths


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("run_ahead", ["run", "ahead"]),
        ("RunAhead", ["Run", "Ahead"]),
        ("HTTPServerError", ["HTTP", "Server", "Error"]),
        ("_bm25_Rank", ["bm25", "Rank"]),
        ("models/run.py", ["models", "run", "py"]),
        ("Größe", ["Größe"]),
        ("A0" * 41, ["A0" * 41]),
        ("", []),
    ],
)
def test_identifiers_are_split_into_their_words(name: str, words: list[str]) -> None:
    assert split_identifier(name) == words


@pytest.mark.parametrize("question", ["run ahead", "RunAhead", "run_ahead", "Where do we run-ahead?"])
@pytest.mark.parametrize("text", ["class RunAhead:", "def run_ahead():", "it will run ahead"])
def test_an_identifier_is_found_by_its_parts_and_in_every_spelling(question: str, text: str) -> None:
    assert found(question, passage("a.py", "def other(): ..."), passage("b.py", text)) == ["b.py"]


def test_the_whole_identifier_counts_for_more_than_its_parts() -> None:
    parts = passage("a.py", "run and then look ahead")
    assert found("run_ahead", parts, passage("b.py", "run_ahead and then look")) == ["b.py", "a.py"]


def test_words_are_found_in_their_other_forms() -> None:
    assert found("When are calls retried?", passage("a.py", "def retry(call): ...")) == ["a.py"]


def test_a_word_of_the_path_or_title_counts_for_more_than_one_of_the_text() -> None:
    text = passage("a.py", "gateway here, and many words")
    title = passage("b.py", "something else and many words", title="Gateway")
    path = passage("gateway.py", "something else and many words")
    other = [passage(f"{letter}.txt", "nothing of the kind") for letter in string.ascii_lowercase]
    assert found("gateway", text, title, path, *other) == ["gateway.py", "b.py", "a.py"]


def test_equally_good_passages_keep_their_order() -> None:
    twins = [passage(f"{letter}.py", "the same words") for letter in "cab"]
    assert found("same words", *twins) == ["c.py", "a.py", "b.py"]


def test_a_question_of_stop_words_finds_nothing() -> None:
    assert found("What is it that you do with this?", passage("a.py", "what is it that you do with this")) == []


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("How does run_ahead work?", '"run_ahead" OR "run" OR "ahead" OR "work"'),
        ("RunAhead or RUNAHEAD", '"runahead" OR "run ahead" OR "run" OR "ahead"'),
        ("_private --llm-model", '"private" OR "llm-model" OR "llm" OR "model"'),
        ("___ ???", ""),
        ("x." * 20, '"x"'),
    ],
)
def test_a_compound_is_asked_for_whole_and_in_parts(question: str, expression: str) -> None:
    assert match_expression(question) == expression


def test_operators_in_a_question_are_only_words() -> None:
    assert found('NEAR(cat dog) NOT "bird" text:cat* ^', passage("a.py", "cat"), passage("b.py", "fish")) == ["a.py"]


def test_of_a_long_question_the_last_terms_are_asked_for() -> None:
    words = [f"w{n}x" for n in range(MOST_TERMS + 10)]
    expression = match_expression(" ".join(words))
    assert '"w10x"' in expression
    assert '"w9x"' not in expression
    assert expression.endswith('"w73x"')


@given(st.text() | st.text(alphabet="\"'*^:()-+{}<>./_ aNORDE\0\ud800é🙂", max_size=40))
def test_no_question_breaks_the_query(question: str) -> None:
    assert set(found(question, passage("a.py", "aN ORDER one"))) <= {"a.py"}


def test_sqlite_without_full_text_search_ends_the_session_in_one_line() -> None:
    opened: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        database = sqlite3.connect(":memory:")
        database.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_CREATE_VTABLE else sqlite3.SQLITE_OK
        )
        opened.append(database)
        return database

    with pytest.raises(FatalProviderError, match=r"^offline:bm25 needs SQLite with FTS5, which this .* lacks \(.*\n?$"):
        PassageIndex([], connect)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
