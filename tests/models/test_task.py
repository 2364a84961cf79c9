import threading
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import Answer, Call, Reply
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.task import AskTheQuestion, Task, run_task, task_name

ENTRY = Entry(id="q1", question="Where is it?", gold_answer="secret", system_prompt="Be brief.")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


@pytest.fixture
def sent() -> list[Request]:
    return []


@pytest.fixture
def llm(loop: LoopThread, sent: list[Request]) -> LLM:
    async def send(request: Request) -> Call:
        sent.append(request)
        return Call("p", "m", request.messages, Reply("In `src/a.py`."), "h")

    return LLM(Defaults(ModelName("p", "m")), send, loop)


def run(loop: LoopThread, task: Task, llm: LLM, entry: Entry = ENTRY) -> Answer:
    return loop.run(run_task(task, entry, llm))


def test_async_task_runs_on_the_loop(loop: LoopThread, llm: LLM) -> None:
    async def task(entry: Entry, llm: LLM) -> Answer:
        return await llm.acomplete(entry.question + threading.current_thread().name)

    assert run(loop, task, llm).calls[0].messages[0]["content"] == "Where is it?llm-eval-loop"


def test_sync_task_runs_off_the_loop_and_may_block(loop: LoopThread, llm: LLM) -> None:
    def task(entry: Entry, llm: LLM) -> str:
        return llm.complete(entry.question).text + threading.current_thread().name.removeprefix("llm-eval-")

    assert run(loop, task, llm).text == "In `src/a.py`.task"


def test_callable_objects_and_lambdas_are_tasks(loop: LoopThread, llm: LLM) -> None:
    class Product:
        async def __call__(self, entry: Entry, llm: LLM) -> str:
            return "from the product"

    def later(entry: Entry, llm: LLM) -> Awaitable[str]:
        return Product()(entry, llm)

    assert run(loop, Product(), llm).text == "from the product"
    assert run(loop, later, llm).text == "from the product"
    assert task_name(Product()).endswith("Product")


def test_calls_of_the_task_are_traced_on_its_answer(loop: LoopThread, llm: LLM) -> None:
    async def task(entry: Entry, llm: LLM) -> str:
        await llm.acomplete("one")
        await llm.acomplete("two")
        return "done"

    answer = run(loop, task, llm)
    assert [call.messages[0]["content"] for call in answer.calls] == ["one", "two"]


def test_task_that_returns_something_else_is_named(loop: LoopThread, llm: LLM) -> None:
    def task(entry: Entry, llm: LLM) -> Any:
        return 42

    with pytest.raises(ConfigurationError, match=r"task .*task must return an Answer or a str, got int"):
        run(loop, task, llm)


def test_error_of_the_task_stays_what_it_is(loop: LoopThread, llm: LLM) -> None:
    def task(entry: Entry, llm: LLM) -> str:
        raise ZeroDivisionError("in my product")

    with pytest.raises(ZeroDivisionError, match="in my product"):
        run(loop, task, llm)


def test_default_task_sends_the_question_and_nothing_private(loop: LoopThread, llm: LLM, sent: list[Request]) -> None:
    answer = run(loop, AskTheQuestion(()), llm)
    assert sent[0].messages == ({"role": "user", "content": "Where is it?"},)
    assert sent[0].system == "Be brief."
    assert "secret" not in str(sent[0])
    assert answer.evidence_files == ("src/a.py",)


def test_default_task_sends_a_conversation_as_it_is(loop: LoopThread, llm: LLM, sent: list[Request]) -> None:
    turns = ({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"})
    run(loop, AskTheQuestion(()), llm, Entry(id="q", question="c", messages=turns))
    assert sent[0].messages == turns


def test_default_task_puts_context_files_before_the_question(
    loop: LoopThread, llm: LLM, sent: list[Request], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("forty-two")
    entry = Entry(id="q", question="How many?", context_files=("a.txt",))
    run(loop, AskTheQuestion((tmp_path / "elsewhere", tmp_path)), llm, entry)
    assert sent[0].messages[0]["content"] == '<file path="a.txt">\nforty-two\n</file>\n\nHow many?'


def test_missing_context_file_is_named_before_anything_is_sent(
    loop: LoopThread, llm: LLM, sent: list[Request], tmp_path: Path
) -> None:
    entry = Entry(id="q", question="How many?", context_files=("absent.txt",))
    with pytest.raises(ConfigurationError, match=r"context file absent.txt does not exist in"):
        run(loop, AskTheQuestion((tmp_path,)), llm, entry)
    assert sent == []
