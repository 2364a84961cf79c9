"""A dry run: what it prints, and that nothing else happens."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import GRADED, Project
from tests.plugin.test_again import cut
from tests.plugin.test_running import many

ALWAYS = ("assumed: *", "nothing was asked, no test was run")


def table(result: pytest.RunResult) -> list[list[str]]:
    """Return the rows of the estimate, cell by cell."""
    lines = result.outlines
    first = next(number for number, line in enumerate(lines) if line.startswith("model "))
    last = next(number for number, line in enumerate(lines) if line.startswith(("assumed", "cannot")))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[first + 1 : last]]


def test_calls_tokens_and_prices_are_told_for_each_model_and_nothing_else_happens(project: Project) -> None:
    project.benchmark(many(10))
    project.evals(GRADED)
    project.evals("def test_ordinary():\n    open('ran', 'w')\n", "test_ordinary.py")
    result = project.run("--llm-dry-run", "--llm-model=openai:gpt-4o-mini", "--llm-model=offline:bm25")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*= LLM evals: dry run =*", "model *calls *input tokens *price", *ALWAYS])
    (stand_in, openai, offline, total) = table(result)
    assert stand_in == ["stand-in:m", "10", "20", "unknown"]  # "say: 0" is two tokens
    assert openai[:3] == ["openai:gpt-4o-mini", "10", "20"]
    assert openai[3].startswith("<$0.0001 – $0.00")
    assert offline == ["offline:bm25", "10", "20", "$0"]
    assert total[:3] == ["all", "30", "60"]
    assert project.asked() == []
    assert not (project.path / "llm-runs").exists()
    assert not (project.path / "ran").exists()
    result.stdout.no_fnmatch_line("*llm-run:*")
    result.stdout.fnmatch_lines(["*no tests ran in *"])


@pytest.mark.parametrize(
    ("flags", "calls"),
    [
        (("-k", "fr or jp"), "2"),
        (("-m", "europe"), "2"),
        (("--llm-sample=1",), "1"),
        (("--llm-samples=4",), "12"),
        (("--llm-shard=1/1",), "3"),
        (("--collect-only",), "3"),
    ],
)
def test_only_what_is_selected_is_estimated(capitals: Project, flags: tuple[str, ...], calls: str) -> None:
    result = capitals.run("--llm-dry-run", *flags)
    assert result.ret == pytest.ExitCode.OK
    assert table(result)[0][1] == calls


def test_longest_reply_and_price_of_batches_follow_the_flags(project: Project) -> None:
    project.benchmark(many(1000))
    project.evals(GRADED)
    dear = table(project.run("--llm-dry-run", model="openai:gpt-4o"))[0][3]
    short = table(project.run("--llm-dry-run", "--llm-param=max_tokens=10", model="openai:gpt-4o"))[0][3]
    half = project.run("--llm-dry-run", "--llm-batch", model="openai:gpt-4o")
    assert dear == "$0.0150 – $10.00"  # 2 tokens in at $2.50 and 1 to 1,000 out at $10 a million
    assert short == "$0.0150 – $0.1050"
    assert table(half)[0][3] == "$0.0075 – $5.00"
    half.stdout.fnmatch_lines(["*all is asked in batches*"])


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("def test_it(answer): ...", "3"),
        ("def test_it(grade, llm_model, llm_provider): ...", "3"),
        ("def test_it(llm): ...", "at least 3"),
        ("def test_it(answer, llm): ...", "at least 3"),
        ("@pytest.fixture\ndef mine(llm): ...\nMARK\ndef test_it(mine): ...", "at least 3"),
        ("async def test_it(entry, llm): ...", "at least 3"),
        ("@pytest.mark.xfail(reason='not yet')\ndef test_it(answer): ...", "3"),
    ],
)
def test_code_of_the_users_own_asks_at_least_once(capitals: Project, source: str, calls: str) -> None:
    mark = '@pytest.mark.llm_eval("questions.jsonl")'
    capitals.evals(source.replace("MARK", mark) if "MARK" in source else f"{mark}\n{source}")
    assert table(capitals.run("--llm-dry-run"))[0][1] == calls


def test_task_of_the_users_own_is_not_run(capitals: Project) -> None:
    capitals.evals("""
def task(entry, llm):
    open("ran", "w")
    return llm.complete(entry.question)

@pytest.mark.llm_eval("questions.jsonl", task=task)
def test_it(answer): ...
""")
    assert table(capitals.run("--llm-dry-run"))[0][1] == "at least 3"
    assert not (capitals.path / "ran").exists()


def test_task_that_says_how_often_it_asks_is_counted_so_often(capitals: Project) -> None:
    capitals.evals("""
vote = self_consistency(graders.contains(), n=4)

@pytest.mark.llm_eval("questions.jsonl", task=vote.task, graders=[vote.grader])
def test_it(grade): ...
""")
    assert table(capitals.run("--llm-dry-run"))[0][1] == "12"


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(entry): ...",
        "@pytest.mark.skip\ndef test_it(answer): ...",
        "@pytest.mark.xfail(run=False)\ndef test_it(answer): ...",
    ],
)
def test_evals_that_ask_nobody_are_not_counted(capitals: Project, source: str) -> None:
    capitals.evals(f'@pytest.mark.llm_eval("questions.jsonl")\n{source}')
    result = capitals.run("--llm-dry-run")
    result.stdout.fnmatch_lines(["nothing is selected that would ask a model", "nothing was asked, no test was run"])


def test_system_prompt_and_context_files_are_counted_and_a_missing_one_is_named(project: Project) -> None:
    (project.path / "here.md").write_text("x" * 400)
    project.benchmark(
        [
            {"id": "a", "question": "Why?", "context_files": ["here.md"], "system_prompt": "y" * 200},
            {"id": "b", "question": "Why?", "context_files": ["gone.md"]},
        ]
    )
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...')
    result = project.run("--llm-dry-run")
    assert result.ret == pytest.ExitCode.OK
    ((_, calls, tokens, _),) = table(result)
    assert calls == "1"
    assert 150 <= int(tokens) <= 165
    result.stdout.fnmatch_lines(["cannot be asked: test_evals.py::test_it?b?: context file gone.md does not exist*"])


def test_without_a_model_the_next_command_is_named(capitals: Project) -> None:
    result = capitals.run("--llm-dry-run", model=None)
    result.stdout.fnmatch_lines(["nothing is selected*", "cannot be asked: no model under test; name one, such as*"])


def test_project_without_evals_runs_nothing_either(project: Project) -> None:
    project.evals("def test_ordinary():\n    open('ran', 'w')\n")
    result = project.run("--llm-dry-run")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["nothing is selected that would ask a model"])
    assert not (project.path / "ran").exists()


def test_replayed_and_finished_trials_ask_nobody(project: Project) -> None:
    project.benchmark(many(5))
    project.evals(GRADED)
    project.run()
    (log,) = project.logs()
    replayed = project.run("--llm-dry-run", f"--llm-replay={log}", model=None)
    replayed.stdout.fnmatch_lines(["nothing is selected that would ask a model"])
    cut(log, 3)
    before = log.read_bytes()
    assert table(project.run("--llm-dry-run", "--llm-resume", model=None))[0][1] == "2"
    assert log.read_bytes() == before
    assert len(project.asked()) == 5


def test_faults_of_collection_are_told_as_ever(project: Project) -> None:
    project.evals('@pytest.mark.llm_eval("none.jsonl")\ndef test_it(answer): ...')
    result = project.run("--llm-dry-run")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*dry run*")


def test_workers_are_refused_in_one_line(capitals: Project) -> None:
    result = capitals.run("--llm-dry-run", "-n2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --llm-dry-run needs all evals in one process; leave -n and --dist out, or add -n0"]
    )
    assert capitals.run("--llm-dry-run", "-n0").ret == pytest.ExitCode.OK


def test_no_terminal_is_no_reason_to_run_anything(project: Project) -> None:
    project.evals("def test_ordinary():\n    open('ran', 'w')\n")
    assert project.run("--llm-dry-run", "-p", "no:terminal").ret == pytest.ExitCode.OK
    assert not (project.path / "ran").exists()


JUDGED = """
@pytest.mark.llm_eval("questions.jsonl", graders=[graders.rubric_judge()])
def test_it(FIXTURES):
    ...
"""
TWO_JUDGES = ("--llm-judge-model=openai:gpt-4o", "--llm-judge-model=stand-in:m")


@pytest.mark.parametrize(
    ("fixtures", "flags", "calls"),
    [
        ("grade", (), "3"),
        ("answer", (), "3"),
        ("entry", (), None),
        ("grade", ("--llm-samples=2",), "6"),
        ("grade", ("--llm-judge-controls=100",), "6"),
        ("judge", (), "at least 3"),
        ("grade, judge", (), "at least 6"),
    ],
)
def test_judges_are_estimated_apart_from_models(
    capitals: Project, fixtures: str, flags: tuple[str, ...], calls: str | None
) -> None:
    capitals.evals(JUDGED.replace("FIXTURES", fixtures))
    result = capitals.run("--llm-dry-run", *TWO_JUDGES, *flags)
    judges = [row for row in table(result) if row[0].startswith("judge ")] if calls else []
    assert [row[:2] for row in judges] == (
        [["judge openai:gpt-4o", calls], ["judge stand-in:m", calls]] if calls else []
    )
    assert capitals.asked() == []
    if calls:
        assert "a judge is asked once a trial" in " ".join(result.stdout.str().split())


def test_judge_may_read_as_much_as_the_model_may_write(capitals: Project) -> None:
    capitals.evals(JUDGED.replace("FIXTURES", "grade"))
    judge = "--llm-judge-model=openai:gpt-4o"

    def price(*flags: str) -> str:
        return table(capitals.run("--llm-dry-run", judge, *flags))[1][3]

    long, short = price(), price("--llm-param=max_tokens=10")
    assert long.split(" – ")[0] == short.split(" – ")[0]
    assert float(long.split("$")[-1]) - float(short.split("$")[-1]) == pytest.approx(3 * 990 * 2.5e-6, abs=2e-4)


def test_replay_has_judges_asked_and_models_not(capitals: Project) -> None:
    capitals.evals(JUDGED.replace("FIXTURES", "grade"))
    capitals.run("--llm-judge-model=stand-in:judge", "--llm-log=a.jsonl")
    result = capitals.run("--llm-dry-run", "--llm-replay=a.jsonl", "--llm-judge-model=openai:gpt-4o", model=None)
    assert [row[:2] for row in table(result)] == [["judge openai:gpt-4o", "3"]]


def test_judge_that_is_missing_is_told(capitals: Project) -> None:
    capitals.evals(JUDGED.replace("FIXTURES", "grade"))
    result = capitals.run("--llm-dry-run")
    shown = " ".join(result.stdout.str().split())
    assert "no judge; add --llm-judge-model=PROVIDER:MODEL" in shown


def test_entry_that_cannot_be_judged_is_told(capitals: Project) -> None:
    capitals.benchmark([{"id": "x", "question": "say: a"}])
    capitals.evals(JUDGED.replace("rubric_judge()", "rubric_judge(reference=True)").replace("FIXTURES", "grade"))
    result = capitals.run("--llm-dry-run", "--llm-judge-model=stand-in:judge")
    assert "needs a gold_answer, entry 'x' has none" in " ".join(result.stdout.str().split())
