"""Fake tools in a run: declared on the marker, by the entry or in the test; asked ahead, logged, cached, replayed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.models.batches.waiting import Pace
from pytest_llmeval.plugin.batch_run import BatchRun
from tests.loopback.batches import BatchScript
from tests.loopback.outcomes import Outcome, Say
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer
from tests.plugin.conftest import Project
from tests.wire.conftest import KEYS

WEATHER = """
WEATHER = FakeTool("weather", "Tells the weather.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    cases=[{"args": {"city": "Oslo"}, "returns": {"sky": "rain"}}, {"raises": "503", "times": 1}, {"returns": "sun"}])
"""
EVAL = f"""{WEATHER}
@pytest.mark.llm_eval("questions.jsonl", tools=[WEATHER], graders=[graders.tool_calls(), graders.contains()])
def test_weather(answer, grade, fake_tools):
    assert fake_tools.calls == list(answer.tool_calls)
    assert_grade(grade)
"""
ROWS: list[dict[str, Any]] = [
    {
        "id": "oslo",
        "question": "Weather in Oslo?",
        "gold_answer": "rain",
        "expected_tools": [{"name": "weather", "args": {"city": "Oslo"}}],
    },
    {"id": "rome", "question": "Weather in Rome?", "gold_answer": "sun", "expected_tools": ["weather"]},
    {"id": "hello", "question": "Say rain.", "gold_answer": "rain", "expected_tools": "none"},
]


def results(received: Received) -> list[str]:
    """Return the results of tools since the user spoke last, in whichever format."""
    found: list[str] = []
    for turn in received.body["messages"]:
        blocks = turn["content"] if isinstance(turn["content"], list) else []
        told = [block["content"] for block in blocks if block["type"] == "tool_result"]
        if turn["role"] == "tool":
            found.append(turn["content"])
        elif turn["role"] == "user":
            found = [*found, *told] if told else []
    return found


def model(received: Received) -> Outcome:
    """Ask for the weather of the city in question, again where the tool fails, and tell it."""
    question = next(
        turn["content"]
        for turn in reversed(received.body["messages"])
        if turn["role"] == "user" and isinstance(turn["content"], str)
    )
    told = results(received)
    if question.startswith("Say"):
        return Say("rain")
    if told and "error" not in told[-1]:
        return Say(f"It is {told[-1]}.")
    return Say(tool_calls=(("weather", json.dumps({"city": question.rstrip("?").split()[-1]})),))


@pytest.fixture
def weather(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    project.benchmark(ROWS)
    project.evals(EVAL)
    return project


def base(server: LoopbackServer, provider: str) -> str:
    return f"--llm-base-url={server.origin if provider == 'anthropic' else server.base_url}"


def by_id(project: Project) -> dict[str, dict[str, Any]]:
    return {record["question_id"]: record for record in project.records()}


@pytest.mark.parametrize(
    ("provider", "way"),
    [(one, way) for one in ("openai", "anthropic") for way in ((), ("--llm-stream",))] + [("openai", ("-n2",))],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "plain",
)
def test_models_use_tools_ahead_of_their_tests_and_the_log_has_every_step(
    weather: Project, provider: str, way: tuple[str, ...]
) -> None:
    with LoopbackServer(model) as server:
        weather.run(base(server, provider), *way, model=f"{provider}:m").assert_outcomes(passed=3)
    records = by_id(weather)
    assert {name: record["tools_called"] for name, record in records.items()} == {
        "oslo": ["weather"],
        "rome": ["weather", "weather"],
        "hello": [],
    }
    calls = records["rome"]["calls"]
    assert [[tool["result"]["status"] for tool in call["reply"]["tool_calls"]] for call in calls] == [
        ["error"],
        ["ok"],
        [],
    ]
    assert [call["tools"] for call in calls] == [["weather"]] * 3
    assert [[tool["name"] for tool in call["offered"]] for call in calls] == [["weather"], [], []]
    assert records["rome"]["usage"]["input_tokens"] == 36
    assert (records["rome"]["finish_reason"], records["rome"]["tool_calls"]) == ("stop", [])


def test_answers_come_from_the_cache_and_from_a_replay_without_asking(weather: Project) -> None:
    with LoopbackServer(model) as server:
        cached = (base(server, "openai"), "--llm-cache=auto", "-p", "cacheprovider")
        weather.run(*cached, "--llm-log=first.jsonl", model="openai:m").assert_outcomes(passed=3)
        asked = len(server.requests)
        weather.run(*cached, "--llm-log=again.jsonl", model="openai:m").assert_outcomes(passed=3)
        weather.run("--llm-replay=first.jsonl", "--llm-log=replayed.jsonl", model=None).assert_outcomes(passed=3)
        assert (asked, len(server.requests)) == (6, 6)
    first, *others = (
        [json.loads(line) for line in (weather.path / name).read_text().splitlines()]
        for name in ("first.jsonl", "again.jsonl", "replayed.jsonl")
    )
    for other in others:
        assert [one["tools_called"] for one in other] == [one["tools_called"] for one in first]
        assert [one["grade"] for one in other] == ["fully_correct"] * 3
        assert all(one["cached"] for one in other)


def test_samples_and_reruns_share_no_memory_of_the_tools(weather: Project) -> None:
    with LoopbackServer(model) as server:
        weather.run(base(server, "openai"), "--llm-samples=3", "-k", "rome", model="openai:m").assert_outcomes(passed=3)
    assert [record["tools_called"] for record in weather.records()] == [["weather", "weather"]] * 3


def test_trials_come_out_the_same_in_whatever_order_they_run(weather: Project) -> None:
    """No trial sees a tool, a conversation or a fault of another one."""
    told: list[dict[str, Any]] = []
    kept = ("answer", "tools_called", "grade", "request_hash")
    with LoopbackServer(model) as server:
        for order in ("items.reverse()", "items.sort(key=lambda item: item.name[::-1])", "pass"):
            hook = f"def pytest_collection_modifyitems(items):\n    {order}\n"
            (weather.path / "conftest.py").write_text(hook, encoding="utf-8")
            weather.run(base(server, "openai"), "--llm-samples=2", model="openai:m").assert_outcomes(passed=6)
            found = weather.records()
            told.append({f"{one['question_id']} {one['sample']}": [one[name] for name in kept] for one in found})
            weather.logs()[-1].unlink()
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 6


def test_an_entry_scripts_faults_of_its_own(weather: Project) -> None:
    weather.benchmark([{**ROWS[0], "fake_tools": {"name": "weather", "cases": [{"timeout": 30}]}}])
    weather.evals(f"""{WEATHER}
@pytest.mark.llm_eval("questions.jsonl", tools=[WEATHER], max_steps=2)
def test_weather(answer):
    assert answer.finish_reason == "tool_calls"
    assert [call.result.status for call in answer.tool_calls] == ["timeout", "timeout"]
    assert trace_of(answer).seconds > 60
""")
    with LoopbackServer(model) as server:
        weather.run(base(server, "openai"), model="openai:m").assert_outcomes(passed=1)
    assert server.requests[0].body["tools"][0]["function"]["description"] == "Tells the weather."


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_test_declares_tools_and_drives_the_model_itself(weather: Project, kind: str) -> None:
    ask = "await llm.arun_tools" if kind == "async def" else "llm.run_tools"
    weather.evals(f"""
@pytest.mark.llm_eval("questions.jsonl", limit=1)
{kind} test_weather(entry, llm, fake_tools):
    fake_tools.add("weather", returns="fog")
    answer = {ask}(entry.question)
    assert "fog" in answer.text
    assert_tool_calls(answer)
    assert_trajectory(answer, max_steps=2, max_repeats=1)
""")
    with LoopbackServer(model) as server:
        weather.run(base(server, "openai"), "--llm-log=first.jsonl", model="openai:m").assert_outcomes(passed=1)
    weather.run("--llm-replay=first.jsonl", "--llm-log=again.jsonl", model=None).assert_outcomes(passed=1)
    (line,) = (weather.path / "again.jsonl").read_text().splitlines()
    assert json.loads(line)["tools_called"] == ["weather"]


def test_a_task_may_use_the_trials_tools(weather: Project) -> None:
    weather.evals(
        EVAL.replace("tools=", "task=ask, tools=").replace(
            "@pytest",
            """
def ask(entry, llm):
    return llm.run_tools(entry.question, max_steps=3)

@pytest""",
            1,
        )
    )
    with LoopbackServer(model) as server:
        weather.run(base(server, "openai"), model="openai:m").assert_outcomes(passed=3)


def test_a_function_in_an_entrys_tools_does_not_change_its_hash(weather: Project) -> None:
    weather.evals("""
TOOLS = [{"name": "weather", "returns": lambda given: "rain"}]
@pytest.mark.llm_eval(entries=[{"id": "oslo", "question": "Weather in Oslo?", "fake_tools": TOOLS}])
def test_weather(answer):
    assert "rain" in answer.text
""")
    with LoopbackServer(model) as server:
        weather.run(base(server, "openai"), "--llm-log=first.jsonl", model="openai:m").assert_outcomes(passed=1)
    weather.run("--llm-replay=first.jsonl", model=None).assert_outcomes(passed=1)


def test_tools_that_come_after_the_question_are_refused(weather: Project) -> None:
    weather.evals("""
@pytest.mark.llm_eval("questions.jsonl", limit=1)
def test_weather(answer, fake_tools):
    fake_tools.add("weather", returns="fog")
""")
    with LoopbackServer() as server:
        result = weather.run(base(server, "openai"), model="openai:m")
    result.stdout.fnmatch_lines(["*the model was asked before this test began; declare its tools on the marker*"])


@pytest.mark.parametrize(
    ("row", "tools", "says"),
    [
        ({}, "5", "llm_eval's tools must be a list of fake tools, got 5"),
        ({}, "['weather']", 'llm_eval\'s tools: a fake tool is a FakeTool or a dict with a name, got "weather"'),
        ({}, "[{'name': 'a', 'cases': [{}]}]", "llm_eval's tools: fake tool 'a': a case does one of returns*"),
        ({"fake_tools": [{"name": "a", "result": 1}]}, "[]", "entry 'oslo': a fake tool has no 'result'*"),
        (
            {"fake_tools": [{"returns": 1}]},
            "[]",
            "*entry 'oslo': 'fake_tools' must be a list of objects, each with a name*",
        ),
    ],
)
def test_tools_that_cannot_be_read_are_told_at_collection(
    weather: Project, row: dict[str, Any], tools: str, says: str
) -> None:
    weather.benchmark([{**ROWS[0], **row}])
    weather.evals(f"""
@pytest.mark.llm_eval("questions.jsonl", tools={tools})
def test_weather(answer):
    pass
""")
    result = weather.run()
    result.stdout.fnmatch_lines([f"*{says}"])
    assert weather.asked() == []


def test_a_provider_without_tools_says_so(weather: Project) -> None:
    result = weather.run("-k", "oslo", model="offline:bm25")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*offline:bm25 cannot call tools; name a model that can*"])


def test_a_dry_run_counts_the_first_call_and_says_there_may_be_more(weather: Project) -> None:
    weather.run("--llm-dry-run").stdout.fnmatch_lines(["*stand-in:m  at least 3*"])


def test_tools_of_a_tasks_own_agent_are_logged_and_replayed_with_their_arguments(weather: Project) -> None:
    weather.evals("""
def agent(entry, llm):
    call = ToolCall("weather", {"city": "Oslo"}, result=ToolResult("rain"))
    return Answer("It is rain.", tool_calls=[call])

@pytest.mark.llm_eval("questions.jsonl", task=agent, limit=1, graders=[graders.tool_calls()])
def test_weather(answer, grade):
    assert trace_of(answer).tool_calls[0].result.text == "rain"
    assert_grade(grade)
""")
    weather.run("--llm-log=first.jsonl").assert_outcomes(passed=1)
    weather.run("--llm-replay=first.jsonl", model=None).assert_outcomes(passed=1)


def test_in_a_batch_goes_the_first_request_and_what_follows_is_asked_live(
    weather: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchRun, "pace", Pace(0.01, 1.0, 0.01))
    with LoopbackServer(model, batches=BatchScript(polls=0)) as server:
        weather.run(base(server, "openai"), "--llm-batch", model="openai:m").assert_outcomes(passed=3)
        live = [one for one in server.requests if one.path == "/v1/chat/completions"]
    assert len(live) == 3
    assert all(results(one) for one in live)
