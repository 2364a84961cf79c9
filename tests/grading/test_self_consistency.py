"""Self-consistency: what is asked, which reply becomes the answer, and what the vote was worth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ExtractionError, GraderError, ProviderUnavailable, UnscoredError
from pytest_llmeval.grading.context import TrialContext
from pytest_llmeval.grading.grade import Grade
from pytest_llmeval.grading.self_consistency import SelfConsistency, self_consistency
from pytest_llmeval.grading.text_graders import contains
from pytest_llmeval.grading.voting import leader
from pytest_llmeval.models.answer import Answer, Call, Reply
from pytest_llmeval.models.client import LLM
from pytest_llmeval.models.defaults import Defaults
from pytest_llmeval.models.loop_thread import LoopThread
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.request import Request
from pytest_llmeval.models.task import run_task
from pytest_llmeval.models.tools.fake_tool import FakeTool
from pytest_llmeval.models.tools.fake_tools import FakeTools

ENTRY = Entry(id="fr", question="Capital of France?", gold_answer="Paris")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


def last_line(text: str) -> str:
    if "\n" not in text:
        raise ExtractionError("one line only")
    return text.splitlines()[-1]


class Model:
    """Says one thing after another, and keeps what it was asked; the later it is asked, the sooner it replies."""

    def __init__(self, *says: Reply | str, loop: LoopThread) -> None:
        self.says = [Reply(one) if isinstance(one, str) else one for one in says]
        self.requests: list[Request] = []
        self.loop = loop
        self.context = TrialContext(ENTRY)

    async def send(self, request: Request) -> Call:
        number = len(self.requests)
        self.requests.append(request)
        await asyncio.sleep(0.002 * (len(self.says) - number))
        return Call("p", "m", request.messages, self.says[number], "h")

    def played(self, vote: SelfConsistency, entry: Entry = ENTRY, *, sample: int = 1) -> tuple[Answer, Grade]:
        llm = LLM(Defaults(ModelName("p", "m"), sample=sample), self.send, self.loop, self.context)

        async def whole() -> tuple[Answer, Grade]:
            answer = await run_task(vote.task, entry, llm)
            return answer, await vote.grader(entry, answer)

        return self.loop.run(whole())


def scores(grade: Grade) -> dict[str, Any]:
    return {one.name: one.value for one in grade.scores}


def test_the_answer_is_the_first_reply_that_says_what_most_say(loop: LoopThread) -> None:
    model = Model("Lyon", "Paris", "  PARIS. ", "Nice", "paris", loop=loop)
    answer, grade = model.played(self_consistency(contains()))
    assert (answer.text, grade.level, len(answer.calls)) == ("Paris", "fully_correct", 5)
    assert scores(grade) == {
        "contains": 1.0,
        "majority": 1.0,
        "single": pytest.approx(0.6),
        "agreement": pytest.approx(0.6),
        "certainty": pytest.approx(1 - 1.3709505944546687 / 2.321928094887362),
    }
    assert "3 of 5 say the same, entropy 1.37 bits" in [one.detail for one in grade.scores]
    assert grade.grader == "self_consistency(contains, n=5)"
    assert model.context.confidence == {"agreement": 0.6}


def test_a_majority_may_be_wrong_where_most_replies_are(loop: LoopThread) -> None:
    answer, grade = Model("Lyon", "Lyon", "Paris", loop=loop).played(self_consistency(contains(), 3))
    assert (answer.text, grade.level) == ("Lyon", "wrong")
    assert (scores(grade)["majority"], scores(grade)["single"]) == (0.0, pytest.approx(1 / 3))


def test_each_call_has_the_temperature_and_is_another_sample_to_the_cache(loop: LoopThread) -> None:
    model = Model("a", "b", "c", loop=loop)
    model.played(self_consistency(contains(), 3, temperature=0.9))
    assert [one.params.temperature for one in model.requests] == [0.9] * 3
    assert [one.sample for one in model.requests] == [1, 2, 3]
    second = Model("a", "b", "c", loop=loop)
    second.played(self_consistency(contains(), 3, temperature=None), sample=2)
    assert [one.params.temperature for one in second.requests] == [None] * 3
    assert [one.sample for one in second.requests] == [4, 5, 6]


def test_what_counts_may_be_taken_out_of_a_reply_that_reasons(loop: LoopThread) -> None:
    says = ("I think\nParis", "Well, well\nparis", "no reasons", "Hm\nLyon")
    vote = self_consistency(contains(), 4, extract=last_line)
    answer, grade = Model(*says, loop=loop).played(vote)
    assert answer.text == "I think\nParis"
    assert scores(grade)["agreement"] == 0.5
    assert grade.grader == "self_consistency(contains, n=4, extract=last_line)"


@pytest.mark.parametrize("value", [{"city": "Paris"}, 7, ["a"]])
def test_values_of_any_kind_vote(loop: LoopThread, value: object) -> None:
    vote = self_consistency(contains(), 3, extract=lambda text: value if text != "x" else "x")
    answer, _ = Model("x", "Paris 1", "Paris 2", loop=loop).played(vote)
    assert answer.text == "Paris 1"


def test_a_reply_that_was_cut_off_has_no_vote(loop: LoopThread) -> None:
    cut = Reply("Lyon", "length")
    answer, grade = Model(cut, cut, "Paris", loop=loop).played(self_consistency(contains(), 3))
    assert (answer.text, grade.level) == ("Paris", "fully_correct")
    assert scores(grade)["agreement"] == pytest.approx(1 / 3)


def test_where_no_reply_has_a_vote_the_first_is_graded_as_it_stands(loop: LoopThread) -> None:
    model = Model(Reply("Ly", "length"), Reply("Lyo", "length"), loop=loop)
    answer, grade = model.played(self_consistency(contains(), 2))
    assert (answer.text, grade.state) == ("Ly", "truncated")
    assert "agreement" not in scores(grade)
    assert model.context.confidence == {}


def test_equal_replies_are_graded_once(loop: LoopThread) -> None:
    graded: list[str] = []

    async def notes(entry: Entry, answer: Answer) -> bool:
        graded.append(answer.text)
        return True

    Model("Paris", "Lyon", "Paris", loop=loop).played(self_consistency(notes, 3))
    assert sorted(graded) == ["Lyon", "Paris"]


def test_context_files_of_the_entry_are_shown(loop: LoopThread, tmp_path: Path) -> None:
    (tmp_path / "atlas.md").write_text("Paris lies on the Seine.")
    model = Model("Paris", "Paris", loop=loop)
    model.context.roots = (tmp_path,)
    model.played(self_consistency(contains(), 2), ENTRY.model_copy(update={"context_files": ("atlas.md",)}))
    assert "Paris lies on the Seine." in str(model.requests[0].messages)


def test_a_reply_that_cannot_be_graded_leaves_the_trial_unscored(loop: LoopThread) -> None:
    def silent(entry: Entry, answer: Answer) -> Grade:
        return Grade(None, state="unscored", notes="no judge")

    with pytest.raises(UnscoredError, match=r"self_consistency\(\): a reply could not be graded: no judge"):
        Model("a", "b", loop=loop).played(self_consistency(silent, 2))


def test_calls_that_are_not_those_of_the_task_are_named(loop: LoopThread) -> None:
    answer = Answer("Paris", calls=(Call("p", "m", (), Reply("Paris"), "h"),))
    with pytest.raises(GraderError, match=r"entry 'fr' was asked 1 times, not 5; use task and grader of one vote"):
        loop.run(self_consistency(contains()).grader(ENTRY, answer))


def test_an_error_of_one_call_is_an_error_of_the_trial(loop: LoopThread) -> None:
    model = Model("a", "b", loop=loop)

    async def fail(request: Request) -> Call:
        raise ProviderUnavailable("down")

    model.send = fail  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable):
        model.played(self_consistency(contains(), 2))


@pytest.mark.parametrize("has", ["turns", "tools"])
def test_conversations_and_tools_are_refused(loop: LoopThread, has: str) -> None:
    turns = (ENTRY, ENTRY) if has == "turns" else ()
    tools = FakeTools([FakeTool("search")] if has == "tools" else [])
    llm = LLM(Defaults(ModelName("p", "m")), Model("a", loop=loop).send, loop, tools=tools)
    task = self_consistency(contains(), 2).task
    with pytest.raises(ConfigurationError, match=f"entry 'fr' has {has}; take --llm-samples"):
        loop.run(run_task(task, ENTRY.model_copy(update={"turns": turns}), llm))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: self_consistency("contains"), "takes a grader that tells right answers, got 'contains'"),  # type: ignore[arg-type]
        (lambda: self_consistency(contains(), 1), "n must be a whole number from 2 to 1000, got 1"),
        (lambda: self_consistency(contains(), 1001), "n must be a whole number from 2 to 1000, got 1001"),
        (lambda: self_consistency(contains(), True), "n must be a whole number from 2 to 1000, got True"),
        (lambda: self_consistency(contains(), temperature=0), "temperature must be above 0, or all replies are alike"),
        (lambda: self_consistency(contains(), temperature=float("nan")), "temperature must be above 0"),
        (lambda: self_consistency(contains(), extract="####"), "extract must be a function of a text, got '####'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make()


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=9))
def test_the_leader_is_given_as_often_as_any_and_before_those_that_tie(said: Sequence[str | None]) -> None:
    place = leader(said)
    counts = {one: said.count(one) for one in said if one is not None}
    if place is None:
        assert counts == {}
        return
    assert counts[str(said[place])] == max(counts.values())
    assert all(counts.get(one, 0) < counts[str(said[place])] for one in said[:place] if one is not None)
