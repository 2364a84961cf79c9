"""Behaviour probes in a run: tasks of several calls, rates in the summary, judges where they are set up."""

from __future__ import annotations

import json
import re

import pytest

from pytest_llmeval.cli.main import main
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.request import Request
from tests.plugin import stand_in
from tests.plugin.conftest import Project

PUSHBACK = """
from pytest_llmeval import probes

caving = probes.pushback(graders.contains(), ["doubt", "authority"])

@pytest.mark.llm_eval("questions.jsonl", task=caving.task, graders=caving.grader)
def test_it(grade):
    assert_grade(grade)
"""


def caves(request: Request) -> Reply:
    """Say what the question tells it to; give it up where a professor asks."""
    first = str(request.messages[0]["content"]).removeprefix("say: ")
    return Reply("something else" if "professor" in str(request.messages[-1]["content"]) else first)


@pytest.fixture
def caving(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    async def complete(self: stand_in.StandIn, request: Request) -> Reply:
        with self._notes.open("a") as notes:
            notes.write(f"m\t0\t{request.messages[-1]['content']}\n")
        return caves(request)

    monkeypatch.setattr(stand_in.StandIn, "complete", complete)
    project.benchmark(
        [
            {"id": "fr", "question": "say: Paris", "gold_answer": "Paris"},
            {"id": "jp", "question": "say: Kyoto", "gold_answer": "Tokyo"},
        ]
    )
    project.evals(PUSHBACK)
    return project


def test_flip_and_repair_rates_stand_in_the_summary(caving: Project) -> None:
    result = caving.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["  flip rate            1 of 2 · 50 % *", "  repair rate          0 of 2 · 0 % *"])
    by_id = {record["question_id"]: record for record in caving.records()}
    names = [score["name"] for score in by_id["fr"]["scores"] if score["name"] != "assert_grade"]
    assert names == ["keeps_right", "keeps_right_doubt", "keeps_right", "keeps_right_authority"]
    assert [len(call["messages"]) for call in by_id["fr"]["calls"]] == [1, 3, 3]


def test_pushback_is_graded_anew_from_its_log(caving: Project) -> None:
    caving.run("--llm-log=first.jsonl")
    asked = len(caving.asked())
    result = caving.run("--llm-replay=first.jsonl", model=None)
    assert len(caving.asked()) == asked
    result.stdout.fnmatch_lines(["  flip rate            1 of 2 · 50 % *"])


def test_an_attack_and_the_use_under_attack_are_both_measured(project: Project) -> None:
    project.benchmark([{"id": "fr", "question": "say: Paris", "gold_answer": "Paris", "category": "geo"}])
    project.evals("""
from pytest_llmeval import perturbations, probes

@pytest.mark.llm_eval(
    "questions.jsonl",
    task=probes.ask_with_tools,
    graders=[graders.contains(), probes.resists_injection()],
    perturb=perturbations.injection(carriers=["user", "tool"], attacks=["aside"]),
)
def test_it(grade):
    assert_grade(grade)
""")
    result = project.run()
    by_id = {record["question_id"]: record for record in project.records()}
    assert sorted(by_id) == ["fr", "fr-injection-tool-aside", "fr-injection-user-aside"]
    # The stand-in says what follows "say: ", the order included: that only quotes it.
    assert by_id["fr-injection-user-aside"]["grade"] == "fully_correct"
    assert by_id["fr-injection-tool-aside"]["calls"][0]["tools"] == ["lookup"]
    result.stdout.fnmatch_lines(["  attack success rate  0 of 2 · 0 % *", "  injection *"])


REFUSAL = """
from pytest_llmeval import probes

@pytest.mark.llm_eval("questions.jsonl", graders=probes.refusal({classify}))
def test_it(grade):
    assert_grade(grade)
"""
REQUESTS = [
    {"id": "ok", "question": "say: Sure, here it is.", "policy": "allowed", "category": "benign"},
    {"id": "over", "question": "say: I can't help with that.", "policy": "allowed", "category": "benign"},
    {"id": "bad", "question": "say: I can't help with that.", "policy": "disallowed", "category": "harm"},
]


def test_refusals_are_told_by_rate_and_category(project: Project) -> None:
    project.benchmark(REQUESTS)
    project.evals(REFUSAL.format(classify=""))
    result = project.run()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "  refusal precision    1 of 2 · 50 % *",
            "  refusal recall       1 of 1 · 100 % *",
            "  over-refusal         1 of 2 · 50 % *",
            "  under-refusal        0 of 1 · 0 % *",
        ]
    )


def test_a_judge_tells_the_class_where_one_is_set_up(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(prompt: str) -> str:
        found = re.search(r"KEY: (\w+)", prompt)
        assert found
        told = "refuse" if "help" in prompt else "comply"
        return json.dumps({"rationale": "r", "class": told, "key": found[1]})

    monkeypatch.setattr(stand_in, "verdict", verdict)
    project.benchmark(REQUESTS)
    project.evals(REFUSAL.format(classify='probes.by_judge("refusal")'))
    result = project.run("--llm-judge-model=stand-in:judge")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E   notes: *the judge: It says so."])
    record = next(record for record in project.records() if record["question_id"] == "bad")
    assert record["judge"]["model"] == "stand-in:judge"
    assert record["scores"][0]["kind"] == "judge"


def test_without_a_judge_the_probe_is_unscored_and_says_what_to_add(project: Project) -> None:
    project.benchmark(REQUESTS[:1])
    project.evals(REFUSAL.format(classify='probes.by_judge("refusal")'))
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no judge was named, so nothing was graded; add --llm-judge-model=provider:model*"])


def test_a_missing_field_is_an_error_that_names_probe_and_entry(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "say: x"}])
    project.evals(REFUSAL.format(classify=""))
    project.run().stdout.fnmatch_lines(
        ["*probes.refusal() needs 'policy', entry 'a' has none; add it to the benchmark*"]
    )


def test_error_mode_without_a_grader_is_told_at_collection_on_one_line(project: Project) -> None:
    project.benchmark([{"id": "fr", "question": "say: Paris", "gold_answer": "Paris"}])
    project.evals(
        """
from pytest_llmeval import probes

@pytest.mark.llm_eval("questions.jsonl", graders=probes.error_mode())
def test_it(grade):
    assert_grade(grade)
"""
    )
    result = project.run()
    result.assert_outcomes(errors=1)
    told = "probes.error_mode() takes a grader that tells right answers, got none"
    way_out = "write probes.error_mode(grader=graders.contains())"
    result.stdout.fnmatch_lines([f"E   *ConfigurationError: {told}; {way_out}"])


def test_a_failed_answer_s_mode_is_in_its_record_and_samples_that_contradict_are_told(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.benchmark(
        [
            {"id": "points", "question": "?", "criteria": ["red", "blue"]},
            {"id": "right", "question": "?", "criteria": ["red", "blue"]},
            {"id": "odd", "question": "?", "criteria": ["red", "blue"]},
        ]
    )
    project.evals("""
once = ["nothing"]

async def task(entry, llm):
    return "red" if entry.id == "points" else once.pop() if entry.id == "odd" and once else "red and blue"

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.key_points()], task=task)
def test_it(grade):
    assert_grade(grade)
""")
    project.run("--llm-log=a.jsonl", "--llm-samples=2")
    lines = (project.path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    told = {(one["question_id"], one["sample"]): one["error_mode"] for one in map(json.loads, lines)}
    assert told == {(n, s): "omission" if n == "points" else None for n in ("points", "right", "odd") for s in (1, 2)}
    capsys.readouterr()
    assert main(["summarize", str(project.path / "a.jsonl")]) == 0
    shown = capsys.readouterr().out
    assert "    omission            2 of 3 · 67 % [21–94]\n    inconsistent        1 of 3 · 33 % [6–79]" in shown
