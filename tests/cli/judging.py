"""A judge behind a server, for the commands that ask one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_llmeval.grading.judge.battery import Case
from tests.grading.judge.scripted import key_in, section
from tests.loopback.outcomes import Outcome, Say
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer

JUDGE = "openai:judge"


def preferring(received: Received) -> Outcome:
    """Prefer the answer that holds the word right; where both do or neither does, what `ties` says."""
    first, second = (section(received.text, f"{place} answer") for place in ("first", "second"))
    if "unsure" in first + second:
        return Say("no idea")
    if "abstain" in first + second:
        return opinion(received, "cannot_judge")
    if "vain" in first + second:
        return opinion(received, "first")
    if ("right" in first) == ("right" in second):
        return opinion(received, "tie")
    return opinion(received, "first" if "right" in first else "second")


def is_right(case: Case, answer: str) -> bool:
    """Know the truth: the better answer of a case is right, and so is a right one that was dressed up."""
    plain_is_wrong = case.id.endswith("wrong") or case.kind == "injection"
    if case.expects == "no_reward":
        return not plain_is_wrong
    return answer.strip() == case.better.strip()


def opinion(received: Received, better: str) -> Say:
    return Say(json.dumps({"rationale": f"It is {better}.", "better": better, "key": key_in(received.text)}))


@contextmanager
def judge_server(meets: Callable[[Received], Outcome] = preferring) -> Iterator[tuple[LoopbackServer, list[str]]]:
    """Serve, and give the arguments that make a command ask here."""
    with LoopbackServer(meets) as server:
        yield server, ["--base-url", server.base_url, "--retries", "0", "--concurrency", "4"]
