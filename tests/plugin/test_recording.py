"""What a run leaves behind: records, sidecar, JUnit."""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from typing import Any

import pytest

from pytest_llmeval.runs.schema import validate_log
from tests.plugin.conftest import CAPITALS, GRADED, Project

SIXTEEN = (
    "run_id question_id question category answer model provider evidence_files tools_called retrieval_method grade "
    "failure_label grading_notes repo_sha timestamp harness_version"
).split()


def by_id(project: Project) -> dict[str, dict[str, Any]]:
    return {record["question_id"]: record for record in project.records()}


def one(project: Project, row: dict[str, Any], source: str, *args: str) -> dict[str, Any]:
    """Run one trial and return its record."""
    project.benchmark([{"id": "q", **row}])
    project.evals(source)
    project.run(*args)
    (record,) = project.records()
    return record


def test_every_line_fits_the_schema_and_holds_the_sixteen_fields(capitals: Project) -> None:
    capitals.run()
    (log,) = capitals.logs()
    assert validate_log(log).faults == []
    for record in capitals.records():
        assert set(SIXTEEN) <= set(record)
        assert isinstance(record["category"], str)


def test_script_that_knows_only_the_sixteen_fields_reads_a_log(project: Project) -> None:
    project.benchmark([*CAPITALS, {"id": "none", "question": "say: x", "gold_answer": "x"}])
    project.evals(GRADED)
    project.run()
    (log,) = project.logs()
    counts: dict[str, int] = {}
    for line in log.read_text().splitlines():
        told = json.loads(line)
        assert all(name in told for name in SIXTEEN)
        counts[told["category"] + " " + str(told["grade"])] = (
            counts.get(told["category"] + " " + str(told["grade"]), 0) + 1
        )
    assert counts == {"europe fully_correct": 2, "asia wrong": 1, "uncategorized fully_correct": 1}


def test_record_tells_what_was_asked_answered_and_graded(capitals: Project) -> None:
    capitals.run("--llm-param", "max_tokens=50")
    record = by_id(capitals)["jp"]
    assert (record["question"], record["answer"], record["grade"], record["outcome"]) == (
        "say: Kyoto",
        "Kyoto",
        "wrong",
        "failed",
    )
    assert (record["provider"], record["model"], record["grader"]) == ("stand-in", "m", "exact_match")
    assert record["nodeid"] == "test_evals.py::test_capital[jp]"
    assert record["usage"]["input_tokens"] == 10
    assert record["params"] == {"temperature": 0.0, "max_tokens": 50}
    assert record["calls"][0]["messages"] == [{"role": "user", "content": "say: Kyoto"}]
    assert record["tags"] == ["hard one"]
    assert record["attempts"] == 1
    assert None not in (record["entry_hash"], record["request_hash"], record["latency_s"], record["harness_version"])


def test_weight_of_an_entry_is_in_its_record(project: Project) -> None:
    assert one(project, {"question": "say: 1", "gold_answer": "1", "weight": 2.5}, GRADED)["weight"] == 2.5


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_what_else_a_test_is_parametrized_by_is_in_its_records(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark([{"id": "größe", "question": "say: a"}, {"id": "q-2", "question": "say: b"}])
    project.evals(
        """
@pytest.mark.parametrize("style", ["short", "-1"])
@pytest.mark.llm_eval("questions.jsonl", samples=2)
@pytest.mark.parametrize("language", ["de", "q"])
def test_it(answer, style, language): ...

@pytest.mark.llm_eval("questions.jsonl")
def test_plain(answer): ...
"""
    )
    project.run("--llm-model=stand-in:m", "--llm-model=stand-in:n", *way, model=None)
    told = Counter((one["question_id"], one["sample"], one["test_case"]) for one in project.records())
    cases = [f"{language}-{style}" for language in ("de", "q") for style in ("short", "-1")]
    expected = {(entry, sample, case) for entry in ("größe", "q-2") for sample in (1, 2) for case in cases}
    assert told == Counter(dict.fromkeys({*expected, ("größe", 1, None), ("q-2", 1, None)}, 2))


def test_what_was_asserted_is_in_the_scores(project: Project) -> None:
    record = one(
        project,
        {"question": 'say: {"total": 3}'},
        """
@pytest.mark.llm_eval("questions.jsonl")
def test_it(answer):
    assert_contains(answer, "total")
    assert_schema(answer, {"type": "array"})
""",
    )
    assert [(score["name"], score["passed"]) for score in record["scores"]] == [
        ("assert_contains", True),
        ("assert_schema", False),
    ]
    assert record["outcome"] == "failed"


def test_calls_made_by_the_test_itself_are_recorded(project: Project) -> None:
    record = one(
        project,
        {"question": "say: one"},
        """
@pytest.mark.llm_eval("questions.jsonl", system_prompt="Be brief.")
def test_it(entry, llm):
    first = llm.complete(entry.question)
    second = llm.complete([*first.messages, {"role": "user", "content": "say: two"}])
    assert (first.text, second.text) == ("one", "two")
""",
    )
    assert record["answer"] == "two"
    assert len(record["calls"]) == 2
    assert record["calls"][1]["system"] == "Be brief."
    assert record["prompt_hash"] is not None
    assert record["usage"]["output_tokens"] == 10


def test_custom_tasks_answer_counts_with_its_evidence_and_trace(project: Project) -> None:
    record = one(
        project,
        {"question": "say: draft"},
        """
async def product(entry, llm):
    draft = await llm.acomplete(entry.question)
    return Answer(draft.text.upper(), evidence_files=["docs/a.md"], retrieval_method="mine")

@pytest.mark.llm_eval("questions.jsonl", task=product)
def test_it(answer):
    assert answer.text == "DRAFT"
""",
    )
    assert (record["answer"], record["evidence_files"], record["retrieval_method"]) == ("DRAFT", ["docs/a.md"], "mine")
    assert record["calls"][0]["reply"]["text"] == "draft"


@pytest.mark.parametrize(
    ("question", "body", "outcome", "error"),
    [
        ("say: x", "pass", "passed", None),
        ("say: x", "assert answer.text == 'y'", "failed", None),
        ("say: x", "raise KeyError('in the test')", "failed", None),
        ("fail: 400", "pass", "error", "stand-in:m: 400 not like this"),
        ("finish: length Par", "assert answer.text == 'Paris'", "truncated", None),
        ("finish: content_filter", "assert answer.text == 'Paris'", "filtered", None),
        ("finish: length Paris", "assert answer.text == 'Paris'", "passed", None),
        ("say: x", "assert_schema(answer, {})", "unextractable", None),
        ("say: x", "pytest.xfail('known')", "failed", None),
        ("say: x", "pytest.skip('after asking')", "skipped", None),
    ],
)
def test_outcome_says_how_the_trial_ended(
    project: Project, question: str, body: str, outcome: str, error: str | None
) -> None:
    source = f'@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer):\n    {body}\n'
    record = one(project, {"question": question}, source, "--llm-retries=0")
    assert (record["outcome"], record["error"]) == (outcome, error)


@pytest.mark.parametrize(
    ("fixture_part", "outcome"),
    [("raise OSError('no database')", "error"), ("yield; raise OSError('no database')", "error")],
    ids=["setup", "teardown"],
)
def test_broken_fixture_of_the_user_is_an_error_and_loses_no_answer(
    project: Project, fixture_part: str, outcome: str
) -> None:
    record = one(
        project,
        {"question": "say: x"},
        f"""
@pytest.fixture
def broken(answer):
    {fixture_part}

@pytest.mark.llm_eval("questions.jsonl")
def test_it(answer, broken): ...
""",
    )
    assert (record["outcome"], record["answer"], record["error"]) == (outcome, "x", "OSError: no database")


def test_provider_error_in_the_test_body_is_an_error_not_a_failure(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "fail: 400"}])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry, llm):
    llm.complete(entry.question)
""")
    result = project.run()
    result.assert_outcomes(errors=1)
    assert result.ret == 1
    assert by_id(project)["q"]["outcome"] == "error"


def test_crashed_grader_is_an_error_with_its_name_and_keeps_the_answer(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "say: x"}])
    project.evals("""
def picky(entry, answer):
    return 1 / 0

@pytest.mark.llm_eval("questions.jsonl", graders=[picky])
def test_it(grade):
    assert_grade(grade, at_least="wrong")
""")
    result = project.run()
    result.assert_outcomes(errors=1)
    record = by_id(project)["q"]
    assert (record["outcome"], record["answer"], record["grade"]) == ("error", "x", None)
    assert "picky" in record["error"]
    assert "ZeroDivisionError" in record["error"]


@pytest.mark.parametrize("wanted", ["x", "y"])
def test_a_crashed_grader_whose_grade_no_test_asks_for_is_told_all_the_same(project: Project, wanted: str) -> None:
    project.benchmark([{"id": "q", "question": "say: x"}])
    project.evals(f"""
def picky(entry, answer):
    return 1 / 0

@pytest.mark.llm_eval("questions.jsonl", graders=[picky])
def test_it(answer):
    assert answer.text == {wanted!r}
""")
    result = project.run()
    record = by_id(project)["q"]
    assert (record["outcome"], record["grade"]) == ("passed" if wanted == "x" else "failed", None)
    assert record["error"].startswith("grader picky crashed on entry 'q': ZeroDivisionError")
    assert record["unmeasured"]
    result.stdout.fnmatch_lines(
        ["  a grader broke      1 trial · counted without a grade", "    1 × grader picky crashed on entry 'q': Zero*"]
    )


def test_grader_without_a_verdict_makes_neither_pass_nor_failure(project: Project) -> None:
    record = one(
        project,
        {"question": "say: x"},
        """
def unsure(entry, answer):
    return Grade(None, state="unscored", notes="cannot tell")

@pytest.mark.llm_eval("questions.jsonl", graders=[unsure])
def test_it(grade):
    assert_grade(grade, at_least="wrong")
""",
    )
    assert (record["outcome"], record["grade"]) == ("unscored", None)


def test_marker_with_graders_is_graded_though_the_test_asks_only_for_the_answer(project: Project) -> None:
    source = GRADED.replace("answer, grade):", "answer):").replace(
        'assert_grade(grade, at_least="fully_correct")', "pass"
    )
    record = one(project, {"question": "say: x", "gold_answer": "y"}, source)
    assert (record["outcome"], record["grade"]) == ("passed", "wrong")


def test_grade_fixture_without_graders_says_what_to_add(project: Project) -> None:
    project.benchmark(CAPITALS[:1])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(grade): ...\n')
    project.run().stdout.fnmatch_lines(["*the grade fixture needs graders=[[]...] on the llm_eval marker*"])


def test_sidecar_describes_the_run(capitals: Project) -> None:
    capitals.run("--llm-param", "seed=7")
    told = capitals.sidecar()
    assert told["complete"] is True
    assert told["exit_status"] == 1
    assert told["models"] == ["stand-in:m"]
    assert told["params"] == {"seed": 7}
    assert told["benchmarks"][0]["name"] == "questions.jsonl"
    assert told["totals"]["records"] == 3
    assert told["totals"]["grades"] == {"fully_correct": 2, "wrong": 1}
    assert told["finished"] >= told["started"]


def test_key_in_an_answer_or_on_the_command_line_is_not_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "sk-abcdef123456789")
    one(
        project,
        {"question": "say: your key is sk-abcdef123456789", "gold_answer": "x"},
        GRADED,
        "--llm-param",
        "api_key=sk-abcdef123456789",
    )
    written = "".join(path.read_text() for path in (project.path / "llm-runs").iterdir())
    assert "sk-abcdef123456789" not in written
    assert "[redacted]" in written


def test_log_goes_where_the_user_says(capitals: Project) -> None:
    capitals.run("--llm-log=logs/mine.jsonl")
    (capitals.path / "folder").mkdir()
    capitals.run("--llm-log=folder")
    assert (capitals.path / "logs" / "mine.jsonl").exists()
    assert (capitals.path / "logs" / "mine.run.json").exists()
    assert len(list((capitals.path / "folder").glob("*.jsonl"))) == 1


def test_log_that_exists_ends_the_run_before_anything_is_asked(capitals: Project) -> None:
    (capitals.path / "mine.jsonl").write_text("precious\n")
    result = capitals.run("--llm-log=mine.jsonl")
    assert result.ret == 4
    result.stdout.fnmatch_lines(["*mine.jsonl: exists already, and two runs never write one file; *"])
    result.stdout.no_fnmatch_line("*= LLM evals =*")  # its summary would name the other run's log as this one's
    assert (capitals.path / "mine.jsonl").read_text() == "precious\n"
    assert capitals.asked() == []


def test_junit_shows_grade_score_and_model(capitals: Project) -> None:
    capitals.run("--junitxml=junit.xml")
    case = next(
        case
        for case in ET.parse(capitals.path / "junit.xml").iter("testcase")
        if case.get("name") == "test_capital[jp]"
    )
    properties = {prop.get("name"): prop.get("value") for prop in case.iter("property")}
    assert properties["llm_grade"] == "wrong"
    assert properties["llm_score"] == "0.0"
    assert properties["llm_model"] == "stand-in:m"


def test_skipped_eval_leaves_no_record(project: Project) -> None:
    project.benchmark(CAPITALS)
    project.evals("""
@pytest.mark.skip(reason="not today")
@pytest.mark.llm_eval("questions.jsonl")
def test_it(answer): ...
""")
    project.run().assert_outcomes(skipped=3)
    assert project.records() == []
    assert project.asked() == []


def test_confidence_is_recorded_by_signal_and_leaves_the_grade_alone(project: Project) -> None:
    record = one(
        project,
        {"question": "say: Rome. Confidence: 90%", "gold_answer": "Paris"},
        """
def half(answer):
    return 0.5

SIGNALS = [graders.confidence(), graders.confidence(half)]

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains(), *SIGNALS])
def test_it(grade):
    assert grade.level == "wrong"
""",
    )
    assert (record["confidence"], record["grade"]) == ({"stated": 0.9, "half": 0.5}, "wrong")
    assert [score["name"] for score in record["scores"]] == ["contains"]


def test_citations_are_looked_up_beside_the_benchmark_and_in_the_root_folder(project: Project) -> None:
    project.pytester.makefile(".md", atlas="Paris is the capital.\n")
    record = one(
        project,
        {"question": "say: See atlas.md:1 and atlas.md:2."},
        """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.citations()])
def test_it(grade):
    assert grade.level == "wrong"
""",
    )
    assert record["grading_notes"] == "fabricated: atlas.md:2 does not exist, the file has 1 line"
