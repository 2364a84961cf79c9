"""`pytest-llmeval replay` as a user meets it, against a server that answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.grade import Score
from pytest_llmeval.models.answer import Call, Reply, ToolCall
from pytest_llmeval.models.model_name import ModelName
from pytest_llmeval.models.providers.openai_chat import VERSION
from pytest_llmeval.models.request import Params, Request, Tool, read_messages
from pytest_llmeval.models.resending import described_once
from pytest_llmeval.runs.record import Record
from pytest_llmeval.runs.record_parts import JudgeInfo
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log
from tests.grading.judge.scripted import key_in, verdict_text
from tests.loopback.outcomes import Fail, Outcome, Say
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer
from tests.models.recorded import recorded

Command = Callable[..., Told]
QUESTION = "What is the capital of France?"
PARIS = {"id": "fr", "question": QUESTION, "gold_answer": "Paris"}
WEATHER = Tool("weather", "Of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-0123456789")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    Path("capitals.jsonl").write_text(json.dumps(PARIS) + "\n", encoding="utf-8")


@dataclass
class Server:
    """Where the run was made, and is replayed."""

    command: Command
    loopback: LoopbackServer
    says: list[Outcome] = field(default_factory=list)
    """What each request meets; the last one also those behind it."""

    def meet(self, _: Received) -> Outcome:
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    def call(self, said: str | Reply, messages: Any = QUESTION, **fields: Any) -> Call:
        """A call of openai:small, as a run that was made here keeps it."""
        model = ModelName("openai", "small")
        request = Request(model, read_messages(messages), base_url=self.loopback.base_url, **fields)
        return recorded(request, Reply(said) if isinstance(said, str) else said, adapter_version=VERSION)

    def replay(self, records: Sequence[Record], *arguments: object, item: str = "fr", here: bool = True) -> Told:
        log = write_log(Path("run.jsonl"), records)
        ask = ("--retries", "0", *(("--base-url", self.loopback.base_url) if here else ()))
        return self.command("replay", log, item, "--benchmark", "capitals.jsonl", *ask, *arguments)

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [one.body for one in self.loopback.requests]


@pytest.fixture
def server(command: Command) -> Any:
    made: list[Server] = []
    with LoopbackServer(lambda received: made[0].meet(received)) as loopback:
        made.append(Server(command, loopback))
        yield made[0]


def failure(*calls: Call, grader: str = "contains", **fields: Any) -> Record:
    """A trial that a grader found wrong."""
    told: dict[str, Any] = {
        "question_id": "fr",
        "question": QUESTION,
        "answer": calls[-1].reply.text if calls else None,
        "nodeid": "evals/test_capitals.py::test_capital[fr]",
        "outcome": "failed",
        "grader": grader,
        "scores": (Score("graded", 0.0, False, "", "verifiable", grader),),
        "calls": described_once(calls),
    }
    return trial(1, **{"grade": "wrong", **told, **fields})


def test_request_that_fails_again_is_the_models_fault(server: Server) -> None:
    server.says = [Say("Lyon, I think.")]
    told = server.replay([failure(server.call("It is Lyon.", system="Be brief."))])
    assert told.status == 1
    assert told.out.splitlines() == [
        "evals/test_capitals.py::test_capital[fr]",
        "call 1 of 1 · openai:small · as the run sent it",
        "",
        "  in the run    wrong              It is Lyon.",
        "  sent again    wrong              Lyon, I think.",
        "",
        "  passed again  0 of 1 · 0 % [0–79]",
        "  at fault      model: the request fails outside your code too",
    ]
    assert "1 call," in told.err
    (body,) = server.asked
    assert [turn["content"] for turn in body["messages"]] == ["Be brief.", QUESTION]
    assert (body["model"], body["temperature"]) == ("small", 0.0)


def test_request_that_passes_outside_is_the_constructions_fault(server: Server) -> None:
    server.says = [Say("Paris")]
    told = server.replay([failure(server.call("It is Lyon."))])
    assert told.status == 0
    assert "  at fault      construction: the same request passes outside your code" in told.out


def test_reply_that_was_right_before_the_code_made_something_of_it_is_no_fault_of_the_model(server: Server) -> None:
    server.says = [Say("Paris")]
    told = server.replay([failure(server.call("It is Paris."), answer="It is Lyon.")])
    assert told.status == 0
    assert "construction: the recorded reply passes by itself; what your code or test" in told.out


def test_several_tries_tell_chance_from_rule_and_are_asked_each(server: Server) -> None:
    server.says = [Say("Paris"), Say("Lyon"), Say("Paris"), Say("Rome")]
    told = server.replay([failure(server.call("It is Lyon."))], "--times", "4")
    assert told.status == 1
    assert "  passed again  2 of 4 · 50 % [15–85]" in told.out
    assert "  at fault      chance: the same request passes at times" in told.out
    assert len(server.asked) == 4


def test_whole_request_is_sent_again_with_tools_schema_and_every_parameter(server: Server) -> None:
    fields: dict[str, Any] = {
        "tools": (WEATHER,),
        "response_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        "params": Params(temperature=None, max_tokens=50, seed=7, stop=("END",), extra={"reasoning_effort": "low"}),
        "sample": 3,
    }
    record = failure(server.call("first", "Earlier.", tools=(WEATHER,)), server.call("It is Lyon.", **fields), sample=3)
    server.says = [Say("Lyon")]
    told = server.replay([record], "--json")
    found = json.loads(told.out)
    assert (found["literal"], found["deviations"], found["call"], found["calls"]) == (True, [], 2, 2)
    assert found["request"]["params"] == {
        "max_tokens": 50,
        "seed": 7,
        "stop": ["END"],
        "reasoning_effort": "low",
    }
    (body,) = server.asked
    assert body["tools"][0]["function"]["parameters"] == WEATHER.parameters
    assert body["response_format"]["json_schema"]["schema"]["properties"] == {"city": {"type": "string"}}
    assert (body["seed"], body["stop"], body["reasoning_effort"]) == (7, ["END"], "low")
    assert "temperature" not in body


def test_call_in_the_middle_is_sent_again_and_graded_only_if_a_grader_is_named(server: Server) -> None:
    wants = Reply("", "tool_calls", (ToolCall("weather", {"city": "Lyon"}, "c1"),))
    record = failure(server.call(wants, tools=(WEATHER,)), server.call("It is Lyon."))
    server.says = [Say("", tool_calls=(("weather", '{"city": "Paris"}'),))]
    told = server.replay([record], "--call", "1")
    assert told.status == 3
    assert "  sent again    –                  calls weather" in told.out
    assert "unknown: nothing to grade it with; name a grader, such as --grader contains" in told.out
    assert server.replay([record], "--call", "1", "--grader", "contains('Paris')").status == 1
    fault = server.replay([record], "--call", "3")
    assert (fault.status, fault.err) == (2, "pytest-llmeval: --call must be at most 2, the calls of the trial, got 3\n")


def test_other_model_is_asked_the_same(server: Server) -> None:
    server.says = [Say("Paris")]
    told = server.replay([failure(server.call("It is Lyon."))], "--model", "openai:big")
    assert told.status == 0
    assert "call 1 of 1 · openai:big · not as the run sent it: another model" in told.out
    assert "  at fault      other model: this model passes the same request, the run's model did not" in told.out
    assert [body["model"] for body in server.asked] == ["big"]


def test_changed_parameter_is_told(server: Server) -> None:
    server.says = [Say("Lyon")]
    told = server.replay([failure(server.call("It is Lyon."))], "--param", "temperature=1", "-v")
    assert "not as the run sent it: other parameters" in told.out
    assert f"  user          {QUESTION}" in told.out
    assert server.asked[0]["temperature"] == 1


def test_log_that_was_edited_or_lost_a_secret_is_told(server: Server) -> None:
    server.says = [Say("Lyon")]
    edited = replace(server.call("It is Lyon."), messages=read_messages("What is the capital of Gaul?"))
    assert "its hash is not that of the run" in server.replay([failure(edited)]).out
    redacted = replace(edited, messages=read_messages("My key is [redacted]."))
    assert "[redacted] stands for a secret in it" in server.replay([failure(redacted)]).out


def test_endpoint_out_of_a_log_gets_no_key(server: Server) -> None:
    record = failure(server.call("It is Lyon."))
    told = server.replay([record], here=False)
    address = server.loopback.base_url
    assert (told.status, told.out) == (2, "")
    assert told.err == (
        f"pytest-llmeval: the run sent it to {address}; add --base-url={address} to send it there with your key, "
        "or --model to ask another model\n"
    )
    assert server.asked == []


def test_judge_of_the_run_grades_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(received: Received) -> Outcome:
        if received.model != "judge":
            return Say("Lyon")
        return Say(verdict_text(key_in(received.text), "wrong", "hallucination"))

    monkeypatch.setattr(server, "meet", judged)
    info = JudgeInfo(model="openai:judge", hash="h")
    told = server.replay([failure(server.call("It is Lyon."), grader="rubric_judge@1234", judge=info)])
    assert told.status == 1, told.err
    assert [body["model"] for body in server.asked].count("judge") == 2  # the reply of before, and that of now
    assert "3 calls," in told.err


def test_grader_that_a_name_cannot_make_again_is_named_with_the_way_out(server: Server) -> None:
    server.says = [Say("Lyon")]
    for own in ("my_grader", "mine:strict", "json_schema(schema=#12345678)"):
        told = server.replay([failure(server.call("It is Lyon."), grader=own)])
        assert told.status == 2
        assert told.err == (
            f"pytest-llmeval: the run graded with {own!r}, and the name is not enough to make it again; name one with "
            "--grader, such as --grader contains or --grader my_module:my_grader\n"
        )
    assert server.asked == []
    Path("mine.py").write_text("def strict(entry, answer):\n    return answer.text == entry.gold_answer\n")
    told = server.replay([failure(server.call("It is Lyon."), grader="mine:strict")], "--grader", "mine:strict")
    assert told.status == 1, told.err


def test_module_that_a_log_names_is_not_imported(server: Server) -> None:
    Path("trap.py").write_text("raise SystemExit('imported')\n")
    assert server.replay([failure(server.call("It is Lyon."), grader="trap:grader")]).status == 2


def test_reply_that_does_not_come_is_told_and_decides_nothing(server: Server) -> None:
    server.says = [Fail(500, "out of order")]
    told = server.replay([failure(server.call("It is Lyon."))])
    assert told.status == 3
    assert "  passed again  –" in told.out
    assert "out of order" in told.out


def test_wrong_key_is_one_line(server: Server) -> None:
    server.says = [Fail(401, "no such key", echo_key=True)]
    told = server.replay([failure(server.call("It is Lyon."))], "--times", "3")
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("pytest-llmeval: ")
    assert "openai-key-0123456789" not in told.err


def test_entry_that_nobody_finds_leaves_graders_that_need_no_gold(server: Server) -> None:
    server.says = [Say("Lyon")]
    Path("capitals.jsonl").write_text('{"id": "de", "question": "?", "gold_answer": "Berlin"}\n', encoding="utf-8")
    record = failure(server.call("It is Lyon."))
    told = server.replay([record])
    assert told.status == 3
    assert "no gold answer of 'fr': name the benchmark with --benchmark FILE" in told.err
    assert server.replay([record], "--grader", "contains('Paris')").status == 1


def test_entry_that_has_changed_is_told(server: Server) -> None:
    server.says = [Say("Lyon")]
    told = server.replay([failure(server.call("It is Lyon."), entry_hash="another")])
    assert "entry 'fr' has changed since the run; it is graded as the benchmark has it now" in told.err


@pytest.mark.parametrize(
    ("arguments", "item", "message"),
    [
        ((), "fr2", "the run has no entry and no test item 'fr2'; did you mean 'fr'?"),
        (("--of", "openai:large"), "fr", "the run asked 'fr' of openai:small, openai:big, not of openai:large"),
        (("--sample", "3"), "fr", "the run has of 'fr' sample 1, 2, not 3"),
        (("--model", "small"), "fr", "model 'small' names no provider; write provider:model, such as openai:small\n"),
        (("--model", "opnai:small"), "fr", "unknown provider 'opnai'; did you mean 'openai'?"),
        (("--grader", "contians"), "fr", "grader 'contians': there is no name 'contians'"),
        (("--benchmark", "none.jsonl"), "fr", "none.jsonl: "),
    ],
)
def test_wrong_argument_is_one_line_and_asks_nobody(
    server: Server, arguments: tuple[str, ...], item: str, message: str
) -> None:
    one = failure(server.call("It is Lyon."))
    others = [failure(*one.calls, nodeid="s2", sample=2), failure(*one.calls, nodeid="big", model="big")]
    told = server.replay([one, *others], *arguments, item=item)
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith(f"pytest-llmeval: {message}"), told.err
    assert len(told.err.splitlines()) == 1
    assert server.asked == []


@pytest.mark.parametrize("flag", ["--times", "--call", "--sample"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "²"])
def test_count_that_is_none_is_misuse(server: Server, flag: str, value: str) -> None:
    told = server.replay([failure(server.call("It is Lyon."))], f"{flag}={value}")
    assert (told.status, told.out) == (2, "")
    assert f"argument {flag}: must be a whole number of at least 1, got '{value}'" in told.err


def test_record_without_calls_says_why(server: Server) -> None:
    told = server.replay([failure(outcome="error", error="openai: 500")])
    assert told.err == "pytest-llmeval: the record of 'fr' holds no call to send again: openai: 500\n"
    told = server.replay([failure()])
    assert "its task made none through llm, or another program wrote the log" in told.err


def test_item_is_named_by_its_id_or_as_pytest_names_it(server: Server) -> None:
    server.says = [Say("Lyon")]
    passed = failure(server.call("Paris"), outcome="passed", nodeid="evals/test_capitals.py::test_capital[fr-s2]")
    passed = passed.model_copy(update={"grade": "fully_correct", "sample": 2})
    records = [passed, failure(server.call("It is Lyon."))]
    for item in ("fr", "test_capital[fr]", "evals/test_capitals.py::test_capital[fr]"):
        assert server.replay(records, item=item).out.splitlines()[0] == "evals/test_capitals.py::test_capital[fr]"
    told = server.replay(records, "--sample", "2")
    assert "test_capital[fr-s2]" in told.out
    assert "chance: the same request passes at times" in told.out


def test_last_try_of_a_rerun_item_is_replayed(server: Server) -> None:
    server.says = [Say("Lyon")]
    told = server.replay([failure(server.call("first")), failure(server.call("second"))])
    assert "in the run    wrong              second" in told.out


def test_bound_on_calls_holds(server: Server) -> None:
    server.says = [Say("Lyon")]
    told = server.replay([failure(server.call("It is Lyon."))], "--times", "3", "--max-calls", "2")
    assert told.status == 1
    assert "0 of 2" in told.out
    assert "--max-calls=2 is used up" in told.out
    assert len(server.asked) == 2
