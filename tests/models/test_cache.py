import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Reply, ToolCall, Usage
from pytest_llmeval.models.cache import CacheMode, ReplyCache

REPLY = Reply(
    "ok",
    "tool_calls",
    (ToolCall("look", {"at": [1]}, "c1", "{"),),
    Usage(1, 2, 3, 4),
    served_model="m-1",
    evidence_files=("a.py",),
    ttft_s=0.1,
    token_logprobs=(-0.5, -1.0),
    token_alternatives=((-0.5, -1.5), (-1.0,)),
)


OPENED: list[ReplyCache] = []


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def cache(path: Path, mode: CacheMode = "auto") -> ReplyCache:
    OPENED.append(ReplyCache(path / "deep" / "answers.sqlite", mode))
    return OPENED[-1]


def test_reply_comes_back_whole_in_another_process_s_cache(tmp_path: Path) -> None:
    first = cache(tmp_path)
    first.put("k", REPLY)
    assert cache(tmp_path).get("k") == REPLY
    assert cache(tmp_path).get("other") is None


@given(text=st.text(), thinking=st.none() | st.text())
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, thinking: str | None) -> None:
    store = cache(tmp_path_factory.mktemp("cache"))
    reply = Reply(text.encode("utf-8", "replace").decode(), thinking=thinking)
    store.put("k", reply)
    assert store.get("k") == reply
    store.close()


def test_refresh_writes_and_does_not_read(tmp_path: Path) -> None:
    cache(tmp_path).put("k", Reply("old"))
    fresh = cache(tmp_path, "refresh")
    assert fresh.get("k") is None
    fresh.put("k", Reply("new"))
    assert cache(tmp_path, "only").get("k") == Reply("new")


def test_off_leaves_no_file(tmp_path: Path) -> None:
    store = cache(tmp_path, "off")
    store.put("k", REPLY)
    assert store.get("k") is None
    assert list(tmp_path.iterdir()) == []


def test_two_writers_do_not_disturb_each_other(tmp_path: Path) -> None:
    one, two = cache(tmp_path), cache(tmp_path)
    for number in range(50):
        one.put(f"a{number}", Reply("one"))
        two.put(f"b{number}", Reply("two"))
    assert one.get("b49") == Reply("two")
    assert two.get("a49") == Reply("one")


def test_file_that_is_no_cache_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "answers.sqlite").write_bytes(b"this is not a database, but long enough to be looked at" * 100)
    with pytest.raises(
        ConfigurationError, match=r"answers.sqlite: cannot be used as the answer cache .*--llm-cache=off"
    ):
        cache(tmp_path)


def test_closing_twice_is_allowed(tmp_path: Path) -> None:
    store = cache(tmp_path)
    store.close()
    store.close()
    assert store.get("k") is None


def test_keys_and_replies_are_all_that_is_kept(tmp_path: Path) -> None:
    cache(tmp_path).put("k", REPLY)
    with closing(sqlite3.connect(tmp_path / "deep" / "answers.sqlite")) as db:
        assert [row[1] for row in db.execute("PRAGMA table_info(replies)")] == ["key", "reply"]


def open_new(path: Path, results: "multiprocessing.Queue[str]") -> None:
    try:
        ReplyCache(path, "auto").close()
        results.put("fine")
    except ConfigurationError as error:
        results.put(str(error))


def test_processes_may_open_a_new_cache_at_the_same_moment(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[str] = context.Queue()
    for number in range(10):
        processes = [context.Process(target=open_new, args=(tmp_path / f"{number}.sqlite", results)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    assert {results.get(timeout=10) for _ in range(30)} == {"fine"}
