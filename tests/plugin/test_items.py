"""From a marker to items: ids, marks, selection."""

import json
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_llmeval.plugin.items import name_of
from tests.plugin.conftest import CAPITALS, Project

PLAIN = """
@pytest.mark.llm_eval("questions.jsonl")
def test_it(entry): ...
"""


def ids(result: pytest.RunResult) -> list[str]:
    return [
        line.partition("::")[2] for line in result.outlines if "::" in line and not line.startswith(("ERROR", "E "))
    ]


def collected(project: Project, *args: str, model: str | None = "stand-in:m") -> list[str]:
    return ids(project.run("--collect-only", "-q", *args, model=model))


def test_one_item_for_each_entry_named_by_its_id(capitals: Project) -> None:
    assert collected(capitals) == ["test_capital[fr]", "test_capital[jp]", "test_capital[de]"]


def test_several_models_stand_side_by_side_for_each_entry(capitals: Project) -> None:
    found = collected(capitals, "--llm-model=stand-in:n", "-k", "fr or jp")
    assert found == ["test_capital[m-fr]", "test_capital[n-fr]", "test_capital[m-jp]", "test_capital[n-jp]"]


def test_models_of_one_name_are_told_apart_by_their_provider(capitals: Project) -> None:
    found = collected(capitals, "--llm-model=offline:m", "-k", "fr")
    assert found == ["test_capital[stand-in:m-fr]", "test_capital[offline:m-fr]"]


def test_same_model_named_twice_runs_once(capitals: Project) -> None:
    assert len(collected(capitals, "--llm-model=stand-in:m")) == 3


def test_collecting_asks_nothing_and_writes_nothing(capitals: Project) -> None:
    collected(capitals)
    assert capitals.asked() == []
    assert capitals.logs() == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("europe", ["fr", "de"]),
        ("hard_one", ["jp"]),
        ("llm_entry(difficulty='easy')", ["fr"]),
        ("llm_entry(id='jp') or llm_entry(gold_answer='Berlin')", ["jp", "de"]),
        ("llm_eval and not europe", ["jp"]),
    ],
)
def test_slices_are_selected_by_markers(capitals: Project, expression: str, expected: list[str]) -> None:
    found = collected(capitals, "--strict-markers", "-m", expression)
    assert found == [f"test_capital[{name}]" for name in expected]


def test_any_metadata_field_selects(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "?", "reviewer": "kim"}, {"id": "b", "question": "?"}])
    project.evals(PLAIN)
    assert collected(project, "-m", "llm_entry(reviewer='kim')") == ["test_it[a]"]


@pytest.mark.parametrize("category", ["skip", "xfail", "asyncio", "llm_eval", "_hidden", "parametrize"])
def test_category_named_like_an_acting_mark_acts_on_nothing(project: Project, category: str) -> None:
    project.benchmark([{"id": "a", "question": "say: x", "category": category}])
    project.evals(PLAIN)
    project.run("-m", f"llm_entry(category='{category}')").assert_outcomes(passed=1)


def test_category_named_like_a_mark_with_arguments_acts_on_nothing(project: Project) -> None:
    project.pytester.makeini("[pytest]\nmarkers =\n    patience(seconds): how long to wait\n")
    project.benchmark([{"id": "a", "question": "say: x", "category": "patience"}])
    project.evals(PLAIN)
    assert collected(project, "--strict-markers", "-m", "patience") == []


def test_eval_stacks_with_parametrize_and_other_marks(project: Project) -> None:
    project.benchmark(CAPITALS[:1])
    project.evals("""
@pytest.mark.parametrize("style", ["plain", "formal"])
@pytest.mark.llm_eval("questions.jsonl")
@pytest.mark.filterwarnings("ignore")
def test_it(entry, style): ...
""")
    assert collected(project) == ["test_it[fr-plain]", "test_it[fr-formal]"]


def test_marker_on_class_and_module_holds_for_every_test_and_the_closest_wins(project: Project) -> None:
    project.benchmark(CAPITALS[:1])
    project.benchmark(CAPITALS[1:2], "other.jsonl")
    project.evals("""
pytestmark = pytest.mark.llm_eval("questions.jsonl")

def test_module(entry): ...

@pytest.mark.llm_eval("other.jsonl")
class TestClass:
    def test_method(self, entry): ...

    @pytest.mark.llm_eval("questions.jsonl")
    def test_own(self, entry): ...
""")
    assert collected(project) == ["test_module[fr]", "TestClass::test_method[jp]", "TestClass::test_own[fr]"]


def test_eval_that_asks_for_no_fixture_of_ours_still_runs_for_each_entry(project: Project) -> None:
    project.benchmark(CAPITALS)
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(): ...\n')
    project.run().assert_outcomes(passed=3)
    assert [(record["question_id"], record["answer"]) for record in project.records()] == [
        ("fr", None),
        ("jp", None),
        ("de", None),
    ]
    assert project.sidecar()["complete"] is True


def test_items_show_no_fixture_but_those_they_ask_for(capitals: Project) -> None:
    capitals.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(entry, llm_model): ...\n')
    result = capitals.run("--setup-show", "-k", "fr")
    result.stdout.fnmatch_lines(["*test_evals.py::test_it[[]fr[]] (fixtures used: entry, llm, llm_model)*"])


def test_where_and_limit_choose_entries_and_retired_ones_stay_out(project: Project) -> None:
    project.benchmark([{**row, "status": "retired" if row["id"] == "fr" else "active"} for row in CAPITALS])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl", where={"category": ["europe", "asia"]}, limit=1)
def test_first(entry): ...

@pytest.mark.llm_eval("questions.jsonl", where=lambda entry: entry.id != "jp")
def test_europe(entry): ...
""")
    assert collected(project) == ["test_first[jp]", "test_europe[de]"]


def test_entries_may_come_from_code(project: Project) -> None:
    project.evals("""
QUESTIONS = (dict(id=f"q{n}", prompt=f"say: {n}", ideal=str(n)) for n in range(2))

@pytest.mark.llm_eval(entries=QUESTIONS, graders=[graders.exact_match()])
class TestBoth:
    def test_a(self, grade): assert_grade(grade, at_least="fully_correct")
    def test_b(self, grade): assert_grade(grade, at_least="fully_correct")
""")
    project.run().assert_outcomes(passed=4)


def test_path_is_looked_for_beside_the_test_then_in_rootdir(project: Project) -> None:
    project.pytester.makeini("[pytest]\n")
    project.benchmark(CAPITALS[:1], "data/at_root.jsonl")
    project.benchmark(CAPITALS[1:2], "evals/data/beside.jsonl")
    project.evals(
        """
@pytest.mark.llm_eval("data/at_root.jsonl")
def test_root(entry): ...

@pytest.mark.llm_eval("data/beside.jsonl")
def test_beside(entry): ...
""",
        "evals/test_places.py",
    )
    assert collected(project) == ["test_root[fr]", "test_beside[jp]"]


def test_all_faults_of_a_file_are_told_at_collection_with_their_lines(project: Project) -> None:
    (project.path / "questions.jsonl").write_text('{"id": "a"}\n{"id": "b", "question": "?"}\nnot json\n')
    project.evals(PLAIN)
    result = project.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*questions.jsonl:1: entry 'a' has no 'question'*", "*questions.jsonl:3: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_wrong_marker_argument_names_the_test_and_the_argument(project: Project) -> None:
    project.benchmark(CAPITALS)
    project.evals('@pytest.mark.llm_eval("questions.jsonl", grader=1)\ndef test_it(entry): ...\n')
    result = project.run()
    result.stdout.fnmatch_lines(["*test_evals.py::test_it: llm_eval has no argument 'grader'; it takes source, *"])


def test_fixture_of_ours_without_the_marker_says_what_is_missing(project: Project) -> None:
    project.evals("def test_it(entry): ...\n")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_it asks for an eval's fixture but has no @pytest.mark.llm_eval(...); add it*"])


def test_without_a_model_evals_are_skipped_with_the_next_command_to_try(capitals: Project) -> None:
    result = capitals.run(model=None)
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["LLM evals: 3 skipped, no model under test; name one, such as --llm-model=openai:*"])
    assert result.ret == 0
    assert capitals.asked() == []
    assert not (capitals.path / "llm-runs").exists()


def test_model_may_come_from_the_environment_or_the_ini_file(
    capitals: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    capitals.pytester.makeini("[pytest]\nllm_model = stand-in:ini\n")
    capitals.run(model=None).assert_outcomes(passed=2, failed=1)
    monkeypatch.setenv("PYTEST_LLM_MODEL", "stand-in:a stand-in:b")
    assert collected(capitals, "-k", "fr", model=None) == ["test_capital[a-fr]", "test_capital[b-fr]"]
    assert collected(capitals, "-k", "fr", model="stand-in:flag") == ["test_capital[fr]"]


def test_humaneval_and_gsm8k_shaped_files_load_as_they_are(project: Project) -> None:
    project.benchmark(
        [
            {
                "task_id": "HumanEval/0",
                "prompt": "def f(x):\n",
                "canonical_solution": "    return x\n",
                "test": "def check(f): assert f(1) == 1",
                "entry_point": "f",
            }
        ],
        "code.jsonl",
    )
    project.benchmark([{"question": "say: 9 + 63 = 72", "answer": "9 + 63 = <<9+63=72>>72\n#### 72"}], "maths.jsonl")
    project.evals("""
@pytest.mark.llm_eval("code.jsonl")
def test_code(entry):
    assert entry.metadata["entry_point"] == "f" and "check" in entry.metadata["test"]
    assert entry.gold_answer == "    return x\\n"

@pytest.mark.llm_eval("maths.jsonl", graders=[graders.numeric()])
def test_maths(entry, grade):
    assert_grade(grade, at_least="fully_correct")
""")
    result = project.run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_code?HumanEval/0?*", "*test_maths?q-*"])


def test_ids_do_not_depend_on_the_order_of_the_file(project: Project) -> None:
    rows = [{"question": "say: a"}, {"question": "say: b"}]
    project.evals(PLAIN)
    project.benchmark(rows)
    first = collected(project)
    project.benchmark(rows[::-1])
    assert sorted(collected(project)) == sorted(first)
    assert json.dumps(first).isascii()


def test_schema_file_is_looked_for_beside_the_benchmark_and_is_part_of_the_content(project: Project) -> None:
    project.benchmark([{"id": "q", "question": 'say: {"a": 1}', "response_schema": "s.json"}], "data/questions.jsonl")
    project.evals("""
@pytest.mark.llm_eval("data/questions.jsonl", graders=[graders.json_schema()], task=lambda entry, llm: '{"a": 1}')
def test_it(entry, grade):
    assert entry.response_schema["type"] == "object"
    assert_grade(grade)
""")
    hashes = set()
    for number, schema in enumerate([{"type": "object"}, {"type": "object", "required": ["a"]}]):
        (project.path / "data" / "s.json").write_text(json.dumps(schema))
        project.run(f"--llm-log={number}.jsonl").assert_outcomes(passed=1)
        hashes.add(json.loads((project.path / f"{number}.jsonl").read_text())["entry_hash"])
    assert len(hashes) == 2


def test_schema_file_that_does_not_exist_is_named_at_collection(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "?", "response_schema": "absent.json"}])
    project.evals(PLAIN)
    project.run().stdout.fnmatch_lines(["*entry 'q': response_schema absent.json does not exist beside the benchmark*"])


def test_schema_written_as_text_is_no_name_of_a_file(project: Project) -> None:
    text = json.dumps({"type": "object", "description": "x" * 300})
    project.benchmark([{"id": "q", "question": "?", "response_schema": text}])
    project.evals(PLAIN)
    project.run().stdout.fnmatch_lines(["*entry 'q': response_schema {*… does not exist beside the benchmark*"])


def test_name_of_an_item_is_without_the_group_that_xdist_writes_behind_it() -> None:
    parent = SimpleNamespace(nodeid="a.py::TestA")  # no item of pytest 9: it takes no group
    grouped = SimpleNamespace(nodeid="a.py::TestA::test_it[q@1]@group", name="test_it[q@1]", parent=parent)
    assert name_of(cast("pytest.Item", grouped)) == "a.py::TestA::test_it[q@1]"


def test_choice_that_leaves_nothing_is_told(project: Project) -> None:
    project.benchmark(CAPITALS)
    project.evals('@pytest.mark.llm_eval("questions.jsonl", where={"category": "moon"})\ndef test_it(entry): ...\n')
    project.run().stdout.fnmatch_lines(["*no entry of *questions.jsonl is left to run (3 read)*"])
