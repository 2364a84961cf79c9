"""Conversations of several turns: held by the default task, graded turn by turn, logged and replayed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from tests.loopback.outcomes import Say
from tests.loopback.server import LoopbackServer
from tests.plugin.conftest import Project

EVAL = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains()])
def test_talk(answer, grade):
    assert_grade(grade)
"""


@pytest.fixture
def talk(project: Project) -> Project:
    project.evals(EVAL)
    return project


def turn(says: str, gold: str | None = None, **more: Any) -> dict[str, Any]:
    return {"user": f"say: {says}", **({"gold_answer": gold} if gold else {}), **more}


def only_record(project: Project) -> dict[str, Any]:
    (record,) = project.records()
    return record


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_turns_are_said_one_after_another_and_the_worst_counts(talk: Project, way: tuple[str, ...]) -> None:
    talk.benchmark([{"id": "t", "turns": [turn("one", "one"), "say: two", turn("three", "3"), turn("four", "4")]}])
    result = talk.run(*way)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*graded wrong, wanted at least fully_correct", "*turn 3 of 4: wrong: missing '3'; turn 4 of 4: wrong: *"]
    )
    record = only_record(talk)
    assert [one["messages"][-1]["content"] for one in record["calls"]] == [
        "say: one",
        "say: two",
        "say: three",
        "say: four",
    ]
    assert [len(one["messages"]) for one in record["calls"]] == [1, 3, 5, 7]
    assert record["calls"][1]["messages"][1] == {"role": "assistant", "content": "one"}
    assert [(one["question"], one["answer"], one["calls"], one["grade"]) for one in record["turns"]] == [
        ("say: one", "one", 1, "fully_correct"),
        ("say: two", "two", 1, None),
        ("say: three", "three", 1, "wrong"),
        ("say: four", "four", 1, "wrong"),
    ]
    assert record["turns"][2]["grading_notes"] == "missing '3'"
    assert {one["name"]: one["value"] for one in record["scores"] if one["name"].startswith("turn_")} == {
        "turn_1": 1.0,
        "turn_3": 0.0,
        "turn_4": 0.0,
    }
    assert (record["grade"], record["answer"], record["usage"]["input_tokens"]) == ("wrong", "four", 40)


def test_a_conversation_is_replayed_and_graded_anew(talk: Project) -> None:
    talk.benchmark([{"id": "t", "turns": [turn("one", "one"), turn("two", "two")]}])
    talk.run("--llm-log=first.jsonl").assert_outcomes(passed=1)
    talk.evals(EVAL.replace("graders.contains()", "graders.contains(), graders.length(max_words=0, min_words=0)"))
    talk.run("--llm-replay=first.jsonl", "--llm-log=again.jsonl", model=None).assert_outcomes(failed=1)
    (line,) = (talk.path / "again.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert [one["grade"] for one in record["turns"]] == ["wrong", "wrong"]
    assert [one["calls"] for one in record["turns"]] == [1, 1]
    assert len(talk.asked()) == 2


def test_a_turn_may_name_its_own_graders(talk: Project) -> None:
    named = [
        turn("17", None, grader={"name": "numeric", "expected": 17}),
        turn("yes", "no", graders=[{"name": "excludes", "texts": "no"}]),
    ]
    talk.benchmark([{"id": "t", "turns": named}])
    talk.run().assert_outcomes(passed=1)
    assert {one["grader"] for one in only_record(talk)["scores"]} >= {"numeric(expected=17)"}


def test_turns_that_name_their_graders_need_none_on_the_marker(talk: Project) -> None:
    talk.evals(EVAL.replace(", graders=[graders.contains()]", ""))
    talk.benchmark([{"id": "t", "turns": [turn("17", "17", graders=["numeric"])]}])
    talk.run().assert_outcomes(passed=1)


def test_graders_that_are_named_wrong_are_told_at_collection(talk: Project) -> None:
    talk.benchmark([{"id": "t", "turns": [turn("17", "17", graders=["numerical"])]}])
    result = talk.run()
    result.stdout.fnmatch_lines(["*entry 't': 'numerical' names no grader; there are asks_back, choice, *"])
    assert talk.asked() == []


def test_a_conversation_of_which_nothing_is_expected_is_an_error_not_a_pass(talk: Project) -> None:
    talk.benchmark([{"id": "t", "turns": ["say: one", "say: two"]}])
    result = talk.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*nothing is expected of the conversation 't'; give a turn a gold_answer*"])


def test_a_task_that_answers_without_turns_cannot_be_graded_turn_by_turn(talk: Project) -> None:
    talk.evals(EVAL.replace("graders=", "task=lambda entry, llm: 'one', graders="))
    talk.benchmark([{"id": "t", "turns": [turn("one", "one")]}])
    result = talk.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*entry 't' has turns and its task returned an answer without: give Answer(turns=*"])


def test_a_tasks_own_turns_are_graded_logged_and_replayed(talk: Project) -> None:
    talk.evals("""
def bot(entry, llm):
    said = [Answer(turn.question.upper(), tool_calls=[ToolCall("look", {"n": 1})]) for turn in entry.turns]
    return Answer(said[-1].text, turns=said)

@pytest.mark.llm_eval("questions.jsonl", task=bot, graders=[graders.contains(case=True), graders.tool_calls()])
def test_talk(grade):
    assert_grade(grade)
""")
    expected = [{"name": "look", "args": {"n": 1}}]
    talk.benchmark([{"id": "t", "turns": [turn("a", "SAY: A"), turn("b", None, expected_tools=expected)]}])
    talk.run("--llm-log=first.jsonl").assert_outcomes(passed=1)
    talk.run("--llm-replay=first.jsonl", model=None).assert_outcomes(passed=1)


def test_messages_and_context_files_come_before_the_first_turn(talk: Project) -> None:
    (talk.path / "note.txt").write_text("the note")
    before = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    talk.benchmark(
        [{"id": "t", "messages": before, "context_files": ["note.txt"], "turns": [turn("a"), turn("b", "b")]}]
    )
    talk.run().assert_outcomes(passed=1)
    first, second = only_record(talk)["calls"]
    assert first["messages"][:2] == before
    assert "the note" in first["messages"][2]["content"]
    assert "the note" not in second["messages"][-1]["content"]


def test_format_is_held_over_every_turn_and_the_first_that_drifts_is_named(talk: Project) -> None:
    schema = {"type": "object", "required": ["n"]}
    (talk.path / "n.json").write_text(json.dumps(schema))
    talk.evals(EVAL.replace("graders.contains()", "graders.json_schema('n.json')"))
    says = ['{"n": 1}', '{"n": 2}', "n is 3", '{"n": 4}']
    talk.benchmark([{"id": "t", "turns": [turn(one) for one in says]}])
    talk.run().assert_outcomes(failed=1)
    record = only_record(talk)
    assert [one["grade"] for one in record["turns"]] == ["fully_correct", "fully_correct", None, "fully_correct"]
    assert record["grading_notes"].startswith("turn 3 of 4: unextractable")
    assert record["outcome"] == "unextractable"


def test_a_schema_of_a_turn_may_be_a_file_and_a_missing_one_is_told(talk: Project) -> None:
    (talk.path / "n.json").write_text('{"type": "object", "required": ["n"]}')
    talk.evals(EVAL.replace("graders.contains()", "graders.json_schema()"))
    talk.benchmark([{"id": "t", "turns": [turn('{"n": 1}', None, response_schema="n.json"), turn("free")]}])
    talk.run().assert_outcomes(passed=1)
    talk.benchmark([{"id": "t", "turns": [turn("x", None, response_schema="none.json")]}])
    talk.run().stdout.fnmatch_lines(["*response_schema none.json does not exist beside the benchmark*"])


def test_plain_functions_and_judges_grade_the_turns_that_expect_something(talk: Project) -> None:
    talk.evals("""
def same(entry, answer):
    return entry.gold_answer == answer.text

@pytest.mark.llm_eval("questions.jsonl", graders=[same, graders.budget(max_steps=2)])
def test_talk(grade):
    assert_grade(grade)
""")
    talk.benchmark([{"id": "t", "turns": ["say: one", turn("two", "two")]}])
    talk.run().assert_outcomes(passed=1)
    names = [one["name"] for one in only_record(talk)["scores"]]
    assert (names.count("same"), names.count("budget_steps")) == (1, 1)


def test_what_is_expected_of_the_whole_is_held_against_the_last_answer(talk: Project) -> None:
    talk.benchmark([{"id": "t", "gold_answer": "bye", "turns": [turn("one", "one"), turn("two")]}])
    talk.run().assert_outcomes(failed=1)
    assert only_record(talk)["grading_notes"] == "wrong: missing 'bye'"


def test_a_conversation_cut_off_amid_a_tool_call_ends_there(talk: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-0123456789")
    talk.evals(EVAL.replace("graders=", "tools=[{'name': 'look'}], graders="))
    talk.benchmark([{"id": "t", "turns": [turn("one"), turn("two", "two")]}])
    cut = Say(tool_calls=(("look", '{"at'),), stop="length")
    with LoopbackServer(lambda _received: cut) as server:
        talk.run(f"--llm-base-url={server.base_url}", model="openai:m").assert_outcomes(failed=1)
    record = only_record(talk)
    assert (len(record["calls"]), record["turns"][1]["answer"]) == (1, None)
    assert record["grading_notes"] == "turn 2 of 2: wrong: the conversation ended before this turn"


def test_a_turn_that_was_cut_off_is_told_as_such(talk: Project) -> None:
    talk.benchmark([{"id": "t", "turns": [{"user": "finish: length on", "gold_answer": "one"}, turn("two", "two")]}])
    talk.run().assert_outcomes(failed=1)
    assert only_record(talk)["outcome"] == "truncated"
    assert [one["finish_reason"] for one in only_record(talk)["turns"]] == ["length", "stop"]


STEPS = [{"id": "name", "check": "contains", "gold_answer": "Ann"}]


def test_steps_judge_the_turns_that_have_them_and_faults_are_told_at_collection(project: Project) -> None:
    project.evals(EVAL.replace("contains()", "steps()"))
    project.benchmark([{"id": "t", "turns": ["say: one", {"user": "say: I am Ann", "steps": STEPS}]}])
    project.run().assert_outcomes(passed=1)
    assert [one["grade"] for one in only_record(project)["turns"]] == [None, "fully_correct"]
    project.benchmark([{"id": "t", "question": "say: hi", "steps": [{"id": "a", "check": "no_such"}]}])
    result = project.run()
    result.stdout.fnmatch_lines(["*entry 't': step 'a': 'no_such' names no grader; there are *"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_all_entries_that_cannot_be_read_are_told_together_as_far_as_anybody_reads(project: Project) -> None:
    project.evals(EVAL.replace("contains()", "steps()"))
    odd = [{"id": f"t{n}", "question": "say: hi", "steps": [{"id": "a"}]} for n in range(52)]
    project.benchmark([*odd[:2], {"id": "good", "question": "say: hi", "steps": STEPS}])
    result = project.run()
    told = [f"entry 't{n}': step 'a' needs either a check or a rubric" for n in range(2)]
    result.stdout.fnmatch_lines(["*::test_talk:", *told], consecutive=True)
    project.benchmark(odd)
    project.run().stdout.fnmatch_lines(["entry 't49': *", "and 2 more"], consecutive=True)


def test_what_kept_to_a_format_is_on_the_turns_and_summed_up_by_turn(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
def test_talk(answer):
    assert_no_format_drift(answer, graders.regex("[a-z]+"), turns=4)
""")
    project.benchmark([{"id": "t", "turns": [turn("one"), turn("two"), turn("THREE"), turn("four")]}])
    result = project.run("--llm-log=a.jsonl")
    result.stdout.fnmatch_lines(
        ["*turn 3 of 4 is the first that does not: *; 3 of 4 turns keep to the format, slope -0.1*"]
    )
    (record,) = [json.loads(line) for line in (project.path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["kept_format"] for one in record["turns"]] == [True, True, False, True]
    capsys.readouterr()
    assert main(["summarize", str(project.path / "a.jsonl")]) == 0
    told = capsys.readouterr().out
    assert "  keeps the format by turn, 1 conversation\n    1      100 % [21–100]  n 1\n" in told
    assert "    held   0 of 1 · 0 % [0–79]; first failing turn 3, in the median 3" in told
