import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import ModelNotFound, UnsupportedByProvider
from pytest_llmeval.models.answer import Reply, Usage
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.offline import MOST_CHARACTERS, MOST_LINES, OfflineProvider
from pytest_llmeval.models.providers.port import Provider, ProviderSettings
from pytest_llmeval.models.request import Message, Params, Request, Tool, read_messages
from tests.models.repositories import repository, write_files

FILES: Mapping[str, str] = {
    "src/run_ahead.py": '"""Work begins before it is asked for."""\n\nclass RunAhead:\n    limit = 16\n',
    "src/prices.py": '"""Dollars of a call."""\n\ndef price_of(usage):\n    return None\n',
    "docs/guide.md": "# Set-up\nInstall the package, then ask.\n",
}


def ask(root: Path, *questions: str | list[Message], model: str = "bm25", **settings: Any) -> list[Reply]:
    """Ask all at once, and close."""

    async def conversation() -> list[Reply]:
        provider: Provider = OfflineProvider(ProviderSettings(rootdir=root, **settings))
        try:
            return await asyncio.gather(*(provider.complete(request(question, model)) for question in questions))
        finally:
            await provider.aclose()

    return asyncio.run(conversation())


def request(question: str | list[Message], model: str = "bm25", **more: Any) -> Request:
    return Request(ModelName("offline", model), read_messages(question), **more)


def test_the_best_passages_are_quoted_with_the_files_they_stand_in(tmp_path: Path) -> None:
    (reply,) = ask(repository(tmp_path, FILES), "What limits how far we run ahead?")
    assert reply == Reply(
        "What the repository says about this, quoted from src/run_ahead.py:\n\n"
        'src/run_ahead.py:1-4\n"""Work begins before it is asked for."""\n\nclass RunAhead:\n    limit = 16',
        evidence_files=("src/run_ahead.py",),
        retrieval_method="bm25",
        usage=Usage(),
    )


def test_each_of_at_most_three_passages_comes_from_another_file(tmp_path: Path) -> None:
    long = "\n".join(["kiwi"] * 100)
    repository(tmp_path, {f"{name}.txt": long for name in "abcd"})
    (reply,) = ask(tmp_path, "kiwi")
    assert reply.evidence_files == ("a.txt", "b.txt", "c.txt")
    assert [line for line in reply.text.split("\n") if line.endswith(":1-40")] == [
        "a.txt:1-40",
        "b.txt:1-40",
        "c.txt:1-40",
    ]


def test_a_long_passage_is_cut_off_visibly(tmp_path: Path) -> None:
    repository(tmp_path, {"a.txt": "\n".join(f"kiwi {n}" for n in range(1, 51)), "b.txt": "melon " * 1000})
    many_lines, long_line = ask(tmp_path, "kiwi", "melon")
    assert many_lines.text.endswith(f"\nkiwi {MOST_LINES}\n…")
    assert long_line.text.endswith(f"b.txt:1-1\n{('melon ' * 1000)[:MOST_CHARACTERS].strip()}\n…")


def test_where_no_word_is_found_it_says_so_and_cites_nothing(tmp_path: Path) -> None:
    (reply,) = ask(repository(tmp_path, FILES), "¿Dónde está Zanzibar?")
    assert reply == Reply("I found nothing about this in the repository.", retrieval_method="bm25")


def test_the_last_user_message_is_the_question(tmp_path: Path) -> None:
    turns: list[Message] = [
        {"role": "user", "content": "prices?"},
        {"role": "assistant", "content": "prices"},
        {"role": "user", "content": [{"type": "text", "text": "How do I"}, {"type": "text", "text": "install?"}]},
        {"role": "assistant", "content": "prices"},
    ]
    (reply,) = ask(repository(tmp_path, FILES), turns)
    assert reply.evidence_files == ("docs/guide.md",)


@pytest.mark.parametrize("turn", [{"role": "system", "content": "prices"}, {"role": "user", "content": None}])
def test_without_a_question_nothing_is_found(tmp_path: Path, turn: Message) -> None:
    (reply,) = ask(repository(tmp_path, FILES), [turn])
    assert reply.evidence_files == ()


def test_gold_answers_never_show_up_in_an_answer(tmp_path: Path) -> None:
    gold = "The walrus is the gold answer."
    row = f'{{"question": "Who is the walrus?", "gold_answer": "{gold}"}}'
    hidden = {"evals/b.jsonl": row, "evals/other.json": row, "evals/cases.py": f"CASES = [{row}]", "evals/b.csv": gold}
    files = {"notes.txt": gold, "llm-runs/log.txt": gold, "a.md": "A walrus is an animal.", **hidden}
    repository(tmp_path, files)
    write_files(tmp_path, {"untracked.md": gold})
    (reply,) = ask(tmp_path, "Who is the walrus? gold answer", private_files=frozenset({tmp_path / "notes.txt"}))
    assert reply.evidence_files == ("a.md",)
    assert gold not in reply.text


def test_answers_are_the_same_at_every_asking_whatever_the_sampling(tmp_path: Path) -> None:
    repository(tmp_path, FILES)
    first, again = ask(tmp_path, "price of a call", "price of a call")
    assert first == again == ask(tmp_path, "price of a call")[0]

    async def sampled() -> Reply:
        provider = OfflineProvider(ProviderSettings(rootdir=tmp_path))
        warm = Params(temperature=1.0, seed=7, max_tokens=1)
        reply = await provider.complete(request("price of a call", params=warm, system="Be brief.", sample=2))
        await provider.aclose()
        return reply

    assert asyncio.run(sampled()) == first


def test_questions_asked_at_once_share_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    original = OfflineProvider._build_index
    monkeypatch.setattr(OfflineProvider, "_build_index", lambda self: built.append(1) or original(self))  # type: ignore[func-returns-value]
    replies = ask(repository(tmp_path, FILES), "RunAhead", "price", "install")
    assert [reply.evidence_files for reply in replies] == [
        ("src/run_ahead.py",),
        ("src/prices.py",),
        ("docs/guide.md",),
    ]
    assert built == [1]


def test_the_loop_goes_on_while_the_index_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    original = OfflineProvider._build_index

    def build_when_told(self: OfflineProvider) -> Any:
        assert go_on.wait(5), "the loop was blocked"
        return original(self)

    monkeypatch.setattr(OfflineProvider, "_build_index", build_when_told)

    async def ask_and_tell() -> Reply:
        provider = OfflineProvider(ProviderSettings(rootdir=repository(tmp_path, FILES)))
        asking = asyncio.ensure_future(provider.complete(request("price")))
        await asyncio.sleep(0)
        go_on.set()
        reply = await asking
        await provider.aclose()
        return reply

    assert asyncio.run(ask_and_tell()).evidence_files == ("src/prices.py",)


def test_closing_joins_the_thread(tmp_path: Path) -> None:
    ask(repository(tmp_path, FILES), "price")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("llm-eval-offline")]


def test_nothing_is_written_into_the_repository(tmp_path: Path) -> None:
    repository(tmp_path, FILES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    ask(tmp_path, "price")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_closed_book_knows_nothing(tmp_path: Path) -> None:
    (reply,) = ask(repository(tmp_path, FILES), "What is the price?", model="closed-book")
    assert reply == Reply("I do not know.", finish_reason="stop")


def complain(asked: Request) -> str:
    with pytest.raises((ModelNotFound, UnsupportedByProvider)) as caught:
        asyncio.run(OfflineProvider(ProviderSettings(rootdir=Path("nowhere"))).complete(asked))
    return f"{caught.type.__name__}: {caught.value}"


def test_another_model_is_not_found_and_the_two_are_named() -> None:
    assert complain(request("hi", "gpt-4o")) == (
        "ModelNotFound: offline:gpt-4o is not a model of the offline provider; it has bm25 and closed-book"
    )


@pytest.mark.parametrize("model", ["bm25", "closed-book"])
@pytest.mark.parametrize(
    ("more", "deed"),
    [({"tools": (Tool("search"),)}, "call tools"), ({"response_schema": {}}, "follow a response schema")],
)
def test_what_it_cannot_do_is_refused(model: str, more: dict[str, Any], deed: str) -> None:
    assert complain(request("hi", model, **more)) == (
        f"UnsupportedByProvider: offline:{model} cannot {deed}; name a model that can, such as openai:gpt-4o-mini"
    )
