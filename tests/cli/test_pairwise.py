"""`pytest-llmeval pairwise` as a user meets it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli import pairwise_session
from tests.cli.conftest import Told
from tests.cli.judging import JUDGE, judge_server, preferring
from tests.cli.logs import trial, write_log
from tests.loopback.outcomes import Fail, Outcome
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer

Command = Callable[..., Told]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-0123456789")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def served() -> Iterator[tuple[LoopbackServer, list[str]]]:
    with judge_server() as found:
        yield found


def log(name: str, *answers: str | None, **fields: Any) -> Path:
    return write_log(Path(name), (trial(n, "wrong", answer=text, **fields) for n, text in enumerate(answers)))


def judged(command: Command, ask: list[str], *arguments: object) -> dict[str, Any]:
    told = command("pairwise", *arguments, "--judge", JUDGE, *ask, "--json")
    assert told.status in (0, 3), told.err
    found: dict[str, Any] = json.loads(told.out)
    return found


def test_new_side_wins_where_both_orders_say_so(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    base = log("a.jsonl", "no", "right", "no", "vain", "same")
    new = log("b.jsonl", "right", "no", "no way", "right", "same")
    found = judged(command, served[1], base, new)
    assert found["overall"] | {"low": 0, "high": 0} == {
        "n": 5, "wins": 1, "ties": 3, "losses": 1, "win_rate": 0.5, "p_value": 1.0, "low": 0, "high": 0
    }  # fmt: skip
    (bias,) = found["bias"]
    assert (bias["flips"], bias["n"]) == (1, 4)  # nobody was asked about the same text
    assert bias["first_position"]["value"] == pytest.approx((0.5 * 3 + 1) / 4)
    assert len(served[0].requests) == 8
    assert (found["categories"]["odd"]["n"], found["categories"]["even"]["n"]) == (2, 3)


def test_screen_names_sides_judge_figures_and_file(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    told = command(
        "pairwise", log("a.jsonl", *["no"] * 8), log("b.jsonl", *["right"] * 8, model="big"), "--judge", JUDGE,
        *served[1], "-v",
    )  # fmt: skip
    assert told.status == 0
    for line in (
        "openai:big",
        "against openai:small",
        "judged by openai:judge",
        "  win rate              100 % [68–100] · 8 won, 0 tied, 0 lost",
        "                        p = 0.008 by the sign test, ties left out",
        "  changes with order    0 of 8 · 0 % [0–32], counted as ties",
        "  first place wins      0.50 [0.50–0.50], 0.50 is no preference",
        "  longer answer wins    8 of 8 · 100 % [68–100]",
        "  q0  new  It is first.",
        "  opinions              b-against-a.pairwise.ndjson",
    ):
        assert line in told.out.splitlines()
    assert "16 judge calls" in told.err


def test_what_is_judged_is_not_asked_again(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    base, new = log("a.jsonl", "no", "unsure", "abstain"), log("b.jsonl", "right", "right", "right")
    first = judged(command, served[1], base, new)
    assert (first["without_verdict"], first["abstained"]) == (1, 1)
    assert first["overall"]["ties"] == 0  # who cannot tell does not say that both are equally good
    rate = first["abstention"]["openai:judge"]
    assert (rate["count"], rate["n"], rate["rate"]) == (1, 2, 0.5)
    assert len(served[0].requests) == 6
    assert judged(command, served[1], base, new) == first
    assert len(served[0].requests) == 8  # only the pair without a verdict


def test_pairs_without_a_verdict_are_told_and_end_with_3(
    command: Command, served: tuple[LoopbackServer, list[str]]
) -> None:
    told = command(
        "pairwise", log("a.jsonl", "unsure", "abstain"), log("b.jsonl", "x", "x"), "--judge", JUDGE, *served[1]
    )
    assert told.status == 3
    assert "  win rate              no pair has a verdict" in told.out
    assert "1 · no verdict: the same command asks again" in told.out
    assert "  abstains              1 of 1 · 100 % [21–100]" in told.out.splitlines()
    assert "1 · a judge abstained; a person should judge them: pytest-llmeval grade --side-by-side" in told.out
    assert "2 × the judge's reply is not one JSON object and nothing else: 'no" in told.out
    assert "openai:small in b.jsonl\nagainst openai:small in a.jsonl\n" in told.out


def test_budget_ends_the_asking_and_the_same_command_goes_on(
    command: Command, served: tuple[LoopbackServer, list[str]]
) -> None:
    base, new = log("a.jsonl", *["no"] * 6), log("b.jsonl", *["right"] * 6)
    told = command("pairwise", base, new, "--judge", JUDGE, *served[1], "--max-calls", 5)
    assert (told.status, len(served[0].requests)) == (3, 5)
    assert "not asked: the budget was used up" in told.out
    found = judged(command, served[1], base, new)
    assert (found["overall"]["wins"], found["not_asked"]) == (6, 0)
    assert len(served[0].requests) <= 5 + 12 - 2  # pairs that were judged whole are not asked about again


def test_fatal_error_ends_with_one_line_and_keeps_what_was_judged(command: Command) -> None:
    def meets(received: Received) -> Outcome:
        return Fail(401, "wrong key") if "| fatal" in received.text else preferring(received)

    base, new = log("a.jsonl", "no", "fatal"), log("b.jsonl", "right", "right")
    with judge_server(meets) as (_, ask):
        told = command("pairwise", base, new, "--judge", JUDGE, *ask, "--concurrency", 1)
    assert told.status == 2
    *_, stopped, why = told.err.splitlines()
    assert stopped.startswith("pytest-llmeval: stopped; what was judged is in b-against-a.pairwise.ndjson")
    assert "401" in why
    (line,) = Path("b-against-a.pairwise.ndjson").read_text().splitlines()
    assert json.loads(line)["outcome"] == "new"


def test_panel_decides_by_its_median(command: Command) -> None:
    def meets(received: Received) -> Outcome:
        return preferring(received)

    base, new = log("a.jsonl", "no"), log("b.jsonl", "right")
    with judge_server(meets) as (server, ask):
        told = command("pairwise", base, new, "--judge", JUDGE, "--judge", "openai:other", *ask, "--json")
        assert len(server.requests) == 4
    found = json.loads(told.out)
    assert (found["overall"]["n"], sorted(found["judges"])) == (1, ["openai:judge", "openai:other"])
    shown = command("pairwise", base, new, "--judge", JUDGE, "--judge", "openai:other", *ask, "-v").out
    assert "    by openai:other" in shown
    assert "  q0  openai:other: new" in shown


def test_two_models_of_one_log_are_compared(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    both = write_log(Path("both.jsonl"), [trial(1, answer="no", model="small"), trial(1, answer="right", model="big")])
    assert judged(command, served[1], both)["overall"]["wins"] == 1
    found = judged(command, served[1], both, "--model", "small", "--base-model", "openai:big")
    assert (found["new"], found["overall"]["losses"]) == ("openai:small", 1)


def test_gold_answers_of_the_benchmark_are_shown_unless_the_entry_changed(
    command: Command, served: tuple[LoopbackServer, list[str]]
) -> None:
    Path("q.jsonl").write_text('{"id": "q0", "question": "What is 0?", "gold_answer": "zero"}\n', encoding="utf-8")
    known = Entry(id="q0", question="What is 0?", gold_answer="zero").hash
    judged(command, served[1], log("a.jsonl", "no", entry_hash=known), log("b.jsonl", "yes"), "--benchmark", "q.jsonl")
    assert all("| zero" in request.text for request in served[0].requests)
    judged(command, served[1], log("c.jsonl", "no", entry_hash="0"), log("d.jsonl", "yes"), "--benchmark", "q.jsonl")
    assert ["| zero" in request.text for request in served[0].requests] == [True, True, False, False]


def test_models_names_are_withheld_from_the_judge(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    base, new = log("a.jsonl", "I am gpt-4o-mini", model="gpt-4o-mini"), log("b.jsonl", "I am claude", model="claude")
    told = command("pairwise", base, new, "--judge", JUDGE, *served[1])
    assert "judge may favour its own model family: openai:judge grades openai:gpt-4o-mini" in told.err
    assert "add a judge of another with --judge" in told.err
    assert not any("gpt-4o-mini" in request.text or "claude" in request.text for request in served[0].requests)


def test_sample_takes_the_same_pairs_every_time(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    base, new = log("a.jsonl", *["no"] * 9), log("b.jsonl", *["right"] * 9)
    assert judged(command, served[1], base, new, "--sample", 3)["overall"]["n"] == 3
    judged(command, served[1], base, new, "--sample", 3)
    assert len(served[0].requests) == 6


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["a.jsonl"], "name a second log, or two models of a.jsonl with --base-model and --model; it has openai:small"),
        (["a.jsonl", "other.jsonl"], "a.jsonl and other.jsonl have no two answers to the same question"),
        (["a.jsonl", "b.jsonl", "--model", "x"], "b.jsonl has no model 'x' (openai:small); name one of them with"),
        (["both.jsonl", "b.jsonl"], "both.jsonl has several models (openai:small, openai:big); name one of them with"),
        (["both.jsonl", "--model", "big", "--base-model", "big"], "--model and --base-model both name openai:big"),
        (["a.jsonl", "b.jsonl", "--sample", "0"], "--sample: must be a whole number of at least 1, got '0'"),
        (["a.jsonl", "b.jsonl", "--param", "x"], "--param takes NAME=VALUE"),
        (["a.jsonl", "b.jsonl", "--price", "x"], "--price takes PROVIDER:MODEL=READ/WRITTEN"),
        (["a.jsonl", "b.jsonl", "--judge", "nobody:x"], "unknown provider 'nobody'"),
        (["a.jsonl", "b.jsonl", "--judge", "anthropic:x"], "--base-url names one endpoint, and would get the keys of"),
        (["a.jsonl", "b.jsonl", "--output", "a.jsonl"], "a.jsonl:1: is no line of a pairwise log"),
        (["a.jsonl", "b.jsonl", "--output", "."], ".: cannot be written (Is a directory); name another with --output"),
    ],
)
def test_wrong_arguments_end_with_one_line_and_ask_nobody(
    command: Command, served: tuple[LoopbackServer, list[str]], arguments: list[str], fault: str
) -> None:
    log("a.jsonl", "no")
    log("b.jsonl", "right")
    write_log(Path("other.jsonl"), [trial(7)])
    write_log(Path("both.jsonl"), [trial(1, model="small"), trial(1, model="big")])
    told = command("pairwise", *arguments, "--judge", JUDGE, *served[1])
    assert told.status == 2
    assert fault in told.err
    assert len(told.err.strip().splitlines()) <= 2
    assert served[0].requests == []


@pytest.mark.parametrize(
    "option", [("--concurrency", "0"), ("--timeout", "x"), ("--retries", "-1"), ("--max-cost", "0")]
)
def test_numbers_that_make_no_sense_are_refused(command: Command, option: tuple[str, str]) -> None:
    told = command("pairwise", "a", "b", "--judge", JUDGE, f"{option[0]}={option[1]}")
    assert told.status == 2
    assert f"argument {option[0]}: must be a " in told.err


def test_unpaired_unanswered_and_changed_trials_are_told(
    command: Command, served: tuple[LoopbackServer, list[str]]
) -> None:
    base = write_log(Path("a.jsonl"), [trial(1), trial(2, answer=None), trial(3, entry_hash="a"), trial(4), trial(6)])
    new = write_log(Path("b.jsonl"), [trial(1), trial(2), trial(3, entry_hash="b"), trial(5), trial(6)])
    shown = command("pairwise", base, new, "--judge", JUDGE, *served[1]).out
    assert "1 · another question in the other log" in shown
    assert "1 · no answer on one side" in shown
    assert "2 · on one side only" in shown


def test_interrupt_says_where_the_opinions_are(
    command: Command, served: tuple[LoopbackServer, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pairwise_session, "_judged", interrupted)
    base, new = log("a.jsonl", "no"), log("b.jsonl", "right")
    monkeypatch.setattr("pytest_llmeval.models.loop_thread.LoopThread.run", _raise_interrupt)
    told = command("pairwise", base, new, "--judge", JUDGE, *served[1])
    assert told.status == 130
    assert "stopped; what was judged is in b-against-a.pairwise.ndjson" in told.err


def _raise_interrupt(self: object, work: Any) -> None:
    work.close()
    raise KeyboardInterrupt


def test_progress_is_told_on_a_terminal(
    command: Command, served: tuple[LoopbackServer, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_llmeval.cli.progress.sys.stderr.isatty", lambda: True, raising=False)
    told = command(
        "pairwise", log("a.jsonl", "no", "no"), log("b.jsonl", "right", "right"), "--judge", JUDGE, *served[1]
    )
    assert "\rpairwise 1 of 2\rpairwise 2 of 2\n" in told.err


def test_replies_are_taken_from_the_cache_and_counted_apart(
    command: Command, served: tuple[LoopbackServer, list[str]]
) -> None:
    base, new = log("a.jsonl", "no"), log("b.jsonl", "right")
    ask = ["--judge", JUDGE, *served[1], "--cache", "auto", "--price", "openai:judge=1/1"]
    first = command("pairwise", base, new, *ask, "--output", "x")
    again = command("pairwise", base, new, *ask, "--output", "y")
    assert len(served[0].requests) == 2
    assert "2 judge calls, <$0.0001" in first.err
    assert "0 judge calls, $0, 2 more from the cache" in again.err


def test_nothing_but_equal_answers_asks_nobody(command: Command, served: tuple[LoopbackServer, list[str]]) -> None:
    told = command("pairwise", log("a.jsonl", "x"), log("b.jsonl", "x"), "--judge", JUDGE, *served[1])
    assert (told.status, served[0].requests) == (0, [])
    assert "nothing had to be asked" in told.err
    assert "changes with order" not in told.out


@pytest.mark.parametrize("words", [["--judge", "nobody:x"], ["--judge", JUDGE, "--benchmark", "none.jsonl"]])
def test_what_cannot_be_begun_leaves_no_file_behind(command: Command, words: list[str]) -> None:
    told = command("pairwise", log("a.jsonl", "no"), log("b.jsonl", "right"), *words)
    assert told.status == 2
    assert sorted(path.name for path in Path().iterdir()) == ["a.jsonl", "b.jsonl"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipe", "is a pipe, which keeps nothing; name a file with --output"),
        ("p.gz", "is written as plain text; leave .gz out of --output"),
    ],
)
def test_opinions_go_to_a_file_that_keeps_them(command: Command, name: str, said: str) -> None:
    os.mkfifo("pipe")
    told = command("pairwise", log("a.jsonl", "no"), log("b.jsonl", "right"), "--judge", JUDGE, "--output", name)
    assert (told.status, told.err.splitlines()[-1]) == (2, f"pytest-llmeval: {name}: {said}")
